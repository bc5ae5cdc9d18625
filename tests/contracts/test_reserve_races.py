"""A reserve is let go of while something of its sale goes back: what leaves the reserve never passes what was in it."""

import threading

import pytest

from coursehub.contracts import operations
from coursehub.contracts.operations import sharing
from coursehub.contracts.operations.sharing import release_reserves
from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.checks import check_books
from tests.rigs.threads import at_once

from .facts_rig import DAY
from .rig import agree, course_of, draft_of_refund, draft_of_sale

KEPT = {"share_bps": 2_000, "days": 60}


@pytest.fixture
def sold(cast, at):
    """A sale of 100.00, of whose share of 63.80 the reserve keeps 12.76."""
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at, reserve=KEPT)
    with transaction():
        operations.share(draft_of_sale(terms, course, at), at=at)
    return course


def standing(cast):
    db.session.expire_all()
    party = cast.northwind.public_id
    return {code: -ledger.balance_of(code, "CNY", party=party) for code in (PARTNER_HELD, PARTNER_READY, PARTNER_RESERVE)}


def test_a_refund_between_the_look_and_the_booking_is_not_let_go_of(app, cast, sold, at, monkeypatch):
    later, looked, refunded = at + 61 * DAY, threading.Event(), threading.Event()
    course_id, reckon = sold.id, sharing.reserve_left

    def reckoned(*given, **named):
        left = reckon(*given, **named)
        looked.set()
        refunded.wait(2)  # as long as the other needs, unless it stands in line behind this
        return left

    def refund():
        looked.wait(10)
        course = db.session.get_one(type(sold), course_id)
        with transaction():
            operations.share(draft_of_refund(course, later, 5_000), at=later)
        refunded.set()

    monkeypatch.setattr(sharing, "reserve_left", reckoned)
    outcomes = at_once(app, lambda: release_reserves(at=later), refund)
    assert outcomes == [1, None]
    assert standing(cast)[PARTNER_RESERVE] == 0 and sum(standing(cast).values()) == 3_190
    assert check_books().faults == ()


def test_two_workers_let_go_of_a_reserve_once(app, cast, sold, at):
    later = at + 61 * DAY
    outcomes = at_once(app, *[lambda: release_reserves(at=later)] * 4)
    assert not [one for one in outcomes if isinstance(one, Exception)] and sum(outcomes) == 1, outcomes
    assert standing(cast)[PARTNER_RESERVE] == 0 and check_books().faults == ()
