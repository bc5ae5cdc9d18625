"""Two contested sales, one that the house agreed came by the partner's link, one that waits for its word; and hours of the
house that Lumen contested and then accepted, so that what was shared without them meanwhile was put right."""

from datetime import datetime
from functools import partial

import sqlalchemy as sa

from coursehub.contracts.models import ContributionFact, MoneyEvent
from coursehub.contracts.operations.contests import answer_contest, contest_fact, settle_contest
from coursehub.contracts.operations.putting_right import put_facts_right
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
    agenda.add(agenda.ago(days=84), partial(_doubt_hours, people))
    agenda.add(agenda.ago(days=72), partial(_stand_by_hours, people))
    agenda.add(agenda.ago(days=60), partial(_accept_hours, people))
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


def _hours_of_the_house() -> ContributionFact:
    """What the house taught of Lumen's course."""
    found = sa.select(ContributionFact).where(
        ContributionFact.kind == "approved_minutes", ContributionFact.party == ContributionFact.recorded_party
    )
    return db.session.execute(found.order_by(ContributionFact.id).limit(1)).scalar_one()


def _doubt_hours(people: Players, at: datetime) -> None:
    reason = "助教的三小时里有一次课取消了，请附上签到记录。"
    contest_fact(_hours_of_the_house(), by=people.acting("eve"), at=at, reason=reason)


def _stand_by_hours(people: Players, at: datetime) -> None:
    answer = "取消的那次已于次周补上，签到记录已发到您的邮箱。"
    answer_contest(_hours_of_the_house(), by=people.acting("stan"), at=at, answer=answer)


def _accept_hours(people: Players, at: datetime) -> None:
    settle_contest(_hours_of_the_house(), by=people.acting("eve"), at=at)
    put_facts_right(at=at)
