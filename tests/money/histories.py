"""Random histories of money: a driver that sells, refunds, disputes, contests, amends, matures, pays and repeats itself.

A history is its seed: the same seed gives the same steps. Amounts, moments and terms try the corners; deliveries come
late, twice and out of order, and some are cut off before they are committed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import operations as contracts
from coursehub.contracts import queries
from coursehub.contracts.closing import Closed, replayed
from coursehub.contracts.counters import midnight, written
from coursehub.contracts.models import Contract, MoneyEvent, Terms
from coursehub.contracts.operations.closing import _happened, close_months
from coursehub.contracts.operations.counting import counted
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.operations.sharing import Pinned, reckon_sale, reinstate, release_reserves
from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.ledger import accounts as names
from coursehub.ledger.models import Account, Balance, ChainHead, Journal
from coursehub.ledger.operations import EffectAlreadyBooked
from coursehub.payouts import operations as payouts
from coursehub.payouts.models import Payout
from coursehub.sales.models import AttributionContest, back_of
from coursehub.sales.operations.attribution import (
    accept_attribution,
    answer_attribution,
    contest_attribution,
    give_way,
    run_out_attributions,
)
from coursehub.statements.months import month_at
from tests.contracts.rig import agree, draft_of_dispute, draft_of_refund, draft_of_sale, terms_data
from tests.payouts.rig import World

from .repaying import Repaying
from .seen import Seen

DAY = timedelta(days=1)
LINK = [{"channel": "partner_link", "share_bps": 1_000, "cap_minor": None}]


class CutOff(Exception):
    """The process ends before anything is committed."""


@dataclass
class History:
    """One history of Northwind's course under changing terms."""

    cast: Any
    start: datetime
    seed: int
    told: list[str] = field(default_factory=list)
    late: int = 21

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.world = World(self.cast, self.start - 3 * DAY)
        self.contract = db.session.get_one(Terms, self.world.terms.id).contract_id
        self.now = self.start
        self.drafts: list[Any] = []
        self.left: dict[str, int] = {}
        self.disputed: list[Any] = []
        self.closed: list[datetime] = []
        self.version = 0
        self.limits: dict[str, int] = {}
        self.promised: list[tuple[datetime, list[dict[str, Any]], str]] = []
        self.ending, self.joining = Random(f"last days of {self.seed}"), Random(f"campaigns of {self.seed}")
        self.repaying = Repaying(self, self.seed)
        self.promising = Random(f"guarantees of {self.seed}")  # of its own: the steps of a seed stay what they were
        guarantees = self._guarantees()
        contract = db.session.get_one(Contract, self.contract)
        agree(self.cast, self.world.course, self.start, contract=contract, note="first", guarantees=guarantees, **self.split())
        self.promised.append((self.start, guarantees, ""))

    def split(self) -> dict[str, Any]:
        """How terms divide what is left, if they say more than the plain ones."""
        return {}

    def run(self, steps: int) -> None:
        """So many steps, each chosen by chance; what a rule refuses is a step like any other."""
        ways = [
            (self.sell, 30), (self.refund, 14), (self.repeat, 8), (self.contradict, 3), (self.amend, 3), (self.wait, 12),
            (self.mature, 8), (self.close, 4), (self.pay, 6), (self.cut_off, 4), (self.dispute, 4), (self.reinstate, 4),
            (self.contest, 8), (self.settle, 8), (self.run_out, 2), *self.more_ways(),
        ]  # fmt: skip
        for _n in range(steps):
            way = self.chance.choices([way for way, _weight in ways], [weight for _way, weight in ways])[0]
            self.told.append(way.__name__)
            try:
                way()
            except Refusal as refusal:
                self.told[-1] += f" ({type(refusal).__name__})"
            self.repaying.step()

    def more_ways(self) -> list[tuple[Callable[[], None], int]]:
        """What else may happen, each with its weight."""
        return []

    def sell(self) -> None:
        """A sale that happened up to three weeks ago and is known only now."""
        at = max(self.start, self.now - self.chance.randrange(self.late) * DAY)
        gross = self.chance.choice([0, 1, 7, 999, 10_000, self.chance.randrange(200_000)])
        discount = self.chance.choice([0, 0, 0, gross // 3])
        draft = draft_of_sale(
            self._terms_at(at), self.world.course, at, f"sale:{len(self.drafts)}", gross_minor=gross,
            tax_bps=self.chance.choice([0, 600]), fee_minor=min(gross, self.chance.choice([0, 3, 320])),
            channel=self.chance.choice(["platform", "partner_link", "coupon", "member"]),
            attributed=self.chance.choice([None, self.cast.northwind.public_id]), discount_minor=discount,
            discount_borne_by=self.chance.choice([None, self.cast.northwind.public_id]),
            **self.joining.choice([{}, {"joined": [self.cast.northwind.public_id]}]),
        )  # fmt: skip
        self._share(draft)
        self.left[draft.effect_key] = gross

    def refund(self) -> None:
        """A part of a sale goes back, or all that is left of it."""
        open_ = [key for key, left in self.left.items() if left]
        if open_:
            key = self.chance.choice(open_)
            amount = self.chance.choice([1, self.left[key], 1 + self.chance.randrange(self.left[key])])
            self._share(draft_of_refund(self.world.course, self.now, amount, f"refund:{len(self.drafts)}", key))
            self.left[key] -= amount

    def dispute(self) -> None:
        """A buyer's bank takes a part of a sale, or all that is left of it."""
        open_ = [key for key, left in self.left.items() if left]
        if open_:
            key = self.chance.choice(open_)
            amount = self.chance.choice([self.left[key], 1 + self.chance.randrange(self.left[key])])
            draft = draft_of_dispute(self.world.course, self.now, amount, f"dispute:{len(self.drafts)}", key)
            self._share(draft)
            self.left[key] -= amount
            self.disputed.append(draft)

    def reinstate(self) -> None:
        """The bank gives back what it took; said twice, it moves nothing more."""
        if self.disputed:
            draft = self.disputed.pop(self.chance.randrange(len(self.disputed)))
            for again in (False, True):
                before = _height()
                taken = queries.event_for(draft.effect_key)
                assert taken is not None
                with transaction():
                    reinstate(taken, effect_key=back_of(draft.effect_key), occurred_at=self.now, at=self.now)
                assert not again or _height() == before, "money that came back came twice"
            self.left[draft.facts["sale_effect_key"]] += draft.facts["amount_minor"]

    def contest(self) -> None:
        """A side says that a sale came otherwise: Northwind, by its link; the house, by no partner's."""
        if self.left:
            sale = queries.event_for(self.chance.choice(list(self.left)))
            assert sale is not None
            own = self.cast.northwind.public_id
            theirs = sale.channel == "partner_link" and sale.facts["attributed"] == own
            contest_attribution(sale, reason="It came otherwise", by=self._side(own=not theirs), at=self.now)

    def settle(self) -> None:
        """Somebody says the next word of a contest, and whatever it moves is moved once."""
        open_ = db.session.execute(sa.select(AttributionContest).where(AttributionContest.settled_at.is_(None))).scalars().all()
        if open_:
            contest = self.chance.choice(open_)
            own = contest.party == self.cast.northwind.public_id
            way = self.chance.choice(["answer", "give_way", "give_way", "give_way", "accept", "cut_off"])
            if way == "answer":
                answer_attribution(contest, answer="It came as it was sold", by=self._side(own=not own), at=self.now)
            elif way == "accept":
                accept_attribution(contest, by=self._side(own=own), at=self.now)
            elif way == "give_way":
                give_way(contest, by=self._side(own=not own), at=self.now)
                self._reattribute_again(contest)
            else:
                self._lost(lambda: give_way(contest, by=self._side(own=not own), at=self.now))

    def _reattribute_again(self, contest: Any) -> None:
        before, sale = _height(), db.session.get_one(MoneyEvent, contest.event_id)
        said = {"channel": contest.channel, "attributed": contest.attributed, "contest": contest.public_id}
        with transaction():
            reattribute(sale, **said, at=self.now)
        assert _height() == before, "a contest was booked twice"

    def run_out(self) -> None:
        """Contests whose time is over end against whoever kept silent."""
        run_out_attributions(at=self.now)

    def _side(self, *, own: bool) -> Any:
        return self.cast.acting(self.cast.pia if own else self.cast.fay)

    def repeat(self) -> None:
        """A delivery comes again: the same event, and nothing new in the books."""
        if self.drafts:
            before = _height()
            self._share(self.chance.choice(self.drafts), again=True)
            assert _height() == before, "a repeated delivery moved something"

    def contradict(self) -> None:
        """The same effect with other content is an error, loudly."""
        sales = [draft for draft in self.drafts if draft.kind == "sale"]
        if sales:
            draft = self.chance.choice(sales)
            other = type(draft)(**{**draft.__dict__, "facts": {**draft.facts, "gross_minor": draft.facts["gross_minor"] + 1}})
            try:
                self._share(other, again=True)
            except EffectAlreadyBooked:
                return
            raise AssertionError("one effect key stood for two effects")

    def amend(self) -> None:
        """Both sides sign other terms, from now on or from a later day; nothing before that day is touched."""
        self.version += 1
        party, house = self.cast.northwind.public_id, self.cast.house.public_id
        plain = terms_data(self.cast.house, self.cast.northwind, self.world.course)
        changed: dict[str, Any] = {"note": f"{self.version}"}
        rest = {**plain["rates"]["rest"], "share_bps": self.chance.choice([0, 2500, 3333, 10_000])}
        rates = {**plain["rates"], "rest": rest, "channels": self.chance.choice([[], LINK, LINK])}
        if self.chance.random() < 0.5:
            rungs = [{"above_minor": self.chance.randrange(1, 90_000), "share_bps": self.chance.choice([500, 5000])}]
            rest["ladder"] = {"kind": self.chance.choice(["marginal", "slab"]), "window": "month", "rungs": rungs}
        if self.chance.random() < 0.3:
            rates["ceiling"] = {"window": self.chance.choice(["month", "contract"]), "amount_minor": 40_000}
        if self.chance.random() < 0.5:
            name, most = f"cost{self.version}", self.chance.randrange(1, 60_000)
            changed["recoup"] = [
                {"id": name, "party": self.chance.choice([party, house]), "amount_minor": most, "share_bps": 5_000}
            ]
            self.limits[f"recouped:{name}"] = most
        if self.chance.random() < 0.5:
            changed["reserve"] = {"share_bps": self.chance.choice([333, 5_000, 10_000]), "days": 60}
        if self.chance.random() < 0.3:
            changed["clawback"] = {"offset_limit_bps": 0, "max_age_days": 0}
        if self.joining.random() < 0.5:
            joins = {"party": party, "floor_price_minor": self.joining.choice([0, 5_000]), "campaigns": "joined"}
            changed["discount"] = {**plain["discount"], "opted_in": [joins]}
        changed["guarantees"] = self._guarantees()
        changed |= self.split()
        begins = self.now
        if self.chance.random() < 0.3:
            begins += self.chance.choice([1, 20]) * DAY
            changed["starts"] = written(begins)
        if "starts" not in changed and self.ending.random() < 0.6:  # then nothing is sold for a while but what was ordered before
            last = (begins + self.ending.choice([2, 20, 45, 400]) * DAY).date()
            changed["ends"] = midnight(self.ending.choice([last, (last + 31 * DAY).replace(day=1)]))
        contract = db.session.get_one(Contract, self.contract)
        before = self._until(begins)
        agree(self.cast, self.world.course, self.now, contract=contract, rates=rates, **changed)
        self.promised.append((begins, changed["guarantees"], changed.get("ends", "")))
        assert self._until(begins) == before, "signing changed something that was before it"

    def _guarantees(self) -> list[dict[str, Any]]:
        """What Northwind gets at least, in a month, in a year, in both or in neither."""
        party, house = self.cast.northwind.public_id, self.cast.house.public_id
        return [
            {
                "party": party, "window": window, "funder": house,
                "amount_minor": self.promising.choice([1, 9_000, 60_000, 250_000]),
                "cap_minor": self.promising.choice([None, None, 5_000]),
            }
            for window in ("month", "year") if self.promising.random() < 0.6
        ]  # fmt: skip

    def _until(self, moment: datetime) -> list[Any]:
        """The head of the books, every balance, and at moments before this one the terms and what a sale would give."""
        head = db.session.execute(sa.select(ChainHead.height, ChainHead.hash)).one_or_none()
        told: list[Any] = [tuple(head or ()), sorted(db.session.execute(sa.select(Balance.account_id, Balance.posted_minor)))]
        first = self.start - 2 * DAY  # the first terms hold already
        for n in range(6):
            at = first + n * (moment - first) / 6
            terms = self._terms_at(at)
            draft = draft_of_sale(terms, self.world.course, at, "asked", gross_minor=77_777)
            body, pinned = queries.body_of(terms), Pinned(terms.terms_hash, terms.contract_id, covers=True)
            sale = reckon_sale(draft, body, pinned, counted(body, written(at)))
            told += [terms.terms_hash, sale.lines, sale.legs]
        return told

    def wait(self) -> None:
        """Time passes, and the worker closes months or is away."""
        self.now += self.chance.choice([1, 3, 12, 31]) * DAY
        if self.promising.random() < 0.7:
            self.close()

    def mature(self) -> None:
        """Holds and reserves that are over end."""
        payouts.end_holds(at=self.now)
        release_reserves(at=self.now)

    def close(self) -> None:
        """The month before is closed."""
        close_months(at=self.now)
        self.closed.append(self.now)

    def pay(self) -> None:
        """A run is prepared and confirmed; the bank pays, or sends it back."""
        run = self.world.prepare(at=self.now)
        self.world.confirm(run, at=self.now)
        for payout in db.session.execute(sa.select(Payout).where(Payout.run_id == run.id)).scalars():
            result = self.chance.choice(["paid", "paid", "bounced"])
            line = (payout.public_id, result, payout.amount_minor)
            self.world.answer(line, at=self.now + DAY, name=f"a{len(self.told)}.csv")
        self.now += DAY

    def cut_off(self) -> None:
        """Everything is done and nothing is committed: as if it had never been."""
        draft = draft_of_sale(self._terms_at(self.now), self.world.course, self.now, f"lost:{len(self.told)}", gross_minor=5_000)
        self._lost(lambda: contracts.share(draft, at=self.now))

    def _lost(self, act: Callable[[], object]) -> None:
        before = _height()
        try:
            with transaction():
                act()
                raise CutOff
        except CutOff:
            db.session.rollback()
        assert _height() == before, "what was cut off left something behind"

    def _terms_at(self, at: datetime) -> Any:
        """The terms in force, or where the last day of the latest is over those: orders of before are paid later."""
        found = queries.terms_in_force(self.world.course.id, at)
        if found is None:
            begun = sa.select(Terms).where(Terms.contract_id == self.contract, Terms.effective_from <= at)
            found = db.session.execute(begun.order_by(Terms.id.desc()).limit(1)).scalar_one()
            ends = queries.body_of(found).ends
            assert ends is not None and datetime.fromisoformat(ends) <= at, "terms that name no last day ended by themselves"
        return found

    def _share(self, draft: Any, *, again: bool = False) -> None:
        with transaction():
            contracts.share(draft, at=self.now)
        if not again:
            self.drafts.append(draft)

    def seen(self, *, closed: bool = False) -> Seen:
        """What the history left behind; closed: every month is, so the replay must agree with the book."""
        rows = db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars().all()
        bodies = {row.terms_hash: queries.body_hashed(row.terms_hash) for row in rows}
        right = replayed(_happened(list(rows), bodies)) if closed and rows else None
        events = []
        for row in rows:
            got: dict[str, int] = {}
            for line in row.lines:
                if line.party and line.role in ("share", "discount"):
                    got[line.party] = got.get(line.party, 0) + line.amount_minor
            events.append((row.kind, row.id, row.reverses_id or 0, got, tuple(line.amount_minor for line in row.lines)))
        standing = {
            (code, party): int(minor)
            for code, party, minor in db.session.execute(
                sa.select(Account.code, Account.party, Balance.posted_minor).join(Balance, Balance.account_id == Account.id)
            )
        }
        paid = -standing.get((names.BANK, ""), 0) - standing.get((names.BANK_SUSPENSE, ""), 0)
        counters = {code.removeprefix("memo:"): -minor for (code, _party), minor in standing.items() if code.startswith("memo:")}
        fees = sum(
            line.amount_minor for row in rows for line in row.lines
            if line.role == "fee_cost" and line.party == self.cast.northwind.public_id
        )  # fmt: skip
        standing["fees", self.cast.northwind.public_id] = fees
        return Seen(
            events, standing, paid, dict(self.limits), right.totals() if right else None,
            counters if right is None else {**counters, "__right__": int(_same(counters, right.counters))},
            self._guaranteed(rows, right) if right else (),
        )  # fmt: skip

    def _guaranteed(self, rows: Sequence[MoneyEvent], right: Closed) -> tuple[tuple[str, int, int, int, int | None], ...]:
        """Of every window that is closed what Northwind earned, what was added, and what the terms of its last moment promise."""
        party, found = self.cast.northwind.public_id, []
        added: Counter[str] = Counter()
        for row in rows:
            if row.kind == "guarantee":
                added[row.facts["window"]] += row.amount_minor
        month, closed = month_at(self.start), month_at(self.now - 5 * DAY)
        while month < closed:
            promises: list[dict[str, Any]] = []
            for begins, guarantees, ends in self.promised:
                if begins < month.ends:
                    promises = guarantees if not ends or datetime.fromisoformat(ends) >= month.ends else []
            for window in (str(month), str(month)[:4]) if month.number == 12 else (str(month),):
                span = "month" if "-" in window else "year"
                gained = right.earned(party, window)
                nothing = {"amount_minor": gained, "cap_minor": None}
                one = next((each for each in promises if each["window"] == span), nothing)
                found.append((window, gained, added.pop(window, 0), one["amount_minor"], one["cap_minor"]))
            month = month.next
        return (*found, *((window, 0, minor, 0, None) for window, minor in added.items()))


def _same(counters: dict[str, int], right: Any) -> bool:
    return all(counters.get(name, 0) == minor for name, minor in right.items())


def _height() -> int:
    return int(db.session.execute(sa.select(sa.func.count(Journal.id))).scalar_one())
