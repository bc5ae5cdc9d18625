"""What a close books is worked out again by a stranger: counters, true-ups and guarantees, booked wrongly or not at all."""

import copy
import json
from functools import partial

import pytest

from coursehub.contracts.closing import shortfall, true_up
from coursehub.contracts.counters import moved_by, written
from coursehub.contracts.evidence import bundle as evidence_of
from coursehub.contracts.operations import closing, counting, sharing
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.record import stamp
from coursehub.db import transaction
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import seal_days
from coursehub.statements import bundle, checks, operations, queries, reckoning
from tests.contracts.rig import agree, course_of, three_sides

from .books import APRIL, DAY, MARCH, MAY, dispute, refund, sell
from .offline import checker, faults, hashed_anew, issued_bundles

JUNE = MAY + 31 * DAY
LADDER = {"kind": "marginal", "window": "year", "rungs": [{"above_minor": 15_000, "share_bps": 1_000}]}


def terms_that_count(cast):
    """A ladder, a ceiling, costs that come back, and a guarantee for each month."""
    northwind, house = cast.northwind.public_id, cast.house.public_id
    rest = {"share_bps": 3_000, "cap_minor": None, "ladder": LADDER}
    rates = {
        "party": house, "rest": rest, "ceiling": {"window": "contract", "amount_minor": 7_900},
        "channels": [{"channel": "partner_link", "share_bps": 1_000, "cap_minor": None}],
    }  # fmt: skip
    cost = {"id": "film", "party": house, "amount_minor": 4_000, "share_bps": 2_000}
    promise = {"party": northwind, "window": "month", "amount_minor": 40_000, "cap_minor": 15_000, "funder": house}
    return {"rates": rates, "recoup": [cost], "guarantees": [promise]}


def closed_months(cast, at):
    """March to May: sales out of order, a refund, money that a bank took and gave back, a contest; closed each month."""
    course = course_of(cast.northwind, "async", at)
    contract, terms = agree(cast, course, at, **terms_that_count(cast))
    sold = [sell(terms, course, MARCH + n * DAY, str(n), gross_minor=9_000 + 7 * n, tax_bps=0, fee_minor=3) for n in (2, 1, 3)]
    refund(course, MARCH + 6 * DAY, 3_333, "1", "1")
    dispute(course, MARCH + 7 * DAY, 9_021, "3", "3", back_at=MARCH + 20 * DAY)
    close_month(contract, "2026-03", at=APRIL)
    sell(terms, course, MARCH, "late", gross_minor=12_345)
    with transaction():
        reattribute(
            sold[0], channel="partner_link", attributed=cast.northwind.public_id, contest="c1", at=APRIL + DAY
        )  # fmt: skip
    close_month(contract, "2026-03", at=APRIL + 2 * DAY)
    refund(course, APRIL + 3 * DAY, 12_345, "late", "late")
    close_month(contract, "2026-04", at=MAY)
    close_month(contract, "2026-05", at=JUNE)
    seal_days(at=JUNE + 40 * DAY)
    operations.issue_due(at=JUNE + 40 * DAY)
    assert check_books().faults == ()
    return issued_bundles(cast.northwind)


def test_whatever_a_close_books_is_worked_out_again(cast, at):
    told = closed_months(cast, at)
    assert [faults(each) for each in told] == [[]] * 4 and list(checks.faults()) == []
    kinds = {event["kind"] for each in told for event in each["events"]}
    assert kinds >= {"true_up", "guarantee", "reshared", "reinstated"}
    assert not any("counted" in event["facts"] for each in told for event in each["events"])
    report = checker.Report()
    checker.check_bundle(report, told[1])
    assert not any("taken as booked" in note for note in report.notes)
    assert any("K-0001: counters, true-ups and guarantees worked out again" in note for note in report.notes)


def raised(right, booked, *, house):
    """A true-up that gives a partner a cent more, out of the house's share."""
    due = true_up(right, booked, house=house)
    partner = next((party for party in due if party != house), None)
    moved = due if partner is None else {**due, partner: due[partner] + 1, house: due.get(house, 0) - 1}
    return {party: amount for party, amount in moved.items() if amount}


def too_little(guarantee, earned_minor):
    """A guarantee that lacks a cent."""
    return max(0, shortfall(guarantee, earned_minor) - 1)


