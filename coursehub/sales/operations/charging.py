"""Getting the later parts of a price: from the card that was kept, or on a page where the buyer pays what is due or the rest."""

from collections.abc import Sequence
from datetime import datetime

from coursehub import events, rails
from coursehub.contracts.operations.bundling import share_bundle
from coursehub.contracts.operations.sharing import share
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.instalments import again_at
from coursehub.sales.models import PLAN_GOING, Instalment, InstalmentPlan, Order, Payment
from coursehub.sales.operations.checkout import LEAST_PAGE_TIME, TIME_TO_PAY, PaymentAway
from coursehub.sales.operations.completion import give_back, keep_payment, part_drafts, raise_trouble, sale_draft
from coursehub.sales.operations.instalments import note_paid, note_refused
from coursehub.sales.operations.papers import continue_invoices
from coursehub.sales.operations.turns import PATIENCE, in_turn
from coursehub.sales.queries import disputes
from coursehub.web import external_url


class NothingDue(Refusal):
    """Nothing of this order is left to pay."""


def charge_due(*, at: datetime, limit: int = 200, patience: int = PATIENCE) -> int:
    """Ask the cards for what is due, and after tries whose answer was lost; how many."""
    return in_turn(
        lambda newest: queries.instalments_to_ask(at, limit, newest_first=newest),
        lambda instalment: charge(instalment, at=at), what="part", patience=patience,
    )  # fmt: skip


def charge(instalment: Instalment, *, at: datetime) -> None:
    """Ask the card for one part and write down the answer; safe to repeat. Raises RailAway when none comes."""
    order = db.session.get_one(Order, instalment.order_id)
    with transaction():
        lock(order)
        lock(instalment)
        plan = queries.plan_of(order.id)
        if plan is None:
            return
        wanted, pending = _may_ask(order, plan, instalment, at), instalment.asked_at is not None
        if pending and queries.is_cut_since_asked(instalment):
            wanted = False  # it asked for more than is owed now: what came of it is looked for, and the next try asks for less
        if not wanted and not pending:
            return
        if not pending:
            instalment.tries, instalment.asked_at = instalment.tries + 1, at
        wish = _wish(order, plan, instalment, again=pending)
    try:
        payment = rails.current().charge_card(wish) if wanted else rails.current().find_charge(wish)
    except (rails.KeySpoiled, rails.RailRefused) as problem:
        _note_no(order, instalment, problem, at)
        return
    if payment is None:
        with transaction():
            lock(instalment)
            instalment.asked_at = None
        return
    record_paid_parts(order, payment, [instalment.n], at=at)


def _may_ask(order: Order, plan: InstalmentPlan, instalment: Instalment, at: datetime) -> bool:
    on_page = plan.page_expires_at is not None and plan.session_id is not None and plan.page_expires_at > at
    going = order.state == "paid" and not order.trouble and plan.state in PLAN_GOING and not on_page
    return going and instalment.is_open and instalment.try_at is not None and instalment.try_at <= at


def _wish(order: Order, plan: InstalmentPlan, instalment: Instalment, *, again: bool) -> rails.ChargeWish:
    return rails.ChargeWish(
        key=f"instalment:{instalment.reference}", reference=instalment.reference, order=order.public_id,
        title=queries.titles_of([order], order.locale).get(order.id, ""), amount_minor=instalment.amount_minor,
        currency=order.currency, payer_id=plan.payer_id, card_id=plan.card_id, again=again,
    )  # fmt: skip


def _note_no(order: Order, instalment: Instalment, problem: Exception, at: datetime) -> None:
    """The bank said no: dunning begins or goes on. A key that the rail spoiled is no answer: the next try has another."""
    with transaction():
        lock(order)
        lock(instalment)
        plan = queries.plan_of(order.id)
        if isinstance(problem, rails.RailRefused) and plan is not None and instalment.is_open:
            code = problem.code or str(problem)
            note_refused(instalment, plan, code=code, try_at=again_at(instalment.tries, at), at=at)
        else:
            instalment.asked_at = None


