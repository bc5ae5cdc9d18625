"""Two at the same moment: one link, one code, one guess left. Threads, on whichever database runs."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import guesses, operations, queries
from coursehub.people.actor import actor_for
from coursehub.people.models import Guess, Membership, Person
from tests.people.cast import a_person, build_cast
from tests.people.mailbox import link_to

THREADS = 6


def at_once(app: Flask, *attempts: Callable[[], object]) -> list[str]:
    """Run each attempt in a thread of its own, all released together; gives what became of each, sorted."""
    barrier = threading.Barrier(len(attempts))
    became: list[str] = []

    def run(attempt: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                attempt()
                became.append("done")
            except Refusal as refusal:
                became.append(type(refusal).__name__)
            except Exception as mistake:
                became.append(repr(mistake))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    db.session.expire_all()
    return sorted(became)


def _me(person_id: int) -> Person:
    return db.session.get_one(Person, person_id)


@pytest.mark.parametrize("round_", range(3))
def test_of_many_who_hold_one_invitation_exactly_one_joins(app: Flask, at, round_: int) -> None:
    cast = build_cast(at)
    now = clock.now()
    operations.invite(cast.northwind, email="x@example.org", roles=["author"], by=actor_for(cast.pia), at=now)
    token = link_to("x@example.org").rsplit("/", 1)[1]
    ids = [a_person(f"Guest{n}", at).id for n in range(THREADS)]
    northwind = cast.northwind.id
    db.session.commit()
    became = at_once(app, *[lambda i=i: operations.accept_invitation(token, by=actor_for(_me(i)), at=now) for i in ids])
    assert became == ["LinkIsSpent"] * (THREADS - 1) + ["done"]
    authors = db.session.execute(
        sa.select(Membership.person_id).where(Membership.organisation_id == northwind, Membership.role == "author")
    ).scalars()
    assert len(list(authors)) == 1


@pytest.mark.parametrize("round_", range(3))
def test_one_recovery_code_typed_many_times_at_once_works_once(app: Flask, at, round_: int) -> None:
    import pyotp

    ada = a_person("Ada", at)
    by = actor_for(ada)
    secret = operations.begin_second_step(by=by, at=at)
    codes = operations.turn_on_second_step(pyotp.TOTP(secret).at(at), by=by, at=at)
    now, number = clock.now(), ada.id
    db.session.commit()
    became = at_once(
        app,
        *[
            lambda n=n: operations.check_second_step(_me(number), codes[0], network=f"192.0.2.{n}", at=now)
            for n in range(THREADS)
        ],
    )
    assert became == ["WrongCode"] * (THREADS - 1) + ["done"]
    assert operations.recovery_codes_left(number) == 9


def test_one_code_from_the_app_typed_twice_at_once_works_once(app: Flask, at) -> None:
    import pyotp

    ada = a_person("Ada", at)
    by = actor_for(ada)
    secret = operations.begin_second_step(by=by, at=at)
    operations.turn_on_second_step(pyotp.TOTP(secret).at(at), by=by, at=at)
    now, number = clock.now(), ada.id
    code = pyotp.TOTP(secret).at(now)
    db.session.commit()
    became = at_once(
        app,
        *[lambda n=n: operations.check_second_step(_me(number), code, network=f"192.0.2.{n}", at=now) for n in range(4)],
    )
    assert became == ["WrongCode"] * 3 + ["done"]


def test_guesses_at_the_same_moment_are_all_counted(app: Flask, at) -> None:
    a_person("Ada", at)
    now = clock.now()
    db.session.commit()
    became = at_once(
        app,
        *[lambda n=n: operations.check_password("ada@example.org", "wrong", network=f"192.0.2.{n}", at=now) for n in range(14)],
    )
    assert became == ["TooManyGuesses"] * 4 + ["WrongSignIn"] * 10
    subject = guesses.account("ada@example.org")
    kept = db.session.execute(sa.select(sa.func.count()).select_from(Guess).where(Guess.subject == subject)).scalar_one()
    assert kept == 10


def test_one_reset_link_used_twice_at_once_sets_one_password(app: Flask, at) -> None:
    a_person("Ada", at)
    now = clock.now()
    operations.ask_for_reset("ada@example.org", locale="en", network=None, at=now)
    token = link_to("ada@example.org").rsplit("/", 1)[1]
    db.session.commit()
    became = at_once(app, *[lambda n=n: operations.reset_password(token, new=f"a new password {n}", at=now) for n in range(4)])
    assert became == ["LinkIsSpent"] * 3 + ["done"]


def test_two_owners_who_remove_each_other_at_once_leave_one(app: Flask, at) -> None:
    cast = build_cast(at)
    operations.give_role(cast.northwind, cast.tara, "owner", by=actor_for(cast.pia), at=at)
    pia, tara, number = cast.pia.id, cast.tara.id, cast.northwind.id
    public_id = cast.northwind.public_id
    db.session.commit()

    def remove(who: int, whom: int) -> None:
        by = actor_for(_me(who))
        operations.end_role(queries.organisation_by_public_id(public_id), _me(whom), "owner", by=by, at=at)

    at_once(app, lambda: remove(pia, tara), lambda: remove(tara, pia))
    assert len(queries.members_with_role(number, "owner")) == 1


def test_the_same_sign_up_sent_twice_at_once_makes_one_account(app: Flask, at) -> None:
    from datetime import date

    now = clock.now()

    def sign_up() -> None:
        operations.sign_up(
            display_name="Nia", email="nia@example.org", password="a long walk home", locale="en",
            birth_on=date(1995, 4, 3), guardian_email=None, network=None, at=now,
        )  # fmt: skip

    with app.test_request_context(base_url="https://localhost"):
        db.session.commit()
    became = at_once(app, sign_up, sign_up, sign_up)
    assert set(became) == {"done"}
    became = at_once(app, *[lambda: jobs.run_due(at=now, limit=1) for _ in range(3)])
    later = now + timedelta(hours=1)  # a job that lost the race for the address has been put off
    jobs.run_due(at=later, strict=True)
    assert db.session.execute(sa.select(sa.func.count()).select_from(Person)).scalar_one() == 1
    assert db.session.execute(sa.select(sa.func.count()).select_from(jobs.Job)).scalar_one() == 0


def test_two_organisations_founded_with_one_name_at_once_are_one(app: Flask, at) -> None:
    db.session.commit()
    became = at_once(app, *[lambda: operations.found_organisation(name="山海", name_en="Shanhai", at=at) for _ in range(4)])
    assert became == ["NameIsTaken"] * 3 + ["done"]


def test_one_application_answered_by_two_is_answered_once(app: Flask, at) -> None:
    from coursehub.people.models import PartnerApplication

    cast = build_cast(at)
    riverbank = operations.open_organisation(name="河岸", name_en="Riverbank", by=actor_for(cast.ada), at=at)
    operations.add_member(cast.house, cast.theo, "staff_catalogue", at=at)
    application = operations.apply_as_partner(riverbank, about="x" * 50, website="", by=actor_for(cast.ada), at=at)
    number, stan, theo = application.id, cast.stan.id, cast.theo.id
    db.session.commit()

    def answer(who: int, approve: bool) -> None:
        row = db.session.get_one(PartnerApplication, number)
        operations.answer_application(row, approve=approve, reason="because", by=actor_for(_me(who)), at=at)

    became = at_once(app, lambda: answer(stan, True), lambda: answer(theo, False))
    assert became == ["ApplicationIsAnswered", "done"]
