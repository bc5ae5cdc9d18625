"""Sharing out a sale of several courses: one payment, each course's part under its own pinned terms, one journal."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts import queries
from coursehub.contracts.counters import written
from coursehub.contracts.models import MoneyEvent, Terms
from coursehub.contracts.operations.counting import counted
from coursehub.contracts.operations.sharing import (
    EventDraft,
    Pinned,
    Reckoned,
    body_for,
    booked_before,
    keep_sale,
    lock_terms,
    reckon_sale,
)
from coursehub.db import db, transaction
from coursehub.ledger.accounts import money_of
from coursehub.ledger.operations import AccountRef, Leg, post


def part_key(effect_key: str, course_id: int) -> str:
    """The effect of one course's part of a sale, such as `sale:<payment>:<course>`; its refunds name it."""
    return f"{effect_key}:{course_id}"


def share_bundle(drafts: Sequence[EventDraft], *, effect_key: str, at: datetime) -> list[MoneyEvent]:
    """Share out the parts of one payment in the open transaction, once per effect key.

    drafts: one sale for each course, each with the effect key of its part; the amounts of
    one payment were divided among them before. The rail owes their sum; everything else
    is each course's own, and a refund of a course reverses its part alone.

    Raises as `share` does; ValueError for no part, or parts of two moments or currencies.
    """
    if not drafts or len({(each.occurred_at, each.currency, each.facts.get("rail")) for each in drafts}) != 1:
        raise ValueError("the parts of one payment share its moment, currency and rail")
    with transaction():
        pinned = _lock_all(drafts)
        if queries.event_for(drafts[0].effect_key) is not None:
            return [_stands(draft, pinned[draft.course_id]) for draft in drafts]
        sales = _reckoned(drafts, pinned)
        rail = AccountRef(money_of(drafts[0].facts.get("rail", "stripe")))
        legs = [Leg(rail, sum(sale.owed_by_rail for sale in sales)), *(leg for sale in sales for leg in sale.legs)]
        moves = any(leg.amount_minor for leg in legs)  # not if the rail's fee takes everything, as of a single sale
        booked = post(
            kind="sale", effect_key=effect_key, occurred_at=drafts[0].occurred_at, at=at, currency=drafts[0].currency,
            postings=legs,
        ) if moves else None  # fmt: skip
        return [keep_sale(sale, booked, at=at) for sale in sales]


def _lock_all(drafts: Sequence[EventDraft]) -> dict[int, Pinned]:
    """The terms of each course, their contracts locked in one order."""
    hashes = {draft.terms_hash for draft in drafts}
    contracts = dict(
        db.session.execute(sa.select(Terms.terms_hash, Terms.contract_id).where(Terms.terms_hash.in_(hashes))).tuples().all()
    )
    ordered = sorted(drafts, key=lambda draft: (contracts.get(draft.terms_hash or "", 0), draft.course_id))
    return {draft.course_id: lock_terms(draft.terms_hash, draft.course_id) for draft in ordered}


def _stands(draft: EventDraft, terms: Pinned) -> MoneyEvent:
    event = queries.event_for(draft.effect_key)
    if event is None:
        raise LookupError(f"{draft.effect_key} is missing beside the other parts of its payment")
    return booked_before(event, draft, terms)


def _reckoned(drafts: Sequence[EventDraft], pinned: dict[int, Pinned]) -> list[Reckoned]:
    """Each part under its terms; parts of one contract count one after the other."""
    standing: dict[int, dict[str, int]] = {}
    found = []
    for draft in drafts:
        terms = pinned[draft.course_id]
        body = body_for(draft, terms)
        counts = counted(body, written(draft.occurred_at)) | standing.get(terms.contract_id, {})
        sale = reckon_sale(draft, body, terms, counts)
        standing[terms.contract_id] = {name: count + sale.moved.get(name, 0) for name, count in counts.items()}
        found.append(sale)
    return found
