"""What finance found out about something that matches nothing: said, taken back for a reason, said anew."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.payouts import policies, queries
from coursehub.payouts.models import AnswerLine, Explanation, ExplanationChange, MovementExplanation, RailMovement
from coursehub.payouts.operations.mismatches import settle_mismatches
from coursehub.people.actor import Actor
from coursehub.people.audit import note


class ExplainedAlready(Refusal):
    """Somebody has explained this line already."""


class NotExplained(Refusal):
    """Nothing is explained here that could be taken back; look at the list again."""


def explain_line(line: AnswerLine, *, words: str, by: Actor, at: datetime) -> None:
    """Say what was found out about a line that matched nothing; it leaves the list. Raises ExplainedAlready."""
    require(policies.may_prepare(by))
    first = Explanation(line_id=line.id, words=words.strip(), by_id=by.person_id, at=at)
    _explain("line", line.id, first, by=by, at=at)


def explain_movement(movement: RailMovement, *, words: str, by: Actor, at: datetime) -> None:
    """Say what was found out about a movement that matched nothing; it leaves the list. Raises ExplainedAlready."""
    require(policies.may_prepare(by))
    first = MovementExplanation(movement_id=movement.id, words=words.strip(), by_id=by.person_id, at=at)
    _explain("movement", movement.id, first, by=by, at=at)


def take_explanation_back(kind: str, number: int, *, words: str, by: Actor, at: datetime) -> None:
    """It was not so, for a reason: the thing is listed again. Nothing was booked by it, so a closed month stays as it is.

    kind, number: see `ExplanationChange`. Raises NotExplained.
    """
    require(policies.may_prepare(by))
    with transaction():
        changes = queries.changes_of(kind, number)
        if changes % 2 or not _has_first(kind, number):
            raise NotExplained
        _change(kind, number, changes + 1, words, NotExplained, by=by, at=at)
        note("explanation_taken_back", at=at, by_id=by.person_id, organisation_id=by.organisation_id, kind=kind, number=number)


def _explain(kind: str, number: int, first: Explanation | MovementExplanation, *, by: Actor, at: datetime) -> None:
    with transaction():
        changes = queries.changes_of(kind, number)
        if _has_first(kind, number):
            if changes % 2 == 0:
                raise ExplainedAlready
            _change(kind, number, changes + 1, first.words, ExplainedAlready, by=by, at=at)
        else:
            try:
                with db.session.begin_nested():
                    db.session.add(first)
            except IntegrityError as problem:
                raise ExplainedAlready from problem
        settle_mismatches(at=at)


def _has_first(kind: str, number: int) -> bool:
    return db.session.get(Explanation if kind == "line" else MovementExplanation, number) is not None


def _change(kind: str, number: int, n: int, words: str, refusal: type[Refusal], *, by: Actor, at: datetime) -> None:
    row = ExplanationChange(kind=kind, number=number, n=n, words=words.strip(), by_id=by.person_id, at=at)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as problem:
        raise refusal from problem
