"""A partner recomputes her statement with one file and nothing of ours; a changed cent anywhere is refused and named."""

import copy
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts import operations as contracts
from coursehub.contracts import queries as contracts_book
from coursehub.contracts import terms as terms_module
from coursehub.contracts.counters import names_for
from coursehub.contracts.evidence import bundle as evidence_of
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.pool_returns import ReturnedPeriod, reinstate_period, return_period
from coursehub.contracts.operations.pooling import PaidPeriod, SharedMonth, fund_pool, share_pool
from coursehub.contracts.waterfall import gone_of, share_back, share_refund, share_sale
from coursehub.db import transaction
from coursehub.ledger.checks import check_books
from coursehub.ledger.operations import seal_days
from coursehub.statements import bundle, checks, operations, queries
from coursehub.statements.months import Month
from tests.cast import sign_in
from tests.contracts import strategies
from tests.contracts.rig import agree, course_of, draft_of_sale, gave_back_as_before, terms_data

from .books import APRIL, AVAILABLE, DAY, MARCH, MAY, dispute, move, refund, sell, two_months
from .offline import checker, faults, hashed_anew, issued_bundles


@pytest.fixture
def parts(cast, at):
    """The bundles of March and April."""
    return bundles(cast, at)


def bundles(cast, at, **changes):
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at, **changes)
    two_months(cast, terms, course)
    operations.issue_due(at=MAY)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    found = []
    for month in (Month(2026, 3), Month(2026, 4)):
        statement = queries.issued(cast.northwind.id, month, "CNY")
        assert statement
        found.append(json.loads(json.dumps(bundle.bundle(statement.body, accounts))))
    return found


def test_both_months_hold(parts):
    assert [faults(each) for each in parts] == [[], []]


def test_who_had_joined_a_campaign_is_told_and_decides_who_bears_its_discount(cast, at):
    northwind, house = cast.northwind.public_id, cast.house.public_id
    discount = {
        "opted_in": [{"party": northwind, "floor_price_minor": 9_000, "campaigns": "joined"}],
        "rest": {"kind": "party", "party": house},
    }
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at, discount=discount)
    for n, facts in enumerate(({"joined": [northwind]}, {}, {"joined": [northwind], "gross_minor": 8_999})):
        sell(terms, course, MARCH + n * DAY, str(n), discount_minor=1_000, **facts)
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    (told, *_rest) = issued_bundles(cast.northwind)
    assert faults(told) == []
    joined = next(event for event in told["events"] if "joined" in event["facts"] and event["facts"]["gross_minor"] == 10_000)
    assert {line["party"] for line in joined["lines"] if line["role"] == "discount"} == {northwind}
    del joined["facts"]["joined"]
    assert faults(told), "without the fact somebody else bears it"


def test_the_program_runs_alone_on_the_file_that_a_partner_downloads(parts, cast, client, tmp_path):
    sign_in(client, cast.finn)
    files = []
    for month in ("2026-03", "2026-04"):
        file = tmp_path / f"{month}.zip"
        file.write_bytes(client.get(f"/studio/statements/{month}/CNY/zip").data)
        files.append(file)
    program = tmp_path / "alone" / "check_statement.py"
    program.parent.mkdir()
    with zipfile.ZipFile(files[0]) as archive:
        program.write_bytes(archive.read("check_statement.py"))
        archive.extractall(tmp_path / "alone")
    for arguments in ([*map(str, files)], [], ["--zh"]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(program), *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] in ("Everything holds.", "全部相符。")
    assert client.get("/studio/statements/2026-03/CNY/zip").data == files[0].read_bytes()


def test_months_that_do_not_meet_are_refused(parts, tmp_path, capsys):
    third = copy.deepcopy(parts[1])
    third["statement"]["statement"]["opening"]["liability:payable:held"] += 1
    names = []
    for n, each in enumerate((parts[0], third)):
        names.append(str(tmp_path / f"{n}.zip"))
        Path(names[-1]).write_bytes(bundle.zipped(each, days_url=""))
    assert checker.main(names) == 1
    assert "does not begin where the month before ended" in capsys.readouterr().out


