"""Terms and sales by chance: everything the compiler accepts, and sales that try its corners."""

from typing import Any

from hypothesis import strategies as st

from coursehub.contracts.terms import SEMANTICS
from coursehub.contracts.waterfall import Sale

CHANNELS = ("partner_link", "platform", "coupon", "sponsor", "member")
LABELS = ("makers", "teachers", "support", "other")
amounts = st.one_of(st.integers(0, 40), st.integers(0, 10**5), st.integers(0, 10**10))
bps = st.one_of(st.sampled_from([0, 1, 3333, 5000, 10_000]), st.integers(0, 10_000))
caps = st.one_of(st.none(), amounts)


def nodes(parties: list[str], depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """A division among these parties."""
    pay = st.sampled_from(parties).map(lambda party: {"kind": "pay", "party": party})
    if not depth:
        return pay
    below = nodes(parties, depth - 1)
    some = st.lists(st.sampled_from(parties), min_size=1, unique=True)
    by_fact = st.builds(
        lambda kind, who, rest: {"kind": kind, "parties": who, "rest": rest},
        st.sampled_from(["by_modules", "by_hours"]),
        some,
        below,
    )
    by_date = st.builds(
        lambda days, kinds, rest: {
            "kind": "by_date",
            "steps": [{"ends": f"2026-{day:02d}-15T16:00:00Z", "then": then} for day, then in zip(days, kinds, strict=False)],
            "rest": rest,
        },
        st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(sorted),
        st.lists(below, min_size=3, max_size=3),
        below,
    )
    return st.one_of(pay, by_fact, shares(below), by_date)


@st.composite
def over_time(draw: Any, parties: list[str]) -> dict[str, dict[str, Any]]:
    """Clauses that look at more than one sale, by where they stand: in the rest rate, in the rates, in the terms."""
    windows = st.sampled_from(["month", "year", "contract"])
    rate: dict[str, Any] = {}
    by = draw(st.sampled_from(["", "volume", "date"]))
    if by == "volume":
        above = sorted(draw(st.lists(st.integers(1, 30_000), min_size=1, max_size=4, unique=True)))
        rungs = [{"above_minor": minor, "share_bps": draw(bps)} for minor in above]
        rate["ladder"] = {"kind": draw(st.sampled_from(["marginal", "slab"])), "window": draw(windows), "rungs": rungs}
    if by == "date":
        months = sorted(draw(st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)))
        rate["later"] = [{"begins": f"2026-{month:02d}-15T16:00:00Z", "share_bps": draw(bps)} for month in months]
    rates = {"ceiling": {"window": draw(windows), "amount_minor": draw(st.integers(1, 50_000))}} if draw(st.booleans()) else {}
    costs = [
        {
            "id": f"cost{n}", "party": draw(st.sampled_from(parties)), "amount_minor": draw(st.integers(1, 30_000)),
            "share_bps": draw(st.integers(1, 10_000)),
        }
        for n in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return {"rate": rate, "rates": rates, "terms": {"recoup": costs} if costs else {}}


pools = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(["minutes_each", "minutes_together", "courses_each"]),
        "floor_minutes": st.integers(0, 600),
        "unused": st.sampled_from(["house", "together"]),
    }
)


