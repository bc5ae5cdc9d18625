"""The letters of hiring: both sides learn what concerns them, once, in their language, and no letter says what only a page may."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.config import root
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.people.operations.letter_choices import KINDS, choose_letters
from coursehub.talent.jobs import hiring as clocks
from coursehub.talent.letters.hiring import KIND
from coursehub.talent.models import InterviewSlot, Opening
from coursehub.talent.operations import advancing, applications, interviews, introductions, offers, openings, placements
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.working_days import local_day

from .hiring import TERMS, applied, in_pool, offered, opened, said, screened, second_recruiter, skill, wanted

DAY = timedelta(days=1)
EMMA, TARA, ADA, BO = "emma@example.org", "tara@example.org", "ada@example.org", "bo@example.org"


@pytest.fixture
def news(app):
    """The subjects of what came since the last look, as (to, subject); every letter is read for what it must not say."""
    seen: set[int] = set()

    def look(at):
        for clock in (
            clocks.let_applications_lapse,
            clocks.let_offers_expire,
            clocks.let_guarantees_pass,
            clocks.remind_of_hiring,
        ):
            clock(at=at)
        jobs.run_due(at=at, strict=True)
        db.session.expire_all()
        fresh = [row for row in db.session.execute(sa.select(Letter).where(Letter.kind == KIND)).scalars() if row.id not in seen]
        seen.update(row.id for row in fresh)
        for row in fresh:
            assert_says_only_what_it_may(row)
        return sorted((row.to, row.subject.split(": ")[0].split("：")[0]) for row in fresh)

    return look


def assert_says_only_what_it_may(letter):
    text = letter.subject + letter.body
    assert not re.search(r"9[,.]?[05]00|None|%\(", text), text
    if letter.to in (EMMA, TARA):
        assert "Ada" not in text and ADA not in text and "Bo Lin" not in text, text
    assert "private words" not in text, text
    assert "minutes, " not in letter.body or "\n\nFor your calendar:" in letter.body  # each thought is a paragraph
    assert len(re.findall(r"https://localhost/\S+", letter.body)) >= 1


def test_from_the_opening_to_the_end_of_the_guarantee_both_sides_hear_of_each_step(cast, at, news):
    emma, cato, ada = cast.acting(cast.emma), cast.acting(cast.cato), cast.acting(cast.ada)
    opening = openings.draft_opening(TERMS, wanted((skill("py"), 2)), by=emma, at=at)
    openings.submit_opening(opening, by=emma, at=at)
    openings.return_opening(opening, reason="Say who teaches.", by=cato, at=at)
    assert news(at) == [(EMMA, "Given back")]
    openings.submit_opening(opening, by=emma, at=at)
    openings.publish_opening(opening, by=cato, at=at)
    assert news(at) == [(EMMA, "Published")]
    openings.pause_opening(opening, by=emma, at=at)
    openings.resume_opening(opening, by=emma, at=at)
    row = applied(cast, opening, cast.ada, at)
    assert news(at) == [(ADA, "Harbour has your application"), (EMMA, "Somebody applied")]
    interview = interviews.propose_interview(row, kind="video", place="", minutes=45, words="", times=[at + DAY], by=emma, at=at)
    assert news(at) == [(ADA, "An interview with Harbour")]
    interviews.ask_for_other_times(interview, words="private words", by=ada, at=at)
    assert news(at) == [(EMMA, "Other times are asked for")]
    interviews.propose_other_times(interview, times=[at + 2 * DAY], by=emma, at=at)
    slot = db.session.execute(sa.select(InterviewSlot).where(InterviewSlot.open.is_(True))).scalar_one()
    interviews.pick_time(interview, slot, by=ada, at=at)
    assert news(at) == [(ADA, "The interview is agreed"), (EMMA, "The interview is agreed")]
    at += 3 * DAY
    interviews.say_it_was_held(interview, by=emma, at=at)
    offer = offers.draft_offer(row, said(start_on=local_day(at) + 30 * DAY), by=emma, at=at)
    offers.approve_offer(offer, by=emma, at=at)
    assert news(at) == []  # nobody but Emma hires here, and of a draft nobody learns
    offers.extend_offer(offer, decide_by_at=due_after(at, 5), by=emma, at=at)
    assert news(at) == [(ADA, "Harbour makes you an offer")]
    at = offer.decide_by_at - DAY
    assert news(at) == [(ADA, "Your time to decide ends soon")]
    placement = offers.accept_offer(offer, by=ada, at=at)
    assert news(at) == [(ADA, "Agreed"), (EMMA, "Agreed")]
    at += 30 * DAY
    assert news(at) == [(ADA, "Has it begun? 初级数据工程师"), (EMMA, "Has it begun? 初级数据工程师")]
    placements.confirm_start_as_person(placement, by=ada, at=at)
    assert news(at) == [(EMMA, "The other side has confirmed the start")]
    placements.confirm_start_as_employer(placement, by=emma, at=at)
    assert news(at) == [(ADA, "The start is confirmed"), (EMMA, "The start is confirmed")]
    assert news(at + 91 * DAY) == [(ADA, "The guarantee has passed"), (EMMA, "The guarantee has passed")]


def test_a_rejection_is_told_after_the_time_to_undo_and_carries_no_reason(cast, at, news):
    row = applied(cast, opened(cast, at), cast.ada, at)
    news(at)
    advancing.advance([row], "reject", reason="filled", words="private words", by=cast.acting(cast.emma), at=at)
    assert news(at) == []
    assert news(at + timedelta(minutes=31)) == [(ADA, "Harbour has answered you")]
    assert news(at + DAY) == []


def test_what_was_undone_is_never_told(cast, at, news):
    row = applied(cast, opened(cast, at), cast.ada, at)
    news(at)
    batch = advancing.advance([row], "reject", reason="filled", by=cast.acting(cast.emma), at=at)
    advancing.undo(batch, by=cast.acting(cast.emma), at=at)
    screened(cast, row, at)
    assert news(at + timedelta(minutes=31)) == [(ADA, "Your application goes on")]


def test_silence_withdrawal_and_declining_are_told_to_the_other_side(cast, at, news):
    opening = opened(cast, at)
    applied(cast, opening, cast.ada, at)
    gone = applied(cast, opening, cast.bo, at)
    news(at)
    applications.withdraw_application(gone, reason="pay", words="private words", by=cast.acting(cast.bo), at=at)
    assert news(at) == [(EMMA, "Somebody has withdrawn")]
    assert news(at + 20 * DAY) == [(ADA, "Harbour did not answer"), (EMMA, "An application is lost")]


def test_an_offer_declined_expired_or_taken_back_is_told_once_to_whom_it_concerns(cast, at, news):
    one, two, three = (opened(cast, at) for _ in range(3))
    ends = []
    for opening, person in ((one, cast.ada), (two, cast.ada), (three, cast.ada)):
        ends.append(offered(cast, applied(cast, opening, person, at), at))
    news(at)
    offers.decline_offer(ends[0], reason="private words", by=cast.acting(cast.ada), at=at)
    offers.rescind_offer(ends[1], reason="private words", by=cast.acting(cast.emma), at=at)
    assert news(at) == [(ADA, "Harbour has taken its offer back"), (EMMA, "An offer was declined")]
    late = ends[2].decide_by_at + timedelta(minutes=1)
    assert [told for told in news(late) if "expired" in told[1]] == [
        (ADA, "An offer has expired"),
        (EMMA, "An offer has expired"),
    ]


def test_a_second_person_is_asked_to_approve_and_the_writer_hears_of_it(cast, at, news):
    tara = second_recruiter(cast)
    row = screened(cast, applied(cast, opened(cast, at), cast.ada, at), at)
    news(at)
    offer = offers.draft_offer(row, said(), by=cast.acting(cast.emma), at=at)
    assert news(at) == [(TARA, "An offer waits for you")]
    offers.approve_offer(offer, by=tara, at=at)
    assert news(at) == [(EMMA, "Approved, not sent yet")]


def test_an_introduction_reaches_the_person_and_its_no_the_one_who_wrote(cast, at, news):
    opening = opened(cast, at)
    row = introductions.introduce(
        opening, in_pool(cast.bo, at).public_id, message="private words", by=cast.acting(cast.emma), at=at
    )
    (to_bo,) = [told for told in news(at) if told[0] == BO]
    assert to_bo[1] == "海港软件就一个岗位给您写信"
    introductions.decline_introduction(row, reason="private words", by=cast.acting(cast.bo), at=at)
    assert news(at) == [(EMMA, "Not interested")]


def test_an_introduction_that_runs_out_is_told_to_both_and_names_nobody(cast, at, news):
    opening = opened(cast, at)
    row = introductions.introduce(
        opening, in_pool(cast.bo, at).public_id, message="private words", by=cast.acting(cast.emma), at=at
    )
    news(at)
    introductions.let_introductions_end(at=row.answer_by_at)
    assert news(row.answer_by_at) == [(BO, "已过期"), (EMMA, "No answer")]
    introductions.let_introductions_end(at=row.answer_by_at + DAY)
    assert news(row.answer_by_at + DAY) == []


def test_disagreement_and_leaving_are_told_to_both(cast, at, news):
    ada, emma = cast.acting(cast.ada), cast.acting(cast.emma)
    row = applied(cast, opened(cast, at), cast.ada, at)
    screened(cast, row, at)
    offer = offers.draft_offer(row, said(start_on=local_day(at) + DAY), by=emma, at=at)
    offers.approve_offer(offer, by=emma, at=at)
    offers.extend_offer(offer, decide_by_at=due_after(at, 5), by=emma, at=at)
    placement = offers.accept_offer(offer, by=ada, at=at)
    at += 2 * DAY
    placements.confirm_start_as_employer(placement, by=emma, at=at)
    placements.confirm_start_as_person(placement, by=ada, at=at)
    news(at)
    placements.dispute_placement(placement, reason="private words", by=ada, at=at)
    assert news(at) == [(ADA, "The two sides disagree"), (EMMA, "The two sides disagree")]
    placements.settle_dispute(placement, left_on=local_day(at), reason="private words", by=cast.acting(cast.susi), at=at)
    assert news(at) == [(ADA, "It has ended"), (EMMA, "It has ended")]


def test_who_wants_no_letters_of_hiring_gets_none(cast, at, news):
    choose_letters([kind for kind in KINDS if kind != KIND], by=cast.acting(cast.ada), at=at)
    applied(cast, opened(cast, at), cast.ada, at)
    assert ADA not in {to for to, _ in news(at)}


def test_when_nobody_of_the_team_hires_any_more_everybody_who_does_hears_of_it(cast, at, news):
    from coursehub.people.models import Membership

    second_recruiter(cast)
    opening = opened(cast, at)
    db.session.execute(sa.update(Membership).where(Membership.person_id == cast.emma.id).values(ended_at=at))
    db.session.commit()
    applied(cast, opening, cast.ada, at)
    assert (TARA, "Somebody applied") in news(at) and db.session.get_one(Opening, opening.id).state == "open"


def test_every_letter_of_hiring_is_written_by_somebody():
    templates = {path.stem for path in (root() / "templates/talent/letters/hiring").glob("[a-z]*.txt")}
    source = "".join(path.read_text() for path in (root() / "coursehub/talent/letters").glob("*.py"))
    assert {name for name in templates if f'"{name}"' not in source} == set()


@pytest.mark.parametrize("leak", ["Ada Chen", "ada@example.org", "9,500.00", "private words", "None"])
def test_the_reading_of_letters_catches_what_must_not_be_said(leak):
    letter = Letter(to=EMMA, subject="Somebody applied: a title", body=f"application AB12C {leak}. https://localhost/hire")
    with pytest.raises(AssertionError):
        assert_says_only_what_it_may(letter)
