"""Who of finance looks after what reconciliation lists: taken, handed over, let go, and over once it is settled."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed, Refusal
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts import operations, queries
from coursehub.payouts.adjusting import RAIL_FEE, SUSPENSE
from coursehub.payouts.models import MismatchOwner
from coursehub.people.actor import actor_for
from coursehub.people.models import PeopleAudit, Person
from coursehub.people.operations.organisations import end_role
from tests.cast import sign_in
from tests.people.mailbox import letters_to
from tests.rigs.threads import at_once

from .rig import World


@pytest.fixture
def now():
    return clock.now() - timedelta(days=9)


@pytest.fixture
def line(cast, now):
    """A line of the bank that matches nothing, nine days ago, as reconciliation lists it."""
    world = World(cast, now - timedelta(days=35))
    world.answer(("rent-2026-02", "paid", 128_000), at=now)
    (found,) = queries.all_mismatches(now)
    return found


def owner(found, at):
    return queries.owners_among(queries.all_mismatches(at)).get(found.key)


def remind(at):
    with transaction():
        jobs.enqueue("payouts.remind_of_mismatches", at=at)


def reminders(email):
    return [letter for letter in letters_to(email) if "waited long" in letter.subject]


def acts():
    found = sa.select(PeopleAudit.act).where(PeopleAudit.act.startswith("mismatch_")).order_by(PeopleAudit.id)
    return list(db.session.execute(found).scalars())


def wait_in_suspense(key, minor, at):
    with transaction():
        post(
            kind="adjustment", effect_key=key, occurred_at=at, at=at, currency="CNY",
            postings=[Leg(AccountRef(SUSPENSE), -minor), Leg(AccountRef(RAIL_FEE), minor)],
        )  # fmt: skip


def test_it_is_taken_handed_over_and_let_go_with_a_line_of_the_audit_each_time(cast, line, now):
    fay, stan = cast.acting(cast.fay), cast.acting(cast.stan)
    assert owner(line, now) is None
    operations.take_mismatch(line, was=None, by=fay, at=now)
    assert owner(line, now) == cast.fay.id
    operations.hand_mismatch_over(line, to=cast.stan.id, was=cast.fay.id, by=fay, at=now)
    assert owner(line, now) == cast.stan.id
    operations.let_mismatch_go(line, was=cast.stan.id, by=stan, at=now)
    assert owner(line, now) is None
    assert acts() == ["mismatch_taken", "mismatch_handed_over", "mismatch_let_go"]


def test_who_acts_on_an_old_page_is_told_that_a_colleague_was_first(cast, line, now):
    operations.take_mismatch(line, was=None, by=cast.acting(cast.stan), at=now)
    for act in (operations.take_mismatch, operations.let_mismatch_go):
        with pytest.raises(operations.OwnedMeanwhile):
            act(line, was=None, by=cast.acting(cast.fay), at=now)
    operations.take_mismatch(line, was=cast.stan.id, by=cast.acting(cast.fay), at=now)
    assert owner(line, now) == cast.fay.id


def test_only_finance_may_look_after_it(cast, line, now):
    for person in (cast.susi, cast.finn):
        with pytest.raises(NotAllowed):
            operations.take_mismatch(line, was=None, by=cast.acting(person), at=now)
        with pytest.raises(operations.NotOfFinance):
            operations.hand_mismatch_over(line, to=person.id, was=None, by=cast.acting(cast.fay), at=now)
    assert owner(line, now) is None and acts() == []


def test_who_does_finance_no_longer_looks_after_nothing_and_a_colleague_takes_it(cast, line, now):
    operations.take_mismatch(line, was=None, by=cast.acting(cast.fay), at=now)
    end_role(cast.house, cast.fay, "staff_finance", by=cast.acting(cast.stan), at=now)
    assert owner(line, now) is None
    operations.take_mismatch(line, was=None, by=cast.acting(cast.stan), at=now)
    assert owner(line, now) == cast.stan.id


def test_it_is_over_once_the_line_is_explained(cast, line, now):
    operations.take_mismatch(line, was=None, by=cast.acting(cast.fay), at=now)
    row = line.thing[0]
    operations.explain_line(row, words="Rent.", by=cast.acting(cast.stan), at=now)
    (kept,) = db.session.execute(sa.select(MismatchOwner)).scalars()
    assert (kept.ending, kept.ended_by_id) == ("settled", None)
    assert acts()[-1] == "mismatch_settled"


def test_money_that_comes_into_suspense_again_waits_for_a_new_owner(cast, now):
    wait_in_suspense("odd:1:in", 500, now)
    (found,) = queries.all_mismatches(now)
    operations.take_mismatch(found, was=None, by=cast.acting(cast.fay), at=now)
    assert owner(found, now) == cast.fay.id
    again = replace(found, since=now + timedelta(hours=1))
    assert queries.owners_among([again]) == {}
    operations.take_mismatch(again, was=None, by=cast.acting(cast.stan), at=now + timedelta(hours=1))
    assert queries.owners_among([again]) == {again.key: cast.stan.id}


def test_the_worker_notices_what_was_settled_elsewhere(cast, line, now):
    operations.take_mismatch(line, was=None, by=cast.acting(cast.fay), at=now)
    operations.take_mismatch(replace(line, reference="gone"), was=None, by=cast.acting(cast.fay), at=now)
    with transaction():
        jobs.enqueue("payouts.settle_mismatches", at=now)
    jobs.run_due(at=clock.now(), strict=True)
    left = db.session.execute(queries.looked_after_by(cast.fay.id)).scalars()
    assert [row.reference for row in left] == [line.reference]


def test_of_many_who_take_it_at_once_one_does(app, cast, line, now):
    fay, stan = cast.fay.id, cast.stan.id

    def take(person_id):
        by = actor_for(db.session.get_one(Person, person_id))
        operations.take_mismatch(line, was=None, by=by, at=now)

    outcomes = at_once(app, *(lambda each=each: take(each) for each in (fay, stan, fay, stan)))
    assert sum(isinstance(each, Refusal) for each in outcomes) == 3, outcomes
    db.session.expire_all()
    assert db.session.execute(sa.select(sa.func.count()).where(MismatchOwner.ended_at.is_(None))).scalar_one() == 1


def test_the_page_filters_and_the_desk_counts_for_its_owner(client, cast, line):
    fay = sign_in(client, cast.fay)
    listed = "/house/payouts/reconciliation"
    assert line.name in fay.get(listed).text and "nobody" in fay.get(listed).text
    assert "that you look after" not in fay.get("/house").text
    page = f"{listed}/of/line/{line.reference}"
    assert "call the bank the same day" in fay.get(page).text
    assert fay.post(f"{listed}/taken/line/{line.reference}", data={"was": ""}).status_code == 303
    assert "1 thing of reconciliation that you look after" in fay.get("/house").text
    assert line.name in fay.get(f"{listed}?whose=mine").text
    assert line.name not in fay.get(f"{listed}?whose=nobody").text
    handed = f"{listed}/handed-over/line/{line.reference}"
    assert fay.post(handed, data={"was": cast.fay.id, "to": cast.susi.id}).status_code == 422
    assert fay.post(handed, data={"was": cast.fay.id, "to": cast.stan.id}).status_code == 303
    assert fay.post(handed, data={"was": cast.fay.id, "to": cast.fay.id}).status_code == 409
    assert "given by Fay Qian" in fay.get(page).text
    assert line.name not in fay.get(f"{listed}?whose=mine").text
    assert fay.post(f"{listed}/let-go/line/{line.reference}", data={"was": cast.stan.id}).status_code == 303
    operations.explain_line(line.thing[0], words="Rent.", by=cast.acting(cast.stan), at=clock.now())
    assert "Nothing of this waits any more" in fay.get(page).text
    assert fay.get(f"{listed}/of/line/999").status_code == 404


def test_each_kind_has_its_runbook_on_a_page(client, cast, now):
    world = World(cast, now - timedelta(days=35))
    world.sell()
    run = world.prepare(at=now)
    world.confirm(run, at=now)
    world.refund(world.sell(), 40_000, at=now)
    wait_in_suspense("odd:1", 500, now)
    found = {each.kind: each for each in queries.all_mismatches(clock.now())}
    assert {"payout", "suspense"} <= set(found)
    fay = sign_in(client, cast.fay)
    assert fay.get("/house/payouts/reconciliation").status_code == 200
    for each in found.values():
        page = fay.get(f"/house/payouts/reconciliation/of/{each.kind}/{each.reference}")
        assert page.status_code == 200 and "What to do" in page.text


def test_once_a_week_a_letter_reminds_of_what_has_waited_long(cast, line, now):
    operations.take_mismatch(line, was=None, by=cast.acting(cast.fay), at=now)
    remind(now + timedelta(days=8))
    (letter,) = reminders("fay@example.org")
    assert letter.subject == "1 thing of reconciliation has waited long"
    assert "You look after this" in letter.body and "rent-2026-02" in letter.body and f"/of/line/{line.reference}" in letter.body
    assert reminders("stan@example.org") == []
    operations.let_mismatch_go(line, was=cast.fay.id, by=cast.acting(cast.fay), at=now)
    for _twice in range(2):
        remind(now + timedelta(days=8))
    (letter,) = reminders("stan@example.org")
    assert "Nobody looks after this" in letter.body
    assert len(reminders("fay@example.org")) == 1
