"""Links that travel by mail: made, looked at, and used once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal
from coursehub.people.models import MailLink, Person
from coursehub.people.tokens import new_token, token_hash

LIFETIMES = {
    "confirm": timedelta(days=3),
    "reset": timedelta(hours=1),
    "address": timedelta(days=1),
    "guardian": timedelta(days=14),
    "withdraw_consent": timedelta(days=3650),
}


class LinkIsSpent(Refusal):
    """This link was used before, is too old, or a newer one took its place. Ask for a new one."""


def make_link(person: Person, purpose: str, *, at: datetime) -> str:
    """Make a link's token; links made before for the same purpose stop working."""
    token = new_token()
    with transaction():
        end_links(person, purpose, at=at)
        db.session.add(
            MailLink(
                person_id=person.id,
                purpose=purpose,
                token_hash=token_hash(token),
                made_at=at,
                expires_at=at + LIFETIMES[purpose],
            )
        )
        db.session.flush()
    return token


def end_links(person: Person, purpose: str, *, at: datetime) -> None:
    """Let every open link of that purpose stop working."""
    with transaction():
        db.session.execute(
            sa.update(MailLink)
            .where(
                MailLink.person_id == person.id,
                MailLink.purpose == purpose,
                MailLink.used_at.is_(None),
                MailLink.ended_at.is_(None),
            )
            .values(ended_at=at)
        )


def look_at_link(token: str, purpose: str, *, at: datetime) -> tuple[MailLink, Person]:
    """The open link behind a token and whose it is, without using it. Raises LinkIsSpent."""
    row = db.session.execute(
        sa.select(MailLink, Person)
        .join(Person, Person.id == MailLink.person_id)
        .where(MailLink.token_hash == token_hash(token), MailLink.purpose == purpose)
    ).first()
    if row is None or not _is_open(row[0], at) or row[1].erased_at is not None:
        raise LinkIsSpent
    return row[0], row[1]


def use_link(token: str, purpose: str, *, at: datetime) -> Person:
    """Use a link; whoever comes second, even at the same moment, is refused. Raises LinkIsSpent."""
    link, person = look_at_link(token, purpose, at=at)
    with transaction():
        lock(link)
        if not _is_open(link, at):
            raise LinkIsSpent
        link.used_at = at
    return person


def _is_open(link: MailLink, at: datetime) -> bool:
    return link.used_at is None and link.ended_at is None and at < link.expires_at
