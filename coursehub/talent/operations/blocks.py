"""Blocking an organisation with its affiliates, and the default block of the current employer."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, in_transaction, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.talent.machines import GRANT
from coursehub.talent.models import Block, Employment, TalentGrant
from coursehub.talent.operations.moving import move
from coursehub.talent.policies import consent as policies
from coursehub.talent.queries.blocks import affiliates_of


class AlreadyBlocked(Refusal):
    """You block this organisation already."""


def block_organisation(organisation: Organisation, *, by: Actor, at: datetime) -> Block:
    """From now on this organisation and its affiliates meet the pool without the person.

    Consents given by request or introduction end with it; what belongs to an application
    or to work goes on until that is over. Raises AlreadyBlocked.
    """
    require(policies.may_choose_for_oneself(by))
    with transaction():
        block = _begin_block(by.person_id, organisation.id, "chosen", at=at)
        if block is None:
            raise AlreadyBlocked
        _end_consents(by, organisation.id, at=at)
    return block


def lift_block(block: Block, *, by: Actor, at: datetime) -> None:
    """Let the organisation meet the person in the pool again; a second time changes nothing."""
    require(policies.may_lift_block(by, block))
    with transaction():
        if block.lifted_at is None:
            block.lifted_at = at
            db.session.flush()
            events.record("talent.block_lifted", at=at, block_id=block.id)


def note_employment(person_id: int, organisation_id: int, source: str, *, since_at: datetime, at: datetime) -> Employment:
    """Somebody works here now, in the caller's transaction; the employer is blocked unless the person lifted that before.

    source: "person" (they said so), "placement", or "engagement" (part-time work, which blocks
    nobody: a host is not the employer one hides from). A second call gives the row that is there.
    """
    if not in_transaction():
        raise RuntimeError("note_employment() needs an open transaction()")
    found = db.session.execute(
        sa.select(Employment).where(
            Employment.person_id == person_id, Employment.organisation_id == organisation_id, Employment.until_at.is_(None)
        )
    ).scalar_one_or_none()
    if found is None:
        found = Employment(person_id=person_id, organisation_id=organisation_id, source=source, since_at=since_at, until_at=None)
        db.session.add(found)
        db.session.flush()
        events.record("talent.employment_noted", at=at, employment_id=found.id)
    if source != "engagement" and not _was_lifted(person_id, organisation_id):
        _begin_block(person_id, organisation_id, "employer", at=at)
    return found


def end_employment(person_id: int, organisation_id: int, *, at: datetime) -> None:
    """Somebody works there no more, in the caller's transaction. The block stays until they lift it: no surprises."""
    if not in_transaction():
        raise RuntimeError("end_employment() needs an open transaction()")
    for row in db.session.execute(
        sa.select(Employment).where(
            Employment.person_id == person_id, Employment.organisation_id == organisation_id, Employment.until_at.is_(None)
        )
    ).scalars():
        row.until_at = at
        events.record("talent.employment_ended", at=at, employment_id=row.id)
    db.session.flush()


def say_where_i_work(organisation: Organisation, *, by: Actor, at: datetime) -> Employment:
    """A person says where they work now; that employer and its affiliates are blocked by default."""
    require(policies.may_choose_for_oneself(by))
    with transaction():
        return note_employment(by.person_id, organisation.id, "person", since_at=at, at=at)


def say_i_left(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """A person says that they do not work there any more."""
    require(policies.may_choose_for_oneself(by))
    with transaction():
        end_employment(by.person_id, organisation.id, at=at)


def _begin_block(person_id: int, organisation_id: int, cause: str, *, at: datetime) -> Block | None:
    block = Block(
        public_id=new_public_id(), person_id=person_id, organisation_id=organisation_id, cause=cause, from_at=at, lifted_at=None
    )
    try:
        with db.session.begin_nested():
            db.session.add(block)
            db.session.flush()
    except sa.exc.IntegrityError:
        return None  # there is one already
    events.record("talent.block_begun", at=at, block_id=block.id)
    return block


def _was_lifted(person_id: int, organisation_id: int) -> bool:
    found = sa.select(Block.id).where(
        Block.person_id == person_id, Block.organisation_id == organisation_id,
        Block.cause == "employer", Block.lifted_at.is_not(None),
    )  # fmt: skip
    return db.session.execute(found).first() is not None


def _end_consents(by: Actor, organisation_id: int, *, at: datetime) -> None:
    """Withdraw what a blocked family may see by request or introduction, and decline what it asks."""
    found = sa.select(TalentGrant).where(
        TalentGrant.person_id == by.person_id, TalentGrant.organisation_id.in_(affiliates_of(organisation_id)),
        TalentGrant.cause.in_(("request", "introduction")), TalentGrant.ended_at.is_(None),
    )  # fmt: skip
    for grant in list(db.session.execute(found.order_by(TalentGrant.id)).scalars()):
        move(grant, GRANT, "withdraw" if grant.state == "granted" else "decline", mover=by, at=at, ended_at=at)
