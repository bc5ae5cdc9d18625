"""Blocks: for a blocked organisation and its affiliates the person does not exist in the pool."""

from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.people.queries import organisations_matching
from coursehub.talent.models import Block, Employment, Profile

ROOT = sa.func.coalesce(Organisation.parent_id, Organisation.id)
"""What affiliates have in common."""


def affiliates_of(organisation_id: "int | sa.BindParameter[int]") -> "sa.Select[int]":
    """The ids of an organisation and everything with the same parent, the parent included."""
    own = sa.select(ROOT).where(Organisation.id == organisation_id).scalar_subquery()
    return sa.select(Organisation.id).where(own == ROOT)


def not_blocked_for(organisation_id: "int | sa.BindParameter[int]") -> "sa.ColumnElement[bool]":
    """A condition on Profile.person_id that leaves out whoever blocks this organisation or an affiliate.

    It stands in every query over people that an employer reads: lists, counts, alerts. The inner
    query does not depend on the profile, so its cost is the same with and without a hit.
    """
    hiding = sa.select(Block.person_id).where(
        Block.lifted_at.is_(None), Block.organisation_id.in_(affiliates_of(organisation_id))
    )
    return Profile.person_id.not_in(hiding)


def is_blocked(person_id: int, organisation_id: int) -> bool:
    """Whether this person blocks this organisation or an affiliate of it."""
    found = sa.select(Block.id).where(
        Block.person_id == person_id, Block.lifted_at.is_(None), Block.organisation_id.in_(affiliates_of(organisation_id))
    )
    return db.session.execute(found).first() is not None


def blocked_roots(people: "sa.Select[int]") -> set[tuple[int, int]]:
    """For each of these people whom they block, affiliates included: pairs of a person and a root (see root_of)."""
    found = (
        sa.select(Block.person_id, ROOT)
        .join(Organisation, Organisation.id == Block.organisation_id)
        .where(Block.lifted_at.is_(None), Block.person_id.in_(people))
    )
    return {(person_id, root) for person_id, root in db.session.execute(found).tuples()}


def root_of(organisation: Organisation) -> int:
    """What an organisation has in common with its affiliates: the id of the parent, or its own."""
    return organisation.parent_id or organisation.id


def blocks_visible_to(reader: Actor) -> "sa.Select[Block]":
    """The reader's own open blocks, the oldest first."""
    return sa.select(Block).where(Block.person_id == reader.person_id, Block.lifted_at.is_(None)).order_by(Block.id)


@dataclass(frozen=True)
class BlockView:
    """One block with the organisation, and the affiliates that it covers as well."""

    block: Block
    organisation: Organisation
    affiliates: tuple[Organisation, ...]
    is_employer: bool


def block_views(reader: Actor) -> list[BlockView]:
    """The reader's open blocks, with what they cover."""
    employers = {row.organisation_id for row in db.session.execute(employments_visible_to(reader)).scalars()}
    found = []
    for block in db.session.execute(blocks_visible_to(reader)).scalars():
        organisation = db.session.get_one(Organisation, block.organisation_id)
        family = sa.select(Organisation).where(
            Organisation.id.in_(affiliates_of(organisation.id)), Organisation.id != organisation.id
        )
        affiliates = tuple(db.session.execute(family.order_by(Organisation.id)).scalars())
        found.append(BlockView(block, organisation, affiliates, organisation.id in employers))
    return found


def employments_visible_to(reader: Actor) -> "sa.Select[Employment]":
    """Where the reader works now."""
    return (
        sa.select(Employment)
        .where(Employment.person_id == reader.person_id, Employment.until_at.is_(None))
        .order_by(Employment.id)
    )


def employers_of(person_id: int) -> list[int]:
    """The organisations where a person works now."""
    found = sa.select(Employment.organisation_id).where(Employment.person_id == person_id, Employment.until_at.is_(None))
    return list(db.session.execute(found.order_by(Employment.id)).scalars())


def employers_named(person_id: int) -> list[Organisation]:
    """The same as organisations, in the order they were noted."""
    found = (
        sa.select(Organisation)
        .join(Employment, Employment.organisation_id == Organisation.id)
        .where(Employment.person_id == person_id, Employment.until_at.is_(None))
        .order_by(Employment.id)
    )
    return list(db.session.execute(found).scalars())


def organisations_one_can_name(words: str) -> list[Organisation]:
    """Organisations whose name holds these words, for choosing whom to block or where one works."""
    if not words.strip():
        return []
    return list(db.session.execute(organisations_matching(words.strip()).limit(8)).scalars())
