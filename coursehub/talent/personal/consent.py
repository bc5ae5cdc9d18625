"""Consents, blocks and the reasons given for moves."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.machines import GRANT
from coursehub.talent.models import Block, Move, TalentGrant
from coursehub.talent.operations.moving import move
from coursehub.talent.personal.profiles import rows


def export(person_id: int) -> dict[str, Any]:
    """What was asked and given, and whom the person blocks."""
    grants = sa.select(
        TalentGrant.public_id, TalentGrant.organisation_id, TalentGrant.purpose, TalentGrant.fields, TalentGrant.cause,
        TalentGrant.why, TalentGrant.text, TalentGrant.text_hash, TalentGrant.state, TalentGrant.asked_at,
        TalentGrant.granted_at, TalentGrant.until_at, TalentGrant.ended_at,
    )  # fmt: skip
    blocks = sa.select(Block.organisation_id, Block.cause, Block.from_at, Block.lifted_at)
    return {
        "grants": rows(grants.where(TalentGrant.person_id == person_id).order_by(TalentGrant.id)),
        "blocks": rows(blocks.where(Block.person_id == person_id).order_by(Block.id)),
    }


def erase(person_id: int, at: datetime) -> None:
    """End every consent, so that each organisation is asked to erase; forget why they asked and the reasons of moves."""
    grants = list(
        db.session.execute(sa.select(TalentGrant).where(TalentGrant.person_id == person_id).order_by(TalentGrant.id)).scalars()
    )
    for grant in grants:
        if grant.ended_at is None:
            move(grant, GRANT, "withdraw" if grant.state == "granted" else "lapse", mover=None, at=at, ended_at=at)
        grant.why = ""
    db.session.flush()
    forget_reasons("grant", [grant.id for grant in grants])
    db.session.execute(sa.update(Move).where(Move.person_id == person_id, Move.reason != "").values(reason=""))


def forget_reasons(machine: str, subject_ids: list[int]) -> None:
    """Empty the reasons of the moves of these rows: the one change that the table of moves allows."""
    found = sa.and_(Move.machine == machine, Move.subject_id.in_(subject_ids), Move.reason != "")
    db.session.execute(sa.update(Move).where(found).values(reason=""))
