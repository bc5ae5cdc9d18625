"""How hiring writes to its two sides: to the person, and to those who work on the opening.

A letter says that something happened and where to read it. It never carries what only a
page may show: no name of a person to an employer (a read that nobody would see), no pay,
no words of a refusal. Whoever looks at an outbox learns nothing that is not theirs.
"""

from collections.abc import Iterable
from datetime import datetime

from coursehub.db import db
from coursehub.people.queries import locale_of, members_with_role
from coursehub.talent.hiring_words import WORDS, time_in
from coursehub.talent.letters.writing import organisation_in, write
from coursehub.talent.models import Application, Opening
from coursehub.talent.queries.applications import code_of
from coursehub.talent.queries.hiring import zone_of
from coursehub.talent.queries.openings import team_of
from coursehub.talent.working_days import last_day_before
from coursehub.web import external_url

KIND = "hiring"
"""What somebody turns off who wants no such letters."""


def to_person(application: Application, *, key: str, template: str, at: datetime, address: str = "", **context: object) -> None:
    """One letter to the person; it leads to their application unless another address is given."""
    own = external_url("talent_candidate.application", public_id=application.public_id)
    _write(
        application.person_id, db.session.get_one(Opening, application.opening_id), key=key, template=template, at=at,
        side="person", address=address or own, **context,
    )  # fmt: skip


def to_team(
    application: Application, *, key: str, template: str, at: datetime, address: str = "", besides: Iterable[int | None] = (),
    **context: object,
) -> None:  # fmt: skip
    """The same letter to everybody who works on the opening, but for those who did it themselves (`besides`)."""
    opening = db.session.get_one(Opening, application.opening_id)
    own = external_url("talent_applications.application", public_id=application.public_id)
    for person_id in hiring_team(opening):
        if person_id not in set(besides):
            _write(
                person_id, opening, key=f"{key}:{person_id}", template=template, at=at, side="employer",
                address=address or own, code=code_of(application), **context,
            )  # fmt: skip


def to_writers(opening: Opening, *, key: str, template: str, at: datetime, **context: object) -> None:
    """A letter about the opening itself to everybody who works on it."""
    for person_id in hiring_team(opening):
        _write(
            person_id, opening, key=f"{key}:{person_id}", template=template, at=at, side="employer",
            address=external_url("talent_hire.opening", public_id=opening.public_id), **context,
        )  # fmt: skip


def to_invited(
    person_id: int, opening: Opening, *, key: str, template: str, address: str, at: datetime, **context: object
) -> None:
    """A letter to somebody who has not applied."""
    _write(person_id, opening, key=key, template=template, at=at, side="person", address=address, **context)


def to_colleague(
    person_id: int, opening: Opening, *, key: str, template: str, address: str, at: datetime, **context: object
) -> None:
    """A letter to one person who hires."""
    _write(person_id, opening, key=f"{key}:{person_id}", template=template, at=at, side="employer", address=address, **context)


def hiring_team(opening: Opening) -> list[int]:
    """Who works on an opening and still hires there; everybody who hires when none of them does any more."""
    hires = members_with_role(opening.organisation_id, "hr", "owner")
    return [person_id for person_id in team_of(opening.id) if person_id in hires] or hires


def _write(person_id: int, opening: Opening, *, key: str, template: str, at: datetime, **context: object) -> None:
    write(
        person_id, key=key, template=f"hiring/{template}", kind=KIND, at=at, title=opening.title, opening=opening, words=WORDS,
        organisation=organisation_in(opening.organisation_id, locale_of(person_id)), zone=zone_of(person_id), time_in=time_in,
        last_day_before=last_day_before, **context,
    )  # fmt: skip