def as_if_begun(body, moment):
    """A recoupment counter that begins at 1.00 instead of nothing."""
    return {name: count + 100 * (name == "recouped:film") for name, count in counting.counted(body, moment).items()}


def half_counted(body, lines, moment):
    """Volume of which half is forgotten."""
    return {name: by // 2 if name.startswith("volume") else by for name, by in moved_by(body, lines, moment).items()}


@pytest.mark.parametrize(
    ("where", "name", "planted", "words"),
    [
        (closing, "true_up", raised, "K-0001: true_up"),
        (closing, "_true_up", lambda *_named, **_more: False, "K-0001: in the whole month nobody booked"),
        (closing, "shortfall", too_little, "K-0001: guarantee"),
        (closing, "_guarantees", lambda *_named, **_more: False, "/guarantees 2026-03"),
        (sharing, "counted", as_if_begun, "By clause /recoup/0"),
        (sharing, "moved_by", half_counted, "moves the counter volume:2026 by"),
    ],
)
def test_a_house_that_books_it_otherwise_is_found_out(cast, at, monkeypatch, where, name, planted, words):
    """The books add up, their hashes fit and every statement is issued: only the terms say that it is wrong."""
    monkeypatch.setattr(where, name, planted)
    told = closed_months(cast, at)
    assert any(words in fault for each in told for fault in faults(each)), [faults(each) for each in told]


def test_a_close_that_looks_at_its_last_month_alone_is_found_out(cast, at, monkeypatch):
    monkeypatch.setattr(closing, "windows_between", lambda _window, _first, last: [f"{last:%Y-%m}"])
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at, guarantees=terms_that_count(cast)["guarantees"])
    close_month(contract, "2026-04", at=MAY)
    seal_days(at=JUNE + DAY)
    operations.issue_due(at=JUNE + DAY)
    (may,) = issued_bundles(cast.northwind)
    assert [fault for fault in faults(may) if "/guarantees 2026-03" in fault]


def test_a_forged_bundle_is_refused_even_when_its_hashes_were_made_to_fit(cast, at):
    """A guarantee raised by a cent, with the line, the leg, the move and the closing balance; and a history that leaves out."""
    told = closed_months(cast, at)
    april, may = told[1], told[2]
    for change in (
        lambda p: p["history"][0]["events"].pop(0),
        lambda p: p["history"][0]["events"][0].update(amount_minor=1),
        lambda p: p["history"][0]["events"][0]["facts"].update(gross_minor=9_000),
        lambda p: p["history"][0]["counters"].popitem(),
        lambda p: next(iter(p["history"][0]["counters"].values())).update({"volume:2026": 5}),
        lambda p: p["history"][0].update(terms=[]),
        lambda p: p["history"].clear(),
    ):
        forged = copy.deepcopy(may)
        change(forged)
        assert faults(forged) and faults(hashed_anew(forged))
    forged = copy.deepcopy(april)
    event = next(one for one in forged["events"] if one["kind"] == "guarantee")
    inside, partner = forged["statement"]["statement"], event["lines"][0]["party"]
    event["amount_minor"] += 1
    event["lines"][0]["amount_minor"] += 1
    journal = next(one for one in forged["journals"] if one["id"] == event["journal"])
    journal["own"][0]["amount_minor"] += 1
    journal["content"]["postings"][0][3] += 1
    journal["content"]["postings"][1][3] -= 1
    for one in inside["lines"]:
        if (one["kind"], one["path"]) == ("guarantee", event["lines"][0]["path"]):
            one["amount_minor"] += 1
    for one in inside["moves"]:
        if (one["kind"], one["account"]) == ("guarantee", journal["own"][0]["account"]):
            one["amount_minor"] += 1
    inside["closing"][journal["own"][0]["account"]] += 1
    assert [fault for fault in faults(hashed_anew(forged)) if f"gives {partner}" in fault]


def test_a_month_that_tells_an_event_otherwise_than_the_month_before_is_refused(cast, at, tmp_path, capsys):
    told = closed_months(cast, at)

    def checked(*months):
        names = []
        for n, each in enumerate(months):
            folder = tmp_path / f"{len(list(tmp_path.iterdir()))}-{n}"
            folder.mkdir()
            for name, part in each.items():
                (folder / f"{name}.json").write_bytes(checker.canonical(part))
            names.append(str(folder))
        return checker.main(names), capsys.readouterr().out

    assert checked(*told)[0] == 0
    forged = copy.deepcopy(told[1])
    next(iter(forged["history"][0]["events"]))["contribution"] = {"module_weights": {}}
    status, said = checked(told[0], hashed_anew(forged))
    assert status == 1 and "otherwise than a month before it" in said


