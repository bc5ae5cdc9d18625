"""The audit lines are a chain: edits, deletions and exchanges are found, forgetting breaks nothing, and nobody waits long for its end."""

from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
import sqlalchemy as sa

from coursehub.db import at_the_end, db, transaction
from coursehub.people import checks
from coursehub.people.audit import note
from coursehub.people.audit_chain import SAID
from coursehub.people.commands import people as command
from coursehub.people.models import AuditHead, PeopleAudit
from coursehub.people.operations import forget_what_is_over
from coursehub.people.operations.forgetting import EMPTYING, KEPT_FOR
from tests.rigs.threads import at_once

DAY = timedelta(days=1)


class Undone(Exception):
    """Nothing of this stays."""


def noted(cast, at, many=6):
    for n in range(many):
        with transaction():
            note("role_given", at=at + n * DAY, person_id=cast.ada.id, by_id=cast.stan.id, role="owner", n=n)


def lines():
    return [dict(row._mapping) for row in db.session.execute(sa.select(PeopleAudit.__table__).order_by(PeopleAudit.id))]


def found_after(*statements):
    """What is found once somebody with all rights has edited the table; then it is as before."""
    try:
        with transaction():
            for statement in statements:
                db.session.execute(statement)
            found = " ".join(checks.faults())
            raise Undone
    except Undone:
        db.session.rollback()
    return found


def edited(number, **values):
    return sa.update(PeopleAudit).where(PeopleAudit.id == number).values(values).execution_options(synchronize_session=False)


def test_lines_follow_each_other_in_the_order_of_their_commits(cast, at):
    before = len(lines())
    with transaction():
        note("first", at=at)
        with transaction():
            note("second", at=at - DAY)
    assert [line["act"] for line in lines()][before:] == ["first", "second"]
    assert [line["id"] for line in lines()] == list(range(1, before + 3))
    assert list(checks.faults()) == []


def test_what_is_rolled_back_leaves_no_line_and_no_gap(cast, at):
    noted(cast, at, 1)
    before = lines()
    with pytest.raises(Undone), transaction():
        note("never", at=at)
        raise Undone
    with pytest.raises(RuntimeError):
        note("outside", at=at)
    assert lines() == before
    noted(cast, at, 1)
    assert lines()[-1]["id"] == before[-1]["id"] + 1 and list(checks.faults()) == []


def test_every_edit_deletion_and_exchange_is_found(cast, at):
    noted(cast, at, 8)
    chance, all_lines = Random(7), lines()
    others = {
        "act": "other", "person_id": cast.stan.id, "by_id": None, "organisation_id": cast.house.id, "facts": {"role": "owner", "n": 99},
        "at": at + timedelta(microseconds=1), "salt": "0" * 32, "digest": "0" * 64, "hash": "0" * 64,
    }  # fmt: skip
    for name, value in others.items():
        for number in (all_lines[0]["id"], chance.choice(all_lines)["id"], all_lines[-1]["id"]):
            if all_lines[number - 1][name] != value:
                assert found_after(edited(number, **{name: value})), (name, number)
    for line in all_lines:
        assert found_after(sa.delete(PeopleAudit).where(PeopleAudit.id == line["id"])), line["id"]
    a, b = all_lines[-1], all_lines[-2]
    said = ("act", "person_id", "by_id", "organisation_id", "facts", "at", "salt", "digest")
    assert found_after(
        edited(a["id"], **{name: b[name] for name in said}), edited(b["id"], **{name: a[name] for name in said})
    )  # fmt: skip
    assert found_after(sa.insert(PeopleAudit).values({**a, "id": a["id"] + 1}))
    assert found_after(sa.update(AuditHead).values(height=AuditHead.height + 1))
    assert found_after(sa.delete(AuditHead))
    assert list(checks.faults()) == []


def test_a_check_that_never_looks_at_digests_is_found_out(cast, at, monkeypatch):
    """The planted fault: what a line says is not compared with what it was sealed as."""
    noted(cast, at, 2)
    monkeypatch.setattr(checks, "digest_of", lambda said, _salt: said["digest"])
    assert found_after(edited(lines()[-1]["id"], act="other")) == ""


def test_what_is_emptied_when_its_time_is_over_breaks_nothing_and_says_nothing(cast, at):
    noted(cast, at, 4)
    count, theirs = len(lines()), cast.ada.id
    later = at + KEPT_FOR + 2 * DAY  # the first two of these, and what the cast left when it came
    forget_what_is_over(at=later)
    now = lines()
    empty = [line for line in now if line["salt"] is None]
    assert empty and all(line["act"] == "" and line["facts"] == {} and line["person_id"] is None for line in empty)
    assert sum(line["person_id"] == theirs for line in now[:count] if line["act"] == "role_given") == 2
    assert now[-1]["act"] == EMPTYING and list(checks.faults()) == []
    forget_what_is_over(at=later)
    assert len(lines()) == len(now), "nothing more to empty, nothing to say"
    noted(cast, later, 1)
    assert list(checks.faults()) == []
    blank = {**dict.fromkeys(SAID), "act": "", "facts": {}, "salt": None}
    assert "before its time" in found_after(edited(now[count - 1]["id"], **blank))
    assert "without the salt" in found_after(edited(empty[0]["id"], act="role_given"))


def test_many_at_once_make_one_chain(app, cast, at):
    person = cast.ada.id
    before = len(lines())

    def one(n):
        with transaction():
            note("signed_in", at=at, person_id=person, n=n)
            note("signed_in", at=at, person_id=person, n=-n)

    at_once(app, *(lambda n=n: one(n) for n in range(12)))
    assert len(lines()) == before + 24 and list(checks.faults()) == []


def test_nobody_holds_the_end_of_the_chain_while_they_work(app, cast, at):
    """Two operations leave a line each and wait for each other: with a lock from the note on they would stand still."""
    many = 1 if db.engine.dialect.name == "sqlite" else 2  # there is one writer at a time on SQLite
    meet, person = Barrier(many, timeout=20), cast.ada.id

    def one():
        with transaction():
            note("signed_in", at=at, person_id=person)
            meet.wait()

    at_once(app, *[one] * many)
    assert list(checks.faults()) == []


def test_what_is_to_be_done_at_the_end_is_done_once_after_everything_else(app):
    done = []
    with transaction():
        at_the_end(done.extend, 1)
        with transaction():
            at_the_end(done.extend, 2)
        assert done == []
    assert done == [1, 2]
    with pytest.raises(Undone), transaction():
        at_the_end(done.extend, 3)
        raise Undone
    with transaction():
        pass
    assert done == [1, 2]


def test_the_command_says_whether_the_lines_are_whole(app, cast, at):
    noted(cast, at, 3)
    runner = app.test_cli_runner()
    assert runner.invoke(command, ["check"]).exit_code == 0
    with transaction():
        db.session.execute(edited(2, act="other"))
    said = runner.invoke(command, ["check"])
    assert said.exit_code == 1 and "Audit line 2 was altered" in said.output
