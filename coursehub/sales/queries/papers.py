"""Reading what was put on paper: fapiao that buyers asked for, and what each is made out over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.billing.models import Document, DocumentLine
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db
from coursehub.people.models import BuyerDetails
from coursehub.sales.models import (
    CoursePass,
    FapiaoRequest,
    FapiaoReversal,
    Order,
    PassPeriod,
    PassRefund,
    PassSubscription,
    Payment,
    PaymentDispute,
    Refund,
)
from coursehub.sales.queries.orders import titles_of
from coursehub.sales.words import invoice_titles, period_titles


def _sum(amount: Any, *where: Any, of: type[Order | PassPeriod | Document | FapiaoRequest]) -> "sa.ScalarSelect[int]":
    """A sum for each row of the table that is asked for."""
    return sa.select(sa.func.coalesce(sa.func.sum(amount), 0)).where(*where).correlate(of).scalar_subquery()


def _order_paid(id: Any, of: type[Order | FapiaoRequest]) -> "sa.ScalarSelect[int]":
    return _sum(Payment.amount_minor, Payment.order_id == id, Payment.outcome == "sold", of=of)


def _order_gone(id: Any, of: type[Order | FapiaoRequest]) -> "sa.ColumnElement[int]":
    sold = (Payment.id == Refund.payment_id, Payment.outcome == "sold")
    refunded = (Refund.order_id == id, Refund.booked_at.is_not(None), *sold)
    return _sum(Refund.amount_minor, *refunded, of=of) + _lost(PaymentDispute.order_id == id, of)


def _period_gone(id: Any, of: type[PassPeriod | FapiaoRequest]) -> "sa.ColumnElement[int]":
    refunded = (PassRefund.period_id == id, PassRefund.booked_at.is_not(None))
    return _sum(PassRefund.amount_minor, *refunded, of=of) + _lost(PaymentDispute.period_id == id, of)


def _credited(id: Any, of: type[Document | FapiaoRequest]) -> "sa.ColumnElement[int]":
    note = sa.orm.aliased(Document)
    return _sum(note.amount_minor, note.credits_id == id, of=of)


def _lost(about: Any, of: type[Order | PassPeriod | FapiaoRequest]) -> "sa.ScalarSelect[int]":
    """What banks keep for good; while they decide nothing is gone."""
    return _sum(PaymentDispute.shared_minor, about, PaymentDispute.state == "lost", PaymentDispute.reinstated_at.is_(None), of=of)


_PAID = (
    _order_paid(FapiaoRequest.order_id, FapiaoRequest)
    + _sum(PassPeriod.amount_minor, PassPeriod.id == FapiaoRequest.period_id, of=FapiaoRequest)
    + _sum(Document.amount_minor, Document.id == FapiaoRequest.document_id, of=FapiaoRequest)
)
_BACK = (
    _order_gone(FapiaoRequest.order_id, FapiaoRequest)
    + _period_gone(FapiaoRequest.period_id, FapiaoRequest)
    + _credited(FapiaoRequest.document_id, FapiaoRequest)
)
_GONE = sa.case((_BACK > _PAID, _PAID), else_=_BACK)
"""What a bank took and we gave back as well is beyond what was sold, and on no paper."""
_REVERSED = _sum(FapiaoReversal.amount_minor, FapiaoReversal.request_id == FapiaoRequest.id, of=FapiaoRequest)
_TO_REVERSE = _GONE - (_PAID - FapiaoRequest.issued_minor) - _REVERSED


@dataclass(frozen=True)
class SoldOnPaper:
    """What a fapiao is made out over: an order, a paid period of a pass, or a member's invoice.

    buyer_id: who asked, or may ask. number: of the order, the subscription or the invoice; public_id: the same as addresses
    say it. tax_bps: None where its lines say it. gone_minor: what of paid_minor went back for good, or was taken off by
    credit notes. titles: by language.
    """

    buyer_id: int
    number: str
    public_id: str
    currency: str
    tax_bps: int | None
    paid_minor: int
    gone_minor: int
    titles: Mapping[str, str]

    @property
    def left_minor(self) -> int:
        """What a fapiao would be made out over now."""
        return self.paid_minor - self.gone_minor


def sold_order(order: Order) -> SoldOnPaper:
    """An order as a fapiao sees it."""
    return _orders([order.id])[order.id]


def sold_period(period: PassPeriod) -> SoldOnPaper:
    """A paid period as a fapiao sees it."""
    return sold_periods([period.id])[period.id]


def sold_for(request: FapiaoRequest) -> SoldOnPaper:
    """What a request is about."""
    return sold_for_each([request])[request.id]


def sold_for_each(requests: Iterable[FapiaoRequest]) -> dict[int, SoldOnPaper]:
    """By request: what it is about."""
    requests = list(requests)
    orders = _orders([each.order_id for each in requests if each.order_id is not None])
    periods = sold_periods([each.period_id for each in requests if each.period_id is not None])
    found = {each.id: orders[each.order_id] for each in requests if each.order_id is not None}
    found |= {each.id: periods[each.period_id] for each in requests if each.period_id is not None}
    return found | _documents_asked_for([each for each in requests if each.document_id is not None])


def sold_document(document: Document, buyer_id: int) -> SoldOnPaper:
    """A member's invoice as a fapiao sees it, asked for by this person."""
    gone = db.session.execute(sa.select(_credited(Document.id, Document)).where(Document.id == document.id)).scalar_one()
    lines = db.session.execute(sa.select(sa.func.count()).where(DocumentLine.document_id == document.id)).scalar_one()
    return _on_paper(document, buyer_id, int(gone), int(lines))


