"""Counters stand in the books, a month is closed once, and a close takes back what the order of arrival did."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa

from coursehub.contracts import operations
from coursehub.contracts.models import MoneyEvent, MoneyLine
from coursehub.contracts.operations import closing
from coursehub.contracts.operations.closing import close_month, close_months
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.sharing import reinstate, release_reserves
from coursehub.db import db, transaction
from coursehub.ledger import checks
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.accounts import PARTNER_RESERVE as RESERVE

from .rig import agree, course_of, draft_of_dispute, draft_of_refund, draft_of_sale, terms_data
from .test_races import at_once

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)
AFTER = datetime(2026, 4, 6, 4, tzinfo=UTC)
LADDER = {"kind": "marginal", "window": "year", "rungs": [{"above_minor": 15_000, "share_bps": 1_000}]}


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at - 9 * DAY)


def agreed(cast, course, at, *, rates=None, **changes):
    """Northwind's terms with more than a simple split; what is said of `rates` comes on top of the rest rate."""
    plain = terms_data(cast.house, cast.northwind, course)["rates"]
    more = {**plain, "channels": [], "rest": {**plain["rest"], **(rates or {}).get("rest", {})}}
    more |= {name: value for name, value in (rates or {}).items() if name != "rest"}
    return agree(cast, course, at - 8 * DAY, rates=more, **changes)


def share(draft, at):
    with transaction():
        return operations.share(draft, at=at)


def sale(terms, course, at, n, gross=10_000):
    """A sale without tax or fee, so that its arithmetic can be done in the head."""
    return draft_of_sale(terms, course, at, f"sale:{n}", gross_minor=gross, tax_bps=0, fee_minor=0, order=f"o{n}")


def stood(cast, code, party=None):
    return ledger.balance_of(code, "CNY", party=party)


def sound():
    assert checks.check_books().faults == ()


