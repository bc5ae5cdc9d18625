"""A suggested division for a contract: what groups of its sides earn together, and what each adds on average."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.contracts.shapley import Group, as_percentages, shapley
from coursehub.contracts.views import looking
from coursehub.web import page, signed_in_actor

ROWS = 6
MOST = 10**9


def suggestion(contract_id: str) -> ResponseReturnValue:
    """Nothing is kept: everything that was typed stands in the address, so it can be sent to the other side."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    names = looking.names_of([found])
    sides = [party.party for party in found.parties][:8]
    rows, wrong = [_row(n, sides) for n in range(min(ROWS, 2 ** len(sides) - 1))], []
    groups = []
    for n, row in enumerate(rows):
        if row["amount"] and row["parties"] and row["value"] is not None:
            groups.append(Group(frozenset(row["parties"]), row["value"]))
        elif row["amount"] or row["parties"]:
            wrong.append(n)
    values = shapley(groups) if groups else {}
    return page(
        "contracts/suggestion.html", contract=found, title=looking.title_of(found), names=names, sides=sides, rows=rows,
        wrong=wrong, groups=groups, values={party: round(values.get(party, 0)) for party in sides}, shares=as_percentages(values),
        whole=sum(group.amount for group in groups),
    )  # fmt: skip


def _row(n: int, sides: list[str]) -> dict[str, Any]:
    typed = request.args.get(f"amount{n}", "").strip()
    plain = typed.replace(",", "")
    value = int(plain) if plain.isascii() and plain.isdigit() and int(plain[:12]) <= MOST and len(plain) <= 10 else None
    return {"parties": [party for party in request.args.getlist(f"group{n}") if party in sides], "amount": typed, "value": value}