def _documents_asked_for(requests: Sequence[FapiaoRequest]) -> dict[int, SoldOnPaper]:
    if not requests:
        return {}
    found = (
        sa.select(FapiaoRequest.id, Document, BuyerDetails.person_id, _credited(Document.id, Document), _lines_of())
        .join(Document, Document.id == FapiaoRequest.document_id)
        .join(BuyerDetails, BuyerDetails.id == FapiaoRequest.details_id)
        .where(FapiaoRequest.id.in_([each.id for each in requests]))
    )
    return {
        number: _on_paper(document, person_id, int(gone), int(lines))
        for number, document, person_id, gone, lines in db.session.execute(found).tuples()
    }


def _lines_of() -> "sa.ScalarSelect[int]":
    return sa.select(sa.func.count()).where(DocumentLine.document_id == Document.id).correlate(Document).scalar_subquery()


def _on_paper(document: Document, buyer_id: int, gone_minor: int, lines: int) -> SoldOnPaper:
    return SoldOnPaper(
        buyer_id, document.reference, document.public_id, document.currency, _rate(document, lines), document.amount_minor,
        gone_minor, invoice_titles(document.cause),
    )  # fmt: skip


def _rate(document: Document, lines: int) -> int | None:
    """The tax rate of an invoice, in basis points: the whole percent that its tax fits, rounded line by line.

    An invoice keeps its tax as an amount. Of one for part-time work only the fee contains tax, so it has no one rate.
    """
    near = min(range(0, 3_100, 100), key=lambda bps: abs(tax_within(document.amount_minor, bps) - document.tax_minor))
    fits = abs(tax_within(document.amount_minor, near) - document.tax_minor) <= lines
    return near if fits and document.cause != "work" else None


def _orders(ids: Sequence[int]) -> dict[int, SoldOnPaper]:
    if not ids:
        return {}
    found = sa.select(Order, _order_paid(Order.id, Order), _order_gone(Order.id, Order)).where(Order.id.in_(ids))
    rows = db.session.execute(found).tuples().all()
    titles = {locale: titles_of([order for order, _paid, _gone in rows], locale) for locale in ("zh-CN", "en")}
    return {
        order.id: SoldOnPaper(
            order.buyer_id, order.public_id, order.public_id, order.currency, order.tax_bps, int(paid), int(gone),
            {locale: names.get(order.id, "") for locale, names in titles.items()},
        )
        for order, paid, gone in rows
    }  # fmt: skip


