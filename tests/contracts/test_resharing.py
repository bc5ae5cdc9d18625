"""A sale shared anew: with counters, a reserve, a close, and the statement that a partner checks without us."""

import copy
import json

import pytest

from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.operations.sharing import reinstate, release_reserves
from coursehub.db import transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_READY
from coursehub.ledger.accounts import PARTNER_RESERVE as RESERVE
from coursehub.ledger.operations import seal_days
from coursehub.payouts.operations import end_holds
from coursehub.statements import bundle, operations, queries
from coursehub.statements.checks import faults as false_statements
from coursehub.statements.months import Month
from tests.statements.books import APRIL, MARCH, MAY, dispute, refund, sell
from tests.statements.offline import faults, hashed_anew

from .rig import agree, course_of, draft_of_dispute, draft_of_refund
from .test_closing import AFTER, DAY, agreed, sale, share, sound, stood

pytestmark = pytest.mark.usefixtures("app")
LINK = [{"channel": "partner_link", "share_bps": 1_000, "cap_minor": None}]


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at - 9 * DAY)


def by_link(event, cast, at, contest="c1"):
    with transaction():
        return reattribute(
            event, channel="partner_link", attributed=cast.northwind.public_id, contest=contest, at=at
        )  # fmt: skip


def test_counters_move_as_if_the_sale_had_come_so_and_the_close_finds_the_right_order(cast, course, at):
    """30 %, at most 40.00 a month for the house. Two sales of 100.00 give it 30.00 and 10.00; the first came by the link (10 %).

    So the first gives 10.00, and 30.00 are left of the ceiling for the second: 20.00 more at the close.
    """
    ceiling = {"amount_minor": 4_000, "window": "month"}
    contract, terms = agreed(cast, course, at, rates={"ceiling": ceiling, "channels": LINK})
    first = share(sale(terms, course, at, 1), at)
    share(sale(terms, course, at + DAY, 2), at + DAY)
    counter = "memo:platform:2026-03"
    assert (-stood(cast, "income:share"), -stood(cast, counter, contract.public_id)) == (4_000, 4_000)
    by_link(first, cast, at + 2 * DAY)
    assert (-stood(cast, "income:share"), -stood(cast, counter, contract.public_id)) == (2_000, 2_000)
    assert close_month(contract, "2026-03", at=AFTER)
    assert (-stood(cast, "income:share"), -stood(cast, counter, contract.public_id)) == (4_000, 4_000)
    assert not close_month(contract, "2026-03", at=AFTER)
    sound()


def test_what_a_correction_moves_after_the_reserve_had_kept_all_and_let_go_of_it_is_ready_or_owed(cast, course, at):
    """30 % for the house, 40 % by the link. Nothing was ever on hold, so nothing matured, and nothing may stay there now."""
    dearer = [{**LINK[0], "share_bps": 4_000}]
    _contract, terms = agreed(
        cast, course, at, rates={"channels": dearer}, reserve={"share_bps": 10_000, "days": 60}, hold={"days": 14}
    )
    first = share(sale(terms, course, at, 1), at)
    mature_sale(first, at=at + 20 * DAY)
    release_reserves(at=at + 61 * DAY)
    own = cast.northwind.public_id
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, RESERVE, PARTNER_READY)] == [0, 0, 7_000]
    by_link(first, cast, at + 62 * DAY)
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, RESERVE, PARTNER_READY)] == [0, 0, 6_000]
    share(refund_of(course, at + 63 * DAY, 5_000), at + 63 * DAY)
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, RESERVE, PARTNER_READY)] == [0, 0, 3_000]
    sound()


