"""Matching rounds: what a person takes with them, and what is deleted with them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.models import MatchingAsked, MatchingEntry, MatchingList, MatchingResult, MatchingRound
from coursehub.talent.operations.round_lists import opened
from coursehub.talent.personal.profiles import rows


def export(person_id: int) -> dict[str, Any]:
    """In which rounds they took part, their own lists while these are kept, and what came of it."""
    entries = sa.select(MatchingEntry.public_id, MatchingRound.title, MatchingEntry.entered_at, MatchingEntry.left_at).join(
        MatchingRound, MatchingRound.id == MatchingEntry.round_id
    )
    results = sa.select(
        MatchingEntry.public_id, MatchingResult.n, MatchingResult.state, MatchingResult.answered_at, MatchingResult.certificate
    ).join(MatchingEntry, MatchingEntry.id == MatchingResult.entry_id)
    return {
        "rounds": rows(entries.where(MatchingEntry.person_id == person_id).order_by(MatchingEntry.id)),
        "lists": _lists(person_id),
        "results": rows(results.where(MatchingEntry.person_id == person_id).order_by(MatchingResult.id)),
    }


def _lists(person_id: int) -> list[dict[str, Any]]:
    found = (
        sa.select(MatchingList, MatchingRound)
        .join(MatchingEntry, MatchingEntry.id == MatchingList.entry_id)
        .join(MatchingRound, MatchingRound.id == MatchingList.round_id)
        .where(MatchingEntry.person_id == person_id, MatchingList.sealed != "")
        .order_by(MatchingList.id)
    )
    lists = []
    for sealed, row in db.session.execute(found).tuples():
        wishes, salt = opened(row, sealed)
        lists.append({"round": row.public_id, "run": sealed.n, "seats": wishes, "salt": salt, "seal": sealed.seal})
    return lists


def erase(person_id: int, at: datetime) -> None:
    """Leave every round, and delete each list, who was asked, and the certificates; totals of runs stay."""
    own = sa.select(MatchingEntry.id).where(MatchingEntry.person_id == person_id)
    for statement in (
        sa.delete(MatchingAsked).where(MatchingAsked.entry_id.in_(own)),
        sa.update(MatchingList).where(MatchingList.entry_id.in_(own)).values(sealed=""),
        sa.update(MatchingResult).where(MatchingResult.entry_id.in_(own)).values(certificate={}),
        sa.update(MatchingEntry).where(MatchingEntry.person_id == person_id, MatchingEntry.left_at.is_(None)).values(left_at=at),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
