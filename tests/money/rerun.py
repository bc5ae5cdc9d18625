"""Running history again: every money event from its facts and the terms it was pinned to, in the order in which they were booked.

Nothing is read of what the program made of them but the header of a journal; what comes out must be its very lines, its
counters and its hash.
"""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.closing import replayed, true_up
from coursehub.contracts.counters import moved_back, moved_by, names_for, written
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.closing import _happened
from coursehub.contracts.operations.counting import memo_legs
from coursehub.contracts.operations.sharing import legs_of
from coursehub.contracts.replay import sale_from
from coursehub.contracts.reserve import reserve_left, set_aside, set_aside_back
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, share_refund, share_sale, shares_of
from coursehub.db import db
from coursehub.ledger import chain
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Leg


class Rerun:
    """One contract's history, run again."""

    def __init__(self) -> None:
        self.counters: dict[str, int] = {}
        self.sold: dict[int, tuple[Line, ...]] = {}
        self.gone: dict[int, int] = {}
        self.known: list[MoneyEvent] = []
        self.differs: list[str] = []

    def take(self, event: MoneyEvent) -> None:
        """Run one event and hold what comes of it against the book."""
        body = queries.body_hashed(event.terms_hash)
        lines, legs = {"sale": self._sale, "refund": self._refund, "true_up": self._true_up}[event.kind](event, body)
        self.known.append(event)
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
        self.sold[event.id], self.gone[event.id] = lines, 0
        rail = Leg(AccountRef("asset:rail:stripe"), sale.gross_minor - sale.fee_minor)
        return lines, [rail, *legs_of(body, lines, set_aside(body, lines)), *self._count(body, moved)]

    def _refund(self, event: MoneyEvent, body: TermsBody) -> tuple[tuple[Line, ...], list[Leg]]:
        of, amount = event.reverses_id or 0, int(event.facts["amount_minor"])
        sale, sold, before = db.session.get_one(MoneyEvent, of), self.sold[of], self.gone[of]
        lines = share_refund(body, sold, before_minor=before, amount_minor=amount)
        self.gone[of] = before + amount
        moved = moved_by(body, sold, written(sale.occurred_at))
        back = moved_back(moved, gross_minor=sale.amount_minor, before_minor=before, amount_minor=amount)
        steps = {name: -min(step, self.counters.get(name, 0)) for name, step in back.items()}
        rail = Leg(AccountRef("asset:rail:stripe"), -amount)
        left, kept = reserve_left(body, sold, gone_minor=before), set_aside(body, sold)
        shares = {
            party: -minor for party, minor in shares_of(share_refund(body, sold, before_minor=0, amount_minor=before)).items()
        }
        reserved = set_aside_back(body, sold, lines, gone=shares, taken={party: kept[party] - left[party] for party in kept})
        return lines, [rail, *legs_of(body, lines, reserved), *self._count(body, steps)]

    def _true_up(self, event: MoneyEvent, _body: TermsBody) -> tuple[list[Any], None]:
        """Its lines; its legs depend on what was ready to be paid at that moment, so only the counters are moved."""
        seen = [each for each in self.known if each.occurred_at <= event.occurred_at]
        ids = {each.id for each in seen}
        seen = sorted(
            (each for each in seen if each.reverses_id is None or each.reverses_id in ids),
            key=lambda each: (each.occurred_at, each.effect_key),
        )
        bodies = {each.terms_hash: queries.body_hashed(each.terms_hash) for each in seen}
        right = replayed(_happened(seen, bodies))
        booked: dict[str, int] = {}
        for each in seen:
            for line in each.lines:
                if line.party and line.role in ("share", "discount") and each.kind != "guarantee":
                    booked[line.party] = booked.get(line.party, 0) + line.amount_minor
        due = true_up(right.totals(), booked, house=bodies[seen[-1].terms_hash].house.id)
        self.counters.update(right.counters)
        return [Line("share", party, amount, "/true_up", None) for party, amount in due.items()], None  # type: ignore[arg-type]

    def _count(self, body: TermsBody, steps: dict[str, int]) -> list[Leg]:
        for name, step in steps.items():
            self.counters[name] = self.counters.get(name, 0) + step
        return memo_legs(body, steps)

    def _is_journal_of(self, event: MoneyEvent, legs: list[Leg], currency: str) -> bool:
        if event.journal_id is None or not legs:
            return event.journal_id is None and not legs
        journal = db.session.get_one(Journal, event.journal_id)
        sale = db.session.get(MoneyEvent, event.reverses_id) if event.reverses_id else None
        header = chain.Header(
            journal.id, event.kind, event.effect_key, event.occurred_at, event.recorded_at, event.terms_hash,
            sale.journal_id if sale else None,
        )  # fmt: skip
        lines = [chain.Line(leg.account.code, leg.account.party or "", currency, leg.amount_minor, leg.term_path) for leg in legs]
        return chain.link(header, lines, prev_hash=journal.prev_hash) == journal.hash


def differences() -> list[str]:
    """What comes out otherwise when the history of this database is run again; nothing for a sound one."""
    rerun = Rerun()
    for event in db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars():
        rerun.take(event)
    return rerun.differs
