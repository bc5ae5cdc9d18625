"""How each sale of a partner came: what the order carried, and never who bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts.models import ContractParty, MoneyEvent
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.sales.models import AttributionContest, Coupon, Order, PartnerLink


@dataclass(frozen=True)
class Came:
    """What decided the channel of a sale. link and coupon: only where they are the reader's own."""

    link: PartnerLink | None
    coupon: str
    clicked_at: datetime | None
    placed_at: datetime

    @property
    def days_before(self) -> int | None:
        """Whole days from the click to the order; None where the click was not kept."""
        return None if self.clicked_at is None else (self.placed_at - self.clicked_at).days


def came_by(events: Sequence[MoneyEvent], organisation_id: int) -> dict[int, Came]:
    """For each sale, by the id of its event, what its order carried; links and coupons of others are left out."""
    numbers = {event.facts.get("order") for event in events if event.kind == "sale"}
    rows = db.session.execute(
        sa.select(Order.public_id, Order.clicked_at, Order.placed_at, PartnerLink, Coupon.code)
        .outerjoin(PartnerLink, sa.and_(PartnerLink.id == Order.partner_link_id, PartnerLink.organisation_id == organisation_id))
        .outerjoin(Coupon, sa.and_(Coupon.id == Order.coupon_id, Coupon.organisation_id == organisation_id))
        .where(Order.public_id.in_([number for number in numbers if number]))
    )
    found = {number: Came(link, code or "", clicked_at, placed_at) for number, clicked_at, placed_at, link, code in rows}
    return {event.id: found[number] for event in events if (number := event.facts.get("order")) in found}


def contests_of(events: Sequence[MoneyEvent]) -> dict[int, AttributionContest]:
    """The contest of each of these sales, by the id of its event."""
    found = sa.select(AttributionContest).where(AttributionContest.event_id.in_([event.id for event in events]))
    return {contest.event_id: contest for contest in db.session.execute(found).scalars()}


def contests_visible_to(by: Actor) -> sa.Select[*tuple[AttributionContest]]:
    """Contests in which somebody's organisation is a side, the open ones first, the most urgent before all."""
    own = by.organisation.public_id if by.organisation else ""
    return (
        sa.select(AttributionContest)
        .where(sa.or_(AttributionContest.party == own, AttributionContest.asked == own))
        .order_by(AttributionContest.settled_at.is_not(None), AttributionContest.due_at.desc(), AttributionContest.id.desc())
    )


def contests_waiting_for(party: str) -> sa.Select[*tuple[AttributionContest]]:
    """Open contests whose next word is this side's, the most urgent first."""
    its_turn = sa.or_(
        sa.and_(AttributionContest.answered_at.is_(None), AttributionContest.asked == party),
        sa.and_(AttributionContest.answered_at.is_not(None), AttributionContest.party == party),
    )
    return (
        sa.select(AttributionContest)
        .where(AttributionContest.settled_at.is_(None), its_turn)
        .order_by(AttributionContest.due_at, AttributionContest.id)
    )


def sales_visible_to(by: Actor) -> sa.Select[*tuple[MoneyEvent]]:
    """Sales under contracts in which somebody's organisation is a side, the latest first."""
    mine = sa.select(ContractParty.contract_id).where(ContractParty.organisation_id == by.organisation_id)
    return (
        sa.select(MoneyEvent)
        .where(MoneyEvent.kind == "sale", MoneyEvent.contract_id.in_(mine))
        .order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc())
    )