def test_what_a_correction_gives_after_a_hold_that_held_nothing_is_ready_to_be_paid(cast, course, at):
    """Through the platform all is the house's, by the link a tenth: the hold ended with nothing on it."""
    _contract, terms = agreed(cast, course, at, rates={"channels": LINK, "rest": {"share_bps": 10_000}}, hold={"days": 14})
    first = share(sale(terms, course, at, 1), at)
    assert end_holds(at=at + 20 * DAY) == 1
    by_link(first, cast, at + 21 * DAY)
    own = cast.northwind.public_id
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, PARTNER_READY)] == [0, 9_000]
    taken = share(draft_of_dispute(course, at + 22 * DAY, 4_000), at + 22 * DAY)
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, PARTNER_READY)] == [0, 5_400]
    with transaction():
        reinstate(taken, effect_key="dispute:1:back", occurred_at=at + 23 * DAY, at=at + 23 * DAY)
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, PARTNER_READY)] == [0, 9_000]
    sound()


def test_a_reserve_follows_the_correction_and_is_let_go_of_as_it_stands(cast, course, at):
    _contract, terms = agreed(
        cast, course, at, rates={"channels": LINK}, reserve={"share_bps": 5_000, "days": 60}, hold={"days": 14}
    )
    first = share(sale(terms, course, at, 1), at)
    by_link(first, cast, at + DAY)
    own = cast.northwind.public_id
    assert (-stood(cast, PARTNER_HELD, own), -stood(cast, RESERVE, own)) == (4_500, 4_500)
    share(refund_of(course, at + 2 * DAY, 5_000), at + 2 * DAY)
    assert (-stood(cast, PARTNER_HELD, own), -stood(cast, RESERVE, own)) == (2_250, 2_250)
    mature_sale(first, at=at + 20 * DAY)
    assert release_reserves(at=at + 61 * DAY) == 1
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, RESERVE, PARTNER_READY)] == [0, 0, 4_500]
    share(refund_of(course, at + 62 * DAY, 5_000, "refund:2"), at + 62 * DAY)
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, RESERVE, PARTNER_READY)] == [0, 0, 0]
    sound()


def refund_of(course, at, amount, key="refund:1"):
    return draft_of_refund(course, at, amount, key=key)


@pytest.mark.parametrize("reserve", [None, {"share_bps": 1_000, "days": 60}])
def test_a_closed_month_stays_and_the_statement_of_the_next_names_the_contest(cast, course, reserve):
    more = {"reserve": reserve} if reserve else {}
    channels = {"rates": {"party": cast.house.public_id, "channels": LINK, "rest": {"share_bps": 3_000, "cap_minor": None}}}
    _contract, terms = agree(cast, course, MARCH - 8 * DAY, **channels, **more)
    first, _second = (sell(terms, course, MARCH + n * DAY, str(n)) for n in range(2))
    refund(course, MARCH + 3 * DAY, 3_333, "1", "0")
    seal_days(at=APRIL)
    operations.issue_due(at=APRIL)
    march = queries.issued(cast.northwind.id, Month(2026, 3), "CNY")
    assert march
    by_link(first, cast, APRIL + DAY, "the-contest")
    dispute(course, APRIL + 2 * DAY, 6_667, "1", "0", back_at=APRIL + 3 * DAY)
    refund(course, APRIL + 4 * DAY, 1_111, "2", "0")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    april = queries.issued(cast.northwind.id, Month(2026, 4), "CNY")
    assert april and list(false_statements()) == []
    anew = [line for line in april.body["lines"] if line["kind"] == "reshared"]
    assert {line["path"] for line in anew} == {"/contests/the-contest"} and {line["channel"] for line in anew} == {"partner_link"}
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    for statement in (march, april):
        found = json.loads(json.dumps(bundle.bundle(statement.body, accounts)))
        assert faults(found) == []
    forged = copy.deepcopy(found)
    moved = next(event for event in forged["events"] if event["kind"] == "reshared")
    for line, step in zip(moved["lines"], (1, -1), strict=True):
        line["amount_minor"] += step
    assert any("shares a sale anew" in fault for fault in faults(hashed_anew(forged)))
    sound()
