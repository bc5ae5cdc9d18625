"""Letters about applications: received, gone further, answered, taken back, and lost by silence."""

from datetime import datetime

from coursehub import events
from coursehub.db import db
from coursehub.talent.consent_text import fields_in_words
from coursehub.talent.letters.hiring import to_person, to_team
from coursehub.talent.models import Application
from coursehub.talent.queries.applications import fields_shown, interviews_on, offers_on


@events.on("talent.application_received")
def confirm_receipt(*, at: datetime, application_id: int) -> None:
    """To the person, what they see and until when they answer; to the team, that somebody applied."""
    row = db.session.get_one(Application, application_id)
    if row.ended_at is not None:
        return
    to_person(
        row, key=f"received:{row.public_id}", template="received", at=at, due_at=row.promised_at,
        fields=fields_shown(row, at), fields_in_words=fields_in_words,
    )  # fmt: skip
    to_team(
        row, key=f"applied:{row.public_id}", template="applied", at=at, due_at=row.promised_at,
        invited=row.introduction_id is not None,
    )  # fmt: skip


@events.on("talent.application_told")
def tell_where_it_is(*, at: datetime, application_id: int, state: str, batch_id: int) -> None:
    """The time to undo is over: the person learns that they were answered, or that it goes on."""
    row = db.session.get_one(Application, application_id)
    if state == "rejected":
        to_person(row, key=f"answered:{row.public_id}:{batch_id}", template="answered", at=at)
    elif row.state == state and not interviews_on(row.id) and not any(offer.extended_at for offer in offers_on(row.id)):
        to_person(row, key=f"further:{row.public_id}:{batch_id}", template="further", at=at, state=state)


@events.on("talent.application_lapsed")
def tell_of_silence(*, at: datetime, application_id: int) -> None:
    """The employer was silent for too long; both sides learn it."""
    row = db.session.get_one(Application, application_id)
    if row.state == "lapsed" and row.merged_into_id is None:
        to_person(row, key=f"lapsed:{row.public_id}", template="lapsed", at=at)
        to_team(row, key=f"lost:{row.public_id}", template="lost", at=at)


@events.on("talent.application_withdrawn")
def tell_the_team(*, at: datetime, application_id: int) -> None:
    """The person is not interested any more. Who declined an offer is told of by its own letter."""
    row = db.session.get_one(Application, application_id)
    declined = any(offer.extended_at is not None and offer.state == "declined" for offer in offers_on(row.id))
    if row.merged_into_id is None and not declined:
        to_team(row, key=f"withdrawn:{row.public_id}", template="withdrawn", at=at)
