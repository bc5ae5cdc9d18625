"""Whatever happens in whatever order: statements add up, follow each other, and are recomputed by a stranger."""

import json
import random
from datetime import timedelta

import pytest

from coursehub.contracts.operations import sharing
from coursehub.db import transaction
from coursehub.ledger import checks as books_checks
from coursehub.ledger.operations import seal_days
from coursehub.statements import bundle, checks, operations, queries, reckoning
from tests.contracts.rig import agree, course_of
from tests.ledger import strangers

from .books import AVAILABLE, HELD, MARCH, dispute, move, refund, sell
from .offline import checker

LONG = timedelta(days=100)


def split_of(cast):
    """Makers by modules, the rest to the partner."""
    pay = {"kind": "pay", "party": cast.northwind.public_id}
    makers = {"kind": "by_modules", "parties": [cast.house.public_id, cast.northwind.public_id], "rest": pay}
    return {"kind": "shares", "items": [{"label": "makers", "share_bps": 6_000, "then": makers}], "rest": pay}


@pytest.mark.parametrize("seed", range(6))
def test_statements_hold_under_any_history(cast, at, seed, tmp_path):
    chance = random.Random(seed)
    course = course_of(cast.northwind, "async", at)
    northwind = cast.northwind.public_id
    reserve = {"share_bps": 1_500, "days": 60} if seed % 2 else None
    changes = {"split": split_of(cast)} | ({"reserve": reserve} if reserve else {})
    _contract, terms = agree(cast, course, at, **changes)
    left: dict[str, int] = {}
    taken: list[tuple[str, int, object]] = []
    moment = MARCH
    for n in range(40):
        moment += timedelta(hours=chance.randrange(1, 120))
        # What is learnt late says an earlier moment; what a slow transaction writes too.
        said = moment - timedelta(hours=chance.choice([0, 0, 0, 30, 900])) if moment - MARCH > timedelta(days=40) else moment
        act = chance.choice(["sale", "sale", "sale", "refund", "dispute", "back", "move", "seal", "release"])
        if act == "sale":
            gross = chance.choice([0, 1, 999, 10_000, 39_900])
            sell(
                terms, course, said, str(n), gross_minor=gross, fee_minor=gross // 31,
                channel=chance.choice(["platform", "partner_link", "coupon"]), attributed=northwind,
                discount_minor=chance.choice([0, 500]), discount_borne_by=chance.choice([None, northwind]),
            )  # fmt: skip
            left[str(n)] = gross
        elif act == "refund" and any(left.values()):
            key = chance.choice([key for key, amount in left.items() if amount])
            amount = chance.randint(1, left[key])
            left[key] -= amount
            refund(course, said, amount, str(n), key)
        elif act == "dispute" and any(left.values()):
            key = chance.choice([key for key, amount in left.items() if amount])
            amount = chance.choice([left[key], chance.randint(1, left[key])])
            left[key] -= amount
            taken.append((key, amount, dispute(course, said, amount, str(n), key)))
        elif act == "back" and taken:
            key, amount, event = taken.pop(chance.randrange(len(taken)))
            left[key] += amount
            with transaction():
                sharing.reinstate(event, effect_key=f"{event.effect_key}:back", occurred_at=said, at=said)
        elif act == "release":
            sharing.release_reserves(at=moment)
        elif act == "move":
            move("mature", said, f"mature:{n}", (HELD, northwind, 1), (AVAILABLE, northwind, -1))
        else:
            seal_days(at=moment)
            operations.issue_due(at=moment)
    end = moment + LONG
    seal_days(at=end)
    operations.issue_due(at=end)
    assert list(checks.faults()) == []
    assert books_checks.check_books().faults == ()
    strangers.agree(tmp_path)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(northwind, "CNY").items()}
    issued = queries.statements_of(cast.northwind.id).values()
    assert len(issued) >= 3
    earned = 0
    for statement in sorted(issued, key=lambda each: each.month):
        totals = reckoning.totals(statement.body)
        earned += totals.earned_minor + totals.taken_back_minor
        report = checker.Report()
        checker.check_bundle(report, json.loads(json.dumps(bundle.bundle(statement.body, accounts))))
        assert report.faults == [], statement.month
    last = max(issued, key=lambda each: each.month)
    assert earned == reckoning.totals(last.body).closing_minor  # nothing was paid out
