"""Openings: the public list, an employer's own, and how a learner compares with what is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import search
from coursehub.catalog.models import Skill
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.talent.models import Application, Opening, OpeningSkill, Profile, ProvenSkill, TeamMember
from coursehub.talent.queries.working_days import days_taken
from coursehub.web.locale import current_locale

WEEKS_A_YEAR, MONTHS_A_YEAR = 52, 12


@dataclass(frozen=True)
class AskedSkill:
    """A skill of an opening in the reader's language. held: the level somebody has proven, 0 for none, None for nobody."""

    code: str
    name: str
    level: int
    required: bool
    held: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether the reader has proven it at this level."""
        return self.held is not None and self.held >= self.level


def openings_visible_to(reader: Actor) -> "sa.Select[Opening]":
    """What the reader's organisation has drafted or published, the latest first."""
    return sa.select(Opening).where(Opening.organisation_id == reader.organisation_id).order_by(Opening.id.desc())


def openings_to_publish() -> "sa.Select[Opening]":
    """What employers ask staff to publish, the longest waiting first."""
    return sa.select(Opening).where(Opening.state == "approval").order_by(Opening.submitted_at, Opening.id)


def openings_for_staff() -> "sa.Select[Opening]":
    """Everything that was ever submitted."""
    return sa.select(Opening).where(Opening.state != "draft").order_by(Opening.id.desc())


def published_openings() -> "sa.Select[Opening]":
    """What anybody may read: published, whether it still takes applications or not."""
    return sa.select(Opening).where(Opening.published_at.is_not(None))


def openings_readable_by(reader: Actor | None) -> "sa.Select[Opening]":
    """What is published, and to those who hire what their organisation has not published yet."""
    if reader is None or reader.organisation_id is None or not reader.has_role("hr", "owner"):
        return published_openings()
    return sa.select(Opening).where(sa.or_(Opening.published_at.is_not(None), Opening.organisation_id == reader.organisation_id))


def open_openings(
    *, words: str = "", kind: str = "", form: str = "", city: str = "", remote: bool = False, skill: str = ""
) -> "sa.Select[Opening]":
    """Openings that take applications now and match, the best match first, else the newest."""
    found = sa.select(Opening).where(Opening.state == "open")
    if kind:
        found = found.where(Opening.kind == kind)
    if form:
        found = found.where(Opening.form == form)
    if city:
        found = found.where(sa.or_(Opening.city == city, Opening.remote.is_(True)))
    if remote:
        found = found.where(Opening.remote.is_(True))
    if skill:
        asked = sa.select(OpeningSkill.opening_id).join(Skill, Skill.id == OpeningSkill.skill_id).where(Skill.code == skill)
        found = found.where(Opening.id.in_(asked))
    if words.strip():
        hits = search.matches("opening", words).subquery()
        found = found.join(hits, hits.c.ref_id == Opening.id).order_by(sa.desc(hits.c.rank))
    return found.order_by(Opening.published_at.desc(), Opening.id.desc())


def has_open_opening(organisation_id: int) -> bool:
    """Whether an employer offers anything right now."""
    found = sa.select(Opening.id).where(Opening.organisation_id == organisation_id, Opening.state == "open")
    return db.session.execute(found.limit(1)).first() is not None


def cities_with_openings() -> list[str]:
    """Where open openings are."""
    found = sa.select(Opening.city).where(Opening.state == "open", Opening.city != "").distinct().order_by(Opening.city)
    return list(db.session.execute(found).scalars())


def skills_asked(opening_ids: list[int], person_id: int | None = None) -> dict[int, list[AskedSkill]]:
    """For each opening its skills, the required ones first, beside what this person has proven."""
    if not opening_ids:
        return {}
    return _beside(_asked_rows(opening_ids), opening_ids, None if person_id is None else levels_of(person_id))


def skills_asked_of(opening_id: int, person_ids: list[int]) -> dict[int, list[AskedSkill]]:
    """The skills of one opening beside what each of many people has proven."""
    rows, held = _asked_rows([opening_id]), levels_of_many(person_ids)
    return {person_id: _beside(rows, [opening_id], held.get(person_id, {}))[opening_id] for person_id in person_ids}


Asked = tuple[OpeningSkill, str, dict[str, str]]
"""A row of an opening's skills with the skill's code and names."""


def _asked_rows(opening_ids: list[int]) -> list[Asked]:
    rows = db.session.execute(
        sa.select(OpeningSkill, Skill.code, Skill.name)
        .join(Skill, Skill.id == OpeningSkill.skill_id)
        .where(OpeningSkill.opening_id.in_(opening_ids))
        .order_by(OpeningSkill.required.desc(), OpeningSkill.level.desc(), Skill.position, Skill.id)
    )
    return list(rows.tuples())


def _beside(rows: list[Asked], opening_ids: list[int], held: dict[int, int] | None) -> dict[int, list[AskedSkill]]:
    locale = current_locale()
    found: dict[int, list[AskedSkill]] = {opening_id: [] for opening_id in opening_ids}
    for asked, code, name in rows:
        level = None if held is None else held.get(asked.skill_id, 0)
        shown = name.get(locale) or next(iter(name.values()), code)
        found[asked.opening_id].append(AskedSkill(code, shown, asked.level, asked.required, level))
    return found


