"""The pages of people: signing in and up, the account, organisations, and the house's view of them."""

from typing import Any

from flask import Blueprint

from coursehub.people import queries
from coursehub.people.organisation_forms import ROLE_WORDS

bp = Blueprint("people", __name__)
blueprints = [bp]


@bp.context_processor
def _words() -> dict[str, Any]:
    """What the templates of this room say in more than one place."""
    return {"organisation_name": queries.name_of, "role_words": ROLE_WORDS}


# The views register themselves on bp, which must exist first.
from coursehub.people.views import (  # noqa: E402
    account,
    guardians,
    house_organisations,
    house_people,
    invitations,
    letters,
    organisations,
    partners,
    passkeys,
    privacy,
    resets,
    security,
    signing_in,
    signing_up,
    texts,
)

__all__ = [
    "account",
    "blueprints",
    "bp",
    "guardians",
    "house_organisations",
    "house_people",
    "invitations",
    "letters",
    "organisations",
    "partners",
    "passkeys",
    "privacy",
    "resets",
    "security",
    "signing_in",
    "signing_up",
    "texts",
]
