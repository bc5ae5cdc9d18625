"""The fapiao of a member's invoice: where it stands, and the way to ask for it."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.billing.models import Document
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.operations import fapiao
from coursehub.sales.paper_forms import MemberFapiaoForm
from coursehub.sales.views import bp
from coursehub.sales.words import FAPIAO_WORDS
from coursehub.web import MEMBER_OF, access, current_locale, one_or_404, page, see_other, signed_in_actor

READERS = MEMBER_OF("owner", "finance")


def _own(public_id: str) -> Document:
    actor = signed_in_actor()
    own = billing.documents_visible_to(actor).where(Document.organisation_id == actor.organisation_id)
    return one_or_404(own.where(Document.public_id == public_id, Document.kind == "invoice"))


@bp.get("/hire/invoices/<public_id>/fapiao")
@access(READERS)
def member_fapiao(public_id: str) -> ResponseReturnValue:
    """Where it stands; to ask for it, with what was typed last or stands on the invoice."""
    document, last = _own(public_id), people.buyer_details_of(signed_in_actor().person_id)
    if last is not None and last.kind == "company":
        known = {name: getattr(last, name) for name in ("title", "tax_number", "address", "bank")}
    else:
        company = document.parties.get("company") or {}
        known = {"title": document.parties["to"]["zh-CN"], **{name: company.get(name, "") for name in ("tax_number", "address")}}
    return _page(document, MemberFapiaoForm(data=known))


def _page(document: Document, form: MemberFapiaoForm, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    requests = queries.fapiao_of_document(document.id)
    sold = queries.sold_document(document, signed_in_actor().person_id)
    return page(
        "sales/member_fapiao.html",
        status=status,
        document=document,
        sold=sold,
        requests=[(each, queries.reversals_of_fapiao(each.id), "") for each in requests],
        may_ask=sold.left_minor > 0 and not any(each.state != "declined" for each in requests),
        form=form,
        problem=problem,
        currency=document.currency,
        spoken=current_locale(),
        **FAPIAO_WORDS,
    )


@bp.post("/hire/invoices/<public_id>/fapiao")
@access(READERS)
def ask_member_fapiao(public_id: str) -> ResponseReturnValue:
    """Ask for it."""
    document, form = _own(public_id), MemberFapiaoForm()
    if not form.validate_on_submit():
        return _page(document, form, status=422)
    try:
        fapiao.ask_fapiao_of_invoice(document, form.draft(), kind=form.fapiao.data, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        return _page(document, form, problem=str(refusal), status=refusal.status)
    flash(_("Finance makes out the fapiao; a letter brings you its number."), "done")
    return see_other("sales.member_fapiao", public_id=public_id)
