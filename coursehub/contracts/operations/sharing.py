"""Sharing out a money event: waterfall, one journal, one entry in the book, together or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.counters import moved_back, moved_by
from coursehub.contracts.counters import written as written_moment
from coursehub.contracts.models import Contract, MoneyEvent, MoneyLine, Terms, TermsCourse
from coursehub.contracts.operations.closing import hold_limits
from coursehub.contracts.operations.counting import counted, memo_legs, standing_counters
from coursehub.contracts.operations.maturing import give_back_matured, hold_is_over, reserve_key, settle_matured
from coursehub.contracts.operations.resharing import keep_pace
from coursehub.contracts.replay import sale_from
from coursehub.contracts.reserve import reserve_left, set_aside, set_aside_back
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import FEE_COST, Line, Sale, share_back, share_sale, shares_of
from coursehub.db import db, look, new_public_id, transaction, written
from coursehub.errors import Refusal
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_OWES, PARTNER_READY, PARTNER_RESERVE, POOL, money_of
from coursehub.ledger.operations import AccountRef, Booked, EffectAlreadyBooked, Leg, post, stand_in_line
from coursehub.prepared import Prepared


class TermsUnknown(Refusal):
    """Nobody has signed the terms that this sale names."""


class OtherCurrency(Refusal):
    """These terms are in %(terms)s, the payment is in %(event)s. Sell the course in the currency of its terms."""


class CourseNotCovered(Refusal):
    """These terms do not cover this course."""


class NothingToRefund(Refusal):
    """There is no sale in the books to refund."""


class RefundExceedsSale(Refusal):
    """Less than that is left of this sale to refund."""


@dataclass(frozen=True)
class EventDraft:
    """A money event as its room knows it, before it is shared out.

    kind: sale | refund | dispute. effect_key: the business effect, such as `sale:<payment>`.
    terms_hash: the terms the order pinned; for a refund those of the sale are taken.
    facts of a sale: gross_minor, tax_bps, fee_minor, channel, attributed (organisation's
    public id or None), discount_minor, discount_borne_by, joined (who had joined its campaign, where anybody had),
    order (public id), rail.
    facts of a refund: sale_effect_key, amount_minor, refund (its id). A dispute is a refund that the buyer's bank
    took by itself; it says dispute instead. Both may be about a course's part of a month of a pool (`pool_returns.py`).
    """

    kind: str
    effect_key: str
    occurred_at: datetime
    course_id: int
    currency: str
    facts: dict[str, Any]
    terms_hash: str | None = None


class Pinned(NamedTuple):
    """The terms that answer for an event, and whether they cover its course."""

    terms_hash: str
    contract_id: int
    covers: bool


def share(draft: EventDraft, *, at: datetime) -> MoneyEvent:
    """Share out a money event in the open transaction, once per effect key.

    Sale: the rail owes the gross less its fee; tax, each partner's share (held) and the
    house's income stand against it. Refund: the very legs of its sale, taken back; what
    had matured comes from what is ready to be paid, what was paid is owed back.

    Raises EffectAlreadyBooked if the key was used for something else, and refuses with
    TermsUnknown, CourseNotCovered, OtherCurrency, NothingToRefund or RefundExceedsSale.
    """
    with transaction():
        sale = _sale_of(draft)
        terms = lock_terms(sale.terms_hash if sale else draft.terms_hash, draft.course_id)
        before = queries.event_for(draft.effect_key)
        if before is not None:
            return booked_before(before, draft, terms)
        body = body_for(draft, terms)
        if sale:
            return _share_refund(draft, sale, body, terms, at=at)
        return _share_sale(draft, body, terms, at=at)


@dataclass(frozen=True)
class Reckoned:
    """A sale under its terms: its lines, what moved the counters, and the legs of its journal but for what the rail owes."""

    draft: EventDraft
    terms: Pinned
    body: TermsBody
    sold: Sale
    lines: tuple[Line, ...]
    contribution: dict[str, Any]
    moved: dict[str, int]

    @property
    def legs(self) -> list[Leg]:
        """What tax, parties, reserve and counters get."""
        return [*legs_of(self.body, self.lines, set_aside(self.body, self.lines)), *memo_legs(self.body, self.moved)]

    @property
    def owed_by_rail(self) -> int:
        """What the rail holds for us of this sale, in minor units."""
        return self.sold.gross_minor - self.sold.fee_minor


def reckon_sale(draft: EventDraft, body: TermsBody, terms: Pinned, counts: Mapping[str, int]) -> Reckoned:
    """Run the waterfall for a sale. counts: where the contract's counters stand before it."""
    contribution = queries.contribution(terms.contract_id, draft.course_id, draft.occurred_at)
    moment = written_moment(draft.occurred_at)
    sold = replace(sale_from(draft.facts, contribution, moment), counted=counts)
    lines = share_sale(body, sold)
    return Reckoned(draft, terms, body, sold, lines, contribution, moved_by(body, lines, moment))


