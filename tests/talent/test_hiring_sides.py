"""Introductions and their budget, interviews, scorecards, notes and duplicates: who learns what, and what is refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.talent.calendars import Meeting, calendar
from coursehub.talent.machines import INTERVIEW, MACHINES, IllegalMove, replay
from coursehub.talent.models import Application, InterviewSlot, Move, OutreachEntry
from coursehub.talent.operations import advancing, applications, interviews, introductions, judging, merging, openings, outreach
from coursehub.talent.operations.blocks import block_organisation
from coursehub.talent.queries.applications import duplicates_of, fields_shown, notes_on, scorecards_on

from .hiring import DAYS, TERMS, applied, in_pool, opened, second_recruiter, skill, wanted


def introduced(cast, opening, profile_id, at):
    return introductions.introduce(opening, profile_id, message="Hello", by=cast.acting(cast.emma), at=at)


def test_an_introduction_that_is_accepted_is_an_application_with_its_consent(cast, at):
    row = introduced(cast, opened(cast, at), in_pool(cast.ada, at).public_id, at)
    assert outreach.balance(cast.harbour.id) == outreach.ALLOWANCE - 1
    introductions.see_introduction(row, by=cast.acting(cast.ada), at=at)
    application = introductions.accept_introduction(row, fields=["display_name"], by=cast.acting(cast.ada), at=at)
    assert (row.state, application.state, fields_shown(application, at)) == ("accepted", "sourced", ["display_name"])
    advancing.advance([application], "screen", by=cast.acting(cast.emma), at=at)
    assert outreach.balance(cast.harbour.id) == outreach.ALLOWANCE


def test_quiet_blocking_hidden_and_unknown_people_give_one_and_the_same_refusal(cast, at):
    opening = opened(cast, at)
    quiet, blocking = in_pool(cast.ada, at, quiet=True), in_pool(cast.bo, at)
    block_organisation(cast.harbour, by=cast.acting(cast.bo), at=at)
    said = set()
    for profile_id in (quiet.public_id, blocking.public_id, "nobody0000000000"):
        with pytest.raises(introductions.NobodyToReach) as refusal:
            introduced(cast, opening, profile_id, at)
        said.add((str(refusal.value), refusal.value.status))
    assert len(said) == 1
    assert outreach.balance(cast.harbour.id) == outreach.ALLOWANCE


def test_words_run_out_rest_and_come_back_and_a_draft_cannot_write(cast, at):
    profile = in_pool(cast.ada, at)
    draft = openings.draft_opening(TERMS, wanted((skill("d"), 1)), by=cast.acting(cast.emma), at=at)
    with pytest.raises(introductions.NoOpenOpening):
        introduced(cast, draft, profile.public_id, at)
    rows = [introduced(cast, opened(cast, at), profile.public_id, at) for _ in range(outreach.ALLOWANCE)]
    with pytest.raises(introductions.NoWordsLeft):
        introduced(cast, opened(cast, at), profile.public_id, at)
    introductions.decline_introduction(rows[0], reason="", by=cast.acting(cast.ada), at=at)
    introductions.let_introductions_end(at=at + 29 * DAYS)
    assert outreach.balance(cast.harbour.id) == 0
    assert {row.state for row in rows[1:]} == {"expired"}
    introductions.let_introductions_end(at=at + 31 * DAYS)
    assert outreach.balance(cast.harbour.id) == 1
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.update(OutreachEntry).values(change=1))


def test_nobody_is_written_to_twice_about_one_opening(cast, at):
    opening, profile = opened(cast, at), in_pool(cast.ada, at)
    introduced(cast, opening, profile.public_id, at)
    with pytest.raises(introductions.AlreadyIntroduced):
        introduced(cast, opening, profile.public_id, at)


def test_a_time_is_proposed_picked_moved_and_called_off_and_calendars_learn_each_change(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    emma, ada = cast.acting(cast.emma), cast.acting(cast.ada)
    with pytest.raises(interviews.NoTimes):
        interviews.propose_interview(application, kind="video", place="", minutes=45, words="", times=[at], by=emma, at=at)
    interview = interviews.propose_interview(
        application, kind="video", place="", minutes=45, words="", times=[at + DAYS, at + 2 * DAYS], by=emma, at=at
    )
    assert (application.state, application.due_at, interview.sequence) == ("interview", None, 0)
    slots = list(db.session.execute(sa.select(InterviewSlot).order_by(InterviewSlot.starts_at)).scalars())
    interviews.pick_time(interview, slots[0], by=ada, at=at)
    assert (interview.state, interview.sequence) == ("agreed", 1)
    with pytest.raises(interviews.NotOverYet):
        interviews.say_it_was_held(interview, by=emma, at=at)
    interviews.ask_for_other_times(interview, words="I am ill.", by=ada, at=at)
    with pytest.raises(interviews.TimeIsGone):
        interviews.pick_time(interview, slots[1], by=ada, at=at)
    interviews.propose_other_times(interview, times=[at + 3 * DAYS], by=emma, at=at)
    new = db.session.execute(sa.select(InterviewSlot).where(InterviewSlot.open.is_(True))).scalar_one()
    interviews.pick_time(interview, new, by=ada, at=at)
    interviews.cancel_interview(interview, reason="The team is away.", by=emma, at=at)
    assert (interview.state, interview.sequence) == ("cancelled", 4)
    assert application.due_at is not None
    moves = db.session.execute(sa.select(Move.move).where(Move.machine == "interview").order_by(Move.n)).scalars()
    assert replay(INTERVIEW, [m for m in moves if m != "begin"]) == "cancelled"


def test_scorecards_stay_hidden_until_ones_own_is_in_and_notes_keep_to_their_scope(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    emma, tara = cast.acting(cast.emma), second_recruiter(cast)
    judging.hand_in_scorecard(application, verdict="yes", marks={}, words="Good.", by=emma, at=at)
    before = scorecards_on(application, tara)
    assert (before.many, before.own, before.others) == (1, None, [])
    judging.hand_in_scorecard(application, verdict="no", marks={}, words="", by=tara, at=at)
    assert [card.words for card in scorecards_on(application, tara).others] == ["Good."]
    with pytest.raises(judging.YourCardIsIn):
        judging.hand_in_scorecard(application, verdict="yes", marks={}, words="", by=tara, at=at)
    notes = [judging.write_note(application, text=s, scope=s, by=emma, at=at) for s in ("me", "team", "organisation")]
    assert [note.text for note in notes_on(application, tara)] == ["organisation"]  # not on the team, and not the writer
    with pytest.raises(judging.NotYourNote):
        judging.remove_note(notes[2], application, by=tara, at=at)
    assert notes_on(application, cast.acting(cast.emil)) == []


def test_one_person_twice_is_suggested_merged_under_the_stricter_consent_and_taken_apart(cast, at):
    opening, emma = opened(cast, at), cast.acting(cast.emma)
    row = introduced(cast, opening, in_pool(cast.ada, at).public_id, at)
    direct = applied(cast, opening, cast.ada, at, fields=["display_name", "email"])
    sourced = introductions.accept_introduction(row, fields=["display_name", "claims"], by=cast.acting(cast.ada), at=at)
    assert duplicates_of(direct) == [sourced]
    merge = merging.merge_applications(direct, sourced, by=emma, at=at)
    assert fields_shown(direct, at) == ["display_name"]
    merging.unmerge_applications(merge, by=emma, at=at + 30 * DAYS)
    assert fields_shown(direct, at) == ["display_name", "email"]
    again = merging.merge_applications(direct, sourced, by=emma, at=at)
    with pytest.raises(merging.TooLateToUnmerge):
        merging.unmerge_applications(again, by=emma, at=at + 31 * DAYS)
    applications.withdraw_application(direct, reason="pay", words="", by=cast.acting(cast.ada), at=at)
    assert (direct.state, sourced.state) == ("withdrawn", "withdrawn")
    with pytest.raises(merging.NotADuplicate):
        merging.merge_applications(direct, applied(cast, opening, cast.bo, at), by=emma, at=at)


def test_a_calendar_file_folds_escapes_and_says_what_is_off(at):
    title = "面试，一; two, three\\four\n" + "长" * 60
    text = calendar([Meeting("x@localhost", 3, at, at + DAYS, 45, title, cancelled=True)], name="Interviews", method="CANCEL")
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:面试，一\\; two\\, three\\\\four\\n" + "长" * 60 in whole
    for line in ("METHOD:CANCEL", "SEQUENCE:3", "STATUS:CANCELLED", "DTSTART:20260303T090000Z", "DTEND:20260303T094500Z"):
        assert f"{line}\r\n" in text


def test_random_walks_over_the_board_end_in_a_sentence_or_a_state_that_its_moves_tell(cast, at):
    import random

    from coursehub.errors import Refusal

    chance, emma = random.Random(20260302), cast.acting(cast.emma)
    opening, moment = opened(cast, at), at
    rows = [applied(cast, opening, person, at) for person in (cast.ada, cast.bo, cast.theo)]
    batches, refused = [], 0
    for _ in range(60):
        moment += timedelta(minutes=chance.choice((1, 20, 45)))
        row = chance.choice(rows)
        try:
            match chance.choice(("step", "step", "undo", "tell", "withdraw")):
                case "step":
                    step = chance.choice(("screen", "interview", "offer", "screen", "interview", "reject"))
                    batches.append(advancing.advance([row], step, reason="other", by=emma, at=moment))
                case "undo" if batches:
                    advancing.undo(chance.choice(batches), by=emma, at=moment)
                case "tell" if batches:
                    advancing.tell_of_batch(chance.choice(batches).id, at=moment)
                case "withdraw" if chance.random() < 0.2:
                    person = next(p for p in (cast.ada, cast.bo, cast.theo) if p.id == row.person_id)
                    applications.withdraw_application(row, reason="slow", words="", by=cast.acting(person), at=moment)
        except Refusal as refusal:
            refused += 1
            assert len(str(refusal)) > 20
    assert refused > 3
    db.session.expire_all()
    for row in db.session.execute(sa.select(Application)).scalars():
        found = sa.select(Move.move).where(Move.machine == "application", Move.subject_id == row.id).order_by(Move.n)
        moves = [m for m in db.session.execute(found).scalars() if m != "begin"]
        assert replay(MACHINES["application"], moves) == row.state


def test_an_interview_of_a_closed_application_cannot_go_on(cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    interview = interviews.propose_interview(
        application, kind="phone", place="", minutes=30, words="", times=[at + DAYS], by=cast.acting(cast.emma), at=at
    )
    applications.withdraw_application(application, reason="slow", words="", by=cast.acting(cast.ada), at=at)
    assert interview.state == "cancelled"
    with pytest.raises(IllegalMove):
        interviews.pick_time(
            interview, db.session.execute(sa.select(InterviewSlot)).scalar_one(), by=cast.acting(cast.ada), at=at
        )
