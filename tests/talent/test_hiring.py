"""From an opening to a settled placement: what each side may do, and what follows from it."""

from datetime import date

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.talent.machines import MACHINES, IllegalMove, replay
from coursehub.talent.models import Application, CareerFact, Move, Opening, OpeningSkill, TalentGrant
from coursehub.talent.operations import advancing, applications, offers, openings, placements
from coursehub.talent.operations.consent import YouBlockThem
from coursehub.talent.operations.opening_fields import NoConsent, open_person
from coursehub.talent.queries.applications import state_shown_to_person
from coursehub.talent.queries.working_days import due_after

from .hiring import DAYS, TERMS, applied, offered, opened, said, screened, second_recruiter, skill, wanted


def kinds(person) -> list[str]:
    return list(
        db.session.execute(sa.select(CareerFact.kind).where(CareerFact.person_id == person.id).order_by(CareerFact.id)).scalars()
    )


def test_a_learner_applies_is_hired_starts_and_the_guarantee_passes(cast, at):
    opening = opened(cast, at)
    application = applied(cast, opening, cast.ada, at)
    emma, ada = cast.acting(cast.emma), cast.acting(cast.ada)
    assert open_person(cast.ada.id, by=emma, purpose="application", fields=["display_name"], at=at) == {
        "display_name": "Ada Chen"
    }
    offer = offered(cast, application, at)
    placement = offers.accept_offer(offer, by=ada, at=at + DAYS)
    assert (application.state, opening.state, placement.state) == ("hired", "filled", "agreed")
    start = at.replace(month=4, day=1)
    with pytest.raises(placements.NotStartedYet):
        placements.confirm_start_as_person(placement, by=ada, at=at + DAYS)
    placements.confirm_start_as_person(placement, by=ada, at=start)
    assert placement.started_at is None
    placements.confirm_start_as_employer(placement, by=emma, at=start + DAYS)
    assert (placement.state, placement.guarantee_days) == ("guarantee", 90)
    assert placements.let_guarantees_pass(at=start + 89 * DAYS) == 0
    assert placements.let_guarantees_pass(at=start + 91 * DAYS) == 1
    assert placement.state == "settled"
    assert kinds(cast.ada) == ["granted", "applied", "offered", "accepted", "started", "guarantee_passed"]