def places(data, found, way=()):
    """Every amount, hash, moment and number of a bundle, by the way to it."""
    if isinstance(data, dict):
        for key, value in data.items():
            places(value, found, (*way, key))
    elif isinstance(data, list):
        for n, value in enumerate(data):
            places(value, found, (*way, n))
    elif (isinstance(data, int) and not isinstance(data, bool)) or isinstance(data, str):
        found.append((way, data))


def changed(parts, way, value):
    """The bundle with one value changed."""
    forged = copy.deepcopy(parts)
    place = forged
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return forged


def test_any_amount_changed_by_a_cent_and_any_word_changed_is_refused(parts):
    for each in parts:
        found = []
        places(each, found)
        assert len(found) > 300
        missed = []
        for way, value in found:
            others = (value + 1, value - 1) if isinstance(value, int) else (f"{value}x",)
            missed += [way for other in others if not faults(changed(each, way, other))]
        assert missed == []


def test_a_changed_amount_is_refused_even_when_its_hashes_were_made_to_fit(parts):
    """The hash in the letter would not fit either; but nobody should need it for this."""
    for each in parts:
        assert faults(hashed_anew(copy.deepcopy(each))) == []
        found = []
        places(each, found)
        amounts = [
            (way, value)
            for way, value in found
            if isinstance(value, int) and (str(way[-1]).endswith("_minor") or way[-2] in ("opening", "closing"))
        ]
        assert len(amounts) > 30
        free = ("tax_bps", "share_bps", "offset_limit_bps", "floor_price_minor")
        missed = [way for way, value in amounts if way[-1] not in free and not faults(hashed_anew(changed(each, way, value + 1)))]
        assert missed == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p["events"][0]["facts"].update(fee_minor=321), "By clause"),
        (lambda p: p["events"][0]["lines"][2].update(amount_minor=2735), "By clause /rates/rest, event"),
        (
            lambda p: p["statement"]["statement"]["lines"][0].update(amount_minor=1),
            "The statement says 1 in 1 events by clause /split",
        ),
        (lambda p: p["statement"]["statement"]["closing"].update({"liability:payable:held": 1}), "do not make closing 1"),
        (lambda p: p["journals"][0]["own"][0].update(amount_minor=1), "Your legs of journal 1 are not those in it"),
        (lambda p: p["journals"][0]["content"]["postings"][0].__setitem__(3, 1), "Journal 1 was changed"),
        (lambda p: p["journals"][0]["proof"].update(place=1, size=2), "not proven to be in the book of 2026-03-05"),
        (lambda p: next(iter(p["terms"].values()))["terms"]["rates"]["rest"].update(share_bps=1), "were changed"),
        (lambda p: p["events"].pop(), "The moves of the statement are not those"),
        (lambda p: p["journals"].pop(1), "The journal of event"),
        (lambda p: p["statement"]["statement"]["held"].pop(), "What is on hold"),
    ],
)
def test_what_was_changed_is_named(parts, change, words):
    forged = copy.deepcopy(parts[0])
    change(forged)
    assert any(words in fault for fault in faults(forged)), faults(forged)


def test_days_of_a_reserve_are_computed_again(cast, at):
    for each in bundles(cast, at, reserve={"share_bps": 1_000, "days": 60}):
        assert each["statement"]["statement"]["reserved"] and faults(each) == []
        each["statement"]["statement"]["reserved"][0]["until"] = "2026-05-01"
        assert any("What is in reserve" in fault for fault in faults(hashed_anew(each)))


