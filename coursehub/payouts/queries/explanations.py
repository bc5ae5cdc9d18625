"""What was found out about lines of the bank and movements at the provider, as far as nobody has taken it back."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, aliased

from coursehub.db import db
from coursehub.payouts.models import (
    AnswerLine,
    Explanation,
    ExplanationChange,
    MovementExplanation,
    RailMovement,
)
from coursehub.payouts.policies import may_read_all
from coursehub.people.actor import Actor


def taken_back(kind: str, number: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether what was last said of this line or movement is that its explanation does not hold."""
    count = sa.select(sa.func.count()).where(ExplanationChange.kind == kind, ExplanationChange.number == number)
    return count.scalar_subquery() % 2 == 1


def changes_of(kind: str, number: int) -> int:
    """How often an explanation was taken back or given anew; odd while it is taken back."""
    found = sa.select(sa.func.count()).where(ExplanationChange.kind == kind, ExplanationChange.number == number)
    return int(db.session.execute(found).scalar_one())


def explained_matching(reader: Actor, words: str = "") -> "sa.Select[*tuple[Any, ...]]":
    """Kind, number in the database, name, currency, amount, words, by_id and at of all that is explained now, the latest first.

    words: to be found in its name or in what was found out. For finance staff.
    """
    either = sa.union_all(_lines(), _movements()).subquery()
    found = sa.select(either).order_by(either.c.at.desc(), either.c.kind, either.c.number.desc())
    if words:
        found = found.where(
            sa.or_(either.c.name.icontains(words, autoescape=True), either.c.words.icontains(words, autoescape=True))
        )
    return found if may_read_all(reader) else found.where(sa.false())


def _lines() -> "sa.Select[*tuple[Any, ...]]":
    last, is_last = _last("line", AnswerLine.id)
    return (
        sa.select(
            sa.literal("line").label("kind"), AnswerLine.id.label("number"), AnswerLine.reference.label("name"),
            AnswerLine.currency.label("currency"), AnswerLine.amount_minor.label("amount_minor"), *_said(last, Explanation),
        )
        .join(Explanation, Explanation.line_id == AnswerLine.id)
        .outerjoin(last, is_last)
        .where(_stands(last))
    )  # fmt: skip


def _movements() -> "sa.Select[*tuple[Any, ...]]":
    last, is_last = _last("movement", RailMovement.id)
    return (
        sa.select(
            sa.literal("movement").label("kind"), RailMovement.id.label("number"), RailMovement.source_id.label("name"),
            RailMovement.currency.label("currency"), RailMovement.amount_minor.label("amount_minor"),
            *_said(last, MovementExplanation),
        )
        .join(MovementExplanation, MovementExplanation.movement_id == RailMovement.id)
        .outerjoin(last, is_last)
        .where(_stands(last))
    )  # fmt: skip


def _last(kind: str, number: InstrumentedAttribute[int]) -> "tuple[type[ExplanationChange], sa.ColumnElement[bool]]":
    """The last change of an explanation, to be joined."""
    last, later = aliased(ExplanationChange), aliased(ExplanationChange)
    newer = sa.select(later.id).where(later.kind == last.kind, later.number == last.number, later.n > last.n)
    return last, sa.and_(last.kind == kind, last.number == number, ~newer.exists())


def _stands(last: type[ExplanationChange]) -> sa.ColumnElement[bool]:
    return sa.or_(last.n.is_(None), last.n % 2 == 0)


def _said(
    last: type[ExplanationChange], first: type[Explanation] | type[MovementExplanation]
) -> tuple[sa.ColumnElement[Any], ...]:
    """What was found out, by whom and when: anew, or the first time."""
    return (
        sa.func.coalesce(last.words, first.words).label("words"),
        sa.func.coalesce(last.by_id, first.by_id).label("by_id"),
        sa.func.coalesce(last.at, first.at).label("at"),
    )
