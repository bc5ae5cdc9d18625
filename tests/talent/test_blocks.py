"""Blocks: an organisation and its affiliates meet the pool without the person."""

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.talent.models import Block, Profile
from coursehub.talent.operations import blocks
from coursehub.talent.queries.blocks import is_blocked, not_blocked_for

from .test_consent import pool_profile


def seen_by(organisation):
    return set(db.session.execute(sa.select(Profile.person_id).where(not_blocked_for(organisation.id))).scalars())


@pytest.fixture
def pool(cast, at):
    for person in (cast.ada, cast.bo):
        pool_profile(person, at)
    return {cast.ada.id, cast.bo.id}


def test_a_blocked_organisation_meets_the_pool_without_the_person(cast, at, pool):
    block = blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=at)
    assert seen_by(cast.harbour) == pool - {cast.ada.id}
    assert seen_by(cast.beacon) == pool
    with pytest.raises(blocks.AlreadyBlocked):
        blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=at)
    with pytest.raises(NotAllowed):
        blocks.lift_block(block, by=cast.acting(cast.bo), at=at)
    blocks.lift_block(block, by=cast.acting(cast.ada), at=at)
    assert seen_by(cast.harbour) == pool


@pytest.mark.parametrize("blocked", ["parent", "child", "sister"])
def test_affiliates_are_blocked_with_it(cast, at, pool, blocked):
    with transaction():
        cast.beacon.parent_id = cast.harbour.id
        cast.lumen.parent_id = cast.harbour.id
    chosen = {"parent": cast.harbour, "child": cast.beacon, "sister": cast.lumen}[blocked]
    blocks.block_organisation(chosen, by=cast.acting(cast.ada), at=at)
    for organisation in (cast.harbour, cast.beacon, cast.lumen):
        assert seen_by(organisation) == {cast.bo.id}
        assert is_blocked(cast.ada.id, organisation.id)
    assert seen_by(cast.northwind) == pool


def test_the_current_employer_is_blocked_until_the_person_lifts_it_once_and_for_all(cast, at, pool):
    ada = cast.acting(cast.ada)
    blocks.say_where_i_work(cast.harbour, by=ada, at=at)
    block = db.session.execute(sa.select(Block)).scalar_one()
    assert block.cause == "employer" and seen_by(cast.harbour) == {cast.bo.id}
    blocks.lift_block(block, by=ada, at=at)
    blocks.say_where_i_work(cast.harbour, by=ada, at=at)
    assert seen_by(cast.harbour) == pool


def test_leaving_keeps_the_block_and_part_time_work_makes_none(cast, at, pool):
    ada = cast.acting(cast.ada)
    blocks.say_where_i_work(cast.harbour, by=ada, at=at)
    blocks.say_i_left(cast.harbour, by=ada, at=at)
    assert seen_by(cast.harbour) == {cast.bo.id}
    with transaction():
        blocks.note_employment(cast.bo.id, cast.beacon.id, "engagement", since_at=at, at=at)
    assert seen_by(cast.beacon) == pool
