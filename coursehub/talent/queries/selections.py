"""How far people come who have proven a required skill, and who have not, as the alliance publishes it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Skill
from coursehub.db import db
from coursehub.talent import hiring_figures as figures
from coursehub.talent.models import Application, Introduction, Move, OpeningSkill, Profile, ProvenSkill
from coursehub.talent.queries.profiles import in_pool


@dataclass(frozen=True)
class Compared:
    """A required skill. reached and pool: as `alliance.selection.selection` takes them."""

    code: str
    name: dict[str, str]
    reached: list[tuple[bool, int]]
    pool: list[tuple[bool, bool]]


def compared_skills(since_at: datetime, at: datetime) -> list[Compared]:
    """Every skill that an opening required to which somebody applied since then, in the order of the graph.

    Somebody who applied several times counts once, by the application that came furthest, and as having proven the
    skill if they had when they first applied.
    """
    applied = (
        sa.select(OpeningSkill.skill_id, Application.id, Application.person_id, Application.applied_at)
        .join(Application, Application.opening_id == OpeningSkill.opening_id)
        .where(OpeningSkill.required, Application.applied_at >= since_at, Application.merged_into_id.is_(None))
        .order_by(Application.applied_at, Application.id)
    )
    rows = db.session.execute(applied).all()
    reached = _reached({row.id for row in rows})
    proven = {
        (row.person_id, row.skill_id): row.proven_at
        for row in db.session.execute(
            sa.select(Profile.person_id, ProvenSkill.skill_id, ProvenSkill.proven_at).join(
                ProvenSkill, ProvenSkill.profile_id == Profile.id
            )
        )
    }
    people: dict[int, dict[int, tuple[bool, int]]] = {}
    for row in rows:
        had = proven.get((row.person_id, row.skill_id))
        first = people.setdefault(row.skill_id, {}).get(row.person_id, (had is not None and had <= row.applied_at, 0))
        people[row.skill_id][row.person_id] = (first[0], max(first[1], reached.get(row.id, 0)))
    pool = list(db.session.execute(sa.select(Profile.person_id).where(in_pool(at))).scalars())
    written = _written(since_at)
    skills = sa.select(Skill.id, Skill.code, Skill.name).where(Skill.id.in_(people)).order_by(Skill.position, Skill.id)
    return [
        Compared(
            skill.code, skill.name, list(people[skill.id].values()),
            [((person, skill.id) in proven, person in written.get(skill.id, ())) for person in pool],
        )
        for skill in db.session.execute(skills)
    ]  # fmt: skip


def _reached(ids: set[int]) -> dict[int, int]:
    """The furthest stage of each application, as its place in WAY; what was taken back never was."""
    moves: dict[int, list[tuple[str, str, datetime]]] = {}
    found = sa.select(Move.subject_id, Move.move, Move.to_state, Move.at).where(Move.machine == "application")
    for row in db.session.execute(found.order_by(Move.subject_id, Move.n)):
        if row.subject_id in ids:
            moves.setdefault(row.subject_id, []).append((row.move, row.to_state, row.at))
    return {id: figures.Case("", figures.stays_of(steps)).reached for id, steps in moves.items()}


def _written(since_at: datetime) -> dict[int, set[int]]:
    """To whom employers wrote about openings that required a skill."""
    found: dict[int, set[int]] = {}
    sent = (
        sa.select(OpeningSkill.skill_id, Introduction.person_id)
        .join(Introduction, Introduction.opening_id == OpeningSkill.opening_id)
        .where(OpeningSkill.required, Introduction.sent_at >= since_at)
    )
    for skill_id, person_id in db.session.execute(sent):
        found.setdefault(skill_id, set()).add(person_id)
    return found
