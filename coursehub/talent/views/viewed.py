"""Who among employers opened what of the reader, field by field."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from coursehub.people import queries as people
from coursehub.talent.consent_text import FIELD_WORDS, PURPOSE_WORDS
from coursehub.talent.hiring_words import EXPORT_WORDS
from coursehub.talent.queries import career
from coursehub.talent.queries.exports import exports_with
from coursehub.web import SIGNED_IN, access, page, paginate, signed_in_actor

bp = Blueprint("talent_viewed", __name__)
MOST_FILES = 200
"""The latest; whoever wants all has them in their own data."""


@bp.get("/career/viewed")
@access(SIGNED_IN)
def viewed() -> ResponseReturnValue:
    """For each field who opened it how often, and below every single opening with the consent it stood on."""
    actor = signed_in_actor()
    field = request.args.get("field")
    field = field if field in FIELD_WORDS else None
    openings = paginate(career.openings_by_employers(actor, field), request.args.get("page", 1, type=int))
    by_field = career.views_by_field(actor)
    files = paginate(exports_with(actor), 1, per_page=MOST_FILES)
    return page(
        "talent/viewed/viewed.html", openings=openings, by_field=by_field, field=field, field_words=FIELD_WORDS,
        purpose_words=PURPOSE_WORDS, files=files.items, export_words=EXPORT_WORDS,
        names=people.organisation_names(row.organisation_id for row in (*by_field, *openings.items, *files.items)),
    )  # fmt: skip
