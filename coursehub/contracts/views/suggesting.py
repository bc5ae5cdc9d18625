"""A suggested division for a contract: what groups of its sides earn together, and what each adds on average."""

from collections.abc import Collection
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.contracts.shapley import WHOLE, Group, as_division, as_percentages, shapley
from coursehub.contracts.views import looking
from coursehub.web import page, signed_in_actor

ROWS, MOST_ROWS = 6, 60
MOST = 10**9


def suggestion(contract_id: str) -> ResponseReturnValue:
    """Nothing is kept: everything that was typed stands in the address, so it can be sent to the other side."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    names = looking.names_of([found])
    sides = [party.party for party in found.parties][:8]
    asked = min(max(request.args.get("rows", ROWS, int), ROWS), MOST_ROWS)
    most = 2 ** len(sides) - 1
    rows, wrong = [_row(n, sides) for n in range(min(asked, most))], []
    groups = []
    for n, row in enumerate(rows):
        if row["amount"] and row["parties"] and row["value"] is not None:
            groups.append(Group(frozenset(row["parties"]), row["value"]))
        elif row["amount"] or row["parties"]:
            wrong.append(n)
    values = shapley(groups) if groups else {}
    shares = as_percentages(values)
    return page(
        "contracts/suggestion.html", contract=found, title=looking.title_of(found), names=names, sides=sides, rows=rows,
        wrong=wrong, groups=groups, values={party: round(values.get(party, 0)) for party in sides}, shares=shares,
        whole=sum(group.amount for group in groups), can_grow=len(rows) < min(MOST_ROWS, most),
        as_asked=",".join(f"{party}:{share}" for party, share in shares.items()),
        may_negotiate=looking.may(reader, found)["negotiate"],
    )  # fmt: skip


def division_asked(parties: Collection[str]) -> dict[str, Any] | None:
    """The division that an address asks for as `party:basis points,…`; None unless it gives all of it to these parties."""
    shares = {}
    for part in request.args.get("division", "").split(","):
        party, _colon, share = part.partition(":")
        if party not in parties or not (share.isascii() and share.isdigit() and len(share) < 6):
            return None
        shares[party] = int(share)
    return as_division(shares) if sum(shares.values()) == WHOLE else None


def _row(n: int, sides: list[str]) -> dict[str, Any]:
    typed = request.args.get(f"amount{n}", "").strip()
    plain = typed.replace(",", "")
    value = int(plain) if plain.isascii() and plain.isdigit() and int(plain[:12]) <= MOST and len(plain) <= 10 else None
    return {"parties": [party for party in request.args.getlist(f"group{n}") if party in sides], "amount": typed, "value": value}
