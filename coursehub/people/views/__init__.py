"""The pages of people: signing in and up, the account, organisations, and the house's view of them."""

from flask import Blueprint

bp = Blueprint("people", __name__)
blueprints = [bp]

from coursehub.people.views import signing_in  # noqa: E402 - the views register themselves on bp

__all__ = ["blueprints", "bp", "signing_in"]
