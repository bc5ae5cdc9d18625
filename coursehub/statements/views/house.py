"""Partners with statements, for the house's finance."""

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.people.queries import name_of
from coursehub.statements import queries
from coursehub.web import page


def partners() -> ResponseReturnValue:
    """Everybody to whom the house owes or owed a share, with what was issued last."""
    words = request.args.get("q", "").strip().lower()
    rows = [
        (organisation, name_of(organisation), currency, queries.last_issued(organisation.id, currency))
        for organisation, currency in queries.parties_with_accounts()
        if words in f"{organisation.name} {organisation.name_en}".lower()
    ]
    return page("statements/partners.html", rows=rows, words=words)
