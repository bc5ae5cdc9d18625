"""Random histories of a contract with three sides and two courses: sales, bundles, placements, hours and a pass.

Its terms count and guarantee, and another contract of one of the sides stands beside it, so that fees and bundles run over
legs of both. A history is its seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from coursehub.contracts import operations as contracts
from coursehub.contracts import queries
from coursehub.contracts.hour_fee import HourTerms
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.operations.bundling import part_key, share_bundle
from coursehub.contracts.operations.closing import close_months
from coursehub.contracts.operations.hiring import Hire, share_hire, share_rebate
from coursehub.contracts.operations.hours import Week, share_hours, take_hours_back
from coursehub.contracts.operations.pool_returns import ReturnedPeriod, reinstate_period, return_period
from coursehub.contracts.operations.pooling import PaidPeriod, SharedMonth, fund_pool, share_pool
from coursehub.contracts.operations.prices import announce_prices
from coursehub.contracts.operations.resharing import contribute_anew, reattribute
from coursehub.contracts.operations.sharing import reinstate
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook
from coursehub.db import db, transaction
from tests.contracts.rig import course_of, draft_of_dispute, draft_of_refund, draft_of_sale, terms_data

DAY = timedelta(days=1)
RULE = {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"}
EVENTS = ["sale", "hire", "hour", "period"]
BOOK = PriceBook(PriceList("CNY", (Band(None, 600_000),), training_bps=4_000, tax_bps=600), {"non_full_time": 800}, 3_000)
FUNDED = 8_853
"""What a period of 99.00 puts into the pool, less tax and fee."""


@dataclass
class FeeHistory:
    """One history of two partners, three courses and two contracts."""

    cast: Any
    start: datetime
    seed: int
    told: list[str] = field(default_factory=list)
    closed: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance, self.now = Random(self.seed), self.start
        self.prices = announce_prices(BOOK, effective_from=self.start, by=self.cast.acting(self.cast.fay), at=self.start)
        self.courses = [course_of(self.cast.northwind, slug, self.start) for slug in ("sql", "py")]
        self.alone = course_of(self.cast.lumen, "git", self.start)
        self.contract: Contract | None = None
        self.left: dict[str, tuple[Any, int]] = {}
        self.disputed: list[Any] = []
        self.placed: list[list[Any]] = []
        self.weeks: list[tuple[Any, str]] = []
        self.paid: list[dict[str, Any]] = []
        self.count = 0
        self.amend()
        eve, fay = self.cast.acting(self.cast.eve), self.cast.acting(self.cast.fay)
        plain = terms_data(self.cast.house, self.cast.lumen, self.alone)
        scope = {**plain["scope"], "events": EVENTS}
        contracts.agree_terms(
            courses=[self.alone], partners=[self.cast.lumen], title="另一份", title_en="Another",
            terms={**plain, "scope": scope, "pool": RULE, "rates": {**plain["rates"], "ceiling": self._ceiling()}},
            offered_by=eve, signed_by=[(eve, self.now), (fay, self.now)], at=self.now,
        )  # fmt: skip
        self.start = self.now = self.now + DAY

    def run(self, steps: int) -> None:
        """So many steps, each chosen by chance."""
        ways = [
            (self.sell, 14), (self.sell_bundle, 8), (self.refund, 10), (self.dispute, 6), (self.reinstate, 6), (self.contest, 4),
            (self.hire, 6), (self.rebate, 5), (self.week, 6), (self.week_back, 3), (self.share_month, 5), (self.period_back, 6),
            (self.period_again, 4), (self.wait, 14), (self.close, 6), (self.amend, 2), (self.contribute, 6),
        ]  # fmt: skip
        for _n in range(steps):
            self.count += 1
            way = self.chance.choices([way for way, _weight in ways], [weight for _way, weight in ways])[0]
            self.told.append(way.__name__)
            way()

    def _late(self) -> datetime:
        """Up to two weeks ago, and only known now."""
        return max(self.start, self.now - self.chance.randrange(15) * DAY - timedelta(seconds=self.chance.randrange(3)))

    def _terms_of(self, course: Any, at: datetime) -> Any:
        found = queries.terms_in_force(course.id, at)
        assert found is not None
        return found

    def _draft(self, course: Any, at: datetime, key: str) -> Any:
        gross = self.chance.choice([1, 7, 999, 10_000, self.chance.randrange(90_000)])
        return draft_of_sale(
            self._terms_of(course, at), course, at, key, gross_minor=gross, tax_bps=self.chance.choice([0, 600]),
            fee_minor=min(gross - ("sale:b" in key), self.chance.choice([0, 3, 320])),
            channel=self.chance.choice(["platform", "partner_link"]),
            attributed=self.chance.choice([None, self.cast.northwind.public_id, self.cast.lumen.public_id]),
        )  # fmt: skip

    def sell(self) -> None:
        """One course."""
        at = self._late()
        draft = self._draft(self.chance.choice([*self.courses, self.alone]), at, f"sale:{self.count}")
        with transaction():
            contracts.share(draft, at=self.now)
        self.left[draft.effect_key] = draft, draft.facts["gross_minor"]

    def sell_bundle(self) -> None:
        """All courses, or those of the one contract."""
        at, key = self._late(), f"sale:b{self.count}"
        inside = self.courses + self.chance.choice([[], [self.alone]])
        drafts = [self._draft(course, at, part_key(key, course.id)) for course in inside]
        with transaction():
            share_bundle(drafts, effect_key=key, at=self.now)
        self.left |= {draft.effect_key: (draft, draft.facts["gross_minor"]) for draft in drafts}

    def _some(self) -> tuple[str, Any, int] | None:
        open_ = [key for key, (_draft, left) in self.left.items() if left]
        if not open_:
            return None
        key = self.chance.choice(open_)
        draft, left = self.left[key]
        amount = self.chance.choice([left, 1 + self.chance.randrange(left)])
        self.left[key] = draft, left - amount
        return key, draft, amount

    def _course(self, draft: Any) -> Any:
        return next(course for course in (*self.courses, self.alone) if course.id == draft.course_id)

    def refund(self) -> None:
        """A part of a sale goes back, or all that is left of it."""
        if some := self._some():
            key, draft, amount = some
            with transaction():
                wish = draft_of_refund(self._course(draft), self.now, amount, f"refund:{self.count}", key)
                contracts.share(wish, at=self.now)

    def dispute(self) -> None:
        """A bank takes a part of a sale."""
        if some := self._some():
            key, draft, amount = some
            wish = draft_of_dispute(self._course(draft), self.now, amount, f"dispute:{self.count}", key)
            with transaction():
                contracts.share(wish, at=self.now)
            self.disputed.append((key, amount, wish.effect_key))

    def reinstate(self) -> None:
        """It gives it back."""
        if self.disputed:
            key, amount, effect = self.disputed.pop(self.chance.randrange(len(self.disputed)))
            taken = queries.event_for(effect)
            assert taken is not None
            with transaction():
                reinstate(taken, effect_key=f"{effect}:back", occurred_at=self.now, at=self.now)
            draft, left = self.left[key]
            self.left[key] = draft, left + amount

    def contest(self) -> None:
        """A sale is said anew to have come by a link."""
        if self.left:
            sale = queries.event_for(self.chance.choice(list(self.left)))
            assert sale is not None
            channel, party = self.chance.choice([("partner_link", self.cast.northwind.public_id), ("platform", None)])
            with transaction():
                db.session.get_one(Contract, sale.contract_id, with_for_update=True)
                reattribute(sale, channel=channel, attributed=party, contest=f"c{self.count}", at=self.now)

    def contribute(self) -> None:
        """It is put right what had been contributed to something: a fact that was contested stands, or never counted."""
        given = (
            db.session.execute(db.select(MoneyEvent).where(MoneyEvent.kind.in_(EVENTS)).order_by(MoneyEvent.id)).scalars().all()
        )
        if given:
            event = self.chance.choice(given)
            sides = (self.cast.northwind.public_id, self.cast.lumen.public_id)
            known = {"module_weights": {side: self.chance.randrange(4) for side in sides}, "approved_minutes": {}}
            with transaction():
                db.session.get_one(Contract, event.contract_id, with_for_update=True)
                contribute_anew(
                    event, known, fact=f"f{self.count}", stands=self.chance.random() < 0.5, key=f"fact:{self.count}", at=self.now
                )  # fmt: skip

    def _weights(self) -> dict[str, int]:
        return {
            course.public_id: self.chance.randrange(1, 5) for course in (*self.courses, self.alone) if self.chance.random() < 0.8
        }

    def hire(self) -> None:
        """Somebody is placed."""
        key, at = f"placement:{self.count}", self._late()
        with transaction():
            booked = share_hire(
                Hire(key, at, self.cast.harbour.public_id, 600_000, at + 90 * DAY, self._weights()), self.prices, at=self.now
            )  # fmt: skip
        self.placed.append([booked, 600_000])

    def rebate(self) -> None:
        """A part of a fee goes back, or what is left of it."""
        open_ = [each for each in self.placed if each[1]]
        if open_:
            each = self.chance.choice(open_)
            amount = self.chance.choice([each[1], 1 + self.chance.randrange(each[1])])
            each[1] -= amount
            with transaction():
                share_rebate(
                    each[0], effect_key=f"rebate:{self.count}", amount_minor=amount, occurred_at=self.now, at=self.now
                )  # fmt: skip

    def week(self) -> None:
        """A week of hours is approved."""
        key, at = f"week:{self.count}", self._late()
        wish = Week(
            key, at, self.cast.harbour.public_id, f"work{self.count}", HourTerms(8_500, 800), self.chance.randrange(1, 2_400),
            self._weights(), {},
        )  # fmt: skip
        with transaction():
            self.weeks.append((share_hours(wish, self.prices, at=self.now).journal, key))

    def week_back(self) -> None:
        """It goes back whole."""
        if self.weeks:
            journal, key = self.weeks.pop(self.chance.randrange(len(self.weeks)))
            with transaction():
                take_hours_back(journal, effect_key=f"{key}:reversed", at=self.now)

    def share_month(self) -> None:
        """A period of a pass was paid, and its month is shared."""
        at, key = self.now, f"pool:pass1:{self.count}"
        period = PaidPeriod(f"period:{self.count}", at, "pass1", "CNY", 9_900, 600, 487)
        inside = self.chance.sample([*self.courses, self.alone], 2)
        first = self.chance.randrange(FUNDED // 2)
        shares = {inside[0].id: first, inside[1].id: FUNDED - first - self.chance.choice([0, 0, 1_000])}
        terms = {course.id: self._terms_of(course, at).terms_hash for course in inside}
        with transaction():
            fund_pool(period, at=at)
            share_pool(SharedMonth(key, at, "pass1", "CNY", FUNDED, shares, terms, "d" * 64, {"pass": "pass1"}), at=at)
        self.paid.append({"period": period, "key": key, "shares": shares, "left": 9_900, "effects": [], "taken": []})

    def period_back(self) -> None:
        """A part of that payment goes back, by a refund or because a bank takes it."""
        open_ = [each for each in self.paid if each["left"]]
        if open_:
            each, kind = self.chance.choice(open_), self.chance.choice(["refund", "dispute"])
            amount = self.chance.choice([each["left"], 1 + self.chance.randrange(each["left"])])
            effect, facts = f"{kind}:p{self.count}", {kind: f"p{self.count}"}
            wish = ReturnedPeriod(
                kind, effect, facts, self.now, each["period"], amount, tuple(each["effects"]), [each["key"]], each["shares"], FUNDED
            )  # fmt: skip
            with transaction():
                return_period(wish, at=self.now)
            each["left"] -= amount
            each["effects"].append(effect)
            if kind == "dispute":
                each["taken"].append((effect, amount))

    def period_again(self) -> None:
        """The bank gives it back."""
        open_ = [each for each in self.paid if each["taken"]]
        if open_:
            each = self.chance.choice(open_)
            effect, amount = each["taken"].pop()
            with transaction():
                reinstate_period(effect, "pass1", occurred_at=self.now, at=self.now, named=lambda name: f"{name}:back")
            each["left"] += amount
            each["effects"].remove(effect)

    def wait(self) -> None:
        """Time passes; mostly the worker closes months meanwhile."""
        self.now += self.chance.choice([1, 3, 12, 31]) * DAY
        if self.chance.random() < 0.7:
            self.close()

    def close(self) -> None:
        """The month before is closed."""
        close_months(at=self.now)
        self.closed.append(self.now)

    def amend(self) -> None:
        """All three sides sign terms that count and guarantee otherwise."""
        self.now += timedelta(hours=1)
        house, northwind, lumen = (one.public_id for one in (self.cast.house, self.cast.northwind, self.cast.lumen))
        data = terms_data(self.cast.house, self.cast.northwind, *self.courses, note=f"{self.count}")
        third = {"id": lumen, "side": "partner", "name": self.cast.lumen.name, "name_en": self.cast.lumen.name_en}
        data["parties"] = [*data["parties"], third]
        data["governance"] = {**data["governance"], "signers": [party["id"] for party in data["parties"]]}
        pay = {"kind": "pay", "party": northwind}
        makers = {"kind": "by_modules", "parties": [lumen, northwind], "rest": {"kind": "pay", "party": lumen}}
        part = {"label": "makers", "share_bps": self.chance.choice([1, 2_500, 3_333]), "then": makers}
        data["split"] = {"kind": "shares", "items": [part], "rest": pay}
        data["scope"], data["pool"] = {**data["scope"], "events": EVENTS}, RULE
        rest: dict[str, Any] = {**data["rates"]["rest"], "share_bps": self.chance.choice([0, 2_500, 3_333])}
        if self.chance.random() < 0.7 or not self.count:
            rungs = [{"above_minor": self.chance.randrange(1, 400_000), "share_bps": self.chance.choice([500, 5_000])}]
            kind, window = self.chance.choice(["marginal", "slab"]), self.chance.choice(["month", "year", "contract"])
            rest["ladder"] = {"kind": kind, "window": window, "rungs": rungs}
        data["rates"] = {**data["rates"], "rest": rest}
        if self.chance.random() < 0.5:
            data["rates"]["ceiling"] = self._ceiling()
        if self.chance.random() < 0.7:
            most = self.chance.randrange(1, 300_000)
            data["recoup"] = [{"id": f"cost{self.count}", "party": lumen, "amount_minor": most, "share_bps": 5_000}]
        data["guarantees"] = [
            {
                "party": party, "window": window, "funder": house, "amount_minor": self.chance.choice([1, 90_000, 600_000]),
                "cap_minor": self.chance.choice([None, 5_000]),
            }
            for party in (northwind, lumen) for window in ("month", "year") if self.chance.random() < 0.5
        ]  # fmt: skip
        pia, eve, fay = (self.cast.acting(one) for one in (self.cast.pia, self.cast.eve, self.cast.fay))
        self.contract, _terms = contracts.agree_terms(
            courses=self.courses, partners=[self.cast.northwind, self.cast.lumen], title="三方", title_en="Three", terms=data,
            offered_by=fay, signed_by=[(one, self.now) for one in (pia, fay, eve)], at=self.now, contract=self.contract,
        )  # fmt: skip

    def _ceiling(self) -> Mapping[str, Any]:
        return {"window": self.chance.choice(["month", "contract"]), "amount_minor": self.chance.randrange(1, 200_000)}


def kinds_of(history: FeeHistory) -> set[str]:
    """The kinds of event that a history brought about in its contract."""
    assert history.contract is not None
    return {
        kind
        for (kind,) in db.session.execute(
            db.select(MoneyEvent.kind).where(MoneyEvent.contract_id == history.contract.id).distinct()
        ).all()
    }
