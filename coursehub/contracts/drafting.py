"""Drafting: between the flat fields of a form and terms as data, both ways, without loss.

The division of what is left is a tree with fields of its own: `splitting.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from coursehub.contracts.counters import day_of, last_day, midnight
from coursehub.contracts.splitting import Branch, as_node
from coursehub.contracts.terms import SEMANTICS, Borne, TermsBody
from coursehub.money import as_decimal, currency_exponent

CHANNELS = ("partner_link", "coupon", "sponsor", "member")
SHARED = "shared"
MEMBER_EVENTS = {"hire": "hires", "hour": "hours"}
"""Events beside sales that terms may answer, and the box on the form for each."""
MEASURES = ("modules", "hours")
"""What a trigger can measure; beside it there is the year."""
RUNGS, LATER, COSTS = 4, 3, 3
"""How many steps by volume, later rates and costs the form has room for."""


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
        "starts": midnight(starts) if starts else None,
        "parties": list(parties),
        "scope": {
            "courses": [course for course in courses if course["id"] in chosen],
            "events": [
                "sale",
                *(event for event, field in MEMBER_EVENTS.items() if fields.get(field)),
                *(["period"] if fields.get("pool_rule") else []),
            ],
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
            "rest": {
                "share_bps": _bps(fields["rate_rest"]),
                "cap_minor": _cap(fields, "rest", currency),
                **_ladder(fields, currency),
                **_later(fields),
            },
            **_ceiling(fields, currency),
        },
        "split": as_node(split),
        "hold": {"days": fields["hold_days"]},
        "clawback": {"offset_limit_bps": _bps(fields["offset_percent"]), "max_age_days": fields["offset_days"]},
        "discount": {
            "opted_in": [
                {
                    "party": party["id"],
                    "floor_price_minor": _minor(fields.get(f"floor_{n}") or Decimal(0), currency),
                    "campaigns": "joined" if fields.get(f"joins_{n}") else "own",
                }
                for n, party in enumerate(parties)
                if fields.get(f"opted_in_{n}") or fields.get(f"joins_{n}")
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
            **({"enough": fields["enough"]} if fields.get("enough") else {}),
            **_triggers(fields),
        },
        **_over_time(fields, currency, parties),
        "note": " ".join((fields.get("note") or "").split()),
    }


def from_terms(body: TermsBody) -> dict[str, Any]:
    """A form's values from terms, but for their division, which `splitting.drawn` shows."""
    currency = body.currency
    fields: dict[str, Any] = {
        "currency": currency,
        "courses": [course.id for course in body.scope.courses],
        "starts_on": day_of(body.starts) if body.starts else None,
        "ends_on": last_day(body.ends) if body.ends else None,
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
    fields |= _windows_of(body)
    for rate in body.rates.channels:
        fields[f"rate_{rate.channel}"] = _percent(rate.share_bps)
        fields[f"cap_{rate.channel}"] = _major(rate.cap_minor, currency)
    numbers = {party.id: n for n, party in enumerate(body.parties)}
    for fixed in body.fixed:
        fields[f"fixed_{numbers[fixed.party]}"] = _major(fixed.amount_minor, currency)
    for choice in body.discount.opted_in:
        fields[f"opted_in_{numbers[choice.party]}"] = True
        fields[f"floor_{numbers[choice.party]}"] = _major(choice.floor_price_minor, currency)
        fields[f"joins_{numbers[choice.party]}"] = choice.campaigns == "joined"
    return fields


def _ladder(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    rungs = [
        {"above_minor": _minor(fields[f"rung_above_{n}"], currency), "share_bps": _bps(fields[f"rung_rate_{n}"])}
        for n in range(RUNGS)
        if fields.get(f"rung_above_{n}") is not None and fields.get(f"rung_rate_{n}") is not None
    ]
    if not rungs or not fields.get("ladder_kind"):
        return {}
    return {"ladder": {"kind": fields["ladder_kind"], "window": fields["ladder_window"], "rungs": rungs}}


def _later(fields: Mapping[str, Any]) -> dict[str, Any]:
    later = [
        {"begins": midnight(fields[f"later_on_{n}"]), "share_bps": _bps(fields[f"later_rate_{n}"])}
        for n in range(LATER)
        if fields.get(f"later_on_{n}") and fields.get(f"later_rate_{n}") is not None
    ]
    return {"later": later} if later else {}


def _ceiling(fields: Mapping[str, Any], currency: str) -> dict[str, Any]:
    amount = fields.get("ceiling_amount")
    if amount is None:
        return {}
    return {"ceiling": {"window": fields["ceiling_window"], "amount_minor": _minor(amount, currency)}}


def _triggers(fields: Mapping[str, Any]) -> dict[str, Any]:
    found = [
        {"measure": measure, "points_bps": _bps(fields[f"trigger_{measure}"])}
        for measure in MEASURES
        if fields.get(f"trigger_{measure}") is not None
    ]
    if fields.get("trigger_yearly"):
        found.append({"measure": "yearly"})
    return {"triggers": found} if found else {}


def _over_time(fields: Mapping[str, Any], currency: str, parties: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Costs that come back, guarantees, the reserve, paydays, the rule of passes and the last day: only what is said."""
    costs = [
        {
            "id": fields[f"cost_name_{n}"] or f"cost{n + 1}",
            "party": fields[f"cost_party_{n}"],
            "amount_minor": _minor(fields[f"cost_amount_{n}"], currency),
            "share_bps": _bps(fields.get(f"cost_percent_{n}") or Decimal(0)),
        }
        for n in range(COSTS)
        if fields.get(f"cost_amount_{n}") is not None
    ]
    guarantees = [
        {
            "party": party["id"],
            "window": fields[f"guarantee_window_{n}"],
            "amount_minor": _minor(fields[f"guarantee_{n}"], currency),
            "cap_minor": None if cap is None else _minor(cap, currency),
            "funder": parties[0]["id"],
        }
        for n, party in enumerate(parties)
        if fields.get(f"guarantee_{n}") is not None
        for cap in [fields.get(f"guarantee_cap_{n}")]
    ]
    said: dict[str, Any] = {"recoup": costs, "guarantees": guarantees}
    if fields.get("reserve_percent") is not None or fields.get("reserve_days") is not None:
        said["reserve"] = {
            "share_bps": _bps(fields.get("reserve_percent") or Decimal(0)),
            "days": fields.get("reserve_days") or 1,
        }
    if fields.get("payday_every"):
        said["payday"] = {
            "every": fields["payday_every"], "minimum_minor": _minor(fields.get("payday_minimum") or Decimal(0), currency),
        }  # fmt: skip
    if fields.get("pool_rule"):
        floor, unused = fields.get("pool_floor") or 0, fields.get("pool_unused") or "house"
        said["pool"] = {"rule": fields["pool_rule"], "floor_minutes": floor, "unused": unused}
    if fields.get("ends_on"):
        said["ends"] = midnight(fields["ends_on"] + timedelta(days=1))
    return {name: value for name, value in said.items() if value}


def _windows_of(body: TermsBody) -> dict[str, Any]:
    """A form's values of everything that looks at more than one sale."""
    currency, rest, fields = body.currency, body.rates.rest, dict[str, Any]()
    if rest.ladder:
        fields |= {"ladder_kind": rest.ladder.kind, "ladder_window": rest.ladder.window}
        for n, rung in enumerate(rest.ladder.rungs[:RUNGS]):
            fields |= {f"rung_above_{n}": _major(rung.above_minor, currency), f"rung_rate_{n}": _percent(rung.share_bps)}
    for n, later in enumerate(rest.later[:LATER]):
        fields |= {f"later_on_{n}": day_of(later.begins), f"later_rate_{n}": _percent(later.share_bps)}
    if ceiling := body.rates.ceiling:
        fields |= {"ceiling_amount": _major(ceiling.amount_minor, currency), "ceiling_window": ceiling.window}
    for n, cost in enumerate(body.recoup[:COSTS]):
        fields |= {
            f"cost_name_{n}": cost.id, f"cost_party_{n}": cost.party, f"cost_amount_{n}": _major(cost.amount_minor, currency),
            f"cost_percent_{n}": _percent(cost.share_bps),
        }  # fmt: skip
    numbers = {party.id: n for n, party in enumerate(body.parties)}
    for one in body.guarantees:
        n = numbers[one.party]
        fields |= {
            f"guarantee_{n}": _major(one.amount_minor, currency), f"guarantee_cap_{n}": _major(one.cap_minor, currency),
            f"guarantee_window_{n}": one.window,
        }  # fmt: skip
    if kept := body.reserve:
        fields |= {"reserve_percent": _percent(kept.share_bps), "reserve_days": kept.days}
    if payday := body.payday:
        fields |= {"payday_every": payday.every, "payday_minimum": _major(payday.minimum_minor, currency)}
    if pool := body.pool:
        fields |= {"pool_rule": pool.rule, "pool_floor": pool.floor_minutes, "pool_unused": pool.unused}
    for trigger in body.governance.triggers:
        fields[f"trigger_{trigger.measure}"] = _percent(trigger.points_bps) if trigger.measure in MEASURES else True
    return fields | {"enough": body.governance.enough}


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


# Where on the form a problem of the compiler belongs: the longest prefix of its path wins.
FIELD_OF = {
    "/currency": "currency",
    "/starts": "starts_on",
    "/ends": "ends_on",
    "/scope/courses": "courses",
    "/scope/events": "hires",
    "/pool": "pool_rule",
    "/payday": "payday_every",
    "/base": "deduct_fee",
    "/rates/rest/ladder": "rung_above_0",
    "/rates/rest/later": "later_on_0",
    "/rates/ceiling": "ceiling_amount",
    "/rates/rest": "rate_rest",
    "/recoup": "cost_amount_0",
    "/guarantees": "guarantee_1",
    "/reserve": "reserve_percent",
    "/reserve/days": "reserve_days",
    "/governance/enough": "enough",
    "/governance/triggers": "trigger_modules",
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
