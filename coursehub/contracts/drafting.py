"""Drafting: between the flat fields of a form and terms as data, both ways, without loss.

The division of what is left is a tree with fields of its own: `splitting.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from coursehub.contracts.splitting import Branch, as_node
from coursehub.contracts.terms import SEMANTICS, Borne, TermsBody
from coursehub.money import as_decimal, currency_exponent

CHANNELS = ("partner_link", "coupon", "sponsor", "member")
SHARED = "shared"
MEMBER_EVENTS = {"hire": "hires", "hour": "hours"}
"""Events beside sales that terms may answer, and the box on the form for each."""
_BEIJING = timezone(timedelta(hours=8))


def to_data(
    fields: Mapping[str, Any], split: Branch, *, parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Terms as data from a form's values and its division; the compiler judges them."""
    currency = str(fields["currency"])
    house = parties[0]["id"]
    starts = fields.get("starts_on")
    chosen = set(fields["courses"])
    return {
        "semantics": SEMANTICS,
        "currency": currency,
        "starts": _midnight(starts) if starts else None,
        "parties": list(parties),
        "scope": {
            "courses": [course for course in courses if course["id"] in chosen],
            "events": ["sale", *(event for event, field in MEMBER_EVENTS.items() if fields.get(field))],
        },
        "base": {"deduct": ["tax", "rail_fee"] if fields["deduct_fee"] else ["tax"]},
        "fixed": [
            {"party": party["id"], "amount_minor": _minor(fields[f"fixed_{n}"], currency)}
            for n, party in enumerate(parties)
            if fields.get(f"fixed_{n}")
        ],
        "rates": {
            "party": house,
            "channels": [
                {"channel": channel, "share_bps": _bps(fields[f"rate_{channel}"]), "cap_minor": _cap(fields, channel, currency)}
                for channel in CHANNELS
                if fields.get(f"rate_{channel}") is not None
            ],
            "rest": {"share_bps": _bps(fields["rate_rest"]), "cap_minor": _cap(fields, "rest", currency)},
        },
        "split": as_node(split),
        "hold": {"days": fields["hold_days"]},
        "clawback": {"offset_limit_bps": _bps(fields["offset_percent"]), "max_age_days": fields["offset_days"]},
        "discount": {
            "opted_in": [
                {"party": party["id"], "floor_price_minor": _minor(fields.get(f"floor_{n}") or Decimal(0), currency)}
                for n, party in enumerate(parties)
                if fields.get(f"opted_in_{n}")
            ],
            "rest": {"kind": "shared"}
            if fields["discount_rest"] == SHARED
            else {"kind": "party", "party": fields["discount_rest"]},
        },
        "refund_fee": {"bearer": fields["refund_fee"]},
        "governance": {
            "signers": [party["id"] for party in parties],
            "reply_days": fields["reply_days"],
            "notice_days": fields["notice_days"],
        },
        "note": " ".join((fields.get("note") or "").split()),
    }


def from_terms(body: TermsBody) -> dict[str, Any]:
    """A form's values from terms, but for their division, which `splitting.drawn` shows."""
    currency = body.currency
    fields: dict[str, Any] = {
        "currency": currency,
        "courses": [course.id for course in body.scope.courses],
        "starts_on": _day(body.starts) if body.starts else None,
        **{field: event in body.scope.events for event, field in MEMBER_EVENTS.items()},
        "deduct_fee": "rail_fee" in body.base.deduct,
        "rate_rest": _percent(body.rates.rest.share_bps),
        "cap_rest": _major(body.rates.rest.cap_minor, currency),
        "hold_days": body.hold.days,
        "offset_percent": _percent(body.clawback.offset_limit_bps),
        "offset_days": body.clawback.max_age_days,
        "refund_fee": body.refund_fee.bearer,
        "discount_rest": body.discount.rest.party if isinstance(body.discount.rest, Borne) else SHARED,
        "reply_days": body.governance.reply_days,
        "notice_days": body.governance.notice_days,
        "note": body.note,
    }
    for rate in body.rates.channels:
        fields[f"rate_{rate.channel}"] = _percent(rate.share_bps)
        fields[f"cap_{rate.channel}"] = _major(rate.cap_minor, currency)
    numbers = {party.id: n for n, party in enumerate(body.parties)}
    for fixed in body.fixed:
        fields[f"fixed_{numbers[fixed.party]}"] = _major(fixed.amount_minor, currency)
    for choice in body.discount.opted_in:
        fields[f"opted_in_{numbers[choice.party]}"] = True
        fields[f"floor_{numbers[choice.party]}"] = _major(choice.floor_price_minor, currency)
    return fields


def _bps(percent: Decimal) -> int:
    return int(percent * 100)


def _percent(bps: int) -> Decimal:
    return Decimal(bps) / 100


def _minor(major: Decimal, currency: str) -> int:
    return int(major.scaleb(currency_exponent(currency)))


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else as_decimal(minor, currency)


def _cap(fields: Mapping[str, Any], channel: str, currency: str) -> int | None:
    cap = fields.get(f"cap_{channel}")
    return None if cap is None else _minor(cap, currency)


def _midnight(day: date) -> str:
    """The first moment of a day in Beijing, as terms write it."""
    return datetime(day.year, day.month, day.day, tzinfo=_BEIJING).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(moment: str) -> date:
    """The day in Beijing that a moment of the terms falls on."""
    return datetime.fromisoformat(moment).astimezone(_BEIJING).date()


# Where on the form a problem of the compiler belongs: the longest prefix of its path wins.
FIELD_OF = {
    "/currency": "currency",
    "/starts": "starts_on",
    "/scope/courses": "courses",
    "/scope/events": "hires",
    "/base": "deduct_fee",
    "/rates/rest": "rate_rest",
    "/rates": "rate_rest",
    "/hold": "hold_days",
    "/clawback": "offset_percent",
    "/discount": "discount_rest",
    "/refund_fee": "refund_fee",
    "/governance/notice_days": "notice_days",
    "/governance": "reply_days",
    "/note": "note",
}


def field_of(path: str) -> str | None:
    """The form field that a problem at this path is about."""
    fitting = [prefix for prefix in FIELD_OF if path.startswith(prefix)]
    return FIELD_OF[max(fitting, key=len)] if fitting else None
