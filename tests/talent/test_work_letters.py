"""The letters of part-time work: the other side learns what happened, once, and no letter says what only a page may."""

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.config import root
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.people.operations.letter_choices import KINDS
from coursehub.talent.letters.work import KIND
from coursehub.talent.operations import disputes, engagements, timesheets

from .work import DAYS, MONDAY, handed_in, proposed, worker, working

EMMA, THEO = "emma@example.org", "theo@example.org"
NEVER = ("Theo Maas", "theo@example.org", "120.00", "600.00", "private words", "None")


@pytest.fixture
def news(app):
    """What came since the last look, as (to, subject); every letter is read for what it must not say."""
    seen: set[int] = set()

    def look(at):
        jobs.run_due(at=at, strict=True)
        db.session.expire_all()
        fresh = [row for row in db.session.execute(sa.select(Letter).where(Letter.kind == KIND)).scalars() if row.id not in seen]
        seen.update(row.id for row in fresh)
        for row in fresh:
            said = (row.subject + row.body).replace("Hello Theo Maas", "")
            assert not [leak for leak in NEVER if leak in said]
            assert "https://" in row.body
        return sorted((row.to, row.subject) for row in fresh)

    return look


def test_a_proposal_its_answer_and_its_end_are_told_to_the_other_side(cast, at, news):
    profile = worker(cast, at)
    row = proposed(cast, profile, at)
    assert news(at) == [(THEO, "Harbour proposes part-time work: 带教新人")]
    engagements.accept_work(row, needs_paper=False, by=cast.acting(cast.theo), at=at)
    assert news(at) == [(EMMA, "Your proposal was accepted: 带教新人")]
    engagements.pause_work(row, reason="private words", by=cast.acting(cast.emma), at=at)
    assert news(at) == [(THEO, "Part-time work is paused: 带教新人")]
    engagements.resume_work(row, by=cast.acting(cast.theo), at=at)
    assert news(at) == [(EMMA, "Part-time work goes on: 带教新人")]
    engagements.end_work(row, reason="private words", by=cast.acting(cast.theo), at=at)
    assert news(at) == [(EMMA, "Part-time work has ended: 带教新人")]
    no = proposed(cast, profile, at)
    engagements.decline_work(no, reason="private words", by=cast.acting(cast.theo), at=at)
    back = proposed(cast, profile, at)
    engagements.take_back_proposal(back, by=cast.acting(cast.emma), at=at)
    proposed(cast, profile, at, start_on=MONDAY + 30 * DAYS)
    engagements.let_proposals_expire(at=at + 20 * DAYS)
    assert {subject.split(":")[0] for _to, subject in news(at + 20 * DAYS)} >= {
        "Your proposal was declined", "A proposal was taken back", "Your proposal was not answered",
    }  # fmt: skip


def test_a_week_and_its_dispute_are_told_at_every_step(cast, at, news):
    row = working(cast, worker(cast, at), at)
    news(at)
    sheet = handed_in(cast, row, at + DAYS)
    assert news(at + DAYS) == [(EMMA, "A week waits for you: 带教新人")]
    timesheets.approve_weeks([sheet], by=cast.acting(cast.emma), at=at + DAYS)
    assert news(at + DAYS) == [(THEO, "Your week is approved: 带教新人")]
    fresh = timesheets.correct_week(sheet, reason="private words", by=cast.acting(cast.theo), at=at + DAYS)
    assert news(at + DAYS) == [(EMMA, "A week is being corrected: 带教新人")]
    timesheets.submit_week(fresh, by=cast.acting(cast.theo), at=at + DAYS)
    dispute = disputes.open_dispute(fresh, words="private words", by=cast.acting(cast.emma), at=at + DAYS)
    assert (THEO, "A week of yours is disputed: 带教新人") in news(at + DAYS)
    disputes.answer_dispute(dispute, words="private words", by=cast.acting(cast.theo), at=at + DAYS)
    assert news(at + DAYS) == [(EMMA, "News of a disputed week: 带教新人")]
    disputes.climb(at=dispute.due_at)
    both = [(EMMA, "News of a disputed week: 带教新人"), (THEO, "News of a disputed week: 带教新人")]
    assert news(at + 20 * DAYS) == both
    disputes.decide_dispute(dispute, approves=False, words="private words", by=cast.acting(cast.susi), at=at + 20 * DAYS)
    assert news(at + 20 * DAYS) == both


def test_silence_is_told_to_both(cast, at, news):
    row = working(cast, worker(cast, at), at)
    sheet = handed_in(cast, row, at + DAYS)
    news(at + DAYS)
    timesheets.let_weeks_pass(at=sheet.due_at)
    assert news(at + 9 * DAYS) == [
        (EMMA, "A week counts as approved: 带教新人"), (THEO, "Your week is approved: 带教新人")
    ]  # fmt: skip


def test_every_letter_of_work_is_written_by_somebody_and_can_be_turned_off():
    templates = {path.stem for path in (root() / "templates/talent/letters/work").glob("[a-z]*.txt")}
    source = (root() / "coursehub/talent/letters/work.py").read_text()
    assert {name for name in templates if f'"{name}"' not in source} == set()
    assert KIND in KINDS