def test_the_counter_of_a_ladder_stands_in_the_journal_of_each_sale(cast, course, at):
    contract, terms = agreed(cast, course, at, rates={"rest": {"ladder": LADDER}})
    first = share(sale(terms, course, at, 1), at)
    second = share(sale(terms, course, at + DAY, 2), at + DAY)
    house = [sum(line.amount_minor for line in event.lines if line.path == "/rates/rest") for event in (first, second)]
    assert house == [3_000, 5_000 * 30 // 100 + 5_000 * 10 // 100]
    assert -stood(cast, "memo:volume:2026", contract.public_id) == 20_000
    share(draft_of_refund(course, at + 2 * DAY, 5_000, sale="sale:2"), at + 2 * DAY)
    assert -stood(cast, "memo:volume:2026", contract.public_id) == 15_000
    assert "memo:volume:2026" in ledger.as_text(second.journal_id)
    sound()


def test_costs_come_back_until_their_amount_and_never_beyond_it_under_threads(app, cast, course, at):
    cost = {"id": "film", "party": cast.northwind.public_id, "amount_minor": 12_000, "share_bps": 10_000}
    contract, terms = agreed(cast, course, at, recoup=[cost], split={"kind": "pay", "party": cast.house.public_id})

    def sell(n):
        def go():
            share(sale(terms, course, at, n), at)

        return go

    at_once(app, *(sell(n) for n in range(4)))
    db.session.expire_all()
    assert -stood(cast, "memo:recouped:film", contract.public_id) == 12_000
    assert -stood(cast, "liability:payable:held", cast.northwind.public_id) == 12_000
    sound()


def test_what_is_sold_while_a_close_reads_the_contract_counts_in_it(cast, course, at, monkeypatch):
    """A close reads a life of sales before it locks; one that comes in between is not taken for money given too much."""
    contract, terms = agreed(cast, course, at, rates={"rest": {"ladder": LADDER}})
    share(sale(terms, course, at + DAY, 1), at + DAY)
    share(sale(terms, course, at + 2 * DAY, 2), at + 2 * DAY)
    late, lock = [sale(terms, course, at, 0)], closing.lock

    def selling_first(row):
        if late:
            share(late.pop(), at + 3 * DAY)
        lock(row)

    monkeypatch.setattr(closing, "lock", selling_first)
    assert not close_month(contract, "2026-03", at=AFTER) and late == []
    assert not close_month(contract, "2026-03", at=AFTER), "nothing is left for a second close"
    volume = 30_000
    owed = 15_000 * 70 // 100 + (volume - 15_000) * 90 // 100
    got = sa.select(sa.func.sum(MoneyLine.amount_minor)).where(MoneyLine.party == cast.northwind.public_id)
    assert db.session.execute(got).scalar_one() == owed
    sound()


def test_a_close_takes_back_what_the_order_of_arrival_did_in_one_visible_line(cast, course, at):
    contract, terms = agreed(cast, course, at, rates={"rest": {"ladder": {**LADDER, "kind": "slab"}}})
    share(sale(terms, course, at + 2 * DAY, 2, gross=1_000), at + 2 * DAY)
    share(sale(terms, course, at + DAY, 1, gross=20_000), at + 3 * DAY)
    assert -stood(cast, "income:share") == 300 + 6_000
    assert close_month(contract, "2026-03", at=AFTER)
    # In the right order: 20000 at 30 %, then 20000 were reached and 1000 count at 10 %.
    assert -stood(cast, "income:share") == 6_000 + 100
    (event,) = [event for event in events_of(contract) if event.kind == "true_up"]
    assert {line.party: line.amount_minor for line in event.lines} == {cast.house.public_id: -200, cast.northwind.public_id: 200}
    assert not close_month(contract, "2026-03", at=AFTER + DAY)
    sound()


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_whatever_arrived_first_a_ladder_gives_each_side_the_same_after_the_close(cast, course, at, order):
    cost = {"id": "film", "party": cast.northwind.public_id, "amount_minor": 5_000, "share_bps": 7_777}
    contract, terms = agreed(
        cast, course, at, rates={"rest": {"ladder": {**LADDER, "kind": "slab"}}}, recoup=[cost],
        split={"kind": "pay", "party": cast.house.public_id},
    )  # fmt: skip
    for n in order:
        share(sale(terms, course, at + n * DAY, n, gross=7_000 + 1_111 * n), at + 4 * DAY)
    close_month(contract, "2026-03", at=AFTER)
    earned = sum(-stood(cast, code, cast.northwind.public_id) for code in (PARTNER_HELD, PARTNER_READY, PARTNER_OWES))
    assert earned == 5_000
    # 8111 at 30 %, 9222 at 30 %, then 17333 were reached: 10333 at 10 %; the rest of all is the house's: 27666 - 5000.
    assert -stood(cast, "income:share") == 22_666
    trued = [event for event in events_of(contract) if event.kind == "true_up"]
    assert len(trued) <= 1 and all(event.amount_minor == 0 for event in trued)
    sound()


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_a_dispute_that_is_won_leaves_counters_and_shares_as_if_it_had_not_been(cast, course, at, order):
    contract, terms = agreed(cast, course, at, rates={"rest": {"ladder": {**LADDER, "kind": "slab"}}})
    for n in order:
        share(sale(terms, course, at + n * DAY, n, gross=7_000 + 1_111 * n), at + 4 * DAY)
    taken = share(draft_of_dispute(course, at + 5 * DAY, 9_222, "dispute:1", "sale:2"), at + 5 * DAY)
    with transaction():
        reinstate(taken, effect_key="dispute:1:back", occurred_at=at + 5 * DAY, at=at + 6 * DAY)  # within one second
    close_month(contract, "2026-03", at=AFTER)
    # 8111 at 30 %, 9222 at 30 %, then 17333 were reached: 10333 at 10 %.
    assert -stood(cast, "income:share") == 2_433 + 2_767 + 1_033
    assert -stood(cast, "memo:volume:rest:2026", contract.public_id) in (0, 27_666)
    sound()


def test_a_late_sale_is_trued_up_by_the_next_close(cast, course, at):
    _contract, terms = agreed(cast, course, at, rates={"rest": {"ladder": {**LADDER, "kind": "slab"}}})
    share(sale(terms, course, at + 2 * DAY, 2, gross=15_000), at + 2 * DAY)
    close_months(at=AFTER)
    share(sale(terms, course, at + DAY, 1, gross=10_000), AFTER)  # it happened before, and is known only now
    share(sale(terms, course, AFTER, 3, gross=10_000), AFTER)
    close_months(at=datetime(2026, 5, 6, 4, tzinfo=UTC))
    # 10000 and 15000 at 30 %, then 25000 were reached: 10000 at 10 %.
    assert -stood(cast, "income:share") == 7_500 + 1_000
    sound()


def test_a_reserve_is_kept_longer_shrinks_with_refunds_and_is_let_go_of_once(cast, course, at):
    partner = cast.northwind.public_id
    _contract, terms = agreed(cast, course, at, reserve={"share_bps": 1_000, "days": 90})
    share(sale(terms, course, at, 1), at)
    assert (-stood(cast, RESERVE, partner), -stood(cast, "liability:payable:held", partner)) == (700, 6_300)
    for n, amount in enumerate((1, 3_332, 1_667)):
        share(draft_of_refund(course, at + DAY, amount, key=f"refund:{n}", sale="sale:1"), at + DAY)
    assert (-stood(cast, RESERVE, partner), -stood(cast, "liability:payable:held", partner)) == (350, 3_150)
    assert release_reserves(at=at + 89 * DAY) == 0
    assert release_reserves(at=at + 90 * DAY) == 1 and release_reserves(at=at + 91 * DAY) == 0
    assert (stood(cast, RESERVE, partner), -stood(cast, "liability:payable:available", partner)) == (0, 350)
    sound()


def test_a_refund_after_hold_and_reserve_are_over_is_settled_from_what_is_ready(cast, course, at):
    partner = cast.northwind.public_id
    _contract, terms = agreed(cast, course, at, reserve={"share_bps": 1_000, "days": 90})
    event = share(sale(terms, course, at, 1), at)
    mature_sale(event, at=at + 31 * DAY)
    assert (-stood(cast, PARTNER_READY, partner), -stood(cast, RESERVE, partner)) == (6_300, 700)
    share(draft_of_refund(course, at + 40 * DAY, 5_000, key="refund:1", sale="sale:1"), at + 40 * DAY)
    assert (-stood(cast, PARTNER_READY, partner), -stood(cast, RESERVE, partner), stood(cast, PARTNER_HELD, partner)) == (
        3_150,
        350,
        0,
    )
    release_reserves(at=at + 90 * DAY)
    share(draft_of_refund(course, at + 95 * DAY, 5_000, key="refund:2", sale="sale:1"), at + 95 * DAY)
    assert all(stood(cast, code, partner) == 0 for code in (PARTNER_READY, RESERVE, PARTNER_HELD, PARTNER_OWES))
    sound()


def test_contracts_that_count_nothing_are_left_alone(cast, course, at):
    contract, terms = agree(cast, course, at - 8 * DAY)
    share(draft_of_sale(terms, course, at), at)
    assert not close_month(contract, "2026-03", at=AFTER) and close_months(at=AFTER) == 0
    assert not db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "true_up")).first()


