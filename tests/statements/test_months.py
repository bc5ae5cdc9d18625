"""A month is closed by two persons, in its turn, and only when its checklist holds at that very moment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.billing.operations import book_statement, set_collection_account, take_in_statement
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger.accounts import PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post, seal_days
from coursehub.sales.models import WebhookEvent
from coursehub.statements import checklist, operations
from coursehub.statements.models import MonthClose
from coursehub.statements.months import Month
from tests.asked import statements
from tests.billing.statement import ACCOUNT, Told, plain
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of

from .books import APRIL, DAY, HELD, MARCH, MAY, move, refund, sell, tampered

march, april = Month(2026, 3), Month(2026, 4)


@pytest.fixture
def told(cast, at):
    course = course_of(cast.northwind, "async", at)
    terms = agree(cast, course, at)[1]
    for n in range(3):
        sell(terms, course, MARCH + n * DAY, str(n))
    refund(course, MARCH + 3 * DAY, 3_333, "1", "1")
    sell(terms, course, APRIL, "4")
    seal_days(at=MAY)
    operations.issue_due(at=MAY)
    jobs.run_due(at=MAY, strict=True)
    return cast.northwind


@pytest.fixture
def prepared(told, cast):
    return operations.prepare_close(march, named="", by=cast.acting(cast.fay), at=MAY)


def open_items(month, at=MAY):
    return [item.key for item in checklist.items_of(month, at) if not item.is_done]


def told_by_the_rail(at, done_at=None):
    with transaction():
        db.session.add(
            WebhookEvent(
                rail_event_id="evt_1", type="charge.updated", is_live=False, object_id="ch_1", claims={}, source="webhook",
                made_at=at, received_at=at, done_at=done_at,
            )
        )  # fmt: skip


def test_one_person_prepares_and_another_closes(prepared, cast):
    close = operations.close_month(prepared, by=cast.acting(cast.stan), at=MAY)
    assert (close.month, close.after_id, close.through_id) == ("2026-03", 0, 4)
    assert [item["is_done"] for item in close.checklist] == [True] * 8
    assert checklist.is_next(april)


def test_whoever_prepared_a_month_cannot_close_it(prepared, cast):
    with pytest.raises(operations.AnotherPersonCloses):
        operations.close_month(prepared, by=cast.acting(cast.fay), at=MAY)
    values = {
        "month": "2026-03", "preparation_id": prepared.id, "prepared_by_id": cast.fay.id, "closed_by_id": cast.fay.id,
        "closed_at": MAY, "checklist": [], "after_id": 0, "through_id": 4,
    }  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.insert(MonthClose), values)


def test_the_desk_names_months_that_wait_for_this_person(prepared, client, cast):
    early = APRIL - 3 * DAY  # four days after March, when its true-ups are not booked
    assert checklist.waiting_for(cast.stan.id, early) == []
    assert checklist.waiting_for(cast.stan.id, APRIL) == [march]
    assert checklist.waiting_for(cast.fay.id, APRIL) == []
    sign_in(client, cast.stan)
    assert "months to close" in client.get("/house").text
    operations.close_month(prepared, by=cast.acting(cast.stan), at=MAY)
    assert checklist.waiting_for(cast.stan.id, APRIL) == []


def test_only_finance_closes_months(prepared, cast):
    for person in (cast.cato, cast.susi, cast.finn):
        with pytest.raises(NotAllowed):
            operations.prepare_close(april, named="", by=cast.acting(person), at=MAY)
        with pytest.raises(NotAllowed):
            operations.close_month(prepared, by=cast.acting(person), at=MAY)


def test_a_month_is_closed_once_and_its_close_is_final(prepared, cast):
    operations.close_month(prepared, by=cast.acting(cast.stan), at=MAY)
    for again in (
        lambda: operations.close_month(prepared, by=cast.acting(cast.stan), at=MAY),
        lambda: operations.prepare_close(march, named="", by=cast.acting(cast.fay), at=MAY),
    ):
        with pytest.raises(operations.MonthClosed):
            again()
    for statement in ("DELETE FROM month_close", "UPDATE month_preparation SET named = 'x'"):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            db.session.execute(sa.text(statement))


def test_months_are_closed_in_their_order(told, cast):
    with pytest.raises(operations.EarlierMonthOpen):
        operations.prepare_close(april, named="", by=cast.acting(cast.fay), at=MAY)


def test_what_is_not_done_is_on_the_list_and_keeps_the_month_open(told, cast):
    assert open_items(march) == []
    assert open_items(Month(2026, 5)) == ["over", "true_ups", "statements"]
    told_by_the_rail(MAY - 60 * DAY)
    assert open_items(march) == ["deliveries"]
    with pytest.raises(operations.NotEverythingDone):
        operations.prepare_close(march, named="", by=cast.acting(cast.fay), at=MAY)


def test_the_checklist_is_asked_again_when_the_second_person_closes(prepared, cast):
    tampered("DELETE FROM statement WHERE month = '2026-03'")
    assert open_items(march) == ["statements"]
    with pytest.raises(operations.NotEverythingDone):
        operations.close_month(prepared, by=cast.acting(cast.stan), at=MAY)


def test_what_a_bank_took_too_much_does_not_hide_what_somebody_paid_for_nothing(told, cast):
    move("stray", MAY, "stray:pi_9", ("asset:bank", None, 700), ("liability:suspense", None, -700))
    move("dispute_beyond", MAY, "dispute_beyond:du_9", ("asset:bank", None, -700), ("liability:suspense", None, 700))
    assert checklist.suspense_of(checklist.items_of(Month(2026, 5), MAY + 40 * DAY)) == 1_400
    assert checklist.suspense_of(checklist.items_of(april, MAY + 40 * DAY)) == 0, "before it came"


def test_what_stands_in_suspense_must_be_named(told, cast):
    northwind, stan, fay = told.public_id, cast.acting(cast.stan), cast.acting(cast.fay)
    operations.close_month(operations.prepare_close(march, named="", by=fay, at=MAY), by=stan, at=MAY)
    operations.close_month(operations.prepare_close(april, named="", by=fay, at=MAY), by=stan, at=MAY)
    move("stray", MAY, "stray:1", ("asset:bank", None, 700), ("liability:suspense", None, -700))
    move("gift", MAY, "gift:1", ("asset:bank", None, 1), (HELD, northwind, -1))
    june = MAY + timedelta(days=35)
    seal_days(at=june)
    operations.issue_due(at=june)
    may = Month(2026, 5)
    assert checklist.suspense_of(checklist.items_of(may, june)) == 700
    with pytest.raises(operations.SuspenseNotNamed):
        operations.prepare_close(may, named="  ", by=fay, at=june)
    preparation = operations.prepare_close(
        may, named="A transfer of 7.00 without a name, asked for at the bank.", by=fay, at=june
    )
    assert operations.close_month(preparation, by=stan, at=june).month == "2026-05"


def test_two_persons_close_a_month_on_the_screen(told, cast, client, monkeypatch):
    monkeypatch.setattr("coursehub.clock.now", lambda: MAY)
    second = client.application.test_client()
    sign_in(client, cast.fay)
    sign_in(second, cast.stan)
    assert "March 2026" in client.get("/house/months").text
    assert "Everything is done" in client.get("/house/months/2026-03").text
    assert client.get("/house/months/2031-03").status_code == 404
    assert client.post("/house/months/2026-03/close").status_code == 404
    assert client.post("/house/months/2026-03/preparations", data={"named": ""}).status_code == 303
    assert "another person of finance closes it" in client.get("/house/months/2026-03").text
    assert client.post("/house/months/2026-03/close").status_code == 403
    assert "Close the month" in second.get("/house/months/2026-03").text
    assert second.post("/house/months/2026-03/close").status_code == 303
    page = client.get("/house/months/2026-03").text
    assert "Prepared by Fay Qian, closed by Stan Zhou" in page
    sign_in(second, cast.finn)
    assert "closed the books of this month on 6 May 2026" in second.get("/studio/statements/2026-03/CNY").text
    assert "closed the books of this month" not in second.get("/studio/statements/2026-04/CNY").text
    assert client.post("/house/months/2026-04/preparations", data={"named": "x" * 2001}).status_code == 422


def test_statements_that_are_missing_are_counted_at_once_for_all_partners(told, cast):
    with statements() as of_one:
        assert "statements" not in open_items(march)
    others = [cast.lumen, cast.harbour, cast.beacon]
    legs = [Leg(AccountRef("asset:bank"), 300), *(Leg(AccountRef(PARTNER_READY, each.public_id), -100) for each in others)]
    with transaction():
        post(kind="mature", effect_key="others", occurred_at=MAY, at=MAY, currency="CNY", postings=legs)
    assert "statements" not in open_items(march), "what began later asks for none"
    may = Month(2026, 5)
    with statements() as of_many:
        missing = next(item.count for item in checklist.items_of(may, MAY) if item.key == "statements")
    assert missing == 4 and len(of_many) <= len(of_one)


def test_the_page_of_a_month_says_how_far_the_statements_of_the_bank_reach(told, cast, client, monkeypatch):
    fay = cast.acting(cast.fay)
    set_collection_account("CNY", holder="QuantTide", bank="House Bank", number=ACCOUNT, by=fay, at=MARCH)
    monkeypatch.setattr(clock, "now", lambda: MAY)
    sign_in(client, cast.fay)
    lacking = client.get("/house/months/2026-03").text
    assert "no statement yet" in lacking and "Not every account has a statement to the end of this month" in lacking
    raw = plain(Told(7, "x", "B-1", on="2026-04-02"))
    book_statement(take_in_statement("a.csv", raw, account=ACCOUNT, currency="CNY", by=fay, at=MAY), own={}, by=fay, at=MAY)
    reached = client.get("/house/months/2026-03").text
    assert "2 Apr" in reached and "Not every account" not in reached
    assert "Not every account" in client.get("/house/months/2026-04").text, "April goes on after the second"