def record_paid_parts(order: Order, facts: rails.PaymentFacts, numbers: Sequence[int], *, at: datetime) -> Payment | None:
    """Write down money that came for parts of a price, once per payment, and share it under the terms of the sale.

    What came twice, after the plan was over or for a course that went back meanwhile, goes back by itself.
    """
    with transaction():
        lock(order)
        plan, known = queries.plan_of(order.id), disputes.payment_at_rail(facts.id)
        rows = [row for row in queries.instalments_of(order.id) if row.n in numbers]
        for row in rows:
            row.asked_at = None  # whatever is done with the money, the answer is known
        if known is not None or plan is None or not rows:
            return known
        whole = sum(row.amount_minor for row in rows) == facts.amount_minor and facts.currency == order.currency
        going = order.state == "paid" and plan.state in PLAN_GOING
        if not (going and whole and all(row.is_open for row in rows)):
            lost = keep_payment(order, facts, "stripe", "returned", at, n=rows[0].n)
            give_back(order, lost, "duplicate" if going else "late", at)
            return lost
        payment = keep_payment(order, facts, "stripe", "sold", at, n=rows[0].n)
        if facts.card_id:
            plan.payer_id, plan.card_id = facts.payer_id, facts.card_id
        plan.session_id = plan.session_url = plan.page_expires_at = None
        note_paid(plan, rows, payment, at=at)
        events.record("sales.instalment_paid", at=at, payment_id=payment.id)
        if order.bundle_id is not None:
            drafts = part_drafts(order, queries.parts_of(order.id), payment, _brought_by(order), rows)
            share_bundle(drafts, effect_key=payment.effect_key, at=at)
        else:
            share(sale_draft(order, payment, _brought_by(order), rows), at=at)
        continue_invoices(order, payment, at=at)
    return payment


def _brought_by(order: Order) -> str | None:
    organisation = queries.organisation_of(order.attributed_organisation_id)
    return organisation.public_id if organisation else None


def open_instalment_page(order: Order, *, whole: bool, by: Actor, at: datetime) -> str:
    """The address of a page on which the buyer pays what is due (or else the next part), or all that is left.

    The card used there pays the later parts. A page for other parts that was open before is closed first, so that nothing
    is paid twice. Raises NothingDue, PaymentAway.
    """
    require(policies.may_ask_refund(by, order))
    plan = queries.plan_of(order.id)
    if plan is None or plan.state not in PLAN_GOING or order.trouble:
        raise NothingDue
    try:
        if plan.session_id is not None and not _page_fits(plan, _wanted(order, whole, at), at):
            close_instalment_page(plan, at=at)
        return _page(order, plan, whole, at)
    except (rails.RailAway, rails.RailRefused, rails.PaymentsNotSetUp) as problem:
        raise PaymentAway from problem


def _wanted(order: Order, whole: bool, at: datetime) -> list[Instalment]:
    left = queries.open_instalments(order.id)
    due = [row for row in left if row.due_at <= at]
    return left if whole else due or left[:1]


def _numbers(rows: Sequence[Instalment]) -> str:
    return "_".join(str(row.n) for row in sorted(rows, key=lambda row: row.n))


def _page_fits(plan: InstalmentPlan, wanted: Sequence[Instalment], at: datetime) -> bool:
    return plan.page_parts == _numbers(wanted) and plan.page_expires_at is not None and plan.page_expires_at > at


def _page(order: Order, plan: InstalmentPlan, whole: bool, at: datetime) -> str:
    with transaction():
        lock(order)
        lock(plan)
        wanted = _wanted(order, whole, at)
        if not wanted or plan.state not in PLAN_GOING:
            raise NothingDue
        if plan.session_url is not None and _page_fits(plan, wanted, at):
            return plan.session_url
        if plan.page_expires_at is None or plan.page_parts != _numbers(wanted) or plan.page_expires_at - at < LEAST_PAGE_TIME:
            plan.page_n += 1
            plan.page_parts, plan.page_expires_at = _numbers(wanted), at + TIME_TO_PAY
        wish = _page_wish(order, plan, wanted)
    opened = rails.current().open_session(wish)
    with transaction():
        lock(plan)
        plan.session_id, plan.session_url = opened.id, opened.url
    return opened.url