def body_for(draft: EventDraft, terms: Pinned) -> TermsBody:
    """The terms that answer for an event. Raises CourseNotCovered, OtherCurrency."""
    if not terms.covers:
        raise CourseNotCovered
    body = queries.body_hashed(terms.terms_hash)
    if body.currency != draft.currency:
        raise OtherCurrency(terms=body.currency, event=draft.currency)
    return body


def _share_sale(draft: EventDraft, body: TermsBody, terms: Pinned, *, at: datetime) -> MoneyEvent:
    sale = reckon_sale(draft, body, terms, counted(body, written_moment(draft.occurred_at)))
    rail = Leg(AccountRef(money_of(draft.facts.get("rail", "stripe"))), sale.owed_by_rail)
    return keep_sale(sale, _posted(draft, terms, [rail, *sale.legs], None, at), at=at)


def keep_sale(sale: Reckoned, journal: Booked | None, *, at: datetime) -> MoneyEvent:
    """Write a booked sale into the book of money events."""
    return _write_event(
        sale.draft, sale.terms, sale.lines, amount_minor=sale.sold.gross_minor, channel=sale.sold.channel,
        contribution=sale.contribution, held_until=sale.draft.occurred_at + timedelta(days=sale.body.hold.days),
        journal=journal, sale=None, at=at,
    )  # fmt: skip


def _share_refund(draft: EventDraft, sale: MoneyEvent, body: TermsBody, terms: Pinned, *, at: datetime) -> MoneyEvent:
    amount = int(draft.facts["amount_minor"])
    gone = queries.booked_as_gone(sale)
    if not 0 < amount <= sale.amount_minor - gone.total:
        raise RefundExceedsSale
    lines, legs = _back(sale, body, gone, amount)
    is_over = queries.said_anew(sale) is not None and hold_is_over(sale, at=at)
    event = book_event(
        draft, terms, lines, legs=legs, amount_minor=-amount, channel=sale.channel, contribution={},
        held_until=sale.held_until, sale=sale, at=at,
    )  # fmt: skip
    settle_matured(sale, body, event, keep_pace(sale, body, event, at=at), at=at, is_over=is_over)
    return event


def _back(sale: MoneyEvent, body: TermsBody, gone: queries.Gone, amount: int) -> tuple[tuple[Line, ...], list[Leg]]:
    """Lines and legs of what goes back of a sale now or, with a negative amount, comes again: shares, reserve and counters.

    Each goes from what is booked as gone to what is gone once this is (decision 0049). A counter gives no more than it
    stands at, since a close may have moved it to another sale, and gets no more than was taken of it.
    """
    sold = [queries.line_of(row) for row in sale.lines]
    lines = share_back(body, sold, gone.legs, amount_minor=amount)
    reserved = set_aside_back(body, sold, lines, gone=gone.shares(), taken=gone.reserve) if sale.kind == "sale" else {}
    moved = moved_by(body, sold, written_moment(sale.occurred_at))
    back = moved_back(moved, gross_minor=sale.amount_minor, before_minor=gone.total, amount_minor=amount)
    standing = standing_counters(body, back)
    steps = {}
    for name, step in back.items():
        taken = gone.counters.get(name, 0)
        steps[name] = -min(step, standing[name], moved[name] - taken) if amount > 0 else -max(step, -taken)
    payer = Leg(_paid_from(sale), -amount)
    return lines, [payer, *legs_of(body, lines, reserved), *memo_legs(body, steps)]


def _paid_from(sale: MoneyEvent) -> AccountRef:
    """Whence the money of a sale came, or that of a course's part of a pool."""
    if sale.kind == "period":
        return AccountRef(POOL, sale.facts["pass"])
    return AccountRef(money_of(sale.facts.get("rail", "stripe")))


