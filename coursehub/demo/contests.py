"""Two contested sales: one that the house agreed came by the partner's link, one that waits for its word."""

from datetime import datetime
from functools import partial

import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.players import Players
from coursehub.sales import queries
from coursehub.sales.models import AttributionContest
from coursehub.sales.operations.attribution import contest_attribution, give_way


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """Settled three weeks ago; opened a few days ago."""
    agenda.add(
        agenda.ago(days=22), partial(_contest, people, "pia", "这位学习者来自我们五月的线下活动，换了电脑才没有带上链接。")
    )
    agenda.add(agenda.ago(days=19), partial(_agree, people))
    agenda.add(agenda.ago(days=4), partial(_contest, people, "eve", "学习者在我们的公众号留言里说，是从文章里的链接过来的。"))


def _contest(people: Players, who: str, reason: str, at: datetime) -> None:
    """The latest sale by the platform, as its partner sees it."""
    partner = people.acting(who)
    found = queries.sales_visible_to(partner).where(MoneyEvent.channel == "platform", MoneyEvent.occurred_at <= at).limit(1)
    contest_attribution(db.session.execute(found).scalar_one(), reason=reason, by=partner, at=at)


def _agree(people: Players, at: datetime) -> None:
    """The house looked it up, and it was so."""
    waiting = sa.select(AttributionContest).where(AttributionContest.settled_at.is_(None)).limit(1)
    give_way(db.session.execute(waiting).scalar_one(), by=people.acting("fay"), at=at)