def test_what_banks_took_and_gave_back_is_told_and_computed_again(cast, at):
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at)
    for n in range(3):
        sell(terms, course, MARCH + n * DAY, str(n))
    refund(course, MARCH + 3 * DAY, 3_333, "1", "0")
    dispute(course, MARCH + 4 * DAY, 6_667, "1", "0", back_at=MARCH + 5 * DAY)
    dispute(course, MARCH + 6 * DAY, 4_321, "2", "1")
    dispute(course, MARCH + 7 * DAY, 10_000, "3", "2", back_at=APRIL)
    refund(course, APRIL + DAY, 6_667, "2", "0")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    for month, kinds in ((3, {"sale", "refund", "dispute", "reinstated"}), (4, {"refund", "reinstated"})):
        issued = queries.issued(cast.northwind.id, Month(2026, month), "CNY")
        assert issued and {line["kind"] for line in issued.body["lines"]} == kinds
        found = json.loads(json.dumps(bundle.bundle(issued.body, accounts)))
        assert faults(found) == []
        taken = next(event for event in found["events"] if event["kind"] == "dispute")
        taken["lines"][0]["amount_minor"] -= 1
        taken["lines"][1]["amount_minor"] += 1
        assert faults(found)
    assert check_books().faults == ()


def test_a_sale_whose_fee_took_everything_holds_up_no_statement_once_it_goes_back(cast, at):
    """It has no legs and so no journal; what took it back has one."""
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at)
    sold = sell(terms, course, MARCH, "1", gross_minor=1, tax_bps=0, fee_minor=1)
    dispute(course, APRIL, 1, "1", "1")
    sell(terms, course, APRIL, "2")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    (april,) = issued_bundles(cast.northwind)
    assert sold.journal_id is None and sold.public_id in {event["id"] for event in april["events"]}
    assert faults(april) == [] and list(checks.faults()) == []


def test_a_guarantee_that_was_put_right_is_told_in_each_month_and_holds(cast, at, client):
    """Added in April, and partly taken back in May, after a payout: the rest is owed."""
    course = course_of(cast.northwind, "async", at)
    partner, house = cast.northwind.public_id, cast.house.public_id
    promise = {"party": partner, "window": "month", "amount_minor": 20_000, "cap_minor": None, "funder": house}
    contract, terms = agree(cast, course, at, guarantees=[promise])
    close_month(contract, "2026-03", at=APRIL)
    move("payout", APRIL + DAY, "payout:1", (AVAILABLE, partner, 17_000), ("asset:bank", None, -17_000))
    with transaction():
        contracts.share(draft_of_sale(terms, course, MARCH), at=MAY)
    agree(cast, course, APRIL + 2 * DAY, contract=contract, guarantees=[])  # April is promised nothing
    close_month(contract, "2026-04", at=MAY + DAY)
    seal_days(at=MAY + 40 * DAY)
    operations.issue_due(at=MAY + 40 * DAY)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(partner, "CNY").items()}
    for number, amounts in ((4, [20_000]), (5, [6_380, -6_380])):
        issued = queries.issued(cast.northwind.id, Month(2026, number), "CNY")
        assert issued and [line["amount_minor"] for line in issued.body["lines"]] == amounts
        found = json.loads(json.dumps(bundle.bundle(issued.body, accounts)))
        assert faults(found) == []
        told = [event for event in found["events"] if event["kind"] == "guarantee"]
        assert [event["facts"] for event in told] == [{"window": "2026-03"}]
        told[0]["lines"][0]["amount_minor"] -= 1
        assert faults(found)
    sign_in(client, cast.finn)
    table = client.get("/studio/statements/2026-05/CNY/csv").get_data(as_text=True)
    assert "-63.80" in table and "Guaranteed minimum" in table
    assert client.get("/studio/statements/2026-05/CNY/pdf").status_code == 200
    assert issued.body["closing"]["asset:receivable"] == -3_380
    assert check_books().faults == ()


