"""Sharing out a money event: waterfall, one journal, one entry in the book, together or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.counters import moved_back, moved_by
from coursehub.contracts.counters import written as written_moment
from coursehub.contracts.models import Contract, MoneyEvent, MoneyLine, Terms, TermsCourse
from coursehub.contracts.operations.counting import counted, memo_legs, standing_counters
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.maturing import reserve_key, take_back_matured
from coursehub.contracts.replay import sale_from
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import FEE_COST, Line, share_refund, share_sale, shares_of
from coursehub.db import look, new_public_id, transaction, written
from coursehub.errors import Refusal
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_RESERVE
from coursehub.ledger.operations import AccountRef, Booked, EffectAlreadyBooked, Leg, post
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

    kind: sale | refund. effect_key: the business effect, such as `sale:<payment>`.
    terms_hash: the terms the order pinned; for a refund those of the sale are taken.
    facts of a sale: gross_minor, tax_bps, fee_minor, channel, attributed (organisation's
    public id or None), discount_minor, discount_borne_by, order (public id), rail.
    facts of a refund: sale_effect_key, amount_minor, refund (its id).
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
        terms = _lock_terms(sale.terms_hash if sale else draft.terms_hash, draft.course_id)
        before = queries.event_for(draft.effect_key)
        if before is not None:
            return _booked_before(before, draft, terms)
        if not terms.covers:
            raise CourseNotCovered
        body = queries.body_hashed(terms.terms_hash)
        if body.currency != draft.currency:
            raise OtherCurrency(terms=body.currency, event=draft.currency)
        if sale:
            return _share_refund(draft, sale, body, terms, at=at)
        return _share_sale(draft, body, terms, at=at)


def _share_sale(draft: EventDraft, body: TermsBody, terms: Pinned, *, at: datetime) -> MoneyEvent:
    contribution = queries.contribution(terms.contract_id, draft.course_id, draft.occurred_at)
    moment = written_moment(draft.occurred_at)
    sold = replace(sale_from(draft.facts, contribution, moment), counted=counted(body, moment))
    lines = share_sale(body, sold)
    rail = Leg(AccountRef(f"asset:rail:{draft.facts.get('rail', 'stripe')}"), sold.gross_minor - sold.fee_minor)
    return book_event(
        draft, terms, lines,
        legs=[rail, *legs_of(body, lines, _set_aside(body, lines)), *memo_legs(body, moved_by(body, lines, moment))],
        amount_minor=sold.gross_minor, channel=sold.channel, contribution=contribution,
        held_until=draft.occurred_at + timedelta(days=body.hold.days), sale=None, at=at,
    )  # fmt: skip


def _share_refund(draft: EventDraft, sale: MoneyEvent, body: TermsBody, terms: Pinned, *, at: datetime) -> MoneyEvent:
    amount = int(draft.facts["amount_minor"])
    before = queries.refunded_of(sale)
    if not 0 < amount <= sale.amount_minor - before:
        raise RefundExceedsSale
    sold = [queries.line_of(row) for row in sale.lines]
    lines = share_refund(body, sold, before_minor=before, amount_minor=amount)
    rail = Leg(AccountRef(f"asset:rail:{sale.facts.get('rail', 'stripe')}"), -amount)
    moved = moved_by(body, sold, written_moment(sale.occurred_at))
    back = moved_back(moved, gross_minor=sale.amount_minor, before_minor=before, amount_minor=amount)
    standing = standing_counters(body, back)
    back = {name: min(step, standing[name]) for name, step in back.items()}  # a close may have moved it to another sale
    event = book_event(
        draft, terms, lines,
        legs=[
            rail, *legs_of(body, lines, _set_aside_back(body, sold, lines, before_minor=before)),
            *memo_legs(body, {name: -step for name, step in back.items()}),
        ],
        amount_minor=-amount, channel=sale.channel, contribution={},
        held_until=sale.held_until, sale=sale, at=at,
    )  # fmt: skip
    take_back_matured(event, sale, body, at=at)
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
    journal = None
    if any(leg.amount_minor for leg in legs):
        journal = post(
            kind=draft.kind, effect_key=draft.effect_key, occurred_at=draft.occurred_at, at=at,
            postings=legs, currency=draft.currency, terms_hash=terms.terms_hash,
            reverses=sale.journal_id if sale else None,
        )  # fmt: skip
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


def _set_aside(body: TermsBody, lines: Sequence[Line]) -> dict[str, int]:
    """What of each partner's share the reserve keeps, in minor units."""
    return {
        party: kept for party, amount in shares_of(lines).items() if party != body.house.id and (kept := kept_of(body, amount))
    }


def _set_aside_back(body: TermsBody, sold: Sequence[Line], lines: Sequence[Line], *, before_minor: int) -> dict[str, int]:
    """What a refund takes out of the reserve: of each share as much as was kept of the part that goes back."""
    if body.reserve is None:
        return {}
    gone = shares_of(share_refund(body, sold, before_minor=0, amount_minor=before_minor))
    back, out = shares_of(lines), dict[str, int]()
    for party, kept in _set_aside(body, sold).items():
        amount, before = shares_of(sold)[party], -gone.get(party, 0)
        step = kept * (before - back.get(party, 0)) // amount - kept * before // amount
        out |= {party: -step} if step else {}
    return out


def kept_of(body: TermsBody, share_minor: int) -> int:
    """How much of a partner's share the reserve keeps, rounded down."""
    return share_minor * body.reserve.share_bps // 10_000 if body.reserve else 0


def release_reserves(*, at: datetime) -> int:
    """Let go of what was kept long enough, less what refunds took; how many sales had something left."""
    released = 0
    for event in queries.reserves_that_end(at):
        if event.journal_id is None:
            continue
        with transaction():
            sale = ledger.journal(event.journal_id)
            booked = Booked(sale.id, sale.hash)
            released += release_parts(booked, effect_key=reserve_key(event.effect_key), at=at, code=PARTNER_RESERVE) is not None
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
    if sale is None or sale.kind != "sale":
        raise NothingToRefund
    return sale


_TERMS = (
    sa.select(Terms.contract_id, TermsCourse.course_id)
    .join(Contract, Contract.id == Terms.contract_id)
    .outerjoin(TermsCourse, sa.and_(TermsCourse.terms_id == Terms.id, TermsCourse.course_id == sa.bindparam("course_id")))
    .where(Terms.terms_hash == sa.bindparam("terms_hash"))
    .with_for_update(of=Contract)
)


def _lock_terms(terms_hash: str | None, course_id: int) -> Pinned:
    """The terms and whether they cover the course; their contract is locked: its events queue from here.

    Signing locks the same row first, so that the two never wait for each other in a ring.
    """
    found = look(_TERMS, {"terms_hash": terms_hash, "course_id": course_id}).one_or_none()
    if found is None or terms_hash is None:
        raise TermsUnknown
    return Pinned(terms_hash, contract_id=found[0], covers=found[1] is not None)


def _booked_before(event: MoneyEvent, draft: EventDraft, terms: Pinned) -> MoneyEvent:
    was = (event.kind, event.terms_hash, event.course_id, event.currency, event.occurred_at, event.facts)
    now = (draft.kind, terms.terms_hash, draft.course_id, draft.currency, draft.occurred_at, draft.facts)
    if was != now:
        raise EffectAlreadyBooked(f"{draft.effect_key} is money event {event.id}, whose facts differ")
    return event
