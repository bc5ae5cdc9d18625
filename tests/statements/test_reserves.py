"""The list that says until when reserve is kept adds up to what stands in reserve; that of the first form is left as it was."""

import copy
import json
from functools import partial

from coursehub.contracts.operations.sharing import release_reserves
from coursehub.db import transaction
from coursehub.ledger.accounts import PARTNER_RESERVE as RESERVE
from coursehub.ledger.operations import seal_days
from coursehub.statements import bundle, checks, operations, queries, reckoning
from coursehub.statements.months import Month
from tests.contracts.rig import agree, course_of

from .books import APRIL, DAY, MARCH, MAY, dispute, refund, sell
from .offline import faults, hashed_anew


def disputed_reserve(cast, at):
    """March: three sales, two of which banks take, one wholly. April: one comes back. Both months as issued, with their bundles."""
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at, reserve={"share_bps": 1_000, "days": 45})
    for n in range(4):
        sell(terms, course, MARCH + n * DAY, str(n))
    dispute(course, MARCH + 5 * DAY, 10_000, "1", "1", back_at=APRIL)
    dispute(course, MARCH + 6 * DAY, 4_321, "2", "2")
    with transaction():
        release_reserves(at=MARCH + 46 * DAY)  # those of the first two days
    refund(course, MARCH + 47 * DAY, 1_000, "1", "0")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    issued = [queries.issued(cast.northwind.id, Month(2026, month), "CNY") for month in (3, 4)]
    return [(each, json.loads(json.dumps(bundle.bundle(each.body, accounts)))) for each in issued]


def test_what_is_in_reserve_adds_up_also_while_banks_have_some_of_it(cast, at):
    for issued, found in disputed_reserve(cast, at):
        inside = found["statement"]["statement"]
        assert sum(one["amount_minor"] for one in inside["reserved"]) == inside["closing"][RESERVE] > 0
        assert faults(found) == [] and issued.body["format"] == "coursehub-statement/3"
    assert any(event.get("let_go") for event in found["events"]) and list(checks.faults()) == []
    for change, words in (
        (lambda p: p["statement"]["statement"]["reserved"][0].update(amount_minor=1), "What is in reserve, and until when"),
        (lambda p: [each.update(let_go=None) for each in p["events"] if "let_go" in each], "What is in reserve, and until when"),
        (lambda p: [each.update(let_go=1) for each in p["events"] if "let_go" in each], "What is in reserve, and until when"),
        (lambda p: p["statement"]["statement"].update(reserved=[]), "The list of what is in reserve comes to 0"),
        (lambda p: p["statement"]["statement"].update(format="coursehub-statement/1"), "What is in reserve, and until when"),
        (lambda p: p["statement"]["statement"].update(format="coursehub-statement/4"), "does not know the form"),
    ):
        forged = copy.deepcopy(found)
        change(forged)
        assert any(words in fault for fault in faults(hashed_anew(forged))), (words, faults(hashed_anew(forged)))


def test_statements_of_the_first_form_still_say_what_they_said_and_check(cast, at, monkeypatch):
    """Their list left out what banks took and gave back; they were issued so, and are reckoned and computed again so."""
    with monkeypatch.context() as before:
        before.setattr(queries, "reckon", partial(queries.reckon, form=reckoning.WITHOUT_BANKS))
        told = disputed_reserve(cast, at)
    for _issued, found in told:
        assert found["statement"]["statement"]["format"] == "coursehub-statement/1" and faults(found) == []
        assert not any("let_go" in event for event in found["events"])
        found["statement"]["statement"]["reserved"].append({"until": "2026-05-01", "amount_minor": 1})
        assert any("What is in reserve" in fault for fault in faults(hashed_anew(found)))
    march = told[0][0].body
    assert sum(one["amount_minor"] for one in march["reserved"]) != march["closing"][RESERVE]
    assert list(checks.faults()) == []
