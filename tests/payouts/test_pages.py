"""The pages of payouts: a partner's own, and the house's runs, answers and reconciliation."""

import io
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from coursehub import clock
from coursehub.db import transaction
from coursehub.errors import NotAllowed
from coursehub.ledger.accounts import BANK, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts import operations, queries
from coursehub.web import part_of
from tests.cast import sign_in
from tests.people.mailbox import letters_to

from .rig import CNY, HOLD, World


@pytest.fixture
def world(cast):
    """Everything is so far back that its hold is over now."""
    return World(cast, clock.now() - HOLD - timedelta(days=5))


def page(client, path, person):
    answer = sign_in(client, person).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def test_a_run_goes_from_prepared_to_arrived_through_the_pages(client, cast, world):
    world.sell()
    shown = page(client, "/studio/payouts", cast.finn)
    assert "CN¥700.00" in shown and "Will be paid" in shown and "•••• 5678" in shown
    assert "Nothing was paid yet" in shown
    sign_in(client, cast.fay)
    assert "can be paid" in page(client, "/house/payouts", cast.fay)
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    answer = client.post("/house/payouts/CNY/prepared", data={"pay_on": day})
    assert answer.status_code == 303
    run = queries.open_run("CNY")
    path = f"/house/payouts/{run.public_id}"
    shown = page(client, path, cast.fay)
    assert "Another person of finance confirms it" in shown and "Confirm the run" not in shown
    assert client.post(f"{path}/confirmed").status_code == 403
    assert client.post(f"{path}/file").status_code == 409
    shown = page(client, path, cast.stan)
    assert "Confirm the run" in shown
    assert client.post(f"{path}/confirmed").status_code == 303
    file = client.post(f"{path}/file")
    assert file.status_code == 200 and "attachment" in file.headers["Content-Disposition"]
    assert "6222020012345678" in file.get_data(as_text=True)
    shown = page(client, path, cast.fay)
    assert "on its way" in shown and "Stan Zhou" in shown and "6222020012345678" not in shown
    (payout,) = queries.payouts_of_run(run.id)
    raw = f"reference,result,date,amount,currency\n{payout.public_id},paid,{day},700.00,CNY\n".encode()
    answer = client.post("/house/payouts/answers", data={"file": (io.BytesIO(raw), "a.csv")})
    assert answer.status_code == 303
    again = client.post("/house/payouts/answers", data={"file": (io.BytesIO(raw), "b.csv")})
    assert again.status_code == 409 and "This file was read before" in again.get_data(as_text=True)
    assert "arrived" in page(client, "/studio/payouts", cast.finn)


def test_a_partner_reads_why_its_money_stays(client, cast, world):
    world.sell(gross=10_000)
    assert "The smallest payout is CN¥100.00" in page(client, "/studio/payouts", cast.finn)
    world.sell()
    world.account(CNY, clock.now())
    assert "Your account is new" in page(client, "/studio/payouts", cast.finn)


def test_the_house_is_not_paid_out(client, cast, world):
    shown = page(client, "/studio/payouts", cast.stan)
    assert "The house is not paid out" in shown and "Next payout" not in shown


def test_a_partner_reads_what_it_owes_and_nobody_elses(client, cast, world):
    sale = world.sell()
    run = world.prepare(at=clock.now())
    world.confirm(run, at=clock.now())
    world.refund(sale, 50_000, clock.now())
    shown = page(client, "/studio/payouts", cast.finn)
    assert "What you owe" in shown and "refund after payout" in shown and "CN¥350.00" in shown and "50%" in shown
    assert "to give back" in page(client, "/studio/earnings", cast.finn)
    other = page(client, "/studio/payouts", cast.eve)
    assert "350.00" not in other and "Nothing was paid yet" in other
    assert "CN¥350.00" in page(client, "/house/payouts/reconciliation", cast.fay)


def test_what_a_bank_says_of_strangers_waits_for_an_explanation(client, cast, world):
    world.answer(("rent-2026-02", "paid", 128_000), at=clock.now())
    shown = page(client, "/house/payouts/reconciliation", cast.fay)
    assert "rent-2026-02" in shown and "unknown here" in shown
    ((line, _answer),) = queries.open_lines()
    path = f"/house/payouts/reconciliation/{line.id}/explained"
    assert client.post(path, data={"words": ""}).status_code == 422
    assert client.post(path, data={"words": "Rent."}).status_code == 303
    assert "Every line of the bank has its payout" in page(client, "/house/payouts/reconciliation", cast.fay)
    assert "1 line of the bank" not in page(client, "/house/payouts", cast.fay)


def test_the_desk_says_what_waits_for_whom(client, cast, world):
    world.sell()
    world.prepare(at=clock.now())
    world.answer(("rent-2026-02", "paid", 128_000), at=clock.now())
    seconds = page(client, "/house", cast.stan)
    assert "1 payout run waits for a second person" in seconds and "1 movement of money matches nothing" in seconds
    assert "payout run waits" not in page(client, "/house", cast.fay), "who prepared it cannot confirm it"


