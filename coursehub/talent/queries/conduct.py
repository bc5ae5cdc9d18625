"""How members treat people who apply, as the alliance publishes it: applications with their answers, offers and their ends.

Nothing here says who: the alliance counts, and hides what is small.
"""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.talent.hiring_figures import Answered
from coursehub.talent.models import Application, Offer


def applications_since(since_at: datetime) -> list[Answered]:
    """The applications that began since then, without those that another one stands for."""
    rows = db.session.execute(
        sa.select(
            Organisation.public_id, Application.applied_at, Application.promised_at, Application.answered_at, Application.ended_at
        )
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(Application.applied_at >= since_at, Application.merged_into_id.is_(None), Application.source == "applied")
        .order_by(Application.id)
    )
    return [Answered(*row) for row in rows]


def offers_since(since_at: datetime) -> list[tuple[str, str]]:
    """(organisation, state) of each offer that was extended since then."""
    rows = db.session.execute(
        sa.select(Organisation.public_id, Offer.state)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(Offer.extended_at >= since_at)
        .order_by(Offer.id)
    )
    return [(row.public_id, row.state) for row in rows]