def test_from_when_until_when_terms_held_is_held_against_what_was_signed(cast, at, tmp_path, capsys):
    """Terms that begin on a day of their own follow others; the record of the contract knows both days."""
    course = course_of(cast.northwind, "async", at)
    contract, terms = agree(cast, course, at, **terms_that_count(cast))
    begins = APRIL + 2 * DAY
    agree(cast, course, APRIL, contract=contract, starts=written(begins), guarantees=[])
    sell(terms, course, MARCH, "1")
    close_month(contract, "2026-03", at=APRIL + DAY)
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    record = tmp_path / "evidence.json"
    record.write_text(json.dumps(evidence_of(contract, party=cast.northwind.public_id)))
    april = issued_bundles(cast.northwind)[1]
    assert [one["until"] for one in april["history"][0]["terms"]] == [stamp(begins), None]

    def checked(parts):
        for name, part in parts.items():
            (tmp_path / f"{name}.json").write_bytes(checker.canonical(part))
        status = checker.main([str(tmp_path), str(record)])
        return status, capsys.readouterr().out

    assert checked(april)[0] == 0
    for place, change, words in (
        (0, {"until": None}, "is not what was signed"),
        (1, {"from": stamp(begins + DAY)}, "is not what was signed"),
        (0, {"until": stamp(begins - DAY)}, "is not what its record says"),
        (0, {"from": stamp(at + DAY)}, "is not what its record says"),
    ):
        forged = copy.deepcopy(april)
        forged["history"][0]["terms"][place].update(change)
        status, said = checked(hashed_anew(forged))
        assert status == 1 and words in said, said


def test_a_month_that_is_not_over_is_told_from_the_first_event_as_well(cast, at):
    closed_months(cast, at)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    so_far = queries.reckon(cast.northwind, queries.month_at(JUNE), "CNY", at=JUNE + DAY)
    told = json.loads(json.dumps(bundle.bundle(so_far, accounts)))
    assert so_far["history"] is None and told["history"][0]["events"] and faults(told) == []


def test_a_quiet_month_still_shows_what_was_guaranteed(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract, terms = agree(cast, course, at, guarantees=[{**terms_that_count(cast)["guarantees"][0], "amount_minor": 1_000}])
    sell(terms, course, MARCH, "1")
    sell(terms, course, APRIL + 20 * DAY, "2")
    seal_days(at=JUNE)
    operations.issue_due(at=JUNE)
    march, april, may = issued_bundles(cast.northwind)
    assert faults(march) == faults(april) == faults(may) == []
    assert not may["events"] and len(may["history"][0]["events"]) == 2
    assert contract.reference == may["history"][0]["reference"]


def test_a_contract_of_others_is_in_no_bundle_and_no_history_names_a_buyer(cast, at):
    closed_months(cast, at)
    three_sides(cast, course_of(cast.northwind, "other", at), at)
    assert queries.reckon(cast.lumen, queries.month_at(JUNE), "CNY", at=JUNE, for_issue=True)["history"]["count"] == 0
    for each in issued_bundles(cast.northwind):
        assert [told["reference"] for told in each["history"]] == ["K-0001"]
        named = {name for told in each["history"] for event in told["events"] for name in event["facts"]}
        assert named <= {
            "gross_minor", "tax_bps", "fee_minor", "channel", "attributed", "discount_minor", "discount_borne_by",
            "amount_minor", "taken", "window", "limit",
        }  # fmt: skip


def test_statements_of_the_form_before_still_say_where_counters_stood_and_check(cast, at, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(queries, "reckon", partial(queries.reckon, form=reckoning.WITHOUT_HISTORY))
        told = closed_months(cast, at)
    assert [faults(each) for each in told] == [[]] * len(told) and list(checks.faults()) == []
    assert all("history" not in each and "history" not in each["statement"]["statement"] for each in told)
    counted = [event["facts"]["counted"] for event in told[0]["events"] if event["kind"] == "sale"]
    assert {} in counted and any(counted)
    next(event for event in told[0]["events"] if event["facts"].get("counted"))["facts"]["counted"] = {}
    assert faults(told[0])
