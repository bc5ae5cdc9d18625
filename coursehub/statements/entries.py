"""Events as a bundle tells them: the facts that the waterfall needs, the lines as booked, and nothing about who bought."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.counters import names_for, written
from coursehub.contracts.models import MoneyLine
from coursehub.contracts.record import stamp
from coursehub.db import db
from coursehub.statements import reckoning

SALE_FACTS = ("gross_minor", "tax_bps", "fee_minor", "channel", "attributed", "discount_minor", "discount_borne_by", "joined")
COUNTED = ("sale", "hire", "hour", "period")
"""Kinds of event that counters look at and are moved by."""
AT_ONCE = 1000
"""How many ids one statement names."""


def as_data(rows: Sequence[sa.Row[Any]], *, form: str = reckoning.FORMAT) -> list[dict[str, Any]]:
    """Events in the order of these rows, as a form of statement tells them. What one of them takes back is among them."""
    ids = {event.id: event.public_id for event in rows}
    courses, lines = {event.course_id for event in rows}, _lines(list(ids))
    slugs = dict(db.session.execute(select(Course.id, Course.public_id).where(Course.id.in_(courses))).tuples().all())
    return [_event_data(event, lines[event.id], slugs[event.course_id], ids, form=form) for event in rows]


def _event_data(
    event: sa.Row[Any], lines: list[dict[str, Any]], course: str, ids: Mapping[int, str], *, form: str
) -> dict[str, Any]:
    before = form != reckoning.FORMAT
    return {
        "id": event.public_id,
        "kind": event.kind,
        "occurred_at": stamp(event.occurred_at),
        "held_until": stamp(event.held_until),
        "course": course,
        "channel": event.channel,
        "terms_hash": event.terms_hash,
        "currency": event.currency,
        "amount_minor": event.amount_minor,
        "facts": _facts(event) | (_counted(event) if before else _asked_by_closes(event)),
        "contribution": event.contribution,
        "reverses": ids[event.reverses_id] if event.reverses_id else None,
        "journal": event.journal_id,
        "lines": lines,
        **({} if before else {"n": event.id, "effect": event.effect_key}),  # closes take what is of one moment by its effect
    }


def _facts(event: sa.Row[Any]) -> dict[str, Any]:
    """What the waterfall needs to know of an event."""
    if event.kind == "sale":
        return {name: event.facts[name] for name in SALE_FACTS if event.facts.get(name) is not None}
    if event.kind in ("refund", "dispute", "reinstated"):
        return {"amount_minor": event.facts["amount_minor"]}
    if event.kind == "reshared":
        return {name: event.facts[name] for name in ("channel", "attributed") if event.facts[name] is not None}
    if event.kind in COUNTED:  # a course's part of a fee that a member pays, or of a pool
        return {"gross_minor": event.amount_minor, "channel": event.channel}
    if event.kind == "guarantee":  # those of before decision 60 name no window
        return {name: event.facts[name] for name in ("window",) if name in event.facts}
    return {}


def _asked_by_closes(event: sa.Row[Any]) -> dict[str, Any]:
    """What a close asks beyond what a waterfall needs: which dispute a return undid, and whether a limit was the cause."""
    if event.kind == "reinstated":
        return {"taken": event.facts["taken_effect_key"]}
    return {"limit": True} if event.kind == "true_up" and event.facts.get("limit") else {}


def _lines(event_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The lines of these events in their order, without the arithmetic behind them: whoever checks works it out."""
    lines: dict[int, list[dict[str, Any]]] = {number: [] for number in event_ids}
    for first in range(0, len(event_ids), AT_ONCE):
        wanted = (
            select(MoneyLine.event_id, MoneyLine.role, MoneyLine.party, MoneyLine.amount_minor, MoneyLine.path)
            .where(MoneyLine.event_id.in_(event_ids[first : first + AT_ONCE]))
            .order_by(MoneyLine.event_id, MoneyLine.n)
        )
        for event_id, role, party, amount_minor, path in db.session.execute(wanted).all():
            lines[event_id].append({"role": role, "party": party, "amount_minor": amount_minor, "path": path})
    return lines


def _counted(event: sa.Row[Any]) -> dict[str, Any]:
    """Where the counters of the contract stood before an event, for terms that look beyond one sale; forms of before say it."""
    if event.kind not in COUNTED:
        return {}
    counts = names_for(contracts.body_hashed(event.terms_hash), written(event.occurred_at))
    return {"counted": contracts.counted_before(event)} if counts and event.journal_id is not None else {}
