"""What both sides see of a document."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from coursehub.billing import queries
from coursehub.billing.models import Document
from coursehub.web import current_locale
from coursehub.web.locale import SHOWN_ZONE

STATES = {"open": _l("to be paid"), "overdue": _l("overdue"), "paid": _l("paid"), "credit_note": _l("credit note")}
TONES = {"open": "waits", "overdue": "harm", "paid": "done", "credit_note": "plain"}
BUCKETS = {
    "not_due": _l("Not due yet"),
    "to_30": _l("1 to 30 days late"),
    "to_60": _l("31 to 60 days late"),
    "above_60": _l("More than 60 days late"),
}
CAUSES = {"placement": _l("Placement"), "work": _l("Part-time work"), "order": _l("Course for a learner")}


def today_at(at: datetime) -> date:
    """The day on which the platform's people look at their invoices."""
    return at.astimezone(SHOWN_ZONE).date()


def state_of(document: Document, left_minor: int, today: date) -> str:
    """One word for where a document stands."""
    if document.kind == "credit_note":
        return "credit_note"
    if left_minor <= 0:
        return "paid"
    return "overdue" if document.due_on and document.due_on < today else "open"


def words() -> dict[str, Any]:
    """For the templates of both blueprints."""
    return {"state_words": STATES, "state_tones": TONES, "bucket_words": BUCKETS, "cause_words": CAUSES, "state_of": state_of}


def document_context(document: Document, at: datetime) -> dict[str, Any]:
    """Everything that stands on the page of one document."""
    invoice = document if document.kind == "invoice" else None
    left = queries.open_minor(document) if invoice else 0
    return {
        "document": document,
        "spoken": current_locale(),
        "left": left,
        "state": state_of(document, left, today_at(at)),
        "settlements": queries.settlements_of(document.id) if invoice else [],
        "notes": queries.credit_notes_of(document.id) if invoice else [],
        "credits": queries.credited_invoice(document),
    }
