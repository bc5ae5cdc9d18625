"""Engagements: proposed, accepted within what a person can give, begun once the home rule is settled, ended."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed, Refusal
from coursehub.talent.machines import IllegalMove
from coursehub.talent.models import Application, Blackout, CareerFact, Employment, HomeDocument, Profile, TalentGrant
from coursehub.talent.operations import blocks, engagements, profiles
from coursehub.talent.operations.opening_fields import NoConsent, open_person
from coursehub.talent.queries.work import promised_minutes
from tests.rigs.threads import at_once

from .hiring import TERMS, applied, opened
from .test_hiring_races import as_now, sorted_out
from .work import DAYS, MONDAY, proposal, proposed, worker, working

PAPER = b"%PDF-1.7 consent"


def fact_kinds(person):
    return list(db.session.execute(sa.select(CareerFact.kind).where(CareerFact.person_id == person.id)).scalars())


def test_a_proposal_is_accepted_and_begins_on_its_first_day(cast, at):
    profile = worker(cast, at)
    row = proposed(cast, profile, at, start_on=MONDAY + 14 * DAYS)
    emma, theo = cast.acting(cast.emma), cast.acting(cast.theo)
    with pytest.raises(NoConsent):
        open_person(cast.theo.id, by=emma, purpose="work", fields=["email"], at=at)
    engagements.accept_work(row, needs_paper=False, by=theo, at=at)
    assert (row.state, row.home_rule, row.started_at) == ("home_rule", "not_needed", None)
    assert open_person(cast.theo.id, by=emma, purpose="work", fields=["email"], at=at)["email"] == "theo@example.org"
    assert engagements.let_work_begin(at=at + 10 * DAYS) == 0
    assert engagements.let_work_begin(at=at + 14 * DAYS) == 1
    assert (row.state, row.started_at) == ("active", at + 14 * DAYS)
    assert "accepted" in fact_kinds(cast.theo)
    employment = db.session.execute(sa.select(Employment)).scalar_one()
    assert (employment.source, employment.organisation_id) == ("engagement", cast.harbour.id)
    engagements.end_work(row, reason="The project is done.", by=theo, at=at + 30 * DAYS)
    assert (row.state, promised_minutes(cast.theo.id)) == ("ended", 0)
    db.session.refresh(employment)
    assert employment.until_at == at + 30 * DAYS
    with pytest.raises(NoConsent):
        open_person(cast.theo.id, by=emma, purpose="work", fields=["email"], at=at + 30 * DAYS)


def test_nobody_promises_more_hours_than_they_have_over_all_employers(cast, at):
    profile = worker(cast, at, hours=20)
    working(cast, profile, at, weekly_minutes=12 * 60)
    second = proposed(cast, profile, at, hr=cast.emil, weekly_minutes=8 * 60 + 1)
    with pytest.raises(engagements.HoursAreOverYourCapacity):
        engagements.accept_work(second, needs_paper=False, by=cast.acting(cast.theo), at=at)
    assert second.state == "proposed"
    working(cast, profile, at, hr=cast.emil, weekly_minutes=8 * 60)
    assert promised_minutes(cast.theo.id) == 20 * 60
    said = profiles.Description("", "", "", False, 19, None, ())
    with pytest.raises(profiles.HoursArePromised):
        profiles.describe_myself(profile, said, by=cast.acting(cast.theo), at=at)
    profiles.describe_myself(profile, replace(said, weekly_hours=20), by=cast.acting(cast.theo), at=at)


def test_capacity_holds_when_employers_and_the_worker_act_at_once(app, cast, at):
    profile = worker(cast, at, hours=20)
    ids = [proposed(cast, profile, at, hr=hr, weekly_minutes=8 * 60).id for hr in (cast.emma, cast.emil) * 3]
    theo, profile_id = cast.theo.id, profile.id

    def less():
        row = db.session.get_one(Profile, profile_id)
        return profiles.describe_myself(row, profiles.Description("", "", "", False, 9, None, ()), by=as_now(theo), at=at)

    outcomes = at_once(app, *(lambda i=i: accept(i, theo, at) for i in ids), less)
    taken, refused = sorted_out(outcomes)
    db.session.expire_all()
    hours = db.session.get_one(Profile, profile_id).weekly_hours
    promised = promised_minutes(theo)
    assert promised <= hours * 60
    assert (promised, hours) in ((16 * 60, 20), (8 * 60, 9))
    assert taken + refused == 7


def accept(engagement_id, person_id, at):
    from coursehub.talent.models import Engagement

    engagements.accept_work(db.session.get_one(Engagement, engagement_id), needs_paper=False, by=as_now(person_id), at=at)


def test_accepting_declining_taking_back_and_expiring_at_once_leave_one_story(app, cast, at):
    from coursehub.talent.models import Engagement

    opening = opened(
        cast,
        at,
        terms=replace(TERMS, kind="part_time", form="non_full_time", pay_period="hour", pay_minor=9_000, weekly_hours=12),
    )
    worker(cast, at)
    application = applied(cast, opening, cast.theo, at)
    row = engagements.propose_to_applicant(application, proposal(), by=cast.acting(cast.emma), at=at)
    row_id, theo, emma, harbour = row.id, cast.theo.id, cast.emma.id, cast.harbour.id
    outcomes = at_once(
        app,
        lambda: accept(row_id, theo, at),
        lambda: engagements.decline_work(db.session.get_one(Engagement, row_id), reason="", by=as_now(theo), at=at),
        lambda: engagements.take_back_proposal(db.session.get_one(Engagement, row_id), by=as_now(emma, harbour), at=at),
        lambda: accept(row_id, theo, at),
    )
    assert sorted_out(outcomes) == (1, 3)
    db.session.expire_all()
    state = db.session.get_one(Engagement, row_id).state
    hired = db.session.get_one(Application, application.id).state == "hired"
    assert hired == (state == "active")


def test_an_applicant_for_a_part_time_opening_is_hired_by_accepting(cast, at):
    terms = replace(TERMS, kind="part_time", form="non_full_time", pay_period="hour", pay_minor=9_000, weekly_hours=12)
    worker(cast, at)
    application = applied(cast, opened(cast, at, terms=terms), cast.theo, at)
    row = engagements.propose_to_applicant(application, proposal(), by=cast.acting(cast.emma), at=at)
    assert application.state == "offer"
    engagements.accept_work(row, needs_paper=False, by=cast.acting(cast.theo), at=at)
    assert (application.state, row.state) == ("hired", "active")
    full = applied(cast, opened(cast, at), cast.ada, at)
    with pytest.raises(engagements.NotPartTime):
        engagements.propose_to_applicant(full, proposal(), by=cast.acting(cast.emma), at=at)


def test_work_waits_for_the_paper_that_the_workers_own_contract_wants(cast, at):
    profile = worker(cast, at)
    row = proposed(cast, profile, at)
    theo = cast.acting(cast.theo)
    engagements.accept_work(row, needs_paper=True, by=theo, at=at)
    assert (row.state, row.home_rule) == ("home_rule", "pending")
    assert engagements.let_work_begin(at=at + DAYS) == 0
    with pytest.raises(engagements.NotADocument):
        engagements.attach_home_document(row, name="x.exe", content=b"MZ", by=theo, at=at)
    with pytest.raises(NotAllowed):
        engagements.attach_home_document(row, name="x.pdf", content=PAPER, by=cast.acting(cast.emma), at=at)
    engagements.attach_home_document(row, name="consent.pdf", content=PAPER, by=theo, at=at)
    assert (row.state, row.home_rule) == ("active", "attached")
    assert db.session.execute(sa.select(HomeDocument.content)).scalar_one() == PAPER


@pytest.mark.parametrize("form", ["secondment", "internship"])
def test_some_forms_never_begin_without_a_paper(cast, at, form):
    row = proposed(cast, worker(cast, at), at, form=form)
    with pytest.raises(engagements.PaperIsNeeded):
        engagements.accept_work(row, needs_paper=False, by=cast.acting(cast.theo), at=at)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"weekly_minutes": 24 * 60 + 1}, engagements.HoursAreOverTheCap),
        ({"start_on": MONDAY - DAYS}, engagements.StartIsPast),
    ],
)
def test_a_proposal_keeps_to_its_form(cast, at, values, refusal):
    profile = worker(cast, at)
    with pytest.raises(refusal):
        proposed(cast, profile, at, **values)


def test_strangers_and_blocked_employers_get_the_same_refusal(cast, at):
    profile = worker(cast, at)
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.theo), at=at)
    with pytest.raises(engagements.NotReachable):
        proposed(cast, profile, at)
    db.session.execute(sa.update(TalentGrant).where(TalentGrant.organisation_id == cast.beacon.id).values(until_at=at))
    with pytest.raises(engagements.NotReachable):
        proposed(cast, profile, at, hr=cast.emil)
    with pytest.raises(NotAllowed):
        engagements.propose_to_person(profile, proposal(), by=cast.acting(cast.ada), at=at)


def test_nobody_answers_in_time_or_on_a_day_they_are_away(cast, at):
    profile = worker(cast, at)
    late = proposed(cast, profile, at, start_on=MONDAY + 30 * DAYS)
    theo = cast.acting(cast.theo)
    with pytest.raises(engagements.TooLateToAnswer):
        engagements.accept_work(late, needs_paper=False, by=theo, at=at + 20 * DAYS)
    assert engagements.let_proposals_expire(at=at + 20 * DAYS) == 1
    assert late.state == "expired"
    with pytest.raises(IllegalMove):
        engagements.accept_work(late, needs_paper=False, by=theo, at=at)
    with transaction():
        db.session.add(Blackout(profile_id=profile.id, from_on=MONDAY, until_on=MONDAY))
    with pytest.raises(engagements.BlackoutComesFirst):
        engagements.accept_work(proposed(cast, profile, at), needs_paper=False, by=theo, at=at)


def test_either_side_pauses_and_takes_up_again_and_only_the_two(cast, at):
    row = working(cast, worker(cast, at), at)
    with pytest.raises(engagements.SayWhy):
        engagements.pause_work(row, reason=" ", by=cast.acting(cast.emma), at=at)
    engagements.pause_work(row, reason="Holidays.", by=cast.acting(cast.emma), at=at)
    assert promised_minutes(cast.theo.id) == row.weekly_minutes
    engagements.resume_work(row, by=cast.acting(cast.theo), at=at)
    assert row.state == "active"
    for other in (cast.emil, cast.ada, cast.stan):
        with pytest.raises(NotAllowed):
            engagements.end_work(row, reason="No.", by=cast.acting(other), at=at)


@pytest.mark.parametrize(
    "statement", ["UPDATE engagement SET hourly_minor = 1", "UPDATE engagement SET weekly_minutes = 60", "DELETE FROM engagement"]
)
def test_the_database_keeps_the_terms(cast, at, statement):
    proposed(cast, worker(cast, at), at)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.text(statement))


def test_a_refusal_says_a_sentence():
    for refusal in (engagements.HoursAreOverYourCapacity, engagements.HoursAreOverTheCap, engagements.PaperIsNeeded):
        assert issubclass(refusal, Refusal)
        assert refusal.__doc__