def test_what_a_bank_took_of_a_pass_and_what_followed_its_month_is_computed_again(cast, at):
    """A period of March, shared and taken in April and given back; another that was taken before and followed the month."""
    course = course_of(cast.northwind, "async", at)
    rule = {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"}
    scope = terms_data(cast.house, cast.northwind, course)["scope"]
    _contract, terms = agree(cast, course, at, scope=scope | {"events": [*scope["events"], "period"]}, pool=rule)
    month, late = "pool:pass1:2026-03", "pool:pass1:2026-03:du_2"
    paid = [PaidPeriod(f"period:pi_{n}", MARCH, "pass1", "CNY", 9_900, 600, 487) for n in (1, 2)]

    def shared(key, moment):
        facts = {"pass": "pass1", "month": "2026-03"}
        wish = SharedMonth(key, moment, "pass1", "CNY", 8_853, {course.id: 8_853}, {course.id: terms.terms_hash}, "d" * 64, facts)
        share_pool(wish, at=moment)

    def taken(n, moment, *, amount=9_900, keys=(), kind="dispute"):
        shares, pooled = ({course.id: 8_853}, 8_853) if keys else ({}, 0)
        effect, effects = f"{kind}:du_{n}:withdrawn", ["dispute:du_1:withdrawn"]
        facts = {kind: f"du_{n}"}
        return_period(ReturnedPeriod(kind, effect, facts, moment, paid[n - 1], amount, effects, keys, shares, pooled), at=moment)

    def back(n, moment):
        key = f"dispute:du_{n}:withdrawn"
        return reinstate_period(key, "pass1", occurred_at=moment, at=moment, named=lambda each: f"{each}:back")

    with transaction():
        for each in paid:
            fund_pool(each, at=MARCH)
        taken(2, MARCH + DAY)
        shared(month, MARCH + 20 * DAY)
        taken(1, MARCH + 21 * DAY, keys=[month])
        assert back(1, APRIL) == 0
        assert back(2, APRIL + DAY) == 8_853
        shared(late, APRIL + DAY)
        taken(1, APRIL + 2 * DAY, amount=5_000, keys=[month], kind="refund")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    for number, kinds in ((3, {"period", "dispute"}), (4, {"period", "reinstated", "refund"})):
        issued = queries.issued(cast.northwind.id, Month(2026, number), "CNY")
        assert issued and {line["kind"] for line in issued.body["lines"]} == kinds
        assert faults(json.loads(json.dumps(bundle.bundle(issued.body, accounts)))) == []
    assert check_books().faults == ()


def test_books_in_which_a_return_undid_its_dispute_still_check(cast, at):
    """Written before decision 49: a refund in between, and the return gave the dispute's very legs again."""
    course = course_of(cast.northwind, "async", at)
    _contract, terms = agree(cast, course, at)
    for n, gross in enumerate((7, 9, 999)):
        sold = sell(terms, course, MARCH, str(n), gross_minor=gross, fee_minor=1)
        taken = dispute(course, MARCH + DAY, 2, str(n), str(n))
        refund(course, MARCH + 2 * DAY, 1, f"{n}:1", str(n))
        gave_back_as_before(taken, MARCH + 3 * DAY)
        refund(course, MARCH + 4 * DAY, 3, f"{n}:2", str(n))
        refund(course, APRIL, gross - 4, f"{n}:3", str(n))
        assert not sum(line.amount_minor for each in (sold, *contracts_book.reversals_of_event(sold.id)) for line in each.lines)
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    assert list(checks.faults()) == []
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(cast.northwind.public_id, "CNY").items()}
    for month in (3, 4):
        issued = queries.issued(cast.northwind.id, Month(2026, month), "CNY")
        assert issued
        assert faults(json.loads(json.dumps(bundle.bundle(issued.body, accounts)))) == []


