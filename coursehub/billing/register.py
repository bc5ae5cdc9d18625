"""The register of what buyers were invoiced: its rows by tax rate, their sums, and whether a number is missing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.billing.models import BUYER_KINDS, BUYER_PREFIX, BuyerDocument
from coursehub.billing.policies import may_read_all
from coursehub.db import db
from coursehub.people.actor import Actor

_NUMBER = re.compile(r"(?:(SI|SC)-?)?([0-9]{1,9})")
_KINDS = {prefix: kind for kind, prefix in BUYER_PREFIX.items()}


@dataclass(frozen=True, slots=True)
class Amounts:
    """What stands under one tax rate in one currency, in minor units; what was credited has a minus."""

    currency: str
    tax_bps: int
    tax_minor: int
    gross_minor: int

    @property
    def net_minor(self) -> int:
        """What is left without the tax."""
        return self.gross_minor - self.tax_minor


def amounts_of(document: BuyerDocument) -> list[Amounts]:
    """A document's amounts, one for each tax rate of its lines, the lowest first."""
    sign = -1 if document.kind == "sale_credit" else 1
    return _added(
        Amounts(document.currency, line["tax_bps"], sign * line["tax_minor"], sign * line["amount_minor"])
        for line in document.lines
    )


def sums(documents: Iterable[BuyerDocument]) -> list[Amounts]:
    """What documents come to by currency and tax rate, credit notes taken off."""
    return _added(each for document in documents for each in amounts_of(document))


def _added(parts: Iterable[Amounts]) -> list[Amounts]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for part in parts:
        tax, gross = found.get((part.currency, part.tax_bps), (0, 0))
        found[part.currency, part.tax_bps] = (tax + part.tax_minor, gross + part.gross_minor)
    return [Amounts(currency, bps, tax, gross) for (currency, bps), (tax, gross) in sorted(found.items())]


def documents_matching(reader: Actor, *, kind: str = "", search: str = "") -> "sa.Select[BuyerDocument]":
    """What buyers were given, the newest first, for finance staff. kind: a BUYER_KIND; search: its number or the order's."""
    found = sa.select(BuyerDocument).order_by(BuyerDocument.id.desc())
    if not may_read_all(reader):
        return found.where(sa.false())
    if kind in BUYER_KINDS:
        found = found.where(BuyerDocument.kind == kind)
    if search:
        wanted = BuyerDocument.order_number.startswith(search.lower(), autoescape=True)
        number = _NUMBER.fullmatch(search.upper())
        if number:
            same = BuyerDocument.number == int(number[2])
            wanted = sa.or_(wanted, sa.and_(same, BuyerDocument.kind == _KINDS[number[1]]) if number[1] else same)
        found = found.where(wanted)
    return found


def issued_within(begins: datetime, ends: datetime) -> "sa.ColumnElement[bool]":
    """Those of a month: from its first moment up to, but without, the first of the next."""
    return sa.and_(BuyerDocument.issued_at >= begins, BuyerDocument.issued_at < ends)


def first_and_last() -> tuple[datetime, datetime] | None:
    """When the first and the last document were issued; None before there is any."""
    row = db.session.execute(sa.select(sa.func.min(BuyerDocument.issued_at), sa.func.max(BuyerDocument.issued_at))).one()
    return (row[0], row[1]) if row[0] is not None else None


def credited_references(documents: Sequence[BuyerDocument]) -> dict[int, str]:
    """The number of the invoice that each of these credit notes takes back, by the note's id."""
    ids = {each.credits_id for each in documents if each.credits_id is not None}
    invoices = db.session.execute(sa.select(BuyerDocument).where(BuyerDocument.id.in_(ids))).scalars() if ids else ()
    numbers = {each.id: each.reference for each in invoices}
    return {each.id: numbers[each.credits_id] for each in documents if each.credits_id is not None}
