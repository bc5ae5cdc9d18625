"""What a replay reads of the books: under the very terms that were signed it must give what was booked."""

from datetime import timedelta

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.replay import replay
from coursehub.db import transaction

from .rig import agree, course_of, draft_of_dispute, draft_of_refund, draft_of_sale, terms_data
from .test_fee_legs import announced, hired, share_rebate

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


@pytest.fixture
def agreed(cast, at):
    """Northwind's course under terms that speak of hires, with a rate of its own for the partner's link."""
    course = course_of(cast.northwind, "async", at)
    data = terms_data(cast.house, cast.northwind, course)
    rates = data["rates"] | {"channels": [{"channel": "partner_link", "share_bps": 500, "cap_minor": None}]}
    contract, terms = agree(cast, course, at, scope=data["scope"] | {"events": ["sale", "hire"]}, rates=rates)
    return contract, terms, course


def booked(cast, at, contract, terms, course):
    """Three sales, one contested and then partly refunded, one disputed; a placement of which a third went back."""
    for n in range(3):
        with transaction():
            operations.share(draft_of_sale(terms, course, at + n * DAY, f"sale:{n}"), at=at + n * DAY)
    with transaction():
        sale = queries.event_for("sale:0")
        reattribute(sale, channel="partner_link", attributed=cast.northwind.public_id, contest="c1", at=at + 4 * DAY)
    for draft in (
        draft_of_refund(course, at + 5 * DAY, 3_333, sale="sale:0"),
        draft_of_dispute(course, at + 6 * DAY, 10_000, sale="sale:1"),
    ):
        with transaction():
            operations.share(draft, at=draft.occurred_at)
    fee = hired(cast, at + 1.5 * DAY, announced(cast, at), {course.public_id: 1})
    with transaction():
        share_rebate(fee, effect_key="rebate:1", amount_minor=200_000, occurred_at=at + 8 * DAY, at=at + 8 * DAY)


def test_a_replay_under_the_terms_that_held_gives_what_was_booked(cast, at, agreed):
    contract, terms, course = agreed
    booked(cast, at, contract, terms, course)
    past, there = queries.past_of(contract.id, at - DAY, currency="CNY", most=100)
    assert there == 4 and [each.kind for each in past] == ["sale", "sale", "hire", "sale"]
    assert [each.refunded_minor for each in past][:2] == [3_333, 10_000] and past[2].refunded_minor > 0
    assert past[0].sale.channel == "partner_link", "as it was said last"
    moved = replay(past, queries.body_of(terms), [party.party for party in contract.parties])
    assert [row.change_minor for row in moved] == [0, 0] and all(row.before_minor > 0 for row in moved)


def test_only_the_latest_are_read_where_less_is_asked_for(cast, at, agreed):
    contract, terms, course = agreed
    booked(cast, at, contract, terms, course)
    past, there = queries.past_of(contract.id, at - DAY, currency="CNY", most=2)
    assert there == 4 and [each.kind for each in past] == ["hire", "sale"]
    assert queries.past_of(contract.id, at + 3 * DAY, currency="CNY", most=2) == ([], 0)
    assert queries.past_of(contract.id, at - DAY, currency="EUR", most=2) == ([], 0)