def sold_periods(ids: Sequence[int]) -> dict[int, SoldOnPaper]:
    """By period: how a fapiao sees it."""
    if not ids:
        return {}
    found = (
        sa.select(PassPeriod, PassSubscription, CoursePass, _period_gone(PassPeriod.id, PassPeriod))
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
        .where(PassPeriod.id.in_(ids))
    )
    return {
        period.id: SoldOnPaper(
            mine.person_id, mine.public_id, mine.public_id, period.currency, period.tax_bps, period.amount_minor, int(gone),
            period_titles(pass_, period),
        )
        for period, mine, pass_, gone in db.session.execute(found).tuples()
    }  # fmt: skip


def fapiao_of(order_id: int) -> Sequence[FapiaoRequest]:
    """Every request for the fapiao of an order, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.order_id == order_id).order_by(FapiaoRequest.id.desc())
    return db.session.execute(found).scalars().all()


def fapiao_of_periods(period_ids: Iterable[int]) -> Sequence[FapiaoRequest]:
    """Every request for the fapiao of paid periods, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.period_id.in_(list(period_ids))).order_by(FapiaoRequest.id.desc())
    return db.session.execute(found).scalars().all()


def fapiao_of_document(document_id: int) -> Sequence[FapiaoRequest]:
    """Every request for the fapiao of a member's invoice, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.document_id == document_id).order_by(FapiaoRequest.id.desc())
    return db.session.execute(found).scalars().all()


def reversals_of_fapiao(request_id: int) -> Sequence[FapiaoReversal]:
    """The red-letter fapiao that were made out against one, the first first."""
    found = sa.select(FapiaoReversal).where(FapiaoReversal.request_id == request_id).order_by(FapiaoReversal.id)
    return db.session.execute(found).scalars().all()


def fapiao_to_reverse_minor(request: FapiaoRequest) -> int:
    """What went back after a fapiao was made out and has no red-letter fapiao yet."""
    if request.state != "issued":
        return 0
    return int(db.session.execute(sa.select(_TO_REVERSE).where(FapiaoRequest.id == request.id)).scalar_one())


def fapiao_waiting() -> "sa.Select[FapiaoRequest]":
    """Requests that nobody has answered, the oldest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.state == "asked")
    return found.order_by(FapiaoRequest.asked_at, FapiaoRequest.id)


def fapiao_to_reverse() -> "sa.Select[FapiaoRequest, int]":
    """Fapiao of which money went back since, the oldest first, with what a red-letter fapiao must take back."""
    found = sa.select(FapiaoRequest, _TO_REVERSE).where(FapiaoRequest.state == "issued", _TO_REVERSE > 0)
    return found.order_by(FapiaoRequest.asked_at, FapiaoRequest.id)


def fapiao_to_do() -> "sa.Select[int, datetime]":
    """How many requests finance has something to do for, and since when the oldest waits: unanswered, or to be reversed."""
    found = sa.select(sa.func.count(), sa.func.min(FapiaoRequest.asked_at)).select_from(FapiaoRequest)
    reverse = sa.and_(FapiaoRequest.state == "issued", _TO_REVERSE > 0)
    return found.where(sa.or_(FapiaoRequest.state == "asked", reverse))


def fapiao_answered() -> "sa.Select[FapiaoRequest]":
    """Requests with an answer, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.state != "asked")
    return found.order_by(FapiaoRequest.answered_at.desc(), FapiaoRequest.id.desc())


def all_fapiao() -> "sa.Select[FapiaoRequest]":
    """Every request, for finance staff."""
    return sa.select(FapiaoRequest)
