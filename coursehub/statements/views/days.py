"""The roots of the days, for everybody: what a partner's proofs lead to, and what all were shown alike."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coursehub.ledger import queries as ledger
from coursehub.web import PUBLIC, access, page, paginate

bp = Blueprint("statements_days", __name__)


@bp.get("/alliance/days")
@access(PUBLIC)
def days() -> ResponseReturnValue:
    """Every sealed day with its root, the latest first."""
    listed = paginate(ledger.sealed_days(), request.args.get("page", 1, int), per_page=31)
    return page("statements/days.html", days=listed)


@bp.get("/alliance/days.json")
@access(PUBLIC)
def data() -> ResponseReturnValue:
    """The same for programs, a year on each page: day -> root."""
    listed = paginate(ledger.sealed_days(), request.args.get("page", 1, int), per_page=366)
    return jsonify({"format": "coursehub-days/1", "page": listed.number, "pages": listed.pages,
                    "days": {row.day.isoformat(): row.root for row in listed.items}})  # fmt: skip
