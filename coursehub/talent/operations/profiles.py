"""What a person says and chooses about themselves in the pool."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events, search
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import own
from coursehub.people.actor import Actor
from coursehub.talent.anonymity import tells_who
from coursehub.talent.machines import GRANT
from coursehub.talent.models import Profile, TalentGrant
from coursehub.talent.models.profiles import VISIBILITIES
from coursehub.talent.operations.moving import move
from coursehub.talent.operations.proven import rebuild_proven
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.policies import profiles as policies
from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.queries.work import promised_minutes


class TellsWhoYouAre(Refusal):
    """This would tell who you are. Leave out your name, addresses, links and telephone numbers: it is read before you agree."""

    status = 422


class HoursArePromised(Refusal):
    """You have promised more hours a week than this. End other work first, or keep at least those hours."""

    status = 422


@dataclass(frozen=True)
class Description:
    """What a person fills in. Pay is in minor units of `pay_floor_currency` for a `pay_floor_period` (month, hour)."""

    headline: str
    about: str
    city: str
    remote: bool
    weekly_hours: int
    available_from: date | None
    forms: tuple[str, ...]
    pay_floor_minor: int | None = None
    pay_floor_currency: str | None = None
    pay_floor_period: str | None = None


def begin_profile(*, by: Actor, at: datetime) -> Profile:
    """The person's profile, hidden until they choose otherwise; a second call gives the one that is there."""
    require(policies.may_begin_profile(by))
    found = profile_of(by.person_id)
    if found is not None:
        return found
    with transaction():
        try:
            with db.session.begin_nested():
                profile = Profile(
                    public_id=new_public_id(), person_id=by.person_id, visibility="hidden", forms=[],
                    begun_at=at, changed_at=at, confirmed_at=at,
                )  # fmt: skip
                db.session.add(profile)
                db.session.flush()
        except sa.exc.IntegrityError:  # begun in another window at the same moment
            return db.session.execute(sa.select(Profile).where(Profile.person_id == by.person_id)).scalar_one()
        rebuild_proven(by.person_id, at=at)
    return profile


def describe_myself(profile: Profile, said: Description, *, by: Actor, at: datetime) -> None:
    """Keep what the person filled in; saying it anew confirms it. Raises TellsWhoYouAre, HoursArePromised."""
    require(policies.may_change_profile(by, profile))
    stays_anonymous(by, said.headline, said.about)
    with transaction():
        lock(profile)
        if said.weekly_hours < profile.weekly_hours and said.weekly_hours * 60 < promised_minutes(profile.person_id):
            raise HoursArePromised
        for column, value in vars(said).items():
            setattr(profile, column, list(value) if column == "forms" else value)
        profile.confirmed_at = at
        changed(profile, at=at)


def choose_visibility(profile: Profile, visibility: str, *, by: Actor, at: datetime) -> None:
    """Step up or down the ladder. Stepping down from "named" takes back the consents given without being asked."""
    require(policies.may_change_profile(by, profile))
    if visibility not in VISIBILITIES:
        raise ValueError(f"{visibility} is no rung")
    with transaction():
        lock(profile)
        if profile.visibility == visibility:
            return
        if visibility != "named":
            _withdraw_own_initiative(by, at=at)
        if visibility != "hidden":
            note_fact("shown", by.person_id, key=f"shown:{profile.id}", true_at=at, at=at, source="person")
            if profile.visibility == "hidden":
                profile.confirmed_at = at
        profile.visibility = visibility
        changed(profile, at=at)


def choose_quiet(profile: Profile, quiet: bool, *, by: Actor, at: datetime) -> None:
    """Be in the pool and not be approached, or be approached again."""
    require(policies.may_change_profile(by, profile))
    with transaction():
        lock(profile)
        profile.quiet = quiet
        changed(profile, at=at)


def confirm_profile(profile: Profile, *, by: Actor, at: datetime) -> None:
    """It is all still true: another 90 days."""
    require(policies.may_change_profile(by, profile))
    _confirm(profile, at=at)


def confirm_by_letter(profile: Profile, *, confirmed_at: datetime, at: datetime) -> None:
    """The same through the link of a letter, which knows the confirmation it follows; an old link changes nothing."""
    if profile.confirmed_at == confirmed_at:
        _confirm(profile, at=at)


def _confirm(profile: Profile, *, at: datetime) -> None:
    with transaction():
        lock(profile)
        profile.confirmed_at = at
        changed(profile, at=at)


def stays_anonymous(writer: Actor, *texts: str) -> None:
    """What the pool shows before any consent must not say who it is. Raises TellsWhoYouAre."""
    record = own.record(writer)
    if any(tells_who(text, name=record.display_name, email=record.email) for text in texts):
        raise TellsWhoYouAre


def changed(profile: Profile, *, at: datetime) -> None:
    """Note that a profile changed, and keep the words it is found by while it is shown; in the caller's transaction."""
    profile.changed_at = at
    db.session.flush()
    if profile.visibility == "hidden":
        search.drop("profile", profile.id)
    else:
        search.put("profile", profile.id, "zh-CN", profile.about, head=profile.headline)
    events.record("talent.profile_changed", at=at, profile_id=profile.id)


def _withdraw_own_initiative(by: Actor, *, at: datetime) -> None:
    given = sa.select(TalentGrant).where(
        TalentGrant.person_id == by.person_id, TalentGrant.cause == "request", TalentGrant.asked_by_id.is_(None),
        TalentGrant.state == "granted",
    )  # fmt: skip
    for grant in list(db.session.execute(given.order_by(TalentGrant.id)).scalars()):
        move(grant, GRANT, "withdraw", mover=by, at=at, ended_at=at)
