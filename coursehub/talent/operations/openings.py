"""Openings: drafted, looked at by staff, published with fixed terms, and ended."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import rfc8785
import sqlalchemy as sa

from coursehub import search
from coursehub.catalog.models import Skill
from coursehub.contracts import queries as contracts
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.talent.machines import OPENING
from coursehub.talent.models import Opening, OpeningSkill, TeamMember
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.policies import hiring as policies


class TermsAreFixed(Refusal):
    """This opening is published or waits for staff, so its terms stay as they are. Make a new opening that follows it."""


class NoRequiredSkill(Refusal):
    """Name at least one skill that is required, so that people can see whether they meet it."""

    status = 422


class NotAnEmployer(Refusal):
    """This organisation may not hire here now, so nothing of it is published."""


class NotAColleague(Refusal):
    """Only people who hire at your organisation can be on the team."""


class TeamNeedsSomebody(Refusal):
    """The team needs at least one person, who hears of new applications."""


@dataclass(frozen=True)
class Terms:
    """What an opening offers, in the units of its table."""

    kind: str
    title: str
    about: str
    form: str
    pay_minor: int
    currency: str
    pay_period: str
    weekly_hours: int
    city: str
    remote: bool
    places: int
    answer_within_days: int
    guarantee_days: int


@dataclass(frozen=True)
class Wanted:
    """A skill that an opening asks for."""

    skill_id: int
    level: int
    required: bool = True


def draft_opening(terms: Terms, skills: Iterable[Wanted], *, by: Actor, at: datetime, follows: Opening | None = None) -> Opening:
    """Write an opening that only the employer sees; its writer is the first of its team. Raises NoRequiredSkill."""
    require(policies.may_hire(by))
    wanted = _checked(skills)
    with transaction():
        opening = Opening(
            public_id=new_public_id(), organisation_id=by.organisation_id, made_by_id=by.person_id, made_at=at,
            follows_id=follows.id if follows is not None and by.acts_for(follows.organisation_id) else None, **asdict(terms),
        )  # fmt: skip
        begin(opening, OPENING, mover=by, at=at)
        _set_skills(opening, wanted)
        db.session.add(TeamMember(opening_id=opening.id, person_id=by.person_id, since_at=at))
        db.session.flush()
    return opening


def change_draft(opening: Opening, terms: Terms, skills: Iterable[Wanted], *, by: Actor) -> None:
    """Change an opening that nobody has been asked to look at. Raises TermsAreFixed, NoRequiredSkill."""
    require(policies.may_work_on(by, opening))
    wanted = _checked(skills)
    with transaction():
        lock(opening)
        if opening.state != "draft":
            raise TermsAreFixed
        for name, value in asdict(terms).items():
            setattr(opening, name, value)
        _set_skills(opening, wanted)


def submit_opening(opening: Opening, *, by: Actor, at: datetime) -> None:
    """Ask staff to publish it. Raises IllegalMove."""
    require(policies.may_work_on(by, opening))
    with transaction():
        move(opening, OPENING, "submit", mover=by, at=at, submitted_at=at)


def return_opening(opening: Opening, *, reason: str, by: Actor, at: datetime) -> None:
    """Staff give it back with what must change. Raises IllegalMove."""
    require(policies.may_publish(by))
    with transaction():
        move(opening, OPENING, "return", mover=by, at=at, reason=reason.strip(), submitted_at=None)


def publish_opening(opening: Opening, *, by: Actor, at: datetime) -> None:
    """Staff show it to everybody; from now on the database itself keeps its terms. Raises NotAnEmployer, IllegalMove."""
    require(policies.may_publish(by))
    with transaction():
        if not people.has_right(opening.organisation_id, "hires", at):
            raise NotAnEmployer
        prices = contracts.prices_in_force(opening.currency, at)
        move(
            opening, OPENING, "publish", mover=by, at=at, published_at=at, terms_hash=hash_of_terms(opening),
            prices_id=prices.id if prices else None,
        )  # fmt: skip
        put_in_search(opening)


def pause_opening(opening: Opening, *, by: Actor, at: datetime) -> None:
    """Take no applications for a while; those that are here go on. Raises IllegalMove."""
    require(policies.may_work_on(by, opening))
    with transaction():
        move(opening, OPENING, "pause", mover=by, at=at)


def resume_opening(opening: Opening, *, by: Actor, at: datetime) -> None:
    """Take applications again. Raises IllegalMove."""
    require(policies.may_work_on(by, opening))
    with transaction():
        move(opening, OPENING, "resume", mover=by, at=at)


def close_opening(opening: Opening, *, reason: str, by: Actor, at: datetime) -> None:
    """End it; whoever applied still gets an answer from the employer. Raises IllegalMove."""
    require(policies.may_work_on(by, opening))
    with transaction():
        move(opening, OPENING, "close", mover=by, at=at, reason=reason.strip(), ended_at=at)
        search.drop("opening", opening.id)


def add_to_team(opening: Opening, person_id: int, *, by: Actor, at: datetime) -> None:
    """Somebody of the employer works on this opening too. Raises NotAColleague."""
    require(policies.may_work_on(by, opening))
    if person_id not in people.members_with_role(opening.organisation_id, "hr", "owner"):
        raise NotAColleague
    with transaction():
        if db.session.get(TeamMember, (opening.id, person_id)) is None:
            db.session.add(TeamMember(opening_id=opening.id, person_id=person_id, since_at=at))


def take_off_team(opening: Opening, person_id: int, *, by: Actor) -> None:
    """Somebody does not work on this opening any more. Raises TeamNeedsSomebody."""
    require(policies.may_work_on(by, opening))
    with transaction():
        lock(opening)
        found = db.session.get(TeamMember, (opening.id, person_id))
        many = sa.select(sa.func.count()).where(TeamMember.opening_id == opening.id)
        if found is None:
            return
        if db.session.execute(many).scalar_one() < 2:
            raise TeamNeedsSomebody
        db.session.delete(found)


def _checked(skills: Iterable[Wanted]) -> list[Wanted]:
    wanted = list({skill.skill_id: skill for skill in skills}.values())
    if not any(skill.required for skill in wanted):
        raise NoRequiredSkill
    return wanted


def _set_skills(opening: Opening, wanted: list[Wanted]) -> None:
    db.session.execute(sa.delete(OpeningSkill).where(OpeningSkill.opening_id == opening.id))
    db.session.add_all(OpeningSkill(opening_id=opening.id, **asdict(skill)) for skill in wanted)
    db.session.flush()


def hash_of_terms(opening: Opening) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of everything an opening promises."""
    skills = db.session.execute(
        sa.select(Skill.code, OpeningSkill.level, OpeningSkill.required)
        .join(Skill, Skill.id == OpeningSkill.skill_id)
        .where(OpeningSkill.opening_id == opening.id)
        .order_by(Skill.code)
    )
    said = {name: getattr(opening, name) for name in Terms.__dataclass_fields__}
    said["skills"] = [[code, level, required] for code, level, required in skills]
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def put_in_search(opening: Opening) -> None:
    """Let people find it by its words, its skills in both languages, its place and its employer; in the open transaction."""
    names = db.session.execute(
        sa.select(Skill.name, Skill.synonyms)
        .join(OpeningSkill, OpeningSkill.skill_id == Skill.id)
        .where(OpeningSkill.opening_id == opening.id)
    ).all()
    organisation = db.session.get_one(Organisation, opening.organisation_id)
    words = [opening.about, opening.city, organisation.name, organisation.name_en]
    for name, synonyms in names:
        words += [*name.values(), *synonyms]
    search.put("opening", opening.id, "zh-CN", " ".join(words), head=opening.title)
