"""What is put right after a fact is settled is told: on the statement that a partner checks, on pages, by letters."""

import copy
import json

import pytest

from coursehub import clock, jobs
from coursehub.contracts import queries as contracts
from coursehub.contracts.evidence import bundle as evidence
from coursehub.contracts.operations.hiring import share_rebate
from coursehub.contracts.views.simulating import simulated
from coursehub.db import db, transaction
from coursehub.ledger.operations import seal_days
from coursehub.mail import Letter
from coursehub.statements import bundle, operations, queries
from coursehub.statements.checks import faults as false_statements
from coursehub.statements.months import Month
from coursehub.statements.telling import told_lines
from tests.statements.books import APRIL, MARCH, MAY
from tests.statements.test_checking import faults, hashed_anew

from ..cast import sign_in
from .facts_rig import DAY, Register, sound
from .rig import draft_of_dispute, draft_of_refund
from .test_fee_legs import announced, hired

pytestmark = pytest.mark.usefixtures("app")


def issued(register, at, month):
    seal_days(at=at)
    operations.issue_due(at=at)
    statement = queries.issued(register.cast.northwind.id, month, "CNY")
    accounts = {number: code for number, (code, _currency) in queries.accounts_of(register.own, "CNY").items()}
    return statement.body, json.loads(json.dumps(bundle.bundle(statement.body, accounts)))


@pytest.mark.parametrize("reserve", [{}, {"reserve": {"share_bps": 1_000, "days": 60}}])
@pytest.mark.parametrize("way", ["let_stand", "unanswered"])
def test_a_closed_month_stays_and_the_next_statement_names_the_fact_and_holds(cast, reserve, way):
    """Sold in March in parts to the house and to Northwind, put right in April, partly gone and come again after that."""
    late = MARCH + 15 * DAY
    register = Register(cast, late, **reserve)
    register.state(700, late, own=False)
    register.state(100, late)
    fact = register.state(300, late)
    before = register.sell(late + DAY)
    register.contest(fact, late + 2 * DAY)
    meanwhile = register.sell(late + 3 * DAY, tax_bps=600, fee_minor=320)
    register.share(draft_of_refund(register.course, late + 4 * DAY, 3_333, sale="sale:2"), late + 4 * DAY)
    _march, in_march = issued(register, APRIL - DAY, Month(2026, 3))
    over = register.end(fact, way, late + 5 * DAY)
    assert over.month == 4 and register.put_right(over) == 1
    register.share(draft_of_dispute(register.course, over + DAY, 2_222, sale="sale:1"), over + DAY)
    register.share(draft_of_refund(register.course, over + DAY, 1_111, "refund:2", "sale:2"), over + DAY)
    april, in_april = issued(register, MAY, Month(2026, 4))
    assert faults(in_march) == [] and faults(in_april) == [] and list(false_statements()) == []
    ended = "stands" if way == "let_stand" else "fell"
    anew = [line for line in april["lines"] if line["kind"] == "reshared"]
    assert {line["path"] for line in anew} == {f"/facts/{fact.public_id}/{ended}"}
    for locale in ("en", "zh-CN"):
        told = [line.sentence for line in told_lines(april, locale) if line.kind == "reshared"]
        assert told and all(fact.public_id in words for words in told)
    assert (register.got(before) < 2_000) == (way == "unanswered") and register.got(meanwhile) > 0
    forged = copy.deepcopy(in_april)
    moved = next(event for event in forged["events"] if event["kind"] == "reshared")
    moved["contribution"] = moved["contribution"] | {"module_weights": {register.own: 1}}
    assert any("shares a sale anew" in fault for fault in faults(hashed_anew(forged)))
    sound()