def test_every_lifecycle_on_the_way_tells_its_state_again(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    placement = offers.accept_offer(offered(cast, application, at), by=cast.acting(cast.ada), at=at)
    for machine, row in (("application", application), ("placement", placement)):
        moves = db.session.execute(
            sa.select(Move.move).where(Move.machine == machine, Move.subject_id == row.id).order_by(Move.n)
        ).scalars()
        assert replay(MACHINES[machine], [m for m in moves if m != "begin"]) == row.state


def test_a_published_opening_keeps_its_terms_even_from_the_database(cast, at):
    opening = opened(cast, at)
    with pytest.raises(openings.TermsAreFixed):
        openings.change_draft(opening, TERMS, wanted((skill("x"), 1)), by=cast.acting(cast.emma))
    for statement in (
        sa.update(Opening).values(pay_minor=1), sa.delete(OpeningSkill), sa.update(OpeningSkill).values(level=4),
    ):  # fmt: skip
        with pytest.raises(sa.exc.DBAPIError, match="published opening keeps"), transaction():
            db.session.execute(statement)


def test_only_staff_publish_and_an_opening_needs_a_required_skill(cast, at):
    emma = cast.acting(cast.emma)
    with pytest.raises(openings.NoRequiredSkill):
        openings.draft_opening(TERMS, [openings.Wanted(skill("y").id, 2, required=False)], by=emma, at=at)
    opening = openings.draft_opening(TERMS, wanted((skill("z"), 2)), by=emma, at=at)
    openings.submit_opening(opening, by=emma, at=at)
    with pytest.raises(NotAllowed):
        openings.publish_opening(opening, by=emma, at=at)
    with pytest.raises(NotAllowed):
        openings.submit_opening(opening, by=cast.acting(cast.emil), at=at)


def test_nobody_applies_twice_or_to_whom_they_block(cast, at):
    from coursehub.talent.operations.blocks import block_organisation

    opening = opened(cast, at)
    applied(cast, opening, cast.ada, at)
    with pytest.raises(applications.AlreadyApplied):
        applied(cast, opening, cast.ada, at)
    block_organisation(cast.harbour, by=cast.acting(cast.bo), at=at)
    with pytest.raises(YouBlockThem):
        applied(cast, opening, cast.bo, at)
    with pytest.raises(applications.NameIsNeeded):
        applied(cast, opening, cast.theo, at, fields=["email"])


def test_a_rejection_shows_and_closes_only_after_the_time_to_undo(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    emma = cast.acting(cast.emma)
    with pytest.raises(advancing.ReasonIsNeeded):
        advancing.advance([application], "reject", by=emma, at=at)
    batch = advancing.advance([application], "reject", reason="skills", by=emma, at=at)
    assert (application.state, state_shown_to_person(application)) == ("rejected", "applied")
    assert advancing.undo(batch, by=emma, at=at + advancing.UNDO / 2) == 1
    assert (application.state, application.answered_at) == ("applied", None)
    again = advancing.advance([application], "reject", reason="skills", by=emma, at=at + DAYS)
    with pytest.raises(advancing.TooLateToUndo):
        advancing.undo(again, by=emma, at=again.undo_until_at)
    advancing.tell_of_batch(batch.id, at=at + DAYS)
    advancing.tell_of_batch(again.id, at=again.undo_until_at)
    assert state_shown_to_person(application) == "rejected"
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=emma, purpose="application", fields=["display_name"], at=again.undo_until_at)


def test_whoever_withdraws_before_being_told_withdrew(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    batch = advancing.advance([application], "reject", reason="skills", by=cast.acting(cast.emma), at=at)
    applications.withdraw_application(application, reason="slow", words="", by=cast.acting(cast.ada), at=at)
    advancing.tell_of_batch(batch.id, at=batch.undo_until_at)
    assert application.state == "withdrawn"


def test_a_silent_employer_loses_the_application_after_promise_and_grace(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)  # a Monday; three working days: until Thursday's end
    assert application.due_at == due_after(at, 3)
    assert applications.let_applications_lapse(at=application.due_at + DAYS) == 0
    assert applications.let_applications_lapse(at=application.due_at + 8 * DAYS) == 1
    assert application.state == "lapsed"
    grant = db.session.execute(sa.select(TalentGrant).where(TalentGrant.cause_id == application.id)).scalar_one()
    assert grant.ended_at is not None


def test_an_offer_needs_a_second_pair_of_eyes_where_two_people_hire(cast, at):
    application = screened(cast, applied(cast, opened(cast, at), cast.ada, at), at)
    emma, tara = cast.acting(cast.emma), second_recruiter(cast)
    offer = offers.draft_offer(application, said(), by=emma, at=at)
    with pytest.raises(offers.SecondPairOfEyes):
        offers.approve_offer(offer, by=emma, at=at)
    offers.approve_offer(offer, by=tara, at=at)
    offers.revise_offer(offer, said(pay_minor=990_000), by=tara, at=at)
    assert offer.state == "draft"
    with pytest.raises(offers.SecondPairOfEyes):
        offers.approve_offer(offer, by=tara, at=at)
    offers.approve_offer(offer, by=emma, at=at)
    with pytest.raises(offers.TimeToDecide):
        offers.extend_offer(offer, decide_by_at=at + 5 * DAYS, by=emma, at=at)


def test_an_offer_pays_what_was_advertised(cast, at):
    application = screened(cast, applied(cast, opened(cast, at), cast.ada, at), at)
    for less in (said(pay_minor=899_999), said(currency="EUR"), said(pay_period="hour"), said(form="internship")):
        with pytest.raises(offers.LessThanAdvertised):
            offers.draft_offer(application, less, by=cast.acting(cast.emma), at=at)
    with pytest.raises(offers.StartIsPast):
        offers.draft_offer(application, said(start_on=date(2026, 3, 2)), by=cast.acting(cast.emma), at=at)


def test_accepting_closes_what_else_one_has_with_that_employer(cast, at):
    one, other = opened(cast, at), opened(cast, at)
    application, second = applied(cast, one, cast.ada, at), applied(cast, other, cast.ada, at)
    elsewhere = applied(cast, opened(cast, at, by=cast.acting(cast.emil)), cast.ada, at)
    offers.accept_offer(offered(cast, application, at), by=cast.acting(cast.ada), at=at)
    assert (second.state, second.reason, elsewhere.state) == ("withdrawn", "other_offer", "applied")


def test_an_offer_expires_and_cannot_be_accepted_then(cast, at):
    offer = offered(cast, applied(cast, opened(cast, at), cast.ada, at), at)
    late = offer.decide_by_at + DAYS
    with pytest.raises(offers.TooLateToAnswer):
        offers.accept_offer(offer, by=cast.acting(cast.ada), at=late)
    assert offers.let_offers_expire(at=late) == 1
    assert offers.let_offers_expire(at=late) == 0
    with pytest.raises(IllegalMove):
        offers.accept_offer(offer, by=cast.acting(cast.ada), at=offer.decide_by_at)


def test_an_accepted_offer_can_be_rescinded_before_the_start_with_a_reason(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    offer = offered(cast, application, at)
    placement = offers.accept_offer(offer, by=cast.acting(cast.ada), at=at)
    with pytest.raises(advancing.ReasonIsNeeded):
        offers.rescind_offer(offer, reason=" ", by=cast.acting(cast.emma), at=at)
    offers.rescind_offer(offer, reason="The budget was cut.", by=cast.acting(cast.emma), at=at)
    assert (offer.state, placement.state) == ("rescinded", "fell_through")


def test_whoever_leaves_inside_the_guarantee_leaves_a_fact_and_a_dispute_is_decided_by_staff(cast, at):
    emma, ada, start = cast.acting(cast.emma), cast.acting(cast.ada), at.replace(month=4, day=1)
    placement = offers.accept_offer(offered(cast, applied(cast, opened(cast, at), cast.ada, at), at), by=ada, at=at)
    placements.confirm_start_as_person(placement, by=ada, at=start)
    placements.confirm_start_as_employer(placement, by=emma, at=start)
    with pytest.raises(placements.DayIsOutside):
        placements.say_somebody_left(placement, left_on=date(2026, 3, 1), reason="x", by=emma, at=start + 30 * DAYS)
    placements.dispute_placement(placement, reason="They never came.", by=emma, at=start + 10 * DAYS)
    assert placements.let_guarantees_pass(at=start + 200 * DAYS) == 0
    with pytest.raises(NotAllowed):
        placements.settle_dispute(placement, left_on=None, reason="x", by=emma, at=start + 20 * DAYS)
    placements.settle_dispute(
        placement, left_on=date(2026, 4, 8), reason="As the time cards say.", by=cast.acting(cast.susi), at=start + 20 * DAYS
    )
    assert placement.state == "refunded"
    assert kinds(cast.ada)[-1] == "left"


def test_the_employers_own_stage_moves_are_seen_by_its_own_people_only(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    for person in (cast.emil, cast.ada, cast.stan):
        with pytest.raises(NotAllowed):
            advancing.advance([application], "screen", by=cast.acting(person), at=at)
    assert db.session.get_one(Application, application.id).state == "applied"


def test_whoever_asks_to_be_forgotten_leaves_no_word_behind(cast, at):
    from coursehub.talent import personal
    from coursehub.talent.operations import judging

    application = applied(cast, opened(cast, at), cast.ada, at)
    judging.write_note(application, text="canary", scope="me", by=cast.acting(cast.emma), at=at)
    offered(cast, application, at)
    assert personal.export(cast.ada.id)["hiring"]["applications"][0]["message"] == "Hello"
    with transaction():
        personal.erase(cast.ada.id, at)
    row = db.session.get_one(Application, application.id)
    assert (row.message, row.mail_hash, row.state) == ("", "", "withdrawn")
    note = db.session.execute(sa.text("SELECT text FROM application_note")).scalar_one()
    assert note == ""