def reinstate(taken: MoneyEvent, *, effect_key: str, occurred_at: datetime, at: datetime) -> MoneyEvent:
    """Share out again what a dispute took, in the open transaction: the buyer's bank gave it back. Once.

    Counters move back, shares are held again or, after the hold of their sale, ready to be paid. A fee that a partner bore
    becomes ready too, since it may have been set against a payout already.
    """
    if taken.kind != "dispute" or taken.reverses_id is None:
        raise ValueError(f"money event {taken.id} is no dispute")
    facts = {"taken_effect_key": taken.effect_key, "amount_minor": taken.amount_minor}
    draft = EventDraft("reinstated", effect_key, occurred_at, taken.course_id, taken.currency, facts, taken.terms_hash)
    with transaction():
        terms = lock_terms(taken.terms_hash, taken.course_id)
        before = queries.event_for(effect_key)
        if before is not None:
            return booked_before(before, draft, terms)
        sale = db.session.get_one(MoneyEvent, taken.reverses_id)
        body = queries.body_hashed(sale.terms_hash)
        lines, legs = _back(sale, body, queries.booked_as_gone(sale), taken.amount_minor)
        ready = {PARTNER_OWES: PARTNER_READY}
        is_over = queries.said_anew(sale) is not None and hold_is_over(sale, at=at)
        legs = [replace(leg, account=replace(leg.account, code=ready.get(leg.account.code, leg.account.code))) for leg in legs]
        event = book_event(
            draft, terms, lines, legs=legs, amount_minor=-taken.amount_minor, channel=taken.channel, contribution={},
            held_until=sale.held_until, sale=sale, at=at,
        )  # fmt: skip
        give_back_matured(event, taken, sale, at=at, is_over=is_over)
        settle_matured(sale, body, keep_pace(sale, body, event, at=at), at=at, is_over=is_over)
        hold_limits(event, sale, at=at)
    return event


def book_event(
    draft: EventDraft,
    terms: Pinned,
    lines: tuple[Line, ...],
    *,
    legs: list[Leg],
    amount_minor: int,
    channel: str,
    contribution: dict[str, Any],
    held_until: datetime,
    sale: MoneyEvent | None,
    at: datetime,
) -> MoneyEvent:
    """Post the journal of an event and write it with its lines into the book, in the open transaction."""
    return _write_event(
        draft, terms, lines, amount_minor=amount_minor, channel=channel, contribution=contribution, held_until=held_until,
        journal=_posted(draft, terms, legs, sale.journal_id if sale else None, at), sale=sale, at=at,
    )  # fmt: skip


def _posted(draft: EventDraft, terms: Pinned, legs: list[Leg], reverses: int | None, at: datetime) -> Booked | None:
    if not any(leg.amount_minor for leg in legs):
        return None
    return post(
        kind=draft.kind, effect_key=draft.effect_key, occurred_at=draft.occurred_at, at=at,
        postings=legs, currency=draft.currency, terms_hash=terms.terms_hash,
        reverses=reverses,
    )  # fmt: skip


def _write_event(
    draft: EventDraft,
    terms: Pinned,
    lines: tuple[Line, ...],
    *,
    amount_minor: int,
    channel: str,
    contribution: dict[str, Any],
    held_until: datetime,
    journal: Booked | None,
    sale: MoneyEvent | None,
    at: datetime,
) -> MoneyEvent:
    event: dict[str, Any] = {
        "public_id": new_public_id(), "kind": draft.kind, "effect_key": draft.effect_key, "occurred_at": draft.occurred_at,
        "recorded_at": at, "contract_id": terms.contract_id, "course_id": draft.course_id, "terms_hash": terms.terms_hash,
        "currency": draft.currency, "channel": channel, "amount_minor": amount_minor, "facts": draft.facts,
        "contribution": contribution, "held_until": held_until, "journal_id": journal.id if journal else None,
        "reverses_id": sale.id if sale else None,
    }  # fmt: skip
    event["id"] = _EVENT(event).scalar_one()
    _LINES.rows([_row(event["id"], n, line) for n, line in enumerate(lines, start=1)])
    return written(MoneyEvent, event)


_EVENT = Prepared(sa.insert(MoneyEvent.__table__).returning(MoneyEvent.id))  # type: ignore[arg-type]
_LINES = Prepared(sa.insert(MoneyLine.__table__))  # type: ignore[arg-type]


