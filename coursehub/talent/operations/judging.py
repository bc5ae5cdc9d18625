"""Notes and scorecards: what colleagues think of an application, and who of them may read it."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.models import Application, Note, Scorecard
from coursehub.talent.models.applications import NOTE_SCOPES, VERDICTS
from coursehub.talent.policies import hiring as policies


class YourCardIsIn(Refusal):
    """Your scorecard is in. It stays as it is, since you may have read the others since."""


class NotYourNote(Refusal):
    """Only who wrote a note can remove it."""

    status = 403


def write_note(application: Application, *, text: str, scope: str, by: Actor, at: datetime) -> Note:
    """Remark something for oneself, the hiring team or everybody who hires there."""
    require(policies.may_work_on(by, application))
    if scope not in NOTE_SCOPES:
        raise ValueError(f"{scope} is no scope")
    with transaction():
        note = Note(
            public_id=new_public_id(), application_id=application.id, by_id=by.person_id, scope=scope, text=text.strip(), at=at
        )
        db.session.add(note)
        db.session.flush()
    return note


def remove_note(note: Note, application: Application, *, by: Actor, at: datetime) -> None:
    """Take one's own note away. Raises NotYourNote."""
    require(policies.may_work_on(by, application))
    if note.by_id != by.person_id:
        raise NotYourNote
    with transaction():
        note.removed_at = note.removed_at or at
        note.text = ""


def hand_in_scorecard(
    application: Application, *, verdict: str, marks: Mapping[str, int], words: str, by: Actor, at: datetime
) -> Scorecard:
    """Judge an application once; from then on one reads what colleagues have written. Raises YourCardIsIn."""
    require(policies.may_work_on(by, application))
    if verdict not in VERDICTS or not all(1 <= mark <= 4 for mark in marks.values()):
        raise ValueError("no such verdict or mark")
    card = Scorecard(
        application_id=application.id, by_id=by.person_id, verdict=verdict, marks=dict(marks), words=words.strip(), at=at
    )
    with transaction():
        try:
            with db.session.begin_nested():
                db.session.add(card)
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise YourCardIsIn from clash
    return card
