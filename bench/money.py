"""Sharing sales among twelve parties, replaying a year of them, and closing a month, each beside a plain floor.

.venv/bin/python -m bench.money [--sales 100000] [--rounds 5]
"""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.floors import sharing
from coursehub.contracts.closing import Happened, replayed
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.replay import Past, effects, replay_by_month
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Sale, share_sale

PARTNERS = [f"p{n}" for n in range(11)]
MAKERS, TEACHERS = PARTNERS[:7], PARTNERS[5:]
WEIGHTS = {party: n + 1 for n, party in enumerate(PARTNERS)}
PRICES = (9_900, 16_800, 29_900, 39_900)


def terms(**rest: Any) -> TermsBody:
    """A contract of twelve parties: the platform, seven makers by modules, six teachers by hours."""
    everybody = ["house", *PARTNERS]

    def by(kind: str, parties: list[str]) -> dict[str, Any]:
        return {"kind": kind, "parties": parties, "rest": {"kind": "pay", "party": parties[0]}}

    makers = {"label": "makers", "share_bps": 5_500, "then": by("by_modules", MAKERS)}
    split = {"kind": "shares", "items": [makers], "rest": by("by_hours", TEACHERS)}
    return compile_terms({
        "semantics": "coursehub-terms/1", "contract": "c1", "version": 1, "currency": "CNY", "starts": None,
        "parties": [
            {"id": one, "side": "house" if one == "house" else "partner", "name": one, "name_en": one} for one in everybody
        ],
        "scope": {"courses": [{"id": "k1", "title": "k", "title_en": "k"}], "events": ["sale"]},
        "base": {"deduct": ["tax", "rail_fee"]}, "fixed": [],
        "rates": {"party": "house", "channels": [], "rest": {"share_bps": 3_000, "cap_minor": None, **rest}},
        "split": split, "hold": {"days": 30}, "clawback": {"offset_limit_bps": 5_000, "max_age_days": 180},
        "discount": {"opted_in": [], "rest": {"kind": "shared"}}, "refund_fee": {"bearer": "house"},
        "governance": {"signers": everybody, "reply_days": 14, "notice_days": 30}, "note": "",
    })  # fmt: skip


LADDER = {"kind": "marginal", "window": "year", "rungs": [{"above_minor": 50_000_000, "share_bps": 2_500}]}


def sales(many: int, *, alike: bool) -> list[Sale]:
    """A year of sales; alike: at four prices, as a course is sold; else each with an amount of its own."""
    chance = random.Random(11)
    found = []
    for n in range(many):
        gross = chance.choice(PRICES) if alike else 5_000 + n
        month, day = 1 + n * 12 // many, 1 + n % 28
        found.append(
            Sale(
                gross, 600, gross * 29 // 1000, module_weights=WEIGHTS, approved_minutes=WEIGHTS,
                occurred_at=f"2026-{month:02d}-{day:02d}T04:00:00Z",
            )
        )  # fmt: skip
    return found


def _cpu(function: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    function()
    return time.process_time() - began


def _floor(some: list[Sale]) -> None:
    modules, hours = [WEIGHTS[party] for party in MAKERS], [WEIGHTS[party] for party in TEACHERS]
    for sale in some:
        sharing.share(sale.gross_minor, sale.fee_minor, modules, hours)


def agrees(body: TermsBody, some: list[Sale]) -> bool:
    """Whether ours and the floor give the same amounts."""
    modules, hours = [WEIGHTS[party] for party in MAKERS], [WEIGHTS[party] for party in TEACHERS]
    return all(
        [line.amount_minor for line in share_sale(body, sale)] == sharing.share(sale.gross_minor, sale.fee_minor, modules, hours)
        for sale in some
    )


def main() -> None:
    """Measure in turn and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sales", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    plain, ladder = terms(), terms(ladder=LADDER)
    some = sales(2_000, alike=False)
    if not agrees(plain, some[:200]):
        raise SystemExit("ours and the floor share differently")
    ours = statistics.median(_cpu(lambda: [share_sale(plain, sale) for sale in some]) for _n in range(given.rounds))
    floor = statistics.median(_cpu(lambda: _floor(some)) for _n in range(given.rounds))
    lines = len(share_sale(plain, some[0]))
    print(f"waterfall, 12 parties, {lines} lines a sale, in one process")
    print(f"  ours {len(some) / ours:9,.0f} sales a second, {len(some) * lines / ours:9,.0f} lines; aim 20,000 sales")
    print(f"  floor {len(some) / floor:8,.0f} sales a second; ours takes {ours / floor:.1f} times its CPU")
    for told, year in (
        ("at four prices", sales(given.sales, alike=True)),
        ("each different", sales(given.sales, alike=False)),
    ):
        past = [Past(sale, {}) for sale in year]
        took = _cpu(lambda past=past: replay_by_month(past, plain))  # type: ignore[misc]
        climbed = _cpu(lambda past=past: replay_by_month(past, ladder))  # type: ignore[misc]
        both = _cpu(lambda past=past: effects(past, plain, ladder))  # type: ignore[misc]
        print(
            f"replay of {given.sales:,} sales {told}: plain {took:.1f} s, with a ladder {climbed:.1f} s, by change {both:.1f} s; aim 10 s"
        )
    happened = [
        Happened(f"sale:{n}", sale.occurred_at, ladder, sale=sale) for n, sale in enumerate(sales(given.sales // 10, alike=False))
    ]
    took = _cpu(lambda: replayed(happened))
    print(f"close of {len(happened):,} sales with a ladder: {took:.1f} s")


if __name__ == "__main__":
    main()