def test_finance_decides_the_day_and_the_smallest_amount(client, cast, world):
    world.sell(gross=10_000)
    assert "15" in page(client, "/house/payouts/calendar", cast.fay)
    amounts = {f"minimum_{code}": "30" for code in ("CNY", "EUR", "USD", "HKD", "JPY", "GBP", "SGD")}
    assert client.post("/house/payouts/calendar", data={**amounts, "day": "31"}).status_code == 422
    assert client.post("/house/payouts/calendar", data={**amounts, "day": "3", "minimum_JPY": "30.5"}).status_code == 422
    assert client.post("/house/payouts/calendar", data={**amounts, "day": "3"}).status_code == 303
    assert "Set by Fay Qian" in page(client, "/house/payouts/calendar", cast.stan)
    assert queries.calendar().day == 3 and queries.calendar().minimum_minor["JPY"] == 30
    assert "Will be paid" in page(client, "/studio/payouts", cast.finn), "70.00 are above 30.00"


def test_wrong_input_keeps_what_was_typed(client, cast, world):
    world.sell()
    sign_in(client, cast.fay)
    assert client.post("/house/payouts/CNY/prepared", data={"pay_on": "soon"}).status_code == 422
    past = client.post("/house/payouts/CNY/prepared", data={"pay_on": "2020-01-01"})
    assert past.status_code == 409 and "This day is past" in past.get_data(as_text=True)
    assert client.post("/house/payouts/EUR/prepared", data={"pay_on": "2099-01-01"}).status_code == 409
    assert client.post("/house/payouts/answers", data={}).status_code == 422


@pytest.mark.parametrize(
    ("raw", "english", "chinese"),
    [
        (b"\xff\xfe", "it is no table in UTF-8", "不是 UTF-8 编码的表格"),
        (b"a,b\n1,2\n", "does not name the columns reference, result", "首行缺少这些列：reference"),
        (b"<Document", "it begins like XML and is none", "不是有效的 XML"),
        (b"reference,result,date,amount,currency\nx,paid,soon,1.00,CNY\n", "soon in line 2 is no day", "第 2 行的“soon”不是日期"),
        (b"reference,result,date,amount,currency\nx,paid,2026-01-02,-1,CNY\n", "-1 in line 2 is no amount", "“-1”不是金额"),
    ],
)
def test_why_an_answer_cannot_be_read_is_said_in_the_readers_language(client, cast, world, raw, english, chinese):
    sign_in(client, cast.fay)
    for language, words in (("en", english), ("zh-CN", chinese)):
        client.set_cookie("language", language, domain="localhost")
        answer = client.post("/house/payouts/answers", data={"file": (io.BytesIO(raw), "a.csv")})
        assert answer.status_code == 409 and words in answer.get_data(as_text=True)


def test_whoever_answers_for_the_money_gets_letters(cast, world):
    world.sell()
    run = world.prepare(at=clock.now())
    assert "wait for you" in letters_to("stan@example.org")[-1].subject
    assert not [each for each in letters_to("fay@example.org") if "wait for you" in each.subject]
    world.confirm(run, at=clock.now())
    (payout,) = queries.payouts_of_run(run.id)
    for name in ("finn", "pia"):
        letter = letters_to(f"{name}@example.org")[-1]
        assert letter.subject == "CN¥700.00 are on their way to you" and payout.public_id in letter.body
    world.answer((payout.public_id, "bounced", payout.amount_minor), at=clock.now())
    assert letters_to("finn@example.org")[-1].subject == "A payout of CN¥700.00 came back"


def test_somebody_who_only_looks_prepares_nothing(cast, world):
    world.sell()
    looking = replace(cast.acting(cast.fay), looked_as_by_id=cast.stan.id)
    with pytest.raises(NotAllowed):
        operations.prepare_run("CNY", pay_on=clock.now().date(), by=looking, at=clock.now())


def test_finance_finds_a_payout_by_its_number_or_its_partner(client, cast, world):
    world.sell()
    run = world.prepare(at=clock.now())
    (payout,) = queries.payouts_of_run(run.id)
    fay = sign_in(client, cast.fay)
    for words in (payout.public_id, payout.public_id[:6].upper(), "Northwind", "北风"):
        found = fay.get("/house/payouts", query_string={"q": words}).text
        assert payout.public_id in found and f"/house/payouts/{run.public_id}" in found and "not confirmed" in found
    for words in ("nobody", "%", "_" * 6, "tr_unknown"):
        assert "No payout fits" in fay.get("/house/payouts", query_string={"q": words}).text


def test_a_run_of_many_partners_is_read_page_by_page_with_what_it_comes_to(client, cast, world, monkeypatch):
    """Northwind's 700.00 can be paid; three others have given no account."""
    monkeypatch.setattr("coursehub.payouts.views.house.part_of", partial(part_of, per_page=1))
    world.sell()
    partners = [cast.lumen, cast.harbour, cast.beacon]
    legs = [Leg(AccountRef(BANK), 300), *(Leg(AccountRef(PARTNER_READY, each.public_id), -100) for each in partners)]
    with transaction():
        post(kind="mature", effect_key="others", occurred_at=world.now, at=world.now, currency="CNY", postings=legs)
    first, last = page(client, "/house/payouts", cast.fay), page(client, "/house/payouts?ready-CNY=4", cast.fay)
    for shown in (first, last):
        assert "CN¥703.00" in shown and "1 would be paid" in shown and "of 4" in shown, "sums are of all pages"
    assert "Beacon" in first and "Northwind" not in first and "Northwind" in last
    run = world.prepare(clock.now())
    path = f"/house/payouts/{run.public_id}"
    withheld = [page(client, f"{path}?kept={n}", cast.fay) for n in (1, 2, 3)]
    for name in ("Lumen", "Harbour", "Beacon"):
        assert sum(name in shown for shown in withheld) == 1
    assert all("Northwind" in shown and "CN¥700.00" in shown for shown in withheld)
