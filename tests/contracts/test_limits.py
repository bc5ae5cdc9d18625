"""Costs that come back and ceilings, while banks take and give back: no limit is passed, and not only after a close."""

import pytest

from coursehub.contracts.operations import closing
from coursehub.contracts.operations.closing import close_month

from .rig import course_of, draft_of_dispute, draft_of_refund
from .test_closing import AFTER, DAY, PARTNER_HELD, PARTNER_READY, agreed, events_of, sale, share, sound, stood
from .test_resharing import LINK, by_link
from .test_returns import give_back

pytestmark = pytest.mark.usefixtures("app")
FILM = "memo:recouped:film"


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at - 9 * DAY)


def film(party, amount_minor, share_bps=10_000):
    return {"id": "film", "party": party.public_id, "amount_minor": amount_minor, "share_bps": share_bps}


def test_a_cost_that_came_back_twice_while_a_bank_had_the_money_is_put_right_when_it_gives_it_back(cast, course, at):
    """30 % for the house, then 50.00 of a film, to the house. The bank takes a first sale of 100.00 and a second is made.

    While the bank has the money the film comes back out of the second sale: 80.00 for the house. When the bank gives it
    back the film has come back out of both. It came back out of the first: of the second the house keeps 30.00.
    """
    contract, terms = agreed(cast, course, at, recoup=[film(cast.house, 5_000)])
    share(sale(terms, course, at, 1), at)
    taken = share(draft_of_dispute(course, at + DAY, 10_000), at + DAY)
    share(sale(terms, course, at + 2 * DAY, 2), at + 2 * DAY)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (8_000, 5_000)
    give_back(taken, at + 3 * DAY)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (8_000 + 3_000, 5_000)
    own = cast.northwind.public_id
    assert [-stood(cast, code, own) for code in (PARTNER_HELD, PARTNER_READY)] == [2_000 + 2_000, 5_000]
    (event,) = [event for event in events_of(contract) if event.kind == "true_up"]
    assert event.facts == {"limit": True} and sorted(line.amount_minor for line in event.lines) == [-5_000, 5_000]
    give_back(taken, at + 3 * DAY)
    assert not close_month(contract, "2026-03", at=AFTER)
    for n in (1, 2):
        share(draft_of_refund(course, AFTER, 10_000, f"refund:{n}", f"sale:{n}"), AFTER)
    close_month(contract, "2026-04", at=AFTER + 31 * DAY)
    assert -stood(cast, "income:share") == 0 == stood(cast, FILM, contract.public_id)
    sound()


def test_a_close_while_a_bank_has_the_money_and_one_after_it_gave_it_back_agree_with_what_is_known_then(cast, course, at):
    contract, terms = agreed(cast, course, at, recoup=[film(cast.house, 5_000)])
    share(sale(terms, course, at, 1), at)
    share(sale(terms, course, at + 2 * DAY, 2), at + 2 * DAY)
    taken = share(draft_of_dispute(course, at + DAY, 10_000), at + 3 * DAY)  # it happened before the second sale
    assert close_month(contract, "2026-03", at=AFTER)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (8_000, 5_000)
    give_back(taken, AFTER + DAY)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (11_000, 5_000)
    assert not close_month(contract, "2026-04", at=AFTER + 31 * DAY)
    sound()


def test_a_ceiling_is_not_passed_either(cast, course, at):
    """30 %, at most 40.00 in all for the house: 30.00 and, while the bank has those, 30.00 of a second sale."""
    contract, terms = agreed(cast, course, at, rates={"ceiling": {"amount_minor": 4_000, "window": "contract"}})
    share(sale(terms, course, at, 1), at)
    taken = share(draft_of_dispute(course, at + DAY, 10_000), at + DAY)
    share(sale(terms, course, at + 2 * DAY, 2), at + 2 * DAY)
    give_back(taken, at + 3 * DAY)
    assert (-stood(cast, "income:share"), -stood(cast, "memo:platform:all", contract.public_id)) == (4_000, 4_000)
    sound()


def test_a_sale_that_came_otherwise_than_said_fills_no_limit_twice(cast, course, at):
    """30 %, then half of what is left for a film of 70.00: 35.00 of each of two sales. By the link (10 %) the first gives 45.00."""
    contract, terms = agreed(cast, course, at, rates={"channels": LINK}, recoup=[film(cast.house, 7_000, 5_000)])
    first = share(sale(terms, course, at, 1), at)
    share(sale(terms, course, at + DAY, 2), at + DAY)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (13_000, 7_000)
    by_link(first, cast, at + 2 * DAY)
    assert (-stood(cast, "income:share"), -stood(cast, FILM, contract.public_id)) == (1_000 + 4_500 + 3_000 + 2_500, 7_000)
    assert not close_month(contract, "2026-03", at=AFTER)
    sound()


def test_nothing_is_worked_out_anew_where_no_limit_is_passed(cast, course, at, monkeypatch):
    monkeypatch.setattr(closing, "replayed", lambda _events: pytest.fail("everything was worked out anew"))
    _contract, terms = agreed(cast, course, at, recoup=[film(cast.house, 5_000)])
    share(sale(terms, course, at, 1), at)
    give_back(share(draft_of_dispute(course, at + DAY, 10_000), at + DAY), at + DAY)
    sound()
