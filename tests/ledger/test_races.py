"""Threads on one database: one effect is booked once, the chain never forks, accounts open once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from coursehub.db import db, transaction
from coursehub.ledger import checks, queries
from coursehub.ledger.models import Account, Journal
from coursehub.ledger.operations import EffectAlreadyBooked, post, seal_days
from tests.ledger.conftest import a_sale, leg

THREADS = 8


def at_once(app: Flask, act: Callable[[int], Any]) -> list[Any]:
    """Run `act(number)` in eight threads that start together; what each gave or raised."""
    outcomes: list[Any] = [None] * THREADS
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                outcomes[number] = act(number)
            except Exception as problem:
                outcomes[number] = problem
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def book(effect_key: str, at: datetime, **others: Any) -> int:
    with transaction():
        values: dict[str, Any] = {"kind": "sale", "occurred_at": at, "at": at, "currency": "EUR", "postings": a_sale()} | others
        return post(effect_key=effect_key, **values).id


def test_eight_threads_that_tell_one_effect_book_it_once(app: Flask, at: datetime) -> None:
    for turn in range(1, 6):
        outcomes = at_once(app, lambda _number, turn=turn: book(f"sale:{turn}", at))  # type: ignore[misc]
        assert outcomes == [turn] * THREADS
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Journal)) == 5
    assert checks.check_books().faults == ()


def test_eight_threads_with_effects_of_their_own_leave_one_unbroken_chain(app: Flask, at: datetime) -> None:
    def act(number: int) -> list[int]:
        return [book(f"sale:{number}:{turn}", at) for turn in range(10)]

    numbers = [number for outcome in at_once(app, act) for number in outcome]
    assert sorted(numbers) == list(range(1, 81))
    assert checks.check_books().faults == ()
    assert queries.balance_of("asset:rail:stripe", "EUR") == 80 * 4849


def test_of_threads_that_disagree_about_one_effect_the_first_is_booked_and_the_others_fail_loudly(
    app: Flask, at: datetime
) -> None:
    def act(number: int) -> int:
        return book("sale:1", at, postings=[leg("asset:bank", 100 + number), leg("income:share", -100 - number)])

    outcomes = at_once(app, act)
    assert [outcome for outcome in outcomes if outcome == 1] == [1]
    assert sum(isinstance(outcome, EffectAlreadyBooked) for outcome in outcomes) == THREADS - 1
    assert checks.check_books().faults == ()


def test_threads_that_need_the_same_new_account_open_it_once(app: Flask, at: datetime) -> None:
    def act(number: int) -> int:
        return book(f"sale:{number}", at, postings=[leg("asset:bank", 5), leg("liability:payable:held", -5, "lumen")])

    assert sorted(at_once(app, act)) == list(range(1, THREADS + 1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 2
    assert queries.balance_of("liability:payable:held", "EUR", party="lumen") == -5 * THREADS


def test_journals_over_the_same_accounts_in_opposite_order_do_not_block_each_other(app: Flask, at: datetime) -> None:
    """Two journals in one transaction, each thread the other way round: a deadlock, were the head not locked first."""

    def act(number: int) -> list[int]:
        pairs = [("asset:a", "income:a"), ("asset:b", "income:b")][:: 1 if number % 2 else -1]
        with transaction():
            return [book(f"sale:{number}:{one}", at, postings=[leg(one, 5), leg(other, -5)]) for one, other in pairs]

    outcomes = at_once(app, act)
    assert sorted(number for outcome in outcomes for number in outcome) == list(range(1, 2 * THREADS + 1))
    assert checks.check_books().faults == ()


def test_refunds_racing_for_the_last_of_a_leg_take_it_once(app: Flask, at: datetime) -> None:
    sale = book("sale:1", at)

    def act(number: int) -> int:
        taken = [leg("asset:rail:stripe", -3000), leg("liability:payable:held", 3000, "northwind")]
        return book(f"refund:{number}", at, kind="refund", reverses=sale, postings=taken)

    outcomes = at_once(app, act)
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [2]
    assert sum(isinstance(outcome, sa.exc.IntegrityError) for outcome in outcomes) == THREADS - 1


def test_eight_threads_that_seal_days_seal_each_once(app: Flask, at: datetime) -> None:
    for n in range(5):
        book(f"sale:{n}", at + timedelta(days=n))
    outcomes = at_once(app, lambda _number: seal_days(at=at + timedelta(days=6)))
    assert sorted(outcomes) == [0] * (THREADS - 1) + [6]
    assert checks.check_books().faults == ()
