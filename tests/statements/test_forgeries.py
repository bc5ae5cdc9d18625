"""A house that forges a bundle, with books, hashes and proofs made to fit, is found out by the program that partners run."""

import copy
import json

import pytest

from coursehub.contracts.evidence import bundle as evidence_of
from coursehub.contracts.operations import mature_sale
from coursehub.contracts.operations.closing import close_month
from coursehub.ledger.operations import seal_days
from coursehub.statements import operations
from tests.contracts.rig import agree, course_of

from .books import APRIL, AVAILABLE, DAY, HELD, MARCH, MAY, dispute, move, sell, two_months
from .forging import booked, of_event, refitted, shared_by_its_terms, taken_back
from .offline import checker, faults, hashed_anew, issued_bundles


@pytest.fixture
def march(cast, at):
    """The bundle of a month with three sales and a part refund."""
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at)
    two_months(cast, terms, course)
    operations.issue_due(at=MAY)
    return issued_bundles(cast.northwind)[0]


def test_a_bundle_that_is_only_put_together_again_holds(march):
    assert faults(march) == [] and faults(refitted(copy.deepcopy(march))) == []
    assert faults(taken_back(march, 100)) == faults(shared_by_its_terms(march)) == []


FORGERIES = {
    "a journal that only says that it ends a hold takes money away": lambda p, me: booked(
        p, None, (AVAILABLE, me, 1_000), ("income:share", "", -1_000), kind="mature"
    ),
    "a payout goes to the income of the house": lambda p, me: booked(
        p, None, (AVAILABLE, me, 1_000), ("income:share", "", -1_000), kind="payout_paid"
    ),
    "a journal that takes is not shown": lambda p, me: unseen(
        booked(p, None, (AVAILABLE, me, 1_000), ("asset:bank", "", -1_000), kind="payout_paid")
    ),
    "a sale of less than nothing": lambda p, me: shared_by_its_terms(p, gross_minor=-1_000),
    "a discount below nothing": lambda p, me: shared_by_its_terms(p, discount_minor=-1_000),
    "a tax of more than the price": lambda p, me: shared_by_its_terms(p, tax_bps=20_000),
    "more goes back than was paid": lambda p, me: taken_back(p, 12_000),
    "a part goes back of what went back": lambda p, me: taken_back(p, -500),
    "a refund of a refund": lambda p, me: refitted(again(p)),
    "the same event twice": lambda p, me: refitted(twice(p)),
    "the same journal twice": lambda p, me: hashed_anew({**p, "journals": [*p["journals"], p["journals"][0]]}),
    "a true-up with a fee in it": lambda p, me: of_event(p, closes(p, me, "fee_cost")),
    "a true-up that no history tells": lambda p, me: of_event(p, closes(p, me, "share")),
    "a kind that nobody knows": lambda p, me: of_event(p, {**closes(p, me, "share"), "kind": "fine"}),
    "a rebate of somebody who got nothing": lambda p, me: of_event(p, rebate(p, me)),
    "a hold of a year": lambda p, me: refitted(held_for_long(p)),
    "an account that is left out at the end": lambda p, me: without_account(p),
    "a month that begins a month before": lambda p, me: of_month(p, begins="2026-01-31T16:00:00.000000+00:00"),
    "a month in a zone of its own": lambda p, me: of_month(p, zone="Moon"),
    "an event in another currency": lambda p, me: refitted(in_dollars(p)),
}


def unseen(parts):
    """Its content is withheld, as if legs of strangers stood in it, and another number stands where the amount was."""
    parts["journals"][-1]["content"] = None
    return hashed_anew(parts)


def again(parts):
    back = next(one for one in parts["events"] if one["kind"] == "refund")
    forged = taken_back(parts, 500)
    forged["events"][-1]["reverses"] = back["id"]
    return forged


def twice(parts):
    forged = taken_back(parts, 500)
    forged["events"][-1]["id"] = next(one for one in parts["events"] if one["kind"] == "refund")["id"]
    return forged


def closes(parts, me, role):
    """What looks like the close of a month, and takes ten."""
    sale = parts["events"][0]
    lines = [{"role": role, "party": me, "amount_minor": -1_000, "path": "/true_up"}]
    return {**sale, "kind": "true_up", "amount_minor": -1_000, "facts": {}, "contribution": {}, "lines": lines,
            "held_until": sale["occurred_at"]}  # fmt: skip


def rebate(parts, me):
    """Half of a sale goes back as of a fee, from a side that had no line in it."""
    sale = next(one for one in parts["events"] if one["kind"] == "sale")
    for line in sale["lines"]:
        line["party"] = None if line["party"] == me else line["party"]
    lines = [{"role": "share", "party": me, "amount_minor": -1_000, "path": "/clawback"}]
    return {**sale, "kind": "rebate", "reverses": sale["id"], "amount_minor": -1_000, "facts": {}, "contribution": {},
            "lines": lines}  # fmt: skip


def held_for_long(parts):
    forged = copy.deepcopy(parts)
    sale = forged["events"][1]
    sale["held_until"] = sale["held_until"].replace("2026", "2027")
    return forged


def without_account(parts):
    forged = booked(
        parts, None, (HELD, parts["statement"]["statement"]["party"], 1_000),
        (AVAILABLE, parts["statement"]["statement"]["party"], -1_000), kind="mature",
    )  # fmt: skip
    del forged["statement"]["statement"]["closing"][AVAILABLE]
    return hashed_anew(forged)


