"""What a random history left behind, and what must hold of it."""

from dataclasses import dataclass

from coursehub.ledger import accounts as names

ROUNDED = 2
"""So many minor units a correction may round against the house: tax and fee stay where the sale's own parts left them."""
OWED = (names.PARTNER_HELD, names.PARTNER_RESERVE, names.PARTNER_READY, names.PARTNER_ON_ITS_WAY)
"""Accounts on which something is owed to a partner: never below nothing."""
TAKEN = ("refund", "dispute", "reinstated")


@dataclass(frozen=True)
class Seen:
    """What a history left behind: lines by event, what stands on which account, what was paid, the counters of a replay."""

    events: list[tuple[str, int, int, dict[str, int], tuple[int, ...]]]  # kind, id, reverses, shares by party, lines
    standing: dict[tuple[str, str], int]
    paid: int
    limits: dict[str, int]
    right: dict[str, int] | None
    counters: dict[str, int]
    guarantees: tuple[tuple[str, int, int, int, int | None], ...] = ()  # window, earned, added, promised, at most added


def faults(seen: Seen, partner: str) -> list[str]:
    """What is wrong with what a history left behind; nothing for a sound one."""
    found = []
    for code in OWED:
        if seen.standing.get((code, partner), 0) > 0:
            found.append(f"{code} is below nothing")
    sold = {number: got for kind, number, _of, got, _lines in seen.events if kind == "sale"}
    left = {number: dict(got) for number, got in sold.items()}
    anew: dict[int, dict[str, int]] = {}
    unpaid = {number: sum(lines) for kind, number, _of, _got, lines in seen.events if kind == "sale"}
    for kind, _number, of, got, lines in seen.events:
        if kind == "reshared":
            if sum(got.values()) or sum(lines):
                found.append("a contest made money")
            for party, amount in got.items():
                anew.setdefault(of, {})[party] = anew.get(of, {}).get(party, 0) + amount
        if kind not in TAKEN:
            continue
        if kind != "reinstated" and any(amount > 0 for amount in got.values()):
            found.append("a refund credited somebody")
        if kind == "reinstated" and any(amount < 0 for amount in got.values()):
            found.append("a return took from somebody")
        unpaid[of] += sum(lines)
        for party, amount in got.items():
            left[of][party] = left[of].get(party, 0) + amount
        if any(not 0 <= amount <= sold[of].get(party, 0) for party, amount in left[of].items()):
            found.append("a leg was taken back beyond itself, or gave more than it had")
    for of, amount in unpaid.items():
        rest = {party: left[of].get(party, 0) + anew.get(of, {}).get(party, 0) for party in left[of] | anew.get(of, {})}
        if not amount and any(rest.values()):
            found.append("a sale that went back whole left somebody with something")
        if any(minor < (0 if party == partner else -ROUNDED) for party, minor in rest.items()):
            found.append("a sale and its correction took more than they gave")
    for kind, _number, _of, got, lines in seen.events:
        if kind == "true_up" and sum(lines):
            found.append("a true-up made money")
        if kind == "guarantee" and len(got) != 1:
            found.append("a guarantee went to more than one")
    for window, gained, added, promised, limit in seen.guarantees:
        whole = promised if limit is None else min(promised, gained + limit)
        if gained + added != max(gained, whole):
            found.append(f"closed, and to {gained} of {window} a guarantee of {promised}, at most {limit}, added {added}")
    for name, most in seen.limits.items():
        if not 0 <= seen.counters.get(name, 0) <= most:
            found.append(f"{name} passed its limit")
    earned = sum(got.get(partner, 0) for _kind, _number, _of, got, _lines in seen.events)
    owed = -sum(seen.standing.get((code, partner), 0) for code in OWED)
    debts = seen.standing.get((names.PARTNER_OWES, partner), 0) + seen.standing["fees", partner]
    borne = seen.standing.get((names.NOT_GIVEN_BACK, partner), 0)
    if earned != owed + seen.paid - debts - borne:
        found.append(f"earned {earned}, but {owed} is owed, {seen.paid} was paid, {debts} is due and {borne} borne")
    if seen.right is not None:
        booked: dict[str, int] = {}
        for kind, _number, _of, got, _lines in seen.events:
            if kind != "guarantee":
                for party, amount in got.items():
                    booked[party] = booked.get(party, 0) + amount
        if booked.get(partner, 0) != seen.right.get(partner, 0):
            found.append(f"closed, and the book says {booked} where the right order gives {seen.right}")
        if not seen.counters["__right__"]:
            found.append("closed, and a counter stands elsewhere than the right order leaves it")
    return found
