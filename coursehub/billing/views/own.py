"""A member's own invoices and credit notes."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.billing import queries
from coursehub.billing.letterhead import printed
from coursehub.billing.models import Document
from coursehub.billing.views import showing
from coursehub.web import MEMBER_OF, access, one_or_404, page, paginate, signed_in_actor

bp = Blueprint("billing", __name__)
bp.context_processor(showing.words)
READERS = MEMBER_OF("owner", "finance")


@bp.get("/hire/invoices")
@access(READERS)
def invoices() -> ResponseReturnValue:
    """What the reader's organisation was invoiced, what is open and when it is due."""
    actor, today = signed_in_actor(), showing.today_at(clock.now())
    state = request.args.get("state", "")
    state = state if state in showing.STATES else ""
    own = queries.documents_matching(actor, state=state, today=today).where(Document.organisation_id == actor.organisation_id)
    found = paginate(own, request.args.get("page", 1, int))
    return page(
        "billing/invoices.html", documents=found, left=queries.open_of([each.id for each in found.items]), state=state,
        ageing=queries.ageing(actor, today, actor.organisation_id), today=today,
        repayments=queries.repayments_of(actor.organisation_id or 0),
        coming=[(currency, minor) for (_member, currency), minor in queries.charged_minor(actor.organisation_id).items()],
    )  # fmt: skip


@bp.get("/hire/invoices/<public_id>")
@access(READERS)
def invoice(public_id: str) -> ResponseReturnValue:
    """One invoice or credit note."""
    return page("billing/invoice.html", **showing.document_context(_own(public_id), clock.now()))


@bp.get("/hire/invoices/<public_id>.pdf")
@access(READERS)
def invoice_pdf(public_id: str) -> ResponseReturnValue:
    """The same as a sheet for the files."""
    return pdf_of(_own(public_id))


def pdf_of(document: Document) -> Response:
    """A document as a PDF to keep."""
    answer = Response(printed(document), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document.reference}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _own(public_id: str) -> Document:
    actor = signed_in_actor()
    seen = queries.documents_visible_to(actor).where(Document.organisation_id == actor.organisation_id)
    return one_or_404(seen.where(Document.public_id == public_id))