def _page_wish(order: Order, plan: InstalmentPlan, wanted: Sequence[Instalment]) -> rails.SessionWish:
    if plan.page_expires_at is None:
        raise ValueError(f"page {plan.page_n} of order {order.public_id} has no end")
    reference = f"{order.public_id}-{plan.page_n}-{plan.page_parts}"
    return rails.SessionWish(
        key=f"instalments:{reference}", reference=reference, title=queries.titles_of([order], order.locale).get(order.id, ""),
        amount_minor=sum(row.amount_minor for row in wanted), currency=order.currency, locale=order.locale,
        email=people.email_of(order.buyer_id) or "",
        success_url=external_url("sales.instalment_return", public_id=order.public_id),
        cancel_url=external_url("sales.order_page", public_id=order.public_id), expires_at=plan.page_expires_at,
        keeps_card=True, payer_id=plan.payer_id,
    )  # fmt: skip


def settle_page(session_id: str, *, at: datetime) -> str:
    """Read a pay page of parts at the rail and do what follows from it; safe at any time. Raises RailAway."""
    return _follow(rails.current().read_session(session_id), at)


def close_instalment_page(plan: InstalmentPlan, *, at: datetime) -> None:
    """Close the page that is open; what was paid on it meanwhile counts. Raises RailAway."""
    if plan.session_id is not None:
        _follow(rails.current().expire_session(plan.session_id), at)


def _follow(facts: rails.SessionFacts, at: datetime) -> str:
    number, _dash, rest = facts.reference.partition("-")
    order = queries.order_by_number(number)
    if order is None or not rest:
        return "unknown order"
    parts = [int(n) for n in rest.partition("-")[2].split("_")]
    if facts.live != order.is_live:
        raise_trouble(order, "mode")
    elif facts.payment is not None:
        record_paid_parts(order, facts.payment, parts, at=at)
    if facts.state in ("paid", "expired", "failed"):
        _page_over(order, facts.id)
    return facts.state


def _page_over(order: Order, session_id: str) -> None:
    plan = queries.plan_of(order.id)
    if plan is not None:
        with transaction():
            lock(plan)
            if plan.session_id == session_id:
                plan.session_id = plan.session_url = plan.page_expires_at = None


def settle_parts(order: Order, *, at: datetime) -> None:
    """Look after every payment of a price in parts that may have come without our knowing. Raises RailAway."""
    plan = queries.plan_of(order.id)
    if plan is not None and plan.session_id is not None:
        settle_page(plan.session_id, at=at)
    for row in queries.instalments_of(order.id):
        if row.asked_at is not None:
            charge(row, at=at)


def settle_pages(*, at: datetime, limit: int = 200, patience: int = PATIENCE) -> int:
    """Ask after the pay pages of parts that are open: the last net under lost events; how many. None is open for long."""
    return in_turn(
        lambda newest: queries.plans_on_page(limit, newest_first=newest),
        lambda plan: settle_page(plan.session_id or "", at=at), what="page of plan", patience=patience,
        name=lambda plan: str(plan.id),
    )  # fmt: skip


def forget_payer(plan: InstalmentPlan, *, at: datetime) -> None:
    """The plan is over: forget the buyer's card at the rail. A try whose answer is not known is asked after first."""
    settle_parts(db.session.get_one(Order, plan.order_id), at=at)
    if plan.over_at is not None and plan.payer_id:
        rails.current().forget_payer(plan.payer_id)
        with transaction():
            lock(plan)
            plan.payer_id = plan.card_id = ""
