"""What time does to consents, and asking organisations to erase what they kept once one has ended."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.people.actor import Actor
from coursehub.talent.machines import GRANT
from coursehub.talent.models import TalentGrant
from coursehub.talent.operations.consent import ANSWERED_WITHIN
from coursehub.talent.operations.moving import move
from coursehub.talent.policies import consent as policies
from coursehub.talent.queries.consent import live_grants

ERASED_WITHIN = timedelta(days=14)
"""How long an organisation has to confirm that it erased what it kept."""


def let_consents_end(*, at: datetime) -> None:
    """Requests that nobody answered lapse; consents whose end has come expire; their organisations are asked to erase.

    Reading checks the end by itself, so a late run of this lets nothing be seen.
    """
    unanswered = (TalentGrant.state == "requested", TalentGrant.asked_at <= at - ANSWERED_WITHIN)
    for grant_id in _ids(*unanswered):
        _end(grant_id, "requested", "lapse", at=at)
    for grant_id in _ids(TalentGrant.state == "granted", TalentGrant.until_at <= at):
        _end(grant_id, "granted", "expire", at=at)
    for grant_id in _ids(TalentGrant.state.in_(("withdrawn", "expired"))):
        ask_to_erase(grant_id, at=at)


def ask_to_erase(grant_id: int, *, at: datetime) -> bool:
    """Ask the organisation of an ended consent to erase what it kept; says whether it was asked now.

    Nothing is asked while another live consent of the same person lets it see as much: then
    it may keep it. A later run asks again.
    """
    with transaction():
        grant = db.session.get_one(TalentGrant, grant_id)
        lock(grant)
        if not GRANT.allows(grant.state, "notify_erasure"):
            return False
        others = live_grants(grant.person_id, grant.organisation_id, at)
        if any(set(grant.fields) <= set(other.fields) for other in others):
            return False
        move(grant, GRANT, "notify_erasure", mover=None, at=at)
    return True


def confirm_erasure(grant: TalentGrant, *, by: Actor, at: datetime) -> None:
    """The organisation says that it erased what it kept of this person; the person sees it. Raises IllegalMove."""
    require(policies.may_confirm_erasure(by, grant))
    with transaction():
        move(grant, GRANT, "confirm_erasure", mover=by, at=at)


def _ids(*conditions: "sa.ColumnElement[bool]") -> list[int]:
    return list(db.session.execute(sa.select(TalentGrant.id).where(*conditions).order_by(TalentGrant.id)).scalars())


def _end(grant_id: int, state: str, step: str, *, at: datetime) -> None:
    with transaction():
        grant = db.session.get_one(TalentGrant, grant_id)
        lock(grant)
        if grant.state == state:
            move(grant, GRANT, step, mover=None, at=at, ended_at=at)