def of_month(parts, **changes):
    forged = copy.deepcopy(parts)
    forged["statement"]["statement"].update(changes)
    return hashed_anew(forged)


def in_dollars(parts):
    forged = shared_by_its_terms(parts)
    forged["events"][-1]["currency"] = "USD"
    forged["journals"][-1]["content"] = None
    return forged


@pytest.mark.parametrize("name", FORGERIES)
def test_it_is_found(march, cast, name):
    forged = FORGERIES[name](copy.deepcopy(march), cast.northwind.public_id)
    assert faults(forged), name


def test_what_the_house_bore_and_takes_again_once_a_bank_returns_it_is_no_forgery(cast, at):
    """Terms by which nothing paid is set against later payouts: the house bears what a bank takes, and has it when that comes."""
    course, me = course_of(cast.northwind, "async", at), cast.northwind.public_id
    _contract, terms = agree(cast, course, at, hold={"days": 0}, clawback={"offset_limit_bps": 0, "max_age_days": 0})
    sale = sell(terms, course, MARCH, "1")
    mature_sale(sale, at=MARCH + DAY)
    move("payout", MARCH + 2 * DAY, "payout:1", (AVAILABLE, me, 5_000), ("asset:bank", None, -5_000))
    dispute(course, MARCH + 3 * DAY, 10_000, "1", "1", back_at=APRIL)
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    march, april = issued_bundles(cast.northwind)
    taken = [
        journal
        for journal in april["journals"]
        if journal["kind"] == "mature" and sum(leg["amount_minor"] for leg in journal["own"])
    ]
    assert taken and faults(march) == faults(april) == []
    forged = copy.deepcopy(april)
    next(one for one in forged["journals"] if one["id"] == taken[0]["id"])["content"]["effect_key"] = "mature:other"
    assert faults(refitted(forged))


def test_terms_that_nobody_signed_or_that_had_not_begun_are_found(cast, at, tmp_path, capsys):
    """A refund whose fee stands with the partner by terms of another version; a sale under terms that begin later."""
    course, me = course_of(cast.northwind, "async", at), cast.northwind.public_id
    contract, terms = agree(cast, course, at)
    starts = (MARCH + 10 * DAY).strftime("%Y-%m-%dT16:00:00Z")
    _contract, later = agree(
        cast, course, MARCH, contract=contract, starts=starts, refund_fee={"bearer": me},
        rates={**terms.body["rates"], "rest": {"share_bps": 5_000, "cap_minor": None}},
    )  # fmt: skip
    sell(terms, course, MARCH, "1")
    sell(later, course, MARCH + 20 * DAY, "2")
    seal_days(at=APRIL)
    operations.issue_due(at=APRIL)
    (march,) = issued_bundles(cast.northwind)
    assert faults(march) == []
    assert faults(taken_back(march, 10_000, terms_hash=later.terms_hash)), "refunded by terms of another version"
    early = copy.deepcopy(march)
    sale = next(one for one in early["events"] if one["terms_hash"] == later.terms_hash)
    model = {**sale, "occurred_at": early["events"][0]["occurred_at"], "held_until": early["events"][0]["held_until"]}
    assert faults(of_event(early, model)), "sold by terms that had not begun"

    unsigned = copy.deepcopy(march)
    document = copy.deepcopy(unsigned["terms"][terms.terms_hash])
    document["terms"]["rates"]["rest"]["share_bps"] = 9_000
    name = checker.digest(document)
    unsigned["terms"][name] = document
    sale = next(one for one in unsigned["events"] if one["terms_hash"] == terms.terms_hash)
    forged = shared_by_its_terms({**unsigned, "events": [{**sale, "terms_hash": name}, *unsigned["events"]]})
    forged["events"].pop(0)
    forged = refitted(forged)
    assert faults(forged) == [], "without the record nobody can know who signed what"
    record = tmp_path / "record.json"
    record.write_text(json.dumps(evidence_of(contract, party=me)))

    def checked(parts):
        for part, content in parts.items():
            (tmp_path / f"{part}.json").write_bytes(checker.canonical(content))
        return checker.main([str(tmp_path), str(record)]), capsys.readouterr().out

    assert checked(march)[0] == 0
    status, said = checked(forged)
    assert status == 1 and "are not among those that the record" in said
    told = json.loads(record.read_text())
    told["proposals"][0]["signatures"] = [one for one in told["proposals"][0]["signatures"] if one["party"] != me]
    told["proposals"][0]["terms"]["governance"]["signers"].remove(me)
    record.write_text(json.dumps(told))
    status, said = checked(march)
    assert status == 1 and "without the signatures it needs" in said, "also where terms say that their partner signs nothing"


def test_a_contract_that_counts_cannot_be_told_without_its_history(cast, at):
    course = course_of(cast.northwind, "async", at)
    promise = {"party": cast.northwind.public_id, "window": "month", "amount_minor": 20_000, "cap_minor": None,
               "funder": cast.house.public_id}  # fmt: skip
    contract, terms = agree(cast, course, at, guarantees=[promise])
    sell(terms, course, MARCH, "1")
    close_month(contract, "2026-03", at=APRIL)
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    april = issued_bundles(cast.northwind)[1]
    assert faults(april) == []
    for forged in (copy.deepcopy(april), copy.deepcopy(april)):
        forged["history"].clear()
        assert faults(refitted(forged))
