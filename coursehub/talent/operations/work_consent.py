"""What an employer sees of whoever works for it: agreed to with the work, named by the worker, ended with it or before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import GRANT
from coursehub.talent.models import Engagement, TalentGrant
from coursehub.talent.models.work import PROMISED
from coursehub.talent.operations.applications import NameIsNeeded
from coursehub.talent.operations.consent import YouBlockThem, grant_for_cause
from coursehub.talent.operations.moving import move
from coursehub.talent.policies import work as policies
from coursehub.talent.queries.blocks import is_blocked

USUAL_FIELDS = ("display_name", "email")
"""What somebody who accepts work shows unless they choose otherwise: a name, and an address for letters."""
GRANT_LASTS = timedelta(days=730)
"""What the employer sees of the worker ends with the engagement, and at the latest then."""


class ConsentOutlastsWork(Refusal):
    """What they see of you ends on a day that is still to come, and after two years at the latest."""

    status = 422


class WorkIsOver(Refusal):
    """This work is over, so they have no reason to see anything of you."""


def agree_to_be_seen(
    engagement: Engagement, fields: Iterable[str], until_at: datetime | None, *, mover: Actor, at: datetime
) -> TalentGrant:
    """The consent that comes with a yes to work, with its words and their hash; in the caller's transaction.

    until_at: when it ends at the latest, GRANT_LASTS from now if None. Raises NameIsNeeded, ConsentOutlastsWork.
    """
    given, until_at = set(fields), at + GRANT_LASTS if until_at is None else until_at
    if "display_name" not in given:
        raise NameIsNeeded
    if not at < until_at <= at + GRANT_LASTS:
        raise ConsentOutlastsWork
    return grant_for_cause(
        engagement.person_id, engagement.organisation_id, purpose="work", fields=given, cause="engagement",
        cause_id=engagement.id, until_at=until_at, at=at, mover=mover,
    )  # fmt: skip


def let_them_see(
    engagement: Engagement, *, fields: Iterable[str], until_at: datetime | None = None, by: Actor, at: datetime
) -> TalentGrant:
    """The worker lets the employer see something again, or more or less of it than before; what ran until now ends.

    Raises WorkIsOver, YouBlockThem, NameIsNeeded, ConsentOutlastsWork.
    """
    require(policies.may_answer_work(by, engagement))
    with transaction():
        lock(engagement)
        if engagement.state not in PROMISED:
            raise WorkIsOver
        if is_blocked(engagement.person_id, engagement.organisation_id):
            raise YouBlockThem
        for before in _open_grants(engagement):
            over = before.until_at <= at
            move(before, GRANT, "expire" if over else "withdraw", mover=None if over else by, at=at, ended_at=at)
        return agree_to_be_seen(engagement, fields, until_at, mover=by, at=at)


def _open_grants(engagement: Engagement) -> list[TalentGrant]:
    found = sa.select(TalentGrant).where(
        TalentGrant.cause == "engagement", TalentGrant.cause_id == engagement.id, TalentGrant.ended_at.is_(None)
    )
    return list(db.session.execute(found.order_by(TalentGrant.id)).scalars())
