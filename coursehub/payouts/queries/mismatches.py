"""Everything that reconciliation lists, under one shape: what it is, since when it waits, and who looks after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.payouts.models import MismatchOwner
from coursehub.payouts.policies import may_read_all
from coursehub.payouts.queries.accounts import standing_still
from coursehub.payouts.queries.claims import claims_of, owed_by_party
from coursehub.payouts.queries.matching import open_lines, suspense, without_answer
from coursehub.payouts.queries.movements import booked_twice, missing, unmatched
from coursehub.payouts.queries.waiting import waiting_in_suspense
from coursehub.people import queries as people
from coursehub.people.actor import Actor

WEEK = timedelta(days=7)
LONG = {"claim": timedelta(days=60)}
"""How long something may wait before somebody is reminded of it, where that is not a week: claims are set off by themselves."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that reconciliation lists.

    kind:         see `models.MISMATCHES`. reference: which one of its kind; the two never name anything else.
    name:         how people find it: a number of ours, of the bank or of the provider.
    what:         what is wrong with it, within its kind; see `payouts.runbook`.
    amount_minor: how much money, or nothing where the bank did not say.
    thing:        the rows that it is made of, as the query of its kind gives them.
    """

    kind: str
    reference: str
    name: str
    what: str
    since: datetime
    currency: str | None
    amount_minor: int | None
    thing: Any

    @property
    def key(self) -> Key:
        """By what it is found again."""
        return self.kind, self.reference

    def is_old(self, at: datetime) -> bool:
        """Whether it has waited for so long that somebody is reminded."""
        return self.since < at - LONG.get(self.kind, WEEK)


def all_mismatches(at: datetime) -> list[Mismatch]:
    """Everything that waits now, kind by kind, the oldest of each first."""
    return [*_of_banks(at), *_of_the_provider(at), *_of_the_books()]


def _of_banks(at: datetime) -> Iterable[Mismatch]:
    for line, answer in open_lines():
        name = line.reference or line.bank_reference or str(line.id)
        yield Mismatch(
            "line", str(line.id), name, line.result, answer.at, line.currency or None, line.amount_minor, (line, answer)
        )
    for payout, step in without_answer(at):
        yield Mismatch(
            "payout", payout.public_id, payout.public_id, "", step.at, payout.currency, payout.amount_minor, (payout, step)
        )


def _of_the_provider(at: datetime) -> Iterable[Mismatch]:
    moved = [(each.movement, each.why) for each in unmatched()] + [(movement, "twice") for movement in booked_twice()]
    for movement, why in moved:
        name = movement.source_id or movement.movement_id
        yield Mismatch(
            "movement", movement.movement_id, name, why, movement.made_at, movement.currency, movement.amount_minor, movement
        )
    for paid in missing(at):
        name = paid.rail_payment_id
        yield Mismatch("missing", name, name, "", paid.paid_at, paid.currency, paid.amount_minor, paid)
    for trouble, payout in standing_still():
        what = f"{trouble.what}_key" if trouble.problem == "key_spoiled" else trouble.what
        yield Mismatch(
            "transfer", str(trouble.id), payout.public_id, what, trouble.since_at, payout.currency, payout.amount_minor,
            (trouble, payout),
        )  # fmt: skip


def _of_the_books() -> Iterable[Mismatch]:
    for currency, _minor, _since in suspense():
        for each in waiting_in_suspense(currency):
            reference = f"{currency}:{each.about}:{each.name}"
            yield Mismatch("suspense", reference, each.name, each.about, each.since, currency, each.minor, each)
    for party, currency, minor in owed_by_party():
        claims = claims_of(party, currency)
        if claims:
            since = min(claim.since_at for claim in claims)
            yield Mismatch("claim", f"{party}:{currency}", party, "", since, currency, minor, claims)


def mismatch_at(kind: str, reference: str, reader: Actor, at: datetime) -> Mismatch | None:
    """One that waits now, for finance staff."""
    if not may_read_all(reader):
        return None
    return next((each for each in all_mismatches(at) if each.key == (kind, reference)), None)


def owners_among(found: Sequence[Mismatch]) -> dict[Key, int]:
    """Which person looks after each of these, by its key; who does no finance for the house any more looks after nothing.

    Money that comes into suspense again waits anew: who looked after it the last time does not by that.
    """
    since = {each.key: each.since for each in found}
    rows = db.session.execute(
        sa.select(MismatchOwner).where(MismatchOwner.ended_at.is_(None), MismatchOwner.person_id.in_(whom_of()))
    ).scalars()
    found_by = ((row, since.get((row.kind, row.reference))) for row in rows)
    return {(row.kind, row.reference): row.person_id for row, began in found_by if began is not None and row.at >= began}


def whom_of() -> list[int]:
    """Who may look after something: the house's finance, longest-serving first."""
    return people.members_with_role(people.house().id, "staff_finance")


def looked_after_by(person_id: int) -> "sa.Select[MismatchOwner]":
    """What a person looks after, the oldest first; within the hour after something is settled it may still be among it."""
    found = sa.select(MismatchOwner).where(MismatchOwner.person_id == person_id, MismatchOwner.ended_at.is_(None))
    return found.order_by(MismatchOwner.since_at, MismatchOwner.id)


def kept_by(kind: str, reference: str, reader: Actor) -> "sa.Select[MismatchOwner]":
    """Everybody who looked after one mismatch, in order; for finance staff."""
    found = sa.select(MismatchOwner).where(MismatchOwner.kind == kind, MismatchOwner.reference == reference)
    return found.order_by(MismatchOwner.id) if may_read_all(reader) else found.where(sa.false())
