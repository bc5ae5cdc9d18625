"""Starting points: whole terms to begin a negotiation from, which people then change."""

from collections.abc import Sequence
from typing import Any

from coursehub.contracts.terms import SEMANTICS

KEYS = ("simple", "joint")


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
