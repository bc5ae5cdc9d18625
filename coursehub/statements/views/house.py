"""Partners with statements, for the house's finance."""

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.people.queries import name_of
from coursehub.statements import queries
from coursehub.web import page, paginate


def partners() -> ResponseReturnValue:
    """Everybody to whom the house owes or owed a share, with what was issued last."""
    words = request.args.get("q", "").strip()
    listed = paginate(queries.parties_named(words), request.args.get("page", 1, int), scalars=False)
    found = [(db.session.get_one(Organisation, number), currency) for number, currency in listed.items]
    rows = [(one, name_of(one), currency, queries.last_issued(one.id, currency)) for one, currency in found]
    return page("statements/partners.html", rows=rows, listed=listed, words=words)
