"""What the clauses are built from: two or three sides, and what they get of a sale."""

from collections.abc import Mapping
from typing import Any

from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Sale, share_sale, shares_of

NAMES = {"house": ("平台", "Platform"), "a": ("甲", "A"), "b": ("乙", "B"), "c": ("丙", "C")}
MARCH = "2026-03-05T02:00:00Z"


def pay(party: str) -> dict[str, Any]:
    """All of it to one side."""
    return {"kind": "pay", "party": party}


def shares(*items: tuple[str, int, Any], rest: Any) -> dict[str, Any]:
    """Divided by percentage: (label, bps, where to)."""
    listed = [{"label": label, "share_bps": bps, "then": then} for label, bps, then in items]
    return {"kind": "shares", "items": listed, "rest": rest}


def terms(
    rate: int, split: Any = None, *, sides: str = "house a", rest: Mapping[str, Any] | None = None, **more: Any
) -> TermsBody:
    """Terms that the compiler accepts: the platform's percentage of every sale in bps, then the split; tax and fee aside.

    rest: what the rest rate says besides. more: parts of the terms as they stand there.
    """
    ids = sides.split()
    rates = {"party": "house", "channels": [], "rest": {"share_bps": rate, "cap_minor": None, **(rest or {})}}
    return compile_terms({
        "semantics": "coursehub-terms/1", "contract": "c1", "version": 1, "currency": "USD", "starts": None,
        "parties": [
            {"id": one, "side": "house" if one == "house" else "partner", "name": NAMES[one][0], "name_en": NAMES[one][1]}
            for one in ids
        ],
        "scope": {"courses": [{"id": "k1", "title": "课", "title_en": "Course"}], "events": ["sale"]},
        "base": {"deduct": ["tax", "rail_fee"]}, "fixed": [], "rates": rates | more.pop("rates", {}), "split": split or pay("a"),
        "hold": {"days": 30}, "clawback": {"offset_limit_bps": 5000, "max_age_days": 180},
        "discount": {"opted_in": [], "rest": {"kind": "shared"}}, "refund_fee": {"bearer": "house"},
        "governance": {"signers": ids, "reply_days": 14, "notice_days": 30}, "note": "", **more,
    })  # fmt: skip


def gives(body: TermsBody, gross: int, counted: Mapping[str, int] | None = None, **facts: Any) -> dict[str, int]:
    """What each side gets of one sale, in cents, without tax and fee unless `facts` say so."""
    facts = {"occurred_at": MARCH, "counted": counted or {}} | facts
    return {party: amount for party, amount in shares_of(share_sale(body, Sale(gross, **facts))).items() if amount}
