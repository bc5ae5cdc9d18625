"""Random histories of bundles: sold, delivered twice, given back in parts, matured, released; and what must hold.

A history is its seed. Terms count volume, keep a reserve and take fixed amounts, so that parts of one payment touch each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent, Terms
from coursehub.contracts.operations.bundling import part_key, share_bundle
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.sharing import EventDraft, release_reserves, share
from coursehub.db import db, transaction
from coursehub.ledger.models import Account, Posting
from coursehub.money import share_out
from tests.contracts.rig import agree, course_of, draft_of_refund

DAY = timedelta(days=1)
OWED = ("liability:payable:held", "liability:payable:reserve", "liability:payable:available")


@dataclass
class BundleHistory:
    """Three courses of Northwind under three kinds of terms, sold together again and again."""

    cast: Any
    now: datetime
    seed: int
    sold: list[tuple[str, list[EventDraft]]] = field(default_factory=list)
    refunds: int = 0

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        house, partner = self.cast.house.public_id, self.cast.northwind.public_id
        kinds: Sequence[dict[str, Any]] = (
            {},
            {"reserve": {"share_bps": self.dice.randint(1, 5_000), "days": 60}},
            {"fixed": [{"party": partner, "amount_minor": self.dice.randint(1, 900)}],
             "rates": {"party": house, "channels": [], "rest": {"share_bps": self.dice.randint(0, 9_000), "cap_minor": 700}}},
        )  # fmt: skip
        self.terms: list[tuple[Any, Terms]] = []
        for n, changes in enumerate(kinds):
            course = course_of(self.cast.northwind, f"course-{n}", self.now, state="listed")
            self.terms.append((course, agree(self.cast, course, self.now, **changes)[1]))

    def run(self, steps: int) -> None:
        """So many steps, each of a kind that chance chooses."""
        for _step in range(steps):
            self.now += timedelta(hours=self.dice.randint(1, 400))
            self.dice.choice((self.sell, self.sell, self.give_back, self.give_back, self.repeat, self.mature))()

    def sell(self) -> None:
        """One payment over two or three of the courses."""
        chosen = self.dice.sample(self.terms, self.dice.randint(2, 3))
        price, fee = self.dice.choice((3, 4, 401, 9_999, 25_000)), self.dice.choice((0, 1, 3, 320))
        parts = share_out(price, {str(course.id): self.dice.randint(1, 9_000) for course, _terms in chosen})
        fees = share_out(fee, parts)
        key = f"sale:{self.seed}:{len(self.sold)}"
        drafts = [
            EventDraft(
                kind="sale", effect_key=part_key(key, course.id), occurred_at=self.now, course_id=course.id, currency="CNY",
                terms_hash=terms.terms_hash,
                facts={
                    "gross_minor": parts[str(course.id)], "tax_bps": 600, "fee_minor": fees[str(course.id)], "channel": "platform",
                    "attributed": None, "discount_minor": self.dice.choice((0, 0, 50)),
                    "discount_borne_by": self.cast.northwind.public_id, "order": key, "rail": "stripe",
                },
            )
            for course, terms in chosen
        ]  # fmt: skip
        with transaction():
            events = share_bundle(drafts, effect_key=key, at=self.now)
        assert len({event.journal_id for event in events}) == 1
        self.sold.append((key, drafts))

    def repeat(self) -> None:
        """The same payment is delivered once more: nothing changes."""
        if self.sold:
            key, drafts = self.dice.choice(self.sold)
            before = standing()
            with transaction():
                share_bundle(drafts, effect_key=key, at=self.now)
            assert standing() == before

    def give_back(self, whole: bool = False) -> None:
        """A part of one course of one payment goes back, or all that is left of everything."""
        for _key, drafts in self.sold if whole else self.sold[-1:]:
            for draft in drafts if whole else [self.dice.choice(drafts)]:
                left = left_of(draft.effect_key)
                if left:
                    amount = left if whole else self.dice.randint(1, left)
                    self.refunds += 1
                    course = next(course for course, _terms in self.terms if course.id == draft.course_id)
                    with transaction():
                        share(draft_of_refund(course, self.now, amount, f"refund:{self.seed}:{self.refunds}", draft.effect_key),
                              at=self.now)  # fmt: skip

    def mature(self) -> None:
        """Holds and reserves that are over are let go of."""
        due = sa.select(MoneyEvent).where(MoneyEvent.kind == "sale", MoneyEvent.held_until <= self.now)
        for event in db.session.execute(due).scalars().all():
            mature_sale(event, at=self.now)
        release_reserves(at=self.now)


def left_of(effect_key: str) -> int:
    """What of a sale has not gone back."""
    sale = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.effect_key == effect_key)).scalar_one()
    gone = sa.select(sa.func.coalesce(sa.func.sum(MoneyEvent.amount_minor), 0)).where(MoneyEvent.reverses_id == sale.id)
    return sale.amount_minor + int(db.session.execute(gone).scalar_one())


def standing() -> dict[tuple[str, str], int]:
    """What stands on each account; nothing where it is nothing."""
    rows = db.session.execute(
        sa.select(Account.code, Account.party, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .group_by(Account.code, Account.party)
    )
    return {(code, party): int(total) for code, party, total in rows if total}


def faults(partner: str) -> list[str]:
    """What does not hold: lines that do not add up, refunds that credit, accounts that owe less than nothing."""
    found = []
    events = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind.in_(("sale", "refund")))).scalars().all()
    for event in events:
        if sum(line.amount_minor for line in event.lines) != event.amount_minor:
            found.append(f"{event.effect_key}: lines do not add up")
        if event.kind == "refund" and any(line.amount_minor > 0 for line in event.lines if line.role != "fee_cost"):
            found.append(f"{event.effect_key}: a refund credits somebody")
    now = standing()
    found += [f"{code} stands at {-now[code, partner]}" for code in OWED if now.get((code, partner), 0) > 0]
    earned = sum(
        line.amount_minor
        for event in events
        for line in event.lines
        if line.party == partner and line.role in ("share", "discount")
    )
    stands = -sum(now.get((code, partner), 0) for code in (*OWED, "asset:receivable"))
    if earned != stands:
        found.append(f"the lines give {earned}, the accounts {stands}")
    return found
