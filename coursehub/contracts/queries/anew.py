"""What is said of a sale by now: how it came and what its sides had contributed, as settled contests say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from coursehub.contracts.counters import written
from coursehub.contracts.models import ContributionFact, FactSettlement, MoneyEvent
from coursehub.contracts.queries.book import counted_before, line_of
from coursehub.contracts.replay import sale_from
from coursehub.contracts.standing import Heard, Stated, counts_until
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, Sale, share_sale
from coursehub.db import db

STANDS = ("accepted", "let_stand")
"""Outcomes of a contest that a fact outlives."""


@dataclass(frozen=True)
class Said:
    """How an event came and what had been contributed by then, and what settled it last.

    cause: {"contest": its public id}, or {"fact": its public id, "stands": whether it outlived its contest}.
    """

    channel: str
    attributed: str | None
    contribution: Mapping[str, Any]
    cause: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """What stands for a clause on lines and legs of a correction."""
        if "fact" in self.cause:
            return f"/facts/{self.cause['fact']}/{'stands' if self.cause['stands'] else 'fell'}"
        return f"/contests/{self.cause['contest']}"


def as_sold(event: MoneyEvent) -> Said:
    """What was said of an event when it was booked."""
    return Said(event.channel, event.facts.get("attributed"), event.contribution)


def said_by(event: MoneyEvent, anew: MoneyEvent | None) -> Said:
    """What is said of an event since it was shared anew by another; as it was sold if it was not."""
    if anew is None:
        return as_sold(event)
    cause: dict[str, Any] = {name: anew.facts[name] for name in ("contest", "fact", "stands") if name in anew.facts}
    return Said(anew.facts["channel"], anew.facts["attributed"], anew.contribution or event.contribution, cause)


def said_anew(event: MoneyEvent) -> Said | None:
    """What settled contests say of an event. None while nothing of it was put right."""
    found = select(MoneyEvent).where(MoneyEvent.reverses_id == event.id, MoneyEvent.kind == "reshared")
    anew = db.session.execute(found.order_by(MoneyEvent.id.desc()).limit(1)).scalar_one_or_none()
    return None if anew is None else said_by(event, anew)


def sale_said(event: MoneyEvent, said: Said) -> Sale:
    """An event that gave something as the waterfall takes it, with what is said of it; without counters."""
    facts: dict[str, Any] = {"gross_minor": event.amount_minor}  # of a fee and of a pool the rest was taken off before
    if event.kind == "sale":
        facts = event.facts
    return sale_from(
        facts | {"channel": said.channel, "attributed": said.attributed}, dict(said.contribution), written(event.occurred_at)
    )


def lines_said(event: MoneyEvent, body: TermsBody, said: Said) -> tuple[Line, ...]:
    """The lines that an event would have had by what is said now; the counters are where they stood before it."""
    return share_sale(body, replace(sale_said(event, said), counted=counted_before(event)))


def lines_now(event: MoneyEvent, body: TermsBody) -> Sequence[Line]:
    """The lines of an event as it was shared, or as it is shared since something of it was put right."""
    said = said_anew(event)
    return [line_of(row) for row in event.lines] if said is None else lines_said(event, body, said)


def stated(contract_id: int, course_id: int) -> list[Stated]:
    """The facts of a course as they stand by now, by the day from which they hold; hours without a yes are not among them."""
    found = (
        select(ContributionFact)
        .where(ContributionFact.contract_id == contract_id, ContributionFact.course_id == course_id)
        .order_by(ContributionFact.holds_from, ContributionFact.id)
        .execution_options(populate_existing=True)
    )
    return [
        Stated(
            fact.kind, fact.party, fact.value, fact.holds_from, known_at=fact.approved_at or fact.recorded_at,
            until=until_of(fact),
        )
        for fact in db.session.execute(found).scalars()
        if fact.kind != "approved_minutes" or fact.approved_at is not None
    ]  # fmt: skip


def until_of(fact: ContributionFact) -> datetime | None:
    """From when on a fact counts for no sale; when it was recorded if it never counted; None if it counts."""
    return counts_until(
        recorded_at=fact.recorded_at, is_agreed=fact.approved_party not in (None, fact.recorded_party),
        contests=[
            Heard(one.contested_at, None if one.settled_at is None else one.outcome in STANDS) for one in fact.contests
        ],
        withdrawn_at=fact.withdrawn_at,
    )  # fmt: skip


def settlements_of(fact_ids: Sequence[int]) -> dict[int, list[FactSettlement]]:
    """What was put right after these facts were settled, or will be, oldest first."""
    found: dict[int, list[FactSettlement]] = {}
    for one in db.session.execute(
        select(FactSettlement).where(FactSettlement.fact_id.in_(fact_ids)).order_by(FactSettlement.id)
    ).scalars():
        found.setdefault(one.fact_id, []).append(one)
    return found
