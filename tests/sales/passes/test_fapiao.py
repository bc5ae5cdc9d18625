"""Fapiao of passes: one for each paid period, asked for, made out, reversed and exported like those of orders."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.desks.queries.house import queues
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales import personal
from coursehub.sales import queries as sales
from coursehub.sales.models import FapiaoRequest, PassPeriod
from coursehub.sales.operations import fapiao
from coursehub.sales.operations.papers import NothingToInvoice, TaxNumberWrong
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import papers
from tests.cast import sign_in
from tests.sales.passes.test_disputes import decided, disputed
from tests.sales.test_races import at_once

COMPANY = DetailsDraft("company", "海港软件有限公司", "91310000MA1FL0XX0X", "上海市港口路 1 号 021-5550", "海港银行 6222")
PERSON = DetailsDraft("personal", "Ada Chen")


def asked_for(story, person, details=PERSON, kind="normal"):
    """Somebody takes the pass and asks for the fapiao of the first period."""
    mine = story.take(person)
    period = queries.periods_of(mine.id)[0]
    asked = papers.ask_fapiao_of_period(period, details, kind=kind, by=story.cast.acting(person), at=story.now)
    return mine, period, asked


def made_out(story, asked, number="2631000001"):
    fay = story.cast.acting(story.cast.fay)
    fapiao.take_fapiao(asked, by=fay, at=story.now)
    fapiao.record_fapiao(asked, number=number, issued_on=story.now.date(), by=fay, at=story.now)


def given_back(story, period, amount_minor):
    operations.refund_period(period, amount_minor=amount_minor, by=story.house, at=story.now)
    story.work(story.now)


def test_each_period_has_one_request_and_the_next_period_its_own(story, cast):
    mine, period, asked = asked_for(story, cast.ada, COMPANY, "special")
    ada = cast.acting(cast.ada)
    with pytest.raises(fapiao.FapiaoAskedBefore):
        papers.ask_fapiao_of_period(period, COMPANY, kind="normal", by=ada, at=story.now)
    story.wait(31, mine)
    later = queries.periods_of(mine.id)[0]
    other = papers.ask_fapiao_of_period(later, PERSON, kind="normal", by=ada, at=story.now)
    assert [each.id for each in sales.fapiao_of_periods([period.id, later.id])] == [other.id, asked.id]
    sold = sales.sold_for_each([asked, other])
    assert {each.number for each in sold.values()} == {mine.public_id}
    assert sold[asked.id].titles["en"].startswith("Learn all (20") and sold[asked.id].titles != sold[other.id].titles
    assert (sold[asked.id].left_minor, sold[asked.id].tax_bps, sold[asked.id].buyer_id) == (9_900, 600, cast.ada.id)


def test_strangers_wrong_numbers_and_special_ones_without_an_address_are_refused(story, cast):
    mine = story.take(cast.ada)
    period, ada = queries.periods_of(mine.id)[0], cast.acting(cast.ada)
    for stranger in (cast.bo, cast.fay):
        with pytest.raises(NotAllowed):
            papers.ask_fapiao_of_period(period, PERSON, kind="normal", by=cast.acting(stranger), at=story.now)
    for details in (PERSON, replace(COMPANY, address=""), replace(COMPANY, bank="")):
        with pytest.raises(fapiao.SpecialNeedsMore):
            papers.ask_fapiao_of_period(period, details, kind="special", by=ada, at=story.now)
    with pytest.raises(TaxNumberWrong):
        papers.ask_fapiao_of_period(period, replace(COMPANY, tax_number="12"), kind="normal", by=ada, at=story.now)
    given_back(story, period, 9_900)
    with pytest.raises(NothingToInvoice):
        papers.ask_fapiao_of_period(period, PERSON, kind="normal", by=ada, at=story.now)
    assert sales.fapiao_of_periods([period.id]) == []


def test_finance_makes_it_out_over_what_is_left_and_reverses_what_goes_back(story, cast):
    _mine, period, asked = asked_for(story, cast.ada)
    fay = cast.acting(cast.fay)
    assert [(queue.count, queue.opened_at) for queue in queues(fay, at=story.now) if queue.kind == "fapiao"] == [(1, story.now)]
    given_back(story, period, 1_000)
    made_out(story, asked)
    assert (asked.state, asked.issued_minor) == ("issued", 8_900)
    assert sales.fapiao_to_reverse_minor(asked) == 0 and db.session.execute(sales.fapiao_to_do()).scalar_one() == 0
    with pytest.raises(fapiao.NothingToReverse):
        fapiao.reverse_fapiao(asked, number="2631000002", issued_on=story.now.date(), by=fay, at=story.now)
    given_back(story, period, 2_500)
    assert db.session.execute(sales.fapiao_to_reverse()).tuples().all() == [(asked, 2_500)]
    assert db.session.execute(sales.fapiao_to_do()).scalar_one() == 1
    with pytest.raises(fapiao.NumberUsed):
        fapiao.reverse_fapiao(asked, number="2631000001", issued_on=story.now.date(), by=fay, at=story.now)
    red = fapiao.reverse_fapiao(asked, number="2631000002", issued_on=story.now.date(), by=fay, at=story.now)
    assert red.amount_minor == 2_500 and db.session.execute(sales.fapiao_to_reverse()).all() == []
    story.work(story.now)
    told = {letter.key.split(":")[0]: letter.body for letter in db.session.execute(sa.select(Letter)).scalars()}
    for name, number in (("sales.fapiao_issued", "2631000001"), ("sales.fapiao_reversed", "2631000002")):
        assert number in told[name] and f"/subscriptions/{_mine.public_id}/invoices" in told[name]


def test_a_bank_calls_for_red_letters_only_once_it_keeps_the_money(story, cast):
    _mine, period, asked = asked_for(story, cast.ada)
    made_out(story, asked)
    number, _dispute = disputed(story, period)
    assert sales.fapiao_to_reverse_minor(asked) == 0, "while the bank decides nothing is gone for good"
    lost = decided(story, number, won=False)
    assert lost.state == "lost" and sales.fapiao_to_reverse_minor(asked) == 9_900
    facts = replace(story.rail.read_dispute(number), state="won", reinstated_at=story.now)
    operations.record_period_dispute(period, facts, at=story.now)
    assert sales.fapiao_to_reverse_minor(asked) == 0, "given back after all"


def test_declined_it_can_be_asked_for_again(story, cast):
    _mine, period, asked = asked_for(story, cast.ada)
    fapiao.decline_fapiao(asked, answer="The name is incomplete.", by=cast.acting(cast.fay), at=story.now)
    story.work(story.now)
    letters = db.session.execute(sa.select(Letter.body).where(Letter.key.like("sales.fapiao_declined%"))).scalars().all()
    assert len(letters) == 1 and "The name is incomplete." in letters[0]
    again = papers.ask_fapiao_of_period(period, COMPANY, kind="normal", by=cast.acting(cast.ada), at=story.now)
    assert again.state == "asked" and db.session.execute(sales.fapiao_waiting()).scalars().all() == [again]


def test_orders_and_periods_leave_in_one_file_and_finance_handles_none_of_its_own(story, cast):
    _mine, _period, asked = asked_for(story, cast.ada)
    _fays, _its, own = asked_for(story, cast.fay)
    order = story.buy(story.offer(story.course("other")), cast.bo)
    of_order = fapiao.ask_fapiao(order, COMPANY, kind="special", by=cast.acting(cast.bo), at=story.now)
    fay = cast.acting(cast.fay)
    rows = fapiao.export_fapiao(by=fay, at=story.now)
    assert [(request.id, sold.left_minor, details.title) for request, sold, details in rows] == [
        (asked.id, 9_900, "Ada Chen"), (of_order.id, 19_900, COMPANY.title),
    ]  # fmt: skip
    for act in (
        lambda: fapiao.take_fapiao(own, by=fay, at=story.now),
        lambda: fapiao.record_fapiao(own, number="1", issued_on=story.now.date(), by=fay, at=story.now),
        lambda: fapiao.decline_fapiao(own, answer="No.", by=fay, at=story.now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_it_goes_with_the_person_and_its_answer_is_emptied(story, cast):
    _mine, _period, asked = asked_for(story, cast.ada)
    asked_for(story, cast.bo)
    fapiao.decline_fapiao(asked, answer="The name is incomplete.", by=cast.acting(cast.fay), at=story.now)
    (taken,) = personal.export(cast.ada.id)["fapiao"]
    assert (taken["kind"], taken["answer"]) == ("normal", "The name is incomplete.")
    with transaction():
        personal.erase(cast.ada.id, story.now)
    assert [each["answer"] for each in personal.export(cast.ada.id)["fapiao"]] == [""]


def test_a_request_is_about_an_order_or_a_period_as_the_database_knows(story, cast):
    _mine, _period, asked = asked_for(story, cast.ada)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.update(FapiaoRequest).where(FapiaoRequest.id == asked.id).values(period_id=None))


def test_asked_for_twice_and_made_out_twice_at_once_it_is_one(app, story, cast):
    mine = story.take(cast.ada)
    period_id, ada, now = queries.periods_of(mine.id)[0].id, cast.ada.id, story.now

    def ask():
        period, by = db.session.get_one(PassPeriod, period_id), actor_for(db.session.get_one(Person, ada))
        return papers.ask_fapiao_of_period(period, PERSON, kind="normal", by=by, at=now).state

    assert sorted(at_once(app, ask, ask, ask)) == ["FapiaoAskedBefore", "FapiaoAskedBefore", "asked"]
    request_id = db.session.execute(sa.select(FapiaoRequest.id)).scalar_one()

    def keep(who, number):
        def act():
            request = db.session.get_one(FapiaoRequest, request_id)
            fapiao.record_fapiao(
                request, number=number, issued_on=now.date(), by=actor_for(db.session.get_one(Person, who)), at=now
            )
            return "kept"

        return act

    told = at_once(app, keep(cast.fay.id, "F1"), keep(cast.stan.id, "F2"))
    assert sorted(told) == ["FapiaoAnswered", "kept"]


def test_subscriber_and_finance_meet_it_on_their_pages(app, story, cast):
    story.sandbox.tell("clock", reset=True)
    story.now = clock.now()
    mine = story.take(cast.ada)
    period = queries.periods_of(mine.id)[0]
    ada, fay = sign_in(app.test_client(), cast.ada), sign_in(app.test_client(), cast.fay)
    for client, language in ((ada, "en"), (fay, "zh-CN")):
        client.set_cookie("language", language, domain="localhost")
    address = f"/subscriptions/{mine.public_id}/invoices"
    typed = {"kind": "personal", "title": "Ada Chen", "fapiao": "normal", "period": "somebody-elses"}
    assert ada.post(address, data=typed).status_code == 422
    assert sign_in(app.test_client(), cast.bo).post(address, data=typed | {"period": period.public_id}).status_code == 404
    assert ada.post(address, data=typed | {"period": period.public_id, "fapiao": "special"}).status_code == 409
    assert ada.post(address, data=typed | {"period": period.public_id}).status_code == 303
    page = ada.get(address).text
    assert "Finance makes it out" in page and "SI-000001" in page and "Ask for a fapiao" not in page
    asked = db.session.execute(sa.select(FapiaoRequest)).scalar_one()
    queue = fay.get("/house/fapiao").text
    assert mine.public_id in queue and "畅学卡 (20" in queue
    assert "Ada Chen" in fay.post(f"/house/fapiao/{asked.public_id}/takings").text
    exported = fay.post("/house/fapiao/files").text
    assert mine.public_id in exported and "畅学卡 (20" in exported and "99.00" in exported
    kept = fay.post(f"/house/fapiao/{asked.public_id}/numbers", data={"number": "F1", "issued_on": "2026-11-01"})
    assert kept.status_code == 303 and "F1" in ada.get(address).text and "F1" in fay.get("/house/fapiao").text
    given_back(story, period, 2_500)
    assert fay.get("/house/fapiao").text.count("25.00") == 1


def test_after_the_invoices_only_a_fapiao_can_be_asked_for(app, story, cast):
    story.sandbox.tell("clock", reset=True)
    story.now = clock.now()
    mine = story.take(cast.ada)
    papers.ask_invoices(mine, PERSON, by=cast.acting(cast.ada), at=story.now)
    ada, address = sign_in(app.test_client(), cast.ada), f"/subscriptions/{mine.public_id}/invoices"
    ada.set_cookie("language", "en", domain="localhost")
    page = ada.get(address).text
    assert "Ask for a fapiao" in page and "No fapiao" not in page and "Make out the invoices" not in page
    period = queries.periods_of(mine.id)[0]
    typed = {"kind": "personal", "title": "Ada Chen", "fapiao": "normal", "period": period.public_id}
    assert ada.post(address, data={"kind": "personal", "title": "Ada Chen"}).status_code == 422, "for which period?"
    assert ada.post(address, data=typed | {"goes_on": "y"}).status_code == 303
    assert sales.fapiao_of_periods([period.id])[0].state == "asked"
    stopping = f"/subscriptions/{mine.public_id}/fapiao/stop"
    assert stopping in ada.get(address).text
    assert ada.post(stopping).status_code == 303 and stopping not in ada.get(address).text
    assert queries.fapiao_that_goes_on(mine.id) is None


def test_a_wish_that_goes_on_asks_for_each_later_period_until_it_is_stopped(story, cast):
    ada = cast.acting(cast.ada)
    mine = story.take(cast.ada)
    story.wait(31, mine)
    second, first = queries.periods_of(mine.id)
    papers.ask_fapiao_of_period(second, COMPANY, kind="special", by=ada, at=story.now, goes_on=True)
    papers.ask_fapiao_of_period(first, PERSON, kind="normal", by=ada, at=story.now)  # asking once more stops nothing
    story.wait(31, mine)
    third = queries.periods_of(mine.id)[0]
    (asked,) = sales.fapiao_of_periods([third.id])
    assert (asked.kind, asked.state) == ("special", "asked") and sales.sold_for(asked).left_minor == third.amount_minor
    with pytest.raises(NotAllowed):
        papers.stop_fapiao(mine, by=cast.acting(cast.bo), at=story.now)
    papers.stop_fapiao(mine, by=ada, at=story.now)
    story.wait(31, mine)
    assert sales.fapiao_of_periods([queries.periods_of(mine.id)[0].id]) == [] and len(queries.periods_of(mine.id)) == 4
    assert asked.state == "asked", "what was asked for is made out"


def test_a_wish_that_finance_declined_is_not_repeated(story, cast):
    mine = story.take(cast.ada)
    period = queries.periods_of(mine.id)[0]
    asked = papers.ask_fapiao_of_period(period, PERSON, kind="normal", by=cast.acting(cast.ada), at=story.now, goes_on=True)
    fapiao.decline_fapiao(asked, answer="The name is not whole.", by=cast.acting(cast.fay), at=story.now)
    story.wait(31, mine)
    assert sales.fapiao_of_periods([each.id for each in queries.periods_of(mine.id)]) == [asked]
