"""Invoices and credit notes for buyers: numbers without gaps, tax as the books have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coursehub.billing import queries
from coursehub.billing.models import BuyerDocument
from coursehub.billing.operations.documents import next_number
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.people import queries as people

TAX = "liability:tax"


@dataclass(frozen=True)
class BuyerLine:
    """One line: what it is in both languages ("en", "zh-CN"), the amount with tax, its rate and the tax within."""

    text: Mapping[str, str]
    amount_minor: int
    tax_bps: int
    tax_minor: int


def issue_buyer_document(
    kind: str,
    lines: Sequence[BuyerLine],
    *,
    order_number: str,
    details_id: int,
    currency: str,
    effect_key: str,
    journal_ids: Sequence[int],
    at: datetime,
    credits: BuyerDocument | None = None,
    anew: Sequence[BuyerDocument] = (),
) -> BuyerDocument:
    """Give an invoice (sale_invoice) or credit note (sale_credit) its number, in the open transaction and once per effect key.

    journal_ids: the journals that booked it. anew: invoices that were made out again over what an earlier credit note of
    `credits` took back; together they are what can be credited. Raises ValueError when their tax is not that of
    the lines, or more would be credited than the invoice has left.
    """
    with transaction():
        before = queries.buyer_document_for(effect_key)
        if before is not None:
            return before
        amount, tax = sum(line.amount_minor for line in lines), sum(line.tax_minor for line in lines)
        booked = sum(line.amount_minor for number in journal_ids for line in ledger.lines_of(number) if line.code == TAX)
        if booked != (tax if kind == "sale_credit" else -tax):
            raise ValueError(f"{effect_key}: the books moved the tax by {booked}, the lines say {tax}")
        number = next_number(kind)  # from here nobody else numbers
        whole = sum(each.amount_minor for each in (credits, *anew) if each is not None)
        if credits is not None and amount > whole - queries.buyer_credited_minor(credits.id):
            raise ValueError(f"{effect_key} takes back more than {credits.reference} has left")
        house = people.house()
        document = BuyerDocument(
            kind=kind, number=number, order_number=order_number, details_id=details_id, currency=currency,
            amount_minor=amount, tax_minor=tax, seller={"zh-CN": house.name, "en": house.name_en}, effect_key=effect_key,
            issued_at=at, credits_id=credits.id if credits else None,
            lines=[
                {
                    "text": dict(line.text), "amount_minor": line.amount_minor, "tax_bps": line.tax_bps,
                    "tax_minor": line.tax_minor,
                }
                for line in lines
            ],
        )  # fmt: skip
        db.session.add(document)
        db.session.flush()
    return document
