"""The program that partners run, as a module of the tests, and the bundles it is given."""

import importlib.util
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from coursehub import config
from coursehub.contracts.operations.closing import CLOSES_AFTER
from coursehub.people.models import Organisation
from coursehub.statements import bundle, queries
from coursehub.web.locale import local_time

PROGRAM = config.package() / "static" / "check_statement.py"
spec = importlib.util.spec_from_file_location("check_statement", PROGRAM)
assert spec and spec.loader
checker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checker)


def issued_bundles(organisation: Organisation, currency: str = "CNY") -> list[dict[str, Any]]:
    """The bundle of every statement that was issued to a party, the oldest first, as it is read from its file."""
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(organisation.public_id, currency).items()}
    issued = sorted(queries.statements_of(organisation.id).values(), key=lambda each: each.month)
    return [json.loads(json.dumps(bundle.bundle(each.body, accounts))) for each in issued if each.currency == currency]


def faults(parts: dict[str, Any]) -> list[str]:
    """What the program says of a bundle."""
    report = checker.Report()
    try:
        checker.check_bundle(report, parts)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration) as problem:
        report.wrong("cannot be read: {problem!r}", "", problem=problem)
    return list(report.faults)


def not_found_late(organisation: Organisation, closed: Sequence[datetime]) -> list[tuple[str, str]]:
    """What the program finds in a party's months, as (month, fault): that nobody closed only where nobody did.

    closed: when months were closed; a close puts right a month from some days after its end on.
    """
    ran = {f"{at:%Y-%m}" for at in map(local_time, closed) if at - CLOSES_AFTER >= at.replace(day=1, hour=0)}
    found = []
    for parts in issued_bundles(organisation):
        month = parts["statement"]["statement"]["month"]
        late = month not in ran
        found += [(month, told) for told in faults(parts) if not (late and "in the whole month nobody booked" in told)]
    return found


def hashed_anew(parts: dict[str, Any]) -> dict[str, Any]:
    """The same, with the hashes that whoever forges a bundle can make to fit."""
    inside = parts["statement"]["statement"]
    inside["events"]["hash"] = checker.digest(parts["events"])
    if "history" in parts:  # forms of before have none
        inside["history"]["hash"] = checker.digest(parts["history"])
    parts["statement"]["hash"] = checker.digest(inside)
    return parts