def legs_of(body: TermsBody, lines: tuple[Line, ...], reserved: Mapping[str, int]) -> list[Leg]:
    """One leg per account and party: what the lines add up to, with the clauses they came from.

    reserved: what of a partner's share goes to the reserve (comes out of it, if negative) instead of the held money.
    """
    legs: list[Leg] = []
    tax = sum(line.amount_minor for line in lines if line.role == "tax")
    legs.append(Leg(AccountRef("liability:tax"), -tax, "/base"))
    for party, amount in shares_of(lines).items():
        paths = dict.fromkeys(line.path for line in lines if line.party == party and line.role != FEE_COST)
        account = AccountRef("income:share") if party == body.house.id else AccountRef("liability:payable:held", party)
        legs.append(Leg(account, reserved.get(party, 0) - amount, " ".join(paths)[:200]))
    legs += [Leg(AccountRef(PARTNER_RESERVE, party), -amount, "/reserve") for party, amount in reserved.items()]
    for line in lines:
        if line.role == FEE_COST:
            bearer = line.party or body.house.id
            account = AccountRef("expense:rail_fee") if bearer == body.house.id else AccountRef("asset:receivable", bearer)
            legs.append(Leg(account, -line.amount_minor, line.path))
    return legs


def release_reserves(*, at: datetime) -> int:
    """Let go of what was kept long enough, less what refunds took; how many sales had something left."""
    released = 0
    for event in queries.reserves_that_end(at):
        if event.journal_id is None:
            continue
        with transaction():
            stand_in_line()  # what goes back from now on finds it let go of
            key = reserve_key(event.effect_key)
            if ledger.journal_for(key) is not None:
                continue
            body = queries.body_hashed(event.terms_hash)
            left = reserve_left(body, queries.lines_now(event, body), gone_minor=queries.refunded_of(event))
            moves = [
                Leg(AccountRef(code, party), sign * amount)
                for party, amount in left.items()
                for code, sign in ((PARTNER_RESERVE, 1), (PARTNER_READY, -1))
                if amount > 0
            ]
            if moves:
                post(kind="mature", effect_key=key, occurred_at=at, at=at, postings=moves, currency=event.currency)
                released += 1
    return released


def _row(event_id: int, n: int, line: Line) -> dict[str, Any]:
    return {
        "event_id": event_id, "n": n, "role": line.role, "party": line.party, "amount_minor": line.amount_minor,
        "path": line.path, "reason": line.reason.as_data(),
    }  # fmt: skip


def _sale_of(draft: EventDraft) -> MoneyEvent | None:
    """The sale that a refund takes back; None for a sale."""
    if draft.kind == "sale":
        return None
    sale = queries.event_for(str(draft.facts["sale_effect_key"]))
    if sale is None or sale.kind not in ("sale", "period"):
        raise NothingToRefund
    return sale


_TERMS = (
    sa.select(Terms.contract_id, TermsCourse.course_id)
    .join(Contract, Contract.id == Terms.contract_id)
    .outerjoin(TermsCourse, sa.and_(TermsCourse.terms_id == Terms.id, TermsCourse.course_id == sa.bindparam("course_id")))
    .where(Terms.terms_hash == sa.bindparam("terms_hash"))
    .with_for_update(of=Contract)
)


def lock_terms(terms_hash: str | None, course_id: int) -> Pinned:
    """The terms and whether they cover the course; their contract is locked: its events queue from here.

    Signing locks the same row first, so that the two never wait for each other in a ring.
    """
    found = look(_TERMS, {"terms_hash": terms_hash, "course_id": course_id}).one_or_none()
    if found is None or terms_hash is None:
        raise TermsUnknown
    return Pinned(terms_hash, contract_id=found[0], covers=found[1] is not None)


def booked_before(event: MoneyEvent, draft: EventDraft, terms: Pinned) -> MoneyEvent:
    """The entry that stands in the book for a draft. Raises EffectAlreadyBooked if it says something else."""
    was = (event.kind, event.terms_hash, event.course_id, event.currency, event.occurred_at, event.facts)
    now = (draft.kind, terms.terms_hash, draft.course_id, draft.currency, draft.occurred_at, draft.facts)
    if was != now:
        raise EffectAlreadyBooked(f"{draft.effect_key} is money event {event.id}, whose facts differ")
    return event
