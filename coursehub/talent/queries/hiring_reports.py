"""What an employer's reports say about its own openings: time to hire, stages, funnel, sources, answers, offers, retention."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent import hiring_figures as figures
from coursehub.talent import survival
from coursehub.talent.models import Application, CareerFact, Introduction, Move, Offer, Opening, Placement
from coursehub.talent.working_days import end_of

MARKS = (30, 90, 180, 365)
"""Days after a start at which the reports say how many are still there."""


@dataclass(frozen=True)
class Source:
    """One way by which applications come."""

    began: int
    interviewed: int
    offered: int
    hired: int


@dataclass(frozen=True)
class Kept:
    """Which share of those who started is still there after `days`; None where nobody was seen that long and some are here yet.

    at_risk: how many were seen that long.
    """

    days: int
    at_risk: int
    share: float | None


@dataclass(frozen=True)
class Report:
    """Every figure of one report; words beside them say what each counts."""

    began: int
    states: Counter[str]
    funnel: dict[str, int]
    stages: dict[str, figures.Lasting]
    sources: dict[str, Source]
    hired: int
    days_to_hire: float | None
    to_fill: figures.Lasting
    offers: Counter[str]
    introductions: Counter[str]
    answers: figures.Lasting
    started: int
    kept: list[Kept]


def report_of(reader: Actor, *, since_at: datetime, at: datetime, opening: Opening | None = None) -> Report:
    """The figures of what began since a moment, for the whole organisation or one opening; retention is over all times."""
    own = reader.organisation_id
    cases = _cases(own, opening, since_at)
    introductions = _rows(Introduction, own, opening, Introduction.sent_at >= since_at)
    offered = sa.select(Offer.state).join(Application, Application.id == Offer.application_id)
    offered = offered.where(Offer.organisation_id == own, Offer.extended_at >= since_at)
    if opening is not None:
        offered = offered.where(Application.opening_id == opening.id)
    days = [case.days_to_hire for case in cases if case.days_to_hire is not None]
    stays = _stays_at_work(own, opening, at)
    return Report(
        began=len(cases),
        states=Counter(case.state for case in cases),
        funnel=figures.funnel(cases),
        stages=figures.stage_lengths(cases, at=at),
        sources={name: _source([case for case in cases if case.source == name]) for name in ("applied", "introduction")},
        hired=len(days),
        days_to_hire=figures.middle(days),
        to_fill=figures.how_long(_filling(own, opening, since_at, at)),
        offers=Counter(db.session.execute(offered).scalars()),
        introductions=Counter(row.state for row in introductions),
        answers=figures.how_long(_answering(introductions, at)),
        started=len(stays),
        kept=_kept(stays),
    )


def _rows(model: Any, own: int | None, opening: Opening | None, *where: Any) -> list[Any]:
    found = sa.select(model).where(model.organisation_id == own, *where)
    if opening is not None:
        found = found.where(model.opening_id == opening.id)
    return list(db.session.execute(found.order_by(model.id)).scalars())


def _cases(own: int | None, opening: Opening | None, since_at: datetime) -> list[figures.Case]:
    """The applications that began since then, without those that another one stands for."""
    found = (
        sa.select(Application.id, Application.source, Move.move, Move.to_state, Move.at)
        .join(Move, sa.and_(Move.machine == "application", Move.subject_id == Application.id))
        .where(Application.organisation_id == own, Application.applied_at >= since_at, Application.merged_into_id.is_(None))
        .order_by(Application.id, Move.n)
    )
    if opening is not None:
        found = found.where(Application.opening_id == opening.id)
    sources: dict[int, str] = {}
    moves: dict[int, list[tuple[str, str, datetime]]] = {}
    for row in db.session.execute(found):
        sources[row.id] = row.source
        moves.setdefault(row.id, []).append((row.move, row.to_state, row.at))
    return [figures.Case(sources[key], figures.stays_of(steps)) for key, steps in moves.items()]


def _source(cases: list[figures.Case]) -> Source:
    reached = figures.funnel(cases)
    return Source(len(cases), reached["interview"], reached["offer"], reached["hired"])


def _filling(own: int | None, opening: Opening | None, since_at: datetime, at: datetime) -> list[tuple[float, bool]]:
    """Days from publishing to the last place filled; one that was closed unfilled was seen until its closing."""
    published = sa.select(Opening).where(Opening.organisation_id == own, Opening.published_at >= since_at)
    if opening is not None:
        published = published.where(Opening.id == opening.id)
    return [
        (figures.days_between(row.published_at or at, row.ended_at or at), row.state == "filled")
        for row in db.session.execute(published).scalars()
    ]


def _answering(introductions: list[Introduction], at: datetime) -> list[tuple[float, bool]]:
    """Days from sending to the person's answer; one that expired was seen until then without an answer."""
    return [
        (figures.days_between(row.sent_at, row.ended_at or at), row.state in ("accepted", "declined")) for row in introductions
    ]


def _stays_at_work(own: int | None, opening: Opening | None, at: datetime) -> list[tuple[float, bool]]:
    """For everybody who started here: days from the first day until they left, or until now."""
    started = _rows(Placement, own, opening, Placement.started_at.is_not(None))
    left = sa.select(CareerFact.person_id, CareerFact.true_at).where(
        CareerFact.kind == "left", CareerFact.organisation_id == own,
        CareerFact.person_id.in_({row.person_id for row in started}),
    )  # fmt: skip
    facts = db.session.execute(left.order_by(CareerFact.true_at)).tuples().all() if started else []
    found = []
    for row in started:
        begins = end_of(row.start_on - timedelta(days=1))
        gone = next((when for person, when in facts if person == row.person_id and when >= begins), None)
        found.append((figures.days_between(begins, gone or at), gone is not None))
    return found


def _kept(stays: list[tuple[float, bool]]) -> list[Kept]:
    points = survival.lasting(stays)
    seen = survival.at_risk(stays, MARKS)
    return [Kept(days, many, _share(points, days, many)) for days, many in zip(MARKS, seen, strict=True)]


def _share(points: list[survival.Point], days: int, at_risk: int) -> float | None:
    """The share at a moment; unknown beyond the last one seen there, unless all have gone."""
    share = survival.share_at(points, days)
    return share if at_risk or share == 0.0 else None
