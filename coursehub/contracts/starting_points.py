"""Starting points: whole terms to begin a negotiation from, which people then change."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from coursehub.contracts.counters import day_of, midnight, written
from coursehub.contracts.terms import SEMANTICS
from coursehub.money import currency_exponent


def by_volume(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """A simple split whose platform part falls with what the course earns in a year."""
    data = simple_split(parties, courses, currency=currency)
    unit = 10 ** currency_exponent(currency)
    rungs = [{"above_minor": 100_000 * unit, "share_bps": 2500}, {"above_minor": 500_000 * unit, "share_bps": 2000}]
    data["rates"]["rest"]["ladder"] = {"kind": "marginal", "window": "year", "rungs": rungs}
    return data


def year_by_year(
    parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str, at: datetime
) -> dict[str, Any]:
    """A simple split whose platform part falls with each of the next two New Years."""
    data = simple_split(parties, courses, currency=currency)
    year = day_of(written(at)).year
    data["rates"]["rest"]["later"] = [
        {"begins": midnight(date(year + 1, 1, 1)), "share_bps": 2500},
        {"begins": midnight(date(year + 2, 1, 1)), "share_bps": 2000},
    ]
    return data


def for_a_time(
    parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str, at: datetime
) -> dict[str, Any]:
    """A simple split until the end of next year, looked at again each year: something to try before it is for good."""
    data = simple_split(parties, courses, currency=currency)
    data["ends"] = midnight(date(day_of(written(at)).year + 2, 1, 1))
    data["governance"]["triggers"] = [{"measure": "yearly"}]
    return data


def cost_comes_back(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """The house pays for making the course, and half of what is left comes back to it first."""
    data = simple_split(parties, courses, currency=currency)
    unit = 10 ** currency_exponent(currency)
    data["recoup"] = [{"id": "making", "party": parties[0]["id"], "amount_minor": 20_000 * unit, "share_bps": 5000}]
    return data


def guaranteed_minimum(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """A partner gets at least an amount in a year, against a higher part for the platform; the house's risk is limited."""
    data = simple_split(parties, courses, currency=currency)
    unit = 10 ** currency_exponent(currency)
    data["rates"]["rest"]["share_bps"] = 4000
    data["guarantees"] = [
        {
            "party": party["id"], "window": "year", "amount_minor": 20_000 * unit, "cap_minor": 10_000 * unit,
            "funder": parties[0]["id"],
        }
        for party in parties[1:2]
    ]  # fmt: skip
    return data


def in_passes(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """A simple split for a course that learners also reach by a pass: its part by each learner's own minutes."""
    data = simple_split(parties, courses, currency=currency)
    data["scope"]["events"] = [*data["scope"]["events"], "period"]
    data["pool"] = {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"}
    return data


def placement_share(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """A simple split in which the platform takes less of what hires and hours bring: whoever proves skills well earns by it."""
    return _with_channel(simple_split(parties, courses, currency=currency), "member", 1500)


def directed_training(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """A course taught for employers: less for the platform of seats they pay and of hires that follow; most to who teaches."""
    data = joint_development(parties, courses, currency=currency)
    data["split"]["items"][0]["share_bps"] = 3000
    return _with_channel(_with_channel(data, "sponsor", 1500), "member", 1500)


def _with_channel(data: dict[str, Any], channel: str, share_bps: int) -> dict[str, Any]:
    """The terms with a rate for one more channel; a house alone has nothing to take from itself."""
    if len(data["parties"]) > 1:
        data["rates"]["channels"].append({"channel": channel, "share_bps": share_bps, "cap_minor": None})
    return data


def simple_split(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """The platform takes its part by channel; the rest goes to the partner (to the house, if it is alone).

    parties and courses: as terms name them; the house first.
    """
    house = parties[0]["id"]
    partner = parties[1]["id"] if len(parties) > 1 else house
    return _around(parties, courses, currency=currency, split=_pay(partner))


def joint_development(parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str) -> dict[str, Any]:
    """Makers share one pot by the modules they made, teachers another by approved hours."""
    house = parties[0]["id"]
    everybody = [party["id"] for party in parties]
    partner = everybody[1] if len(everybody) > 1 else house
    split = {
        "kind": "shares",
        "items": [
            {
                "label": "makers",
                "share_bps": 5500,
                "then": {"kind": "by_modules", "parties": everybody, "rest": _pay(partner)},
            }
        ],
        "rest": {"kind": "by_hours", "parties": everybody, "rest": _pay(partner)},
    }
    return _around(parties, courses, currency=currency, split=split)


def _pay(party: str) -> dict[str, Any]:
    return {"kind": "pay", "party": party}


def _around(
    parties: Sequence[dict[str, Any]], courses: Sequence[dict[str, Any]], *, currency: str, split: dict[str, Any]
) -> dict[str, Any]:
    house = parties[0]["id"]
    alone = len(parties) == 1
    return {
        "semantics": SEMANTICS,
        "currency": currency,
        "starts": None,
        "parties": list(parties),
        "scope": {"courses": list(courses), "events": ["sale", "hire", "hour"]},
        "base": {"deduct": ["tax", "rail_fee"]},
        "fixed": [],
        "rates": {
            "party": house,
            "channels": [] if alone else [{"channel": "partner_link", "share_bps": 1000, "cap_minor": None}],
            "rest": {"share_bps": 0 if alone else 3000, "cap_minor": None},
        },
        "split": split,
        "hold": {"days": 0 if alone else 30},
        "clawback": {"offset_limit_bps": 5000, "max_age_days": 180},
        "discount": {
            "opted_in": [{"party": party["id"], "floor_price_minor": 0} for party in parties[1:]],
            "rest": {"kind": "party", "party": house},
        },
        "refund_fee": {"bearer": house},
        "governance": {"signers": [party["id"] for party in parties], "reply_days": 14, "notice_days": 0 if alone else 30},
        "note": "",
    }
