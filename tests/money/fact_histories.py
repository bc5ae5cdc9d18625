"""Random histories in which terms divide by contributions, and the sides state, approve, contest and take back facts.

Beside the books stands a naive register: what everybody said, by the number of the step in which it was said. Once all is
settled, every sale must have given what that register says it should have, whenever it was booked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import operations as contracts
from coursehub.contracts import queries
from coursehub.contracts.models import Contract, ContributionFact, FactContest, MoneyEvent
from coursehub.contracts.operations.contests import run_out_contests
from coursehub.contracts.operations.putting_right import put_facts_right
from coursehub.contracts.waterfall import share_refund, shares_of
from coursehub.db import db

from .histories import DAY, History, _height

TWO_WEEKS = timedelta(days=14)


@dataclass
class Claim:
    """A fact as the naive register knows it; moments are numbers of steps."""

    fact_id: int
    kind: str
    party: str
    value: int
    holds_from: datetime
    at: datetime
    said: int
    approved: int | None
    is_agreed: bool = False
    gone: int | None = None
    contests: list[tuple[int, datetime, str | None]] = field(default_factory=list)  # begun, when, how it ended


class FactHistory(History):
    """A history of such terms; each step has a moment of its own."""

    def __post_init__(self) -> None:
        self.n, self.claims, self.booked = 0, dict[int, Claim](), dict[str, int]()
        self.dividing = Random(f"divisions of {self.seed}")
        super().__post_init__()
        self.late = 3
        for value in (250, 60):
            self.state(value)

    def split(self) -> dict[str, Any]:
        """By modules, by hours, or both, each with a part for nobody's contribution."""
        house, own = self.cast.house.public_id, self.cast.northwind.public_id
        kinds = [{"kind": kind, "parties": [house, own], "rest": {"kind": "pay", "party": house}}
                 for kind in ("by_modules", "by_hours")]  # fmt: skip
        items = [{"label": "teachers", "share_bps": self.dividing.choice([1, 3_333, 5_000]), "then": kinds[1]}]
        both = {"kind": "shares", "items": items, "rest": kinds[0]}
        return {"split": self.dividing.choice([kinds[0], kinds[1], both])}

    def more_ways(self) -> list[tuple[Callable[[], None], int]]:
        """What the sides say of facts, and the worker who puts right."""
        return [
            (self.state, 8), (self.approve, 8), (self.object, 16), (self.word, 14), (self.take_back, 3),
            (self.run_out_facts, 2), (self.put_right, 4), (self.sell, 20),
        ]  # fmt: skip

    def run(self, steps: int) -> None:
        """As ever, but no two steps at one moment."""
        for _step in range(steps):
            self.n += 1
            self.now += timedelta(seconds=1)
            super().run(1)

    def _share(self, draft: Any, *, again: bool = False) -> None:
        super()._share(draft, again=again)
        if not again:
            self.booked[draft.effect_key] = self.n

    def state(self, value: int | None = None) -> None:
        """A side states a weight or hours, of itself or of the other, from today, from before or from later."""
        own, kind = self.chance.random() < 0.6, self.chance.choice(["module_weight", "module_weight", "approved_minutes"])
        party = self.chance.choice([self.cast.house, self.cast.northwind, self.cast.northwind]).public_id
        holds_from = self.now + self.chance.choice([-30, -30, -3, 0, 2]) * DAY
        if value is None:
            value = self.chance.choice([0, 1, 60, 250, 999])
        contract = db.session.get_one(Contract, self.contract)
        fact = contracts.record_fact(
            contract, course_id=self.world.course.id, kind=kind, party=party, value=value,
            holds_from=holds_from, by=self._side(own=own), at=self.now,
        )  # fmt: skip
        approved = self.n if kind == "module_weight" or fact.approved_at is not None else None
        self.claims[fact.id] = Claim(fact.id, kind, party, fact.value, holds_from, self.now, self.n, approved)

    def approve(self) -> None:
        """Another side says yes to hours."""
        fact = self._some(lambda one: one.kind == "approved_minutes" and one.approved_at is None)
        if fact is not None:
            contracts.approve_fact(fact, by=self._side(own=fact.party != self.cast.northwind.public_id), at=self.now)
            self.claims[fact.id].approved = self.n
            self.claims[fact.id].is_agreed = fact.approved_party != fact.recorded_party

    def object(self) -> None:
        """The other side says that a fact is not so."""
        fact = self._some(lambda one: one.withdrawn_at is None or self.chance.random() < 0.1)
        if fact is not None:
            own = fact.recorded_party != self.cast.northwind.public_id
            contracts.contest_fact(fact, by=self._side(own=own), at=self.now, reason="Not so")
            self.claims[fact.id].contests.append((self.n, self.now, None))

    def word(self) -> None:
        """Somebody says the next word of a contest."""
        fact = self._some(lambda one: any(contest.settled_at is None for contest in one.contests))
        if fact is None:
            return
        own = fact.recorded_party == self.cast.northwind.public_id
        way = self.chance.choice(["answer", "answer", "accept", "uphold"])
        if way == "answer":
            contracts.answer_contest(fact, by=self._side(own=own), at=self.now, answer="It is so")
        elif way == "accept":
            contracts.settle_contest(fact, by=self._side(own=not own), at=self.now)
        else:
            contracts.uphold_contest(fact, by=self._side(own=not own), at=self.now)

    def take_back(self) -> None:
        """A side takes its own fact back."""
        fact = self._some(lambda one: one.withdrawn_at is None)
        if fact is not None:
            own = fact.recorded_party == self.cast.northwind.public_id
            contracts.take_back_fact(fact, by=self._side(own=own), at=self.now)
            self.claims[fact.id].gone = self.n

    def run_out_facts(self) -> None:
        """Contests of facts whose time is over end against whoever kept silent."""
        run_out_contests(at=self.now)

    def put_right(self) -> None:
        """The worker comes, and a second time for nothing."""
        put_facts_right(at=self.now)
        before = _height()
        assert put_facts_right(at=self.now) == 0 and _height() == before, "a sale was put right twice"

    def settle_everything(self) -> None:
        """All contests end, and the worker has come."""
        self.now += 30 * DAY
        self.n += 1
        run_out_contests(at=self.now)
        self.put_right()

    def _some(self, wanted: Callable[[ContributionFact], bool]) -> ContributionFact | None:
        every = db.session.execute(sa.select(ContributionFact).order_by(ContributionFact.id)).scalars()
        facts = [one for one in every if wanted(one)]
        return self.chance.choice(facts) if facts else None

    def misgiven(self) -> list[str]:
        """Sales of which Northwind has something else by now than the naive register says; closes stand beside them."""
        by_fact: dict[int, list[str]] = {}
        for contest in db.session.execute(sa.select(FactContest).order_by(FactContest.id)).scalars():
            by_fact.setdefault(contest.fact_id, []).append(contest.outcome or "")
        found = []
        for sale in db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "sale")).scalars().all():
            beside, body = queries.reversals_of_event(sale.id), queries.body_hashed(sale.terms_hash)
            said = queries.said_anew(sale) or queries.as_sold(sale)
            known = self._known(sale, by_fact)
            right = queries.lines_said(sale, body, queries.Said(said.channel, said.attributed, known))
            due, own = shares_of(right), self.cast.northwind.public_id
            back = shares_of(share_refund(body, right, before_minor=0, amount_minor=queries.refunded_of(sale)))
            lines = [line for one in (sale, *beside) for line in one.lines if line.party == own and line.role != "fee_cost"]
            has = sum(line.amount_minor for line in lines)
            if has != due.get(own, 0) + back.get(own, 0):
                found.append(f"{sale.effect_key} gave {has}, by what is known {due.get(own, 0) + back.get(own, 0)}")
        return found

    def _known(self, sale: MoneyEvent, ended: dict[int, list[str]]) -> dict[str, dict[str, int]]:
        booked = self.booked[sale.effect_key]
        known: dict[str, dict[str, int]] = {"module_weights": {}, "approved_minutes": {}}
        for claim in sorted(self.claims.values(), key=lambda one: (one.holds_from, one.fact_id)):
            if claim.holds_from > sale.occurred_at or claim.approved is None or max(claim.said, claim.approved) > booked:
                continue
            if not self._counted(claim, booked, ended.get(claim.fact_id, [])):
                continue
            if claim.kind == "module_weight":
                known["module_weights"][claim.party] = claim.value
            else:
                minutes = known["approved_minutes"]
                minutes[claim.party] = minutes.get(claim.party, 0) + claim.value
        return known

    def _counted(self, claim: Claim, booked: int, ended: list[str]) -> bool:
        """Whether a fact that was there counts, once all is settled."""
        agreed = claim.is_agreed
        for (begun, at, _end), outcome in zip(claim.contests, ended, strict=True):
            if outcome in ("accepted", "let_stand"):
                agreed = True
            else:
                return booked < begun if agreed or at - claim.at > TWO_WEEKS else False
        if claim.gone is None:
            return True
        taken_at = db.session.get_one(ContributionFact, claim.fact_id).withdrawn_at
        assert taken_at is not None
        return booked < claim.gone if agreed or taken_at - claim.at > TWO_WEEKS else False