def events_of(contract):
    found = sa.select(MoneyEvent).where(MoneyEvent.contract_id == contract.id).order_by(MoneyEvent.id)
    return db.session.execute(found).scalars().all()


def test_a_statement_tells_of_the_close_and_still_adds_up(cast, course, at):
    from coursehub.statements.months import Month
    from coursehub.statements.queries import reckon
    from coursehub.statements.reckoning import disagreements

    partner = cast.northwind.public_id
    promise = {"party": partner, "window": "month", "amount_minor": 30_000, "cap_minor": None, "funder": cast.house.public_id}
    contract, terms = agreed(
        cast, course, at, rates={"rest": {"ladder": {**LADDER, "kind": "slab"}}}, guarantees=[promise],
        reserve={"share_bps": 1_000, "days": 90},
    )  # fmt: skip
    share(sale(terms, course, at + 2 * DAY, 2, gross=1_000), at + 2 * DAY)
    share(sale(terms, course, at + DAY, 1, gross=20_000), at + 3 * DAY)
    close_month(contract, "2026-03", at=AFTER)
    kinds = set()
    for month in (Month(2026, 3), Month(2026, 4)):
        data = reckon(cast.northwind, month, "CNY", at=AFTER + DAY)
        assert disagreements(data) == []
        kinds |= {line["kind"] for line in data["lines"]}
    assert {"true_up", "guarantee"} <= kinds


def test_what_was_taken_and_given_back_in_one_second_closes_in_whatever_order_the_names_stand(cast, course, at):
    """By name dispute:10 comes before dispute:2 and its way back: twice the sale would be gone."""
    contract, terms = agreed(cast, course, at, rates={"ceiling": {"amount_minor": 4_000, "window": "month"}})
    share(sale(terms, course, at, 1), at)
    taken = share(draft_of_dispute(course, at, 10_000, "dispute:2"), at)
    with transaction():
        reinstate(taken, effect_key="dispute:2:back", occurred_at=at, at=at)
    share(draft_of_dispute(course, at, 10_000, "dispute:10"), at)
    assert not close_month(contract, "2026-03", at=AFTER)
    assert stood(cast, "income:share") == 0
    sound()
