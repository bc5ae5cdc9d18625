"""Privacy of the account: who saw what, which texts were accepted, which letters come."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from coursehub import clock
from coursehub.people import operations, own, queries
from coursehub.people.views import bp
from coursehub.web import SIGNED_IN, access, page, paginate, see_other, signed_in_actor

PURPOSE_WORDS = {
    "support": _l("Support"),
    "teaching": _l("Teaching"),
    "look": _l("Looked as you"),
    "invoice": _l("Making out an invoice"),
    "hiring": _l("Getting to know you for a job"),
    "application": _l("Your application"),
    "work": _l("Working together"),
}
FIELD_WORDS = {
    "display_name": _l("Display name"),
    "email": _l("E-mail address"),
    "birth_on": _l("Date of birth"),
    "guardian_email": _l("Guardian's e-mail address"),
    "credentials": _l("Your credentials, with their addresses"),
    "portfolio": _l("Your portfolio, with its links"),
    "claims": _l("The skills you claim"),
    "buyer_details": _l("For whom your invoices are made out"),
    "pages": _l("Your pages, without being able to change them"),
}
DOCUMENT_WORDS = {"terms": _l("Terms of use"), "privacy": _l("Privacy notice")}


@bp.get("/account/privacy")
@access(SIGNED_IN)
def account_privacy() -> ResponseReturnValue:
    """Who opened what, and why."""
    actor = signed_in_actor()
    openings = paginate(own.openings(actor), request.args.get("page", 1, type=int))
    return page(
        "people/privacy.html",
        openings=openings,
        names=queries.display_names(row.by_id for row in openings.items),
        organisations=queries.organisation_names(row.organisation_id for row in openings.items),
        record=own.record(actor),
        acceptances=own.acceptances(actor),
        purposes=PURPOSE_WORDS,
        fields=FIELD_WORDS,
        documents=DOCUMENT_WORDS,
    )


@bp.post("/account/looking/end")
@access(SIGNED_IN)
def end_look() -> ResponseReturnValue:
    """Stop looking as somebody."""
    if not current_user.is_authenticated or current_user.look_id is None:
        abort(403)
    person_id = current_user.looks_as
    operations.end_looks(current_user.row, at=clock.now())
    flash(_("You are yourself again."), "done")
    return see_other("people.house_person", public_id=queries.public_id_of(person_id))
