"""The parts of a profile that come and go one by one: claimed skills, things made, days off."""

from datetime import date, datetime

import sqlalchemy as sa

from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.names import tidy
from coursehub.talent.models import Blackout, ClaimedSkill, PortfolioItem, Profile
from coursehub.talent.operations.profiles import changed
from coursehub.talent.policies import profiles as policies

MOST_CLAIMS = 40
MOST_ITEMS = 30
MOST_BLACKOUTS = 60


class ThatIsEnough(Refusal):
    """There are as many of these as a profile can hold. Take one away first."""


class ClaimedAlready(Refusal):
    """This skill is on your list already."""

    status = 422


class EndsBeforeItBegins(Refusal):
    """The last day must not come before the first one, and must still be to come."""

    status = 422


def claim_skill(profile: Profile, words: str, *, by: Actor, at: datetime) -> ClaimedSkill:
    """The person says that they can do this; it stands apart from what is proven. Raises ClaimedAlready, ThatIsEnough."""
    require(policies.may_change_profile(by, profile))
    with transaction():
        lock(profile)
        _room_for_one(ClaimedSkill, profile, MOST_CLAIMS)
        claim = ClaimedSkill(profile_id=profile.id, words=tidy(words)[:60], claimed_at=at)
        try:
            with db.session.begin_nested():
                db.session.add(claim)
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise ClaimedAlready from clash
        changed(profile, at=at)
    return claim


def drop_claim(profile: Profile, claim_id: int, *, by: Actor, at: datetime) -> None:
    """The person does not claim it any more; a second time changes nothing."""
    require(policies.may_change_profile(by, profile))
    with transaction():
        lock(profile)
        db.session.execute(sa.delete(ClaimedSkill).where(ClaimedSkill.id == claim_id, ClaimedSkill.profile_id == profile.id))
        changed(profile, at=at)


def add_portfolio_item(profile: Profile, *, title: str, address: str, text: str, by: Actor, at: datetime) -> PortfolioItem:
    """Show something the person made; employers see it under a consent that names the portfolio. Raises ThatIsEnough."""
    require(policies.may_change_profile(by, profile))
    with transaction():
        lock(profile)
        _room_for_one(PortfolioItem, profile, MOST_ITEMS, PortfolioItem.removed_at.is_(None))
        item = PortfolioItem(
            public_id=new_public_id(), profile_id=profile.id, title=tidy(title)[:120], address=address.strip()[:400],
            text=text.strip()[:4000], kind="own", added_at=at, removed_at=None,
        )  # fmt: skip
        db.session.add(item)
        changed(profile, at=at)
    return item


def remove_portfolio_item(profile: Profile, item: PortfolioItem, *, by: Actor, at: datetime) -> None:
    """Show it no more; a second time changes nothing."""
    require(policies.may_change_profile(by, profile) and item.profile_id == profile.id)
    with transaction():
        lock(profile)
        item.removed_at = item.removed_at or at
        changed(profile, at=at)


def add_blackout(profile: Profile, *, from_on: date, until_on: date, by: Actor, at: datetime) -> Blackout:
    """Days on which the person cannot work, both included. Raises EndsBeforeItBegins, ThatIsEnough."""
    require(policies.may_change_profile(by, profile))
    if until_on < from_on or until_on < at.date():
        raise EndsBeforeItBegins
    with transaction():
        lock(profile)
        _room_for_one(Blackout, profile, MOST_BLACKOUTS)
        blackout = Blackout(profile_id=profile.id, from_on=from_on, until_on=until_on)
        db.session.add(blackout)
        changed(profile, at=at)
    return blackout


def drop_blackout(profile: Profile, blackout_id: int, *, by: Actor, at: datetime) -> None:
    """The person can work on those days after all; a second time changes nothing."""
    require(policies.may_change_profile(by, profile))
    with transaction():
        lock(profile)
        db.session.execute(sa.delete(Blackout).where(Blackout.id == blackout_id, Blackout.profile_id == profile.id))
        changed(profile, at=at)


def _room_for_one(
    table: type[ClaimedSkill] | type[PortfolioItem] | type[Blackout], profile: Profile, most: int, *more: "sa.ColumnElement[bool]"
) -> None:
    count = sa.select(sa.func.count()).select_from(table).where(table.profile_id == profile.id, *more)
    if db.session.execute(count).scalar_one() >= most:
        raise ThatIsEnough
