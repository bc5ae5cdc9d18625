"""The printed form of a document: Chinese and English on one sheet."""

from datetime import date
from typing import Any

from babel.dates import format_date

from coursehub import pdf
from coursehub.billing.models import Document
from coursehub.billing.queries import credited_invoice
from coursehub.money import format_money
from coursehub.web.locale import SHOWN_ZONE


def printed(document: Document) -> bytes:
    """The PDF of a document; the same bytes each time, since what it says is final. Raises NoChineseFont."""
    before = credited_invoice(document)
    data: dict[str, Any] = {
        "kind": document.kind,
        "number": document.reference,
        "of": before.reference if before else None,
        "from": document.parties["from"],
        "to": document.parties["to"],
        "company": [part for part in document.parties.get("company", {}).values() if part],
        "pay": document.parties["pay"] if document.kind == "invoice" else None,
        "issued": both_days(document.issued_at.astimezone(SHOWN_ZONE).date()),
        "due": both_days(document.due_on) if document.due_on else None,
        "lines": [
            {
                "zh": line.text.get("zh-CN", ""),
                "en": line.text.get("en", ""),
                "detail_zh": line.detail.get("zh-CN", ""),
                "detail_en": line.detail.get("en", ""),
                "amount": shown_money(line.amount_minor, document.currency),
            }
            for line in document.lines
        ],
        "total": shown_money(document.amount_minor, document.currency),
        "tax": shown_money(document.tax_minor, document.currency) if document.tax_minor else None,
        "currency": document.currency,
    }
    return pdf.render("invoice", data, at=document.issued_at)


def both_days(day: date) -> dict[str, str]:
    """A day as it stands on a sheet, in both languages."""
    return {"zh": format_date(day, "long", locale="zh_Hans_CN"), "en": format_date(day, "long", locale="en_GB")}


def shown_money(minor: int, currency: str) -> str:
    """An amount as it stands on a sheet."""
    return format_money(minor, currency, "en")
