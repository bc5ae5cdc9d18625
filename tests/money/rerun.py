"""Running history again: every money event from its facts and the terms it was pinned to, in the order in which they were booked.

Nothing is read of what the program made of them but the header of a journal; what comes out must be its very lines, its
counters and its hash.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.closing import Closed, replayed, shortfall, true_up
from coursehub.contracts.counters import moved_back, moved_by, names_for, written
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.closing import _happened
from coursehub.contracts.operations.counting import memo_legs
from coursehub.contracts.operations.sharing import legs_of
from coursehub.contracts.reasons import Reason
from coursehub.contracts.replay import sale_from
from coursehub.contracts.reserve import reserve_left, set_aside
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, share_refund, share_sale, shares_of
from coursehub.db import db
from coursehub.ledger import chain
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY, PARTNER_RESERVE
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Leg


@dataclass
class Anew:
    """What the corrections of one sale moved so far in its reserve and in the counters."""

    kept: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)


class Rerun:
    """One contract's history, run again."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.sold: dict[int, tuple[Line, ...]] = {}
        self.gone: dict[int, int] = {}
        self.before: dict[int, dict[str, int]] = {}
        self.booked: dict[int, Counter[str]] = {}
        self.anew: dict[int, Anew] = {}
        self.counted: dict[int, Counter[str]] = {}  # what was taken off each counter of what a sale moved
        self.added: Counter[tuple[str, str]] = Counter()  # what guarantees added, by party and window
        self.known: list[MoneyEvent] = []
        self.differs: list[str] = []

    def take(self, event: MoneyEvent) -> None:
        """Run one event and hold what comes of it against the book."""
        body = queries.body_hashed(event.terms_hash)
        ways: dict[str, Any] = {
            "sale": self._sale, "refund": self._back, "dispute": self._back, "reinstated": self._back,
            "reshared": self._reshared, "true_up": self._true_up, "guarantee": self._guarantee,
        }  # fmt: skip
        lines, legs = ways[event.kind](event, body)
        self.known.append(event)
        if event.kind not in ("true_up", "guarantee"):
            self.booked.setdefault(event.reverses_id or event.id, Counter()).update(shares_of(lines))
        told = [(line.role, line.party, line.amount_minor, line.path) for line in event.lines]
        if [(line.role, line.party, line.amount_minor, line.path) for line in lines] != told:
            self.differs.append(f"{event.effect_key} gives other lines")
        if legs is not None and not self._is_journal_of(event, [leg for leg in legs if leg.amount_minor], body.currency):
            self.differs.append(f"{event.effect_key} gives another journal")

    def _sale(self, event: MoneyEvent, body: TermsBody) -> tuple[tuple[Line, ...], list[Leg]]:
        moment = written(event.occurred_at)
        counts = {name: self.counters.get(name, 0) for name in names_for(body, moment)}
        sale = replace(sale_from(event.facts, event.contribution, moment), counted=counts)
        lines = share_sale(body, sale)
        moved = moved_by(body, lines, moment)
        self.sold[event.id], self.gone[event.id], self.before[event.id] = lines, 0, counts
        rail = Leg(AccountRef("asset:rail:stripe"), sale.gross_minor - sale.fee_minor)
        return lines, [rail, *legs_of(body, lines, set_aside(body, lines)), *self._count(body, moved)]

    def _back(self, event: MoneyEvent, body: TermsBody) -> tuple[tuple[Line, ...], list[Leg]]:
        """What goes back of a sale or comes again: from the targets of what was gone to those of what is gone then."""
        of, amount = event.reverses_id or 0, -event.amount_minor
        sale, sold, before = db.session.get_one(MoneyEvent, of), self.sold[of], self.gone[of]
        self.gone[of] = before + amount
        first, back = min(before, before + amount), amount > 0
        lines = share_refund(body, sold, before_minor=first, amount_minor=abs(amount))
        if not back:
            lines = tuple(line._replace(amount_minor=-line.amount_minor) for line in lines)
        stood, stands = (reserve_left(body, sold, gone_minor=gone) for gone in (before, self.gone[of]))
        reserved = {party: step for party in stood if (step := stands[party] - stood[party])}
        moved, counted = moved_by(body, sold, written(sale.occurred_at)), self.counted.setdefault(of, Counter())
        steps: dict[str, int] = {}
        for name, step in moved_back(moved, gross_minor=sale.amount_minor, before_minor=before, amount_minor=amount).items():
            steps[name] = -min(step, self.counters.get(name, 0)) if back else min(-step, counted[name])
            counted[name] -= steps[name]
        rail = Leg(AccountRef("asset:rail:stripe"), -amount)
        legs = [rail, *legs_of(body, lines, reserved), *self._count(body, steps)]
        if not back:
            ready = {PARTNER_OWES: PARTNER_READY}
            accounts = [AccountRef(ready.get(leg.account.code, leg.account.code), leg.account.party) for leg in legs]
            legs = [replace(leg, account=account) for leg, account in zip(legs, accounts, strict=True)]
        return lines, legs

    def _reshared(self, event: MoneyEvent, body: TermsBody) -> tuple[tuple[Line, ...], list[Leg]]:
        """What the sale would leave each party now, had it come so, less what it left; with its reserve and its counters."""
        of = event.reverses_id or 0
        sale, sold, gone = db.session.get_one(MoneyEvent, of), self.sold[of], self.gone[of]
        moment, anew = written(sale.occurred_at), self.anew.setdefault(of, Anew())
        said = {"channel": event.facts["channel"], "attributed": event.facts["attributed"]}
        contributed = event.contribution or sale.contribution
        right = share_sale(body, replace(sale_from(sale.facts | said, contributed, moment), counted=self.before[of]))
        left = Counter(shares_of(right))
        left.update(shares_of(share_refund(body, right, before_minor=0, amount_minor=gone)))
        due = true_up(left, self.booked[of], house=body.house.id)
        kept: Counter[str] = Counter()
        if body.reserve and not _was_let_go(sale, event):
            kept.update(reserve_left(body, right, gone_minor=gone))
            kept.subtract(reserve_left(body, sold, gone_minor=gone))
            kept.subtract(anew.kept)
        steps: Counter[str] = Counter()
        for sign, lines in ((1, right), (-1, sold)):
            moved = moved_by(body, lines, moment)
            back = moved_back(moved, gross_minor=sale.amount_minor, before_minor=0, amount_minor=gone) if gone else {}
            steps.update({name: sign * (step - back.get(name, 0)) for name, step in moved.items()})
        steps.subtract(anew.moved)
        moves = {name: moved for name, step in steps.items() if (moved := max(step, -self.counters.get(name, 0)))}
        anew.kept.update(kept)
        anew.moved.update(moves)
        path = f"/contests/{event.facts['contest']}" if "contest" in event.facts else _of_fact(event)
        legs = self._count(body, moves)
        for party, amount in due.items():
            account = AccountRef("income:share") if party == body.house.id else AccountRef(PARTNER_HELD, party)
            legs.append(Leg(account, kept[party] - amount, path))
        legs += [Leg(AccountRef(PARTNER_RESERVE, party), -amount, "/reserve") for party, amount in kept.items()]
        legs += [Leg(AccountRef(PARTNER_HELD, party), amount, "/reserve") for party, amount in kept.items() if party not in due]
        return tuple(Line("share", party, amount, path, Reason("reshared", amount)) for party, amount in due.items()), legs

    def _true_up(self, event: MoneyEvent, _body: TermsBody) -> tuple[list[Any], None]:
        """Its lines; its legs depend on what was ready to be paid at that moment, so only the counters are moved."""
        seen, right = self._right(event)
        booked: dict[str, int] = {}
        for each in seen:
            for line in each.lines:
                if line.party and line.role in ("share", "discount") and each.kind != "guarantee":
                    booked[line.party] = booked.get(line.party, 0) + line.amount_minor
        due = true_up(right.totals(), booked, house=queries.body_hashed(seen[-1].terms_hash).house.id)
        self.counters.update(right.counters)
        return [Line("share", party, amount, "/true_up", None) for party, amount in due.items()], None  # type: ignore[arg-type]

    def _guarantee(self, event: MoneyEvent, body: TermsBody) -> tuple[list[Line], list[Leg] | None]:
        """What its window is due by then, less what was added before; what was ready to be given back then is not known here."""
        _kind, _contract, party, window, *_state = event.effect_key.split(":")
        span = "month" if "-" in window else "year"
        n, promise = next((n, one) for n, one in enumerate(body.guarantees) if (one.party, one.window) == (party, span))
        change = shortfall(promise, self._right(event)[1].earned(party, window)) - self.added[party, window]
        self.added[party, window] += change
        path = f"/guarantees/{n}"
        legs = [Leg(AccountRef("expense:guarantee"), change, path), Leg(AccountRef(PARTNER_READY, party), -change, path)]
        return [Line("share", party, change, path, Reason("guarantee", change))], legs if change > 0 else None

    def _right(self, event: MoneyEvent) -> tuple[list[MoneyEvent], Closed]:
        """What was known when a close was booked, in its right order, and what that comes to."""
        seen = [each for each in self.known if each.occurred_at <= event.occurred_at]
        ids = {each.id for each in seen}
        seen = sorted(
            (each for each in seen if each.reverses_id is None or each.reverses_id in ids),
            key=lambda each: (each.occurred_at, each.effect_key),
        )
        bodies = {each.terms_hash: queries.body_hashed(each.terms_hash) for each in seen}
        return seen, replayed(_happened(seen, bodies))

    def _count(self, body: TermsBody, steps: dict[str, int]) -> list[Leg]:
        for name, step in steps.items():
            self.counters[name] = self.counters.get(name, 0) + step
        return memo_legs(body, steps)

    def _is_journal_of(self, event: MoneyEvent, legs: list[Leg], currency: str) -> bool:
        if event.journal_id is None or not legs:
            return event.journal_id is None and not legs
        journal = db.session.get_one(Journal, event.journal_id)
        header = chain.Header(
            journal.id, event.kind, event.effect_key, event.occurred_at, event.recorded_at, event.terms_hash, _undone_by(event)
        )  # fmt: skip
        lines = [chain.Line(leg.account.code, leg.account.party or "", currency, leg.amount_minor, leg.term_path) for leg in legs]
        return chain.link(header, lines, prev_hash=journal.prev_hash) == journal.hash


def _of_fact(event: MoneyEvent) -> str:
    return f"/facts/{event.facts['fact']}/{'stands' if event.facts['stands'] else 'fell'}"


def _was_let_go(sale: MoneyEvent, event: MoneyEvent) -> bool:
    """Whether the reserve of a sale ended before an event: its journal stands earlier in the book."""
    ended = sa.select(Journal.id).where(
        Journal.effect_key == f"{sale.effect_key}:reserve", Journal.recorded_at <= event.recorded_at
    )
    last = event.journal_id or db.session.execute(sa.select(sa.func.max(Journal.id))).scalar_one()
    return db.session.execute(ended.where(Journal.id < last)).first() is not None


def _undone_by(event: MoneyEvent) -> int | None:
    """The journal that an event points at: that of its sale."""
    if event.reverses_id is None or event.kind == "reshared":
        return None
    return db.session.get_one(MoneyEvent, event.reverses_id).journal_id


def differences() -> list[str]:
    """What comes out otherwise when the history of this database is run again; nothing for a sound one."""
    rerun = Rerun()
    for event in db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars():
        rerun.take(event)
    return rerun.differs
