"""The printed form of a buyer's invoice or credit note: Chinese and English on one sheet."""

from typing import Any

from coursehub import pdf
from coursehub.billing.letterhead import both_days, shown_money
from coursehub.billing.models import BuyerDocument
from coursehub.db import db
from coursehub.money import as_decimal
from coursehub.people.models import BuyerDetails
from coursehub.web.locale import SHOWN_ZONE


def printed_for_buyer(document: BuyerDocument) -> bytes:
    """The PDF, for the buyer's own eyes: it names for whom it is made out. Raises NoChineseFont."""
    details = db.session.get_one(BuyerDetails, document.details_id)
    invoice = db.session.get_one(BuyerDocument, document.credits_id) if document.credits_id is not None else None
    data: dict[str, Any] = {
        "is_invoice": invoice is None,
        "number": document.reference,
        "of": invoice.reference if invoice else None,
        "order": document.order_number,
        "from": document.seller,
        "to": details.title or "—",
        "tax_number": details.tax_number,
        "address": details.address,
        "issued": both_days(document.issued_at.astimezone(SHOWN_ZONE).date()),
        "lines": [
            {
                "zh": line["text"].get("zh-CN", ""),
                "en": line["text"].get("en", ""),
                "rate": f"{as_decimal(line['tax_bps'], 'CNY').normalize():f}%",
                "tax": shown_money(line["tax_minor"], document.currency),
                "amount": shown_money(line["amount_minor"], document.currency),
            }
            for line in document.lines
        ],
        "total": shown_money(document.amount_minor, document.currency),
        "tax": shown_money(document.tax_minor, document.currency),
    }
    return pdf.render("buyer_document", data, at=document.issued_at)