@given(strategies.terms(), strategies.sales, st.data())
def test_the_program_takes_what_came_again_as_we_do_and_as_books_of_before_say_it(data, sale, chance):
    body = terms_module.parse(data)
    sold = share_sale(body, replace(sale, counted=dict.fromkeys(names_for(body, sale.occurred_at), 0)))
    by_rule, before, disputes, earlier = chance.draw(st.booleans()), 0, [], []
    for _step in range(chance.draw(st.integers(1, 6))):
        taken = disputes.pop(chance.draw(st.integers(0, len(disputes) - 1))) if disputes and chance.draw(st.booleans()) else None
        if taken is None:
            kind, amount = (
                chance.draw(st.sampled_from(["refund", "dispute"])),
                chance.draw(st.integers(0, sale.gross_minor - before)),
            )
        else:
            kind, amount = "reinstated", sum(line.amount_minor for line in taken)
        if by_rule:
            said = share_back(body, sold, gone_of(line for _kind, lines in earlier for line in lines), amount_minor=amount)
        elif taken is None:
            said = share_refund(body, sold, before_minor=before, amount_minor=amount)
        else:
            said = [line._replace(amount_minor=-line.amount_minor) for line in taken]
        if kind == "dispute":
            disputes.append(said)
        event = {"kind": kind, "facts": {"amount_minor": amount}}
        told = [(kind, plain(lines)) for kind, lines in earlier]
        assert checker.due_back(data, plain(sold), told, event, plain(said)) == plain(said)
        forged = [*plain(said)[:-1], (*plain(said)[-1][:2], said[-1].amount_minor + 1, said[-1].path)]
        assert checker.due_back(data, plain(sold), told, event, forged) != forged
        earlier.append((kind, said))
        before += amount


def test_nothing_of_a_buyer_is_in_the_bundle(parts):
    assert not {"order", "refund", "rail"} & {name for each in parts for event in each["events"] for name in event["facts"]}


def plain(lines):
    return [(line.role, line.party, line.amount_minor, line.path) for line in lines]


@given(strategies.terms(), strategies.sales, st.data())
def test_the_program_shares_and_refunds_as_we_do(data, sale, chance):
    body = terms_module.parse(data)
    sale = replace(sale, counted={name: chance.draw(strategies.amounts) for name in names_for(body, sale.occurred_at)})
    facts = {
        name: getattr(sale, name)
        for name in (
            "gross_minor",
            "tax_bps",
            "fee_minor",
            "channel",
            "attributed",
            "discount_minor",
            "discount_borne_by",
            "joined",
        )
    }
    facts |= {"counted": dict(sale.counted), "moment": sale.occurred_at}
    contribution = {"module_weights": dict(sale.module_weights), "approved_minutes": dict(sale.approved_minutes)}
    sold = share_sale(body, sale)
    assert checker.share(data, facts, contribution) == plain(sold)
    before = 0
    for _step in range(chance.draw(st.integers(0, 3))):
        amount = chance.draw(st.integers(0, sale.gross_minor - before))
        ours = share_refund(body, sold, before_minor=before, amount_minor=amount)
        assert checker.share_refund(data, plain(sold), before, amount) == plain(ours)
        before += amount


def test_the_program_checks_the_record_of_a_negotiation_too(cast, at, tmp_path, capsys):
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at)
    for value in (3, 9):
        contracts.record_fact(
            contract, course_id=course.id, kind="module_weight", party=cast.northwind.public_id, value=value, holds_from=at,
            by=cast.acting(cast.pia), at=at, evidence={"of": "a test"},
        )  # fmt: skip
    told = evidence_of(contract, party=cast.northwind.public_id)
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(told))
    assert checker.main([str(file)]) == 0
    for change in (
        lambda e: e["proposals"][0]["terms"]["rates"]["rest"].update(share_bps=1),
        lambda e: e["proposals"][0]["signatures"][0].update(terms_hash="0"),
        lambda e: e["record"]["entries"][1].update(kind="declined"),
        lambda e: e["record"]["entries"].pop(),
        lambda e: e.pop("head"),
        lambda e: e["facts"][0]["statement"].update(value=30),
        lambda e: e["facts"][1]["statement"].update(evidence={"of": "another"}),
        lambda e: e["facts"].pop(),
        lambda e: e["facts"].append(copy.deepcopy(e["facts"][0]) | {"fact_hash": "0"}),
    ):
        forged = copy.deepcopy(told)
        change(forged)
        file.write_text(json.dumps(forged))
        assert checker.main([str(file)]) == 1
    assert "This does not hold." in capsys.readouterr().out


def test_a_file_that_is_no_bundle_is_refused_in_a_sentence(tmp_path, capsys):
    file = tmp_path / "x.zip"
    file.write_bytes(io.BytesIO(b"no").getvalue())
    assert checker.main([str(file), "--zh"]) == 1
    assert "读不出应有的内容" in capsys.readouterr().out