def test_a_rebate_after_a_part_of_a_fee_was_put_right_holds_on_the_statement(cast):
    """What is put right gives Northwind something of the fee; that is no rebate that gives."""
    late = MARCH + 15 * DAY
    register, prices = Register(cast, late), announced(cast, late)
    fact = register.state(1_000, late)
    register.contest(fact, late + DAY)
    booked = hired(cast, late + 2 * DAY, prices, {register.course.public_id: 1})
    register.end(fact, "accepted", late + 3 * DAY)
    register.put_right(late + 4 * DAY)
    with transaction():
        back = late + 5 * DAY
        share_rebate(booked, effect_key="placement:p1:rebate", amount_minor=123_457, occurred_at=back, at=back)
    _march, found = issued(register, APRIL, Month(2026, 3))
    assert faults(found) == []
    sound()


def test_a_simulation_replays_what_counts_now(cast, at):
    register = Register(cast, at)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    register.sell(at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    register.put_right(at + 4 * DAY)
    body = contracts.body_of(register.terms)
    found = simulated(register.contract, body, body, at + 5 * DAY)
    assert [(row.party, row.before_minor, row.after_minor) for row in found.moved if row.after_minor] == [
        (register.own, 10_000, 10_000)
    ]


def test_the_page_of_facts_says_what_was_put_right_and_leads_there(client, cast, at, monkeypatch):
    register = Register(cast, at)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    for _n in range(2):
        register.sell(at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    monkeypatch.setattr(clock, "now", lambda: at + 4 * DAY)
    sign_in(client, cast.pia)
    page = f"/studio/contracts/{register.contract.public_id}/facts"
    assert "is being put right" in client.get(page).text
    register.put_right(at + 4 * DAY)
    shown = client.get(page).text
    assert "put right: 2 sales" in shown and "+CN¥200.00" in shown and "/studio/earnings?kind=reshared" in shown
    listed = client.get("/studio/earnings?kind=reshared").text
    anew = contracts.reshared_of(contracts.event_for("sale:1"))[0]
    assert f"/studio/earnings/{anew.public_id}" in listed
    why = client.get(f"/studio/earnings/{anew.public_id}").text
    assert (
        f"Fact {fact.public_id} was contested and stands" in why and "The contested fact stands" in why and "1000 points" in why
    )
    sign_in(client, cast.stan)
    house = client.get(f"/house/contracts/{register.contract.public_id}/facts").text
    assert "put right: 2 sales" in house and "CN¥200.00</span> for you" in house and "/studio/earnings" not in house


def letters(at):
    jobs.run_due(at=at, strict=True)
    return {letter.to: letter for letter in db.session.query(Letter).all() if ".facts_put_right:" in letter.key}


@pytest.mark.parametrize(("way", "told"), [("accepted", "stands"), ("taken_back", "never counted")])
def test_every_side_reads_once_how_many_sales_were_put_right_and_what_that_comes_to(cast, at, way, told):
    """The worker finds it by itself: no page and nobody has to begin it."""
    register = Register(cast, at)
    fact = register.state(1_000, at)
    register.sell(at + DAY)
    register.contest(fact, at + 2 * DAY)
    for _n in range(2):
        register.sell(at + 3 * DAY)
    register.end(fact, way, at + 4 * DAY)
    jobs.run_due(at=at + 5 * DAY, strict=True)
    found = letters(at + 6 * DAY)
    pia, stan = (next(letter for to, letter in found.items() if to.startswith(name)) for name in ("pia", "stan"))
    gets, gives = (pia, stan) if way == "accepted" else (stan, pia)
    amount = "200.00" if way == "accepted" else "100.00"
    assert told in pia.body and f"gets CN¥{amount}" in gets.body
    assert f"gives back CN¥{amount}" in gives.body and len(letters(at + 7 * DAY)) == len(found)


def test_the_evidence_of_a_contract_is_whole_after_it(cast, at):
    register = Register(cast, at)
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    register.sell(at + 2 * DAY)
    register.end(fact, "accepted", at + 3 * DAY)
    register.put_right(at + 4 * DAY)
    assert evidence(register.contract, party=register.own)["facts"][0]["fact_hash"] == fact.fact_hash
