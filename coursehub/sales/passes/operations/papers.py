"""Paper for passes: each paid period has an invoice of the one series, credit notes beside refunds, and its fapiao if asked."""

from datetime import datetime

from coursehub import events
from coursehub.billing import queries as billing
from coursehub.billing.models import BuyerDocument
from coursehub.billing.operations.buyers import TAX, BuyerLine, issue_buyer_document
from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.ledger import queries as ledger
from coursehub.ledger.models import Journal
from coursehub.people.actor import Actor
from coursehub.people.operations.buyer_details import DetailsDraft, keep_buyer_details
from coursehub.sales import queries as sold
from coursehub.sales.models import CoursePass, FapiaoRequest, PassPeriod, PassRefund, PassSubscription, PaymentDispute, back_of
from coursehub.sales.operations.fapiao import check_wish, keep_wish, record_asked
from coursehub.sales.operations.papers import NothingToInvoice, check_details
from coursehub.sales.passes import policies, queries
from coursehub.sales.words import period_titles


def ask_invoices(subscription: PassSubscription, details: DetailsDraft, *, by: Actor, at: datetime) -> list[BuyerDocument]:
    """Make out the invoices of the periods that were paid and have none, with credit notes over what went back before.

    From then on each period has its invoice when it is paid. Raises NothingToInvoice, TaxNumberWrong.
    """
    require(policies.may_change_subscription(by, subscription))
    check_details(details)
    with transaction():
        lock(subscription)
        missing = [each for each in queries.periods_of(subscription.id) if billing.buyer_document_for(_key(each)) is None]
        if not missing:
            raise NothingToInvoice
        kept = keep_buyer_details(details, by=by, at=at)
        made = [_invoice(subscription, period, kept.id, at) for period in reversed(missing)]
        for period in reversed(missing):
            for refund in queries.refunds_of(period.id):
                credit_period(period, refund, at=at)
            for dispute in queries.disputes_of(period.id):
                credit_period_dispute(period, dispute, at=at)
    return made


def ask_fapiao_of_period(
    period: PassPeriod, details: DetailsDraft, *, kind: str, by: Actor, at: datetime, goes_on: bool = False
) -> FapiaoRequest:
    """Ask for the fapiao of a paid period. kind: normal | special. goes_on: and for each later one when it is paid.

    Raises NothingToInvoice, TaxNumberWrong, SpecialNeedsMore, FapiaoAskedBefore.
    """
    require(policies.may_change_subscription(by, db.session.get_one(PassSubscription, period.subscription_id)))
    check_wish(details, kind)
    with transaction():
        lock(period)
        request = FapiaoRequest(period_id=period.id, kind=kind, goes_on=goes_on)
        return keep_wish(request, sold.sold_period(period), sold.fapiao_of_periods([period.id]), details, by=by, at=at)


def continue_invoices(subscription: PassSubscription, period: PassPeriod, *, at: datetime) -> BuyerDocument | None:
    """A period is paid and booked: it has its invoice, if the buyer asked for that of one before. Joins."""
    before = (billing.buyer_document_for(_key(each)) for each in queries.periods_of(subscription.id) if each.id != period.id)
    last = next((each for each in before if each is not None), None)
    return _invoice(subscription, period, last.details_id, at) if last is not None else None


def continue_fapiao(subscription: PassSubscription, period: PassPeriod, *, at: datetime) -> FapiaoRequest | None:
    """A period is paid and booked: its fapiao is asked for as that of one before, if the buyer wished so. Joins.

    A wish that finance declined is not repeated.
    """
    last = queries.fapiao_that_goes_on(subscription.id)
    if last is None:
        return None
    request = FapiaoRequest(
        period_id=period.id, kind=last.kind, goes_on=True, details_id=last.details_id, state="asked", asked_at=at
    )
    db.session.add(request)
    db.session.flush()
    record_asked(request, at=at)
    return request


