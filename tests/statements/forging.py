"""Bundles that a dishonest house could make: everything in them fits, hashes and proofs too, but for what it changed."""

import copy
from typing import Any

from coursehub.ledger.merkle import Tree

from .books import HELD
from .offline import checker, hashed_anew

Parts = dict[str, Any]


def refitted(parts: Parts) -> Parts:
    """The same, with each total, hash and proof as whoever keeps the book can make them."""
    inside, journals = parts["statement"]["statement"], sorted(parts["journals"], key=lambda one: one["id"])
    for journal in journals:
        content = journal["content"]
        if content is not None:
            legs = [leg for leg in content["postings"] if leg[1] == inside["party"] and leg[2] == inside["currency"]]
            journal["own"] = [{"account": leg[0], "amount_minor": -leg[3]} for leg in legs if checker.is_own(leg[0])]
            content.update(id=journal["id"], kind=journal["kind"])
            journal["hash"] = checker.digest(content)
    tree, day = Tree([bytes.fromhex(journal["hash"]) for journal in journals]), f"{inside['month']}-28"
    for place, journal in enumerate(journals):
        path = [step.hex() for step in tree.path(place)]
        journal["proof"] = {"day": day, "place": place, "size": tree.size, "path": path}
    parts["days"] = {day: tree.root.hex()}
    inside["chain"].update(root={"day": day, "root": tree.root.hex()}, hash=journals[-1]["hash"])
    _lines(parts)
    _moves(parts)
    _held(parts)
    inside["events"]["count"], inside["history"]["count"] = len(parts["events"]), len(parts["history"])
    return hashed_anew(parts)


def booked(parts: Parts, event: dict[str, Any] | None, *legs: tuple[str, str, int], kind: str, effect: str = "forged") -> Parts:
    """A further journal of these legs at the end of the month, with this event behind it."""
    forged = copy.deepcopy(parts)
    inside, last = forged["statement"]["statement"], forged["journals"][-1]
    number = inside["journals"]["through"] = last["id"] + 1
    at = (event or forged["events"][-1])["occurred_at"]
    currency = inside["currency"]
    content = {
        "effect_key": effect, "id": number, "kind": kind, "occurred_at": at, "recorded_at": at, "reverses": None,
        "postings": [[code, party, currency, amount, None] for code, party, amount in legs], "prev_hash": last["hash"],
        "terms_hash": None,
    }  # fmt: skip
    forged["journals"].append({"id": number, "kind": kind, "hash": "", "content": content, "own": [], "proof": None})
    if event is not None:
        n = max(one["n"] for one in forged["events"]) + 1
        forged["events"].append({**event, "journal": number, "id": f"forged{n}", "n": n, "effect": f"{effect}:{n}"})
    return refitted(forged)


def shared_by_its_terms(parts: Parts, **facts: Any) -> Parts:
    """A sale of these facts that never was, divided and booked just as its terms say."""
    model = next(one for one in parts["events"] if one["kind"] == "sale")
    event = copy.deepcopy(model)
    event["facts"].update(facts)
    terms = parts["terms"][event["terms_hash"]]["terms"]
    lines = checker.share(terms, {"counted": {}, **event["facts"], "moment": checker.said_at(event)}, event["contribution"])
    event["lines"] = [dict(zip(("role", "party", "amount_minor", "path"), line, strict=True)) for line in lines]
    event["amount_minor"] = event["facts"]["gross_minor"]
    return of_event(parts, event)


def taken_back(parts: Parts, amount: int, *, sale: int = 0, **changes: Any) -> Parts:
    """A refund of a sale that never was, over the legs that its rule takes it from."""
    of = [one for one in parts["events"] if one["kind"] == "sale"][sale]
    event = {**copy.deepcopy(of), "kind": "refund", "reverses": of["id"], "contribution": {}, "facts": {"amount_minor": amount}}
    event |= {"amount_minor": -amount, **changes}
    terms = parts["terms"][event["terms_hash"]]["terms"]
    before = [line for one in parts["events"] if one["reverses"] == of["id"] for line in checker.lines_of(one)]
    lines = checker.share_back(terms, checker.lines_of(of), checker.gone_of(before), amount)
    event["lines"] = [dict(zip(("role", "party", "amount_minor", "path"), line, strict=True)) for line in lines]
    return of_event(parts, event)


def of_event(parts: Parts, event: dict[str, Any]) -> Parts:
    """An event, and the journal that books its lines: the party's legs as they are, one leg of the house for the rest."""
    party = parts["statement"]["statement"]["party"]
    mine = sum(line["amount_minor"] for line in event["lines"] if line["party"] == party)
    return booked(parts, event, (HELD, party, -mine), ("income:share", "", mine), kind=event["kind"])


def _lines(parts: Parts) -> None:
    inside, found = parts["statement"]["statement"], {}
    after, through = inside["journals"]["after"], inside["journals"]["through"]
    for event in parts["events"]:
        seen = set()
        for line in event["lines"] if after < (event["journal"] or 0) <= through else ():
            if line["party"] == inside["party"]:
                key = (*(event[name] for name in ("kind", "course", "channel", "terms_hash")), line["path"], line["role"])
                many, amount = found.get(key, (0, 0))
                found[key] = (many + (key not in seen), amount + line["amount_minor"])
                seen.add(key)
    names = ("kind", "course", "channel", "terms_hash", "path", "role", "events", "amount_minor")
    inside["lines"] = [dict(zip(names, (*key, *sums), strict=True)) for key, sums in sorted(found.items())]


def _moves(parts: Parts) -> None:
    inside, behind, found = parts["statement"]["statement"], {event["journal"] for event in parts["events"]}, {}
    after, through = inside["journals"]["after"], inside["journals"]["through"]
    for journal in parts["journals"] if after < through else ():
        for account in {leg["account"] for leg in journal["own"]} if after < journal["id"] <= through else ():
            key = (journal["kind"], account, journal["id"] in behind)
            many, amount = found.get(key, (0, 0))
            amount += sum(leg["amount_minor"] for leg in journal["own"] if leg["account"] == account)
            found[key] = (many + 1, amount)
    names = ("kind", "account", "explained", "journals", "amount_minor")
    inside["moves"] = [dict(zip(names, (*key, *sums), strict=True)) for key, sums in sorted(found.items())]
    moved: dict[str, int] = {}
    for one in inside["moves"]:
        moved[one["account"]] = moved.get(one["account"], 0) + one["amount_minor"]
    opening = inside["opening"]
    inside["closing"] = {code: opening.get(code, 0) + moved.get(code, 0) for code in sorted({*opening, *moved})}


def _held(parts: Parts) -> None:
    inside, held = parts["statement"]["statement"], {}
    for event in parts["events"]:
        until = checker.moment(event["held_until"])
        if until > checker.moment(inside["ends"]) and event["journal"] and event["journal"] <= inside["journals"]["through"]:
            mine = [line["amount_minor"] for line in event["lines"] if line["party"] == inside["party"]]
            day = (until + checker.ZONES[inside["zone"]]).date().isoformat()
            held[day] = held.get(day, 0) + sum(mine)
    inside["held"] = [{"until": day, "amount_minor": amount} for day, amount in sorted(held.items()) if amount]