def levels_of(person_id: int) -> dict[int, int]:
    """The level at which this person has proven each skill."""
    return levels_of_many([person_id]).get(person_id, {})


def levels_of_many(person_ids: list[int]) -> dict[int, dict[int, int]]:
    """For each person who has proven anything the level of each skill."""
    rows = db.session.execute(
        sa.select(Profile.person_id, ProvenSkill.skill_id, ProvenSkill.level)
        .join(Profile, Profile.id == ProvenSkill.profile_id)
        .where(Profile.person_id.in_(person_ids))
    )
    found: dict[int, dict[int, int]] = {}
    for person_id, skill_id, level in rows:
        found.setdefault(person_id, {})[skill_id] = level
    return found


def met_of(skills: list[AskedSkill]) -> tuple[int, int]:
    """How many required skills are met, of how many."""
    required = [skill for skill in skills if skill.required]
    return sum(skill.is_met for skill in required), len(required)


def meets_pay_floor(opening: Opening, person_id: int) -> bool | None:
    """Whether it pays what this person asks at least; None if they ask nothing or in another currency. For their own eyes.

    A month and an hour are compared through the weekly hours of the opening, 52 weeks and 12 months a year.
    """
    floor = db.session.execute(
        sa.select(Profile.pay_floor_minor, Profile.pay_floor_currency, Profile.pay_floor_period).where(
            Profile.person_id == person_id
        )
    ).first()
    if floor is None or floor.pay_floor_minor is None or floor.pay_floor_currency != opening.currency:
        return None
    pay, asked = opening.pay_minor, int(floor.pay_floor_minor)
    if opening.pay_period == floor.pay_floor_period:
        return pay >= asked
    hours = opening.weekly_hours * WEEKS_A_YEAR
    if opening.pay_period == "hour":
        return pay * hours >= asked * MONTHS_A_YEAR
    return pay * MONTHS_A_YEAR >= asked * hours


def meeting_pay_floor(opening: Opening) -> "sa.ColumnElement[bool]":
    """A condition on Profile that leaves out whoever asks more than this opening pays, as `meets_pay_floor` counts.

    Who asks nothing, or in another currency, stays. It is a yes or no against pay that was published.
    """
    pay, hours = opening.pay_minor, opening.weekly_hours * WEEKS_A_YEAR
    month, hour = pay * MONTHS_A_YEAR, pay * hours
    same = sa.and_(Profile.pay_floor_period == opening.pay_period, Profile.pay_floor_minor <= pay)
    if opening.pay_period == "hour":
        other = sa.and_(Profile.pay_floor_period == "month", Profile.pay_floor_minor * MONTHS_A_YEAR <= hour)
    else:
        other = sa.and_(Profile.pay_floor_period == "hour", Profile.pay_floor_minor * hours <= month)
    return sa.or_(Profile.pay_floor_minor.is_(None), Profile.pay_floor_currency != opening.currency, same, other)


def organisations_of_openings(openings: list[Opening]) -> dict[int, Organisation]:
    """The employers of these openings, by id."""
    ids = {opening.organisation_id for opening in openings}
    rows = db.session.execute(sa.select(Organisation).where(Organisation.id.in_(ids))).scalars() if ids else ()
    return {row.id: row for row in rows}


def team_of(opening_id: int) -> list[int]:
    """Who works on this opening, the longest first."""
    found = sa.select(TeamMember.person_id).where(TeamMember.opening_id == opening_id)
    return list(db.session.execute(found.order_by(TeamMember.since_at, TeamMember.person_id)).scalars())


def running_counts(opening_ids: list[int]) -> dict[int, dict[str, int]]:
    """For each opening: how many applications are in each state."""
    rows = db.session.execute(
        sa.select(Application.opening_id, Application.state, sa.func.count())
        .where(Application.opening_id.in_(opening_ids), Application.merged_into_id.is_(None))
        .group_by(Application.opening_id, Application.state)
    )
    found: dict[int, dict[str, int]] = {}
    for opening_id, state, many in rows:
        found.setdefault(opening_id, {})[state] = many
    return found


@dataclass(frozen=True)
class Response:
    """How fast an employer answered lately: its first answers of the last 180 days.

    share_in_time: of those whose promise is over, in whole per cent; usual_days: the median, in working days.
    """

    answered: int
    in_time: int
    usual_days: int | None

    @property
    def share_in_time(self) -> int:
        """In per cent, rounded down."""
        return 100 * self.in_time // self.answered if self.answered else 0


def response_of(organisation_id: int, at: datetime) -> Response:
    """What an employer's promise has been worth: promised against actual, over every application whose promise is over."""
    rows = db.session.execute(
        sa.select(Application.applied_at, Application.answered_at, Application.promised_at).where(
            Application.organisation_id == organisation_id,
            Application.applied_at > at - timedelta(days=180),
            Application.state != "withdrawn",
            sa.or_(Application.answered_at.is_not(None), Application.promised_at <= at),
        )
    ).all()
    in_time = sum(row.answered_at is not None and row.answered_at <= row.promised_at for row in rows)
    took = sorted(days_taken(row.applied_at, row.answered_at) for row in rows if row.answered_at is not None)
    return Response(len(rows), in_time, took[len(took) // 2] if took else None)