def stop_fapiao(subscription: PassSubscription, *, by: Actor, at: datetime) -> None:
    """Later periods get no fapiao by themselves any more; those asked for are made out. Nothing happens if none would."""
    require(policies.may_change_subscription(by, subscription))
    with transaction():
        lock(subscription)
        going = [each for each in sold.fapiao_of_periods(_ids(subscription)) if each.goes_on]
        for each in going:
            each.goes_on = False
        if going:
            db.session.flush()
            events.record("sales.fapiao_stopped", at=at, request_id=going[0].id)


def _ids(subscription: PassSubscription) -> list[int]:
    return [each.id for each in queries.periods_of(subscription.id)]


def credit_period(period: PassPeriod, refund: PassRefund, *, at: datetime) -> BuyerDocument | None:
    """A refund that is booked goes on a credit note if its period has an invoice. Joins; once for each refund."""
    with transaction():
        invoice = billing.buyer_document_for(_key(period))
        journal = ledger.journal_for(f"refund:{refund.public_id}") if refund.booked_at is not None else None
        if invoice is None or journal is None:
            return None
        of_period = [leg.amount_minor for leg in ledger.lines_of(journal.id) if leg.code == f"asset:rail:{period.rail}"]
        return _credit(period, invoice, -sum(of_period), journal, at)  # not: what a bank had taken by then


def credit_period_dispute(period: PassPeriod, dispute: PaymentDispute, *, at: datetime) -> None:
    """What a bank took for good of a period goes on a credit note, and back on an invoice if the bank gives it back after all.

    While the bank decides nothing is put on paper. Joins; once, and only where the period has an invoice.
    """
    with transaction():
        invoice = billing.buyer_document_for(_key(period))
        left, back = ledger.journal_for(dispute.effect_key), ledger.journal_for(back_of(dispute.effect_key))
        if invoice is None or left is None:
            return
        noted = billing.buyer_document_for(left.effect_key)
        if noted is None and back is None and dispute.state == "lost":
            _credit(period, invoice, dispute.shared_minor, left, at)
        elif noted is not None and back is not None:
            subscription = db.session.get_one(PassSubscription, period.subscription_id)
            issue_buyer_document(
                "sale_invoice", [_line(period, dispute.shared_minor, back)], order_number=subscription.public_id,
                details_id=invoice.details_id, currency=period.currency, effect_key=back.effect_key, journal_ids=[back.id], at=at,
            )  # fmt: skip


def _credit(period: PassPeriod, invoice: BuyerDocument, amount_minor: int, journal: Journal, at: datetime) -> BuyerDocument:
    """A credit note over what a journal took back; also over what a bank had given back on an invoice made out anew."""
    given = (billing.buyer_document_for(back_of(each.effect_key)) for each in queries.disputes_of(period.id))
    return issue_buyer_document(
        "sale_credit", [_line(period, amount_minor, journal)], order_number=invoice.order_number, details_id=invoice.details_id,
        currency=period.currency, effect_key=journal.effect_key, journal_ids=[journal.id], at=at, credits=invoice,
        anew=[each for each in given if each is not None],
    )  # fmt: skip


def _line(period: PassPeriod, amount_minor: int, journal: Journal) -> BuyerLine:
    """A line with the tax that its journal moved."""
    tax = abs(sum(leg.amount_minor for leg in ledger.lines_of(journal.id) if leg.code == TAX))
    return BuyerLine(_words(period), amount_minor, period.tax_bps, tax)


def _invoice(subscription: PassSubscription, period: PassPeriod, details_id: int, at: datetime) -> BuyerDocument:
    journal = ledger.journal_for(_key(period))
    if journal is None:
        raise NothingToInvoice
    line = BuyerLine(_words(period), period.amount_minor, period.tax_bps, period.paid("").legs()["tax"])
    return issue_buyer_document(
        "sale_invoice", [line], order_number=subscription.public_id, details_id=details_id, currency=period.currency,
        effect_key=journal.effect_key, journal_ids=[journal.id], at=at,
    )  # fmt: skip


def _key(period: PassPeriod) -> str:
    return period.paid("").effect_key


def _words(period: PassPeriod) -> dict[str, str]:
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    pass_ = db.session.get_one(CoursePass, subscription.pass_id)
    return period_titles(pass_, period)