@st.composite
def shares(draw: Any, below: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A division by percentages that add up to at most everything."""
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=4, unique=True))
    left, items = 10_000, []
    for label in labels:
        if left:
            share = draw(st.integers(1, left))
            left -= share
            items.append({"label": label, "share_bps": share, "then": draw(below)})
    return {"kind": "shares", "items": items, "rest": draw(below)}


@st.composite
def terms(draw: Any) -> dict[str, Any]:
    """JSON data of terms that the compiler accepts."""
    partners = [f"p{n}" for n in range(draw(st.integers(0, 3)))]
    everybody = ["house", *partners]
    fixed = draw(st.lists(st.sampled_from(everybody), unique=True, max_size=2))
    deduct = draw(st.sampled_from([["tax"], ["tax", "rail_fee"], ["rail_fee", "tax"]]))
    split: dict[str, Any] = draw(nodes(everybody))
    if partners:  # whoever is bound receives something
        split = {"kind": "by_modules", "parties": partners, "rest": split}
    channels = draw(st.lists(st.sampled_from(CHANNELS), unique=True))
    more: dict[str, dict[str, Any]] = draw(st.one_of(st.just({"rate": {}, "rates": {}, "terms": {}}), over_time(everybody)))
    rest = st.one_of(st.just({"kind": "shared"}), st.sampled_from(everybody).map(lambda party: {"kind": "party", "party": party}))
    pool: dict[str, Any] = draw(pools | st.none())
    opted = draw(st.lists(st.sampled_from(everybody), unique=True))
    ends = draw(st.sampled_from([{}, {"ends": "2026-12-31T16:00:00Z"}, {"ends": "2029-02-28T16:00:00Z"}]))
    watched = draw(
        st.lists(st.sampled_from(["modules", "hours"] if "2026" in str(ends) else ["modules", "hours", "yearly"]), unique=True)
    )
    triggers = [
        {"measure": each, **({} if each == "yearly" else {"points_bps": draw(st.integers(100, 10_000))})} for each in watched
    ]
    return {
        "semantics": SEMANTICS,
        "contract": "c1",
        "version": draw(st.integers(1, 9)),
        "currency": draw(st.sampled_from(["CNY", "EUR", "JPY"])),
        "starts": draw(st.sampled_from([None, "2026-12-01T00:00:00Z"])),
        "parties": [
            {"id": party, "side": "house" if party == "house" else "partner", "name": f"方{party}", "name_en": party.title()}
            for party in everybody
        ],
        "scope": {
            "courses": [{"id": "k1", "title": "课", "title_en": "Course"}],
            "events": ["sale", "period"] if pool else ["sale"],
        },
        "base": {"deduct": deduct},
        "fixed": [{"party": party, "amount_minor": draw(amounts.filter(bool))} for party in fixed],
        "rates": {
            "party": "house",
            "channels": [{"channel": channel, "share_bps": draw(bps), "cap_minor": draw(caps)} for channel in channels],
            "rest": {"share_bps": draw(bps), "cap_minor": draw(caps), **more["rate"]},
            **more["rates"],
        },
        "split": split,
        "hold": {"days": draw(st.integers(0, 365))},
        "clawback": {"offset_limit_bps": draw(bps), "max_age_days": draw(st.integers(0, 3650))},
        "discount": {
            "opted_in": [
                {"party": party, "floor_price_minor": draw(amounts)}
                | ({"campaigns": "joined"} if party != "house" and draw(st.booleans()) else {})
                for party in opted
            ],
            "rest": draw(rest),
        },
        "refund_fee": {"bearer": draw(st.sampled_from(everybody)) if "rail_fee" in deduct else "house"},
        "governance": {
            "signers": everybody,
            "reply_days": draw(st.integers(1, 90)),
            "notice_days": draw(st.integers(0, 365)),
            **({"triggers": triggers} if triggers else {}),
        },
        "note": draw(st.sampled_from(["", "每季度复盘一次。"])),
        **more["terms"],
        **ends,
        **({"pool": pool} if pool else {}),
    }


parties = st.sampled_from(["house", "p0", "p1", "p2", "stranger"])
weights = st.dictionaries(parties, st.one_of(st.integers(0, 5), st.integers(0, 10**6)))
sales = st.builds(
    Sale,
    gross_minor=amounts,
    tax_bps=st.one_of(st.just(0), st.integers(0, 3000)),
    fee_minor=amounts,
    channel=st.sampled_from([*CHANNELS, "something_new"]),
    attributed=st.one_of(st.none(), parties),
    discount_minor=amounts,
    discount_borne_by=st.one_of(st.none(), parties),
    joined=st.lists(parties, unique=True).map(tuple),
    module_weights=weights,
    approved_minutes=weights,
    occurred_at=st.builds("2026-{:02d}-{:02d}T08:00:00Z".format, st.integers(1, 12), st.integers(1, 28)),
)
