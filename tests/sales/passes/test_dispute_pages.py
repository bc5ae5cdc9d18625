"""Disputes over passes on screen and in letters: the house, the subscriber, the partner, and the sandbox's bank."""

import pytest
import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.payouts.operations import read_movements
from coursehub.payouts.queries import unmatched
from coursehub.sales import personal
from coursehub.sales.operations import follow_dispute
from coursehub.sales.passes import operations, queries
from tests.cast import sign_in
from tests.sales.passes.test_disputes import DAY, decided, disputed, shared, used


@pytest.fixture(autouse=True)
def readers(story, cast):
    """Those who are written to are there before anything happens."""
    return cast.fay, cast.finn


def letters(person):
    """What somebody was written, newest last."""
    return db.session.execute(sa.select(Letter).where(Letter.person_id == person.id).order_by(Letter.id)).scalars().all()


def test_the_house_sees_it_beside_the_others_with_its_day_its_pass_and_what_it_did(story, cast, app):
    mine, period = used(story, cast)
    number, dispute = disputed(story, period)
    fay = sign_in(app.test_client(), cast.fay)
    listed = fay.get("/house/disputes").text
    assert "Learn all" in listed and "Waits for our evidence" in listed and "CN¥99.00" in listed
    assert "1 payment dispute" in fay.get("/house").text
    shown = fay.get(f"/house/disputes/{dispute.public_id}").text
    for words in ("how a pass renews and is stopped", period.public_id, number, "It was in the pool of the pass", "CN¥15.00"):
        assert words in shown
    assert "Ada" not in shown and "ada@" not in shown
    decided(story, number, won=False)
    story.work(story.now)
    assert mine.state == "ended" and "The pass has ended." in fay.get(f"/house/disputes/{dispute.public_id}").text
    assert sign_in(app.test_client(), cast.finn).get(f"/house/disputes/{dispute.public_id}").status_code == 403


def test_after_the_month_was_shared_the_house_sees_from_whom_it_was_taken_and_finance_its_month(story, cast, app):
    _mine, period = used(story, cast)
    month = shared(story)
    number, dispute = disputed(story, period)
    fay = sign_in(app.test_client(), cast.fay)
    shown = fay.get(f"/house/disputes/{dispute.public_id}").text
    assert "What it took, and from whom" in shown and "Northwind" in shown and f"/house/pools/{month.public_id}" in shown
    page = fay.get(f"/house/pools/{month.public_id}").text
    assert "bank: Waits for our evidence" in page and f"periods/{period.public_id}/refunded" not in page
    refused = fay.post(f"/house/pools/periods/{period.public_id}/refunded", data={"amount": "1"})
    assert refused.status_code == 409 and "has this payment in dispute" in refused.text
    decided(story, number, won=True)
    assert "What came back" in fay.get(f"/house/disputes/{dispute.public_id}").text
    assert "bank: Won" in fay.get(f"/house/pools/{month.public_id}").text


def test_the_subscriber_reads_what_happened_what_stays_and_what_to_do(story, cast, app):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    story.work(story.now)
    ada = sign_in(app.test_client(), cast.ada)
    shown = ada.get(f"/subscriptions/{mine.public_id}").text
    for words in ("Your bank is looking into a payment", "Your courses stay open.", "taken by your bank", "Go on after all"):
        assert words in shown
    assert "Money back" not in shown
    (letter,) = [each for each in letters(cast.ada) if "taken back a payment" in each.subject]
    assert "nothing more is charged" in letter.body and "CN¥99.00" in letter.body and "dispute" not in letter.body.lower()
    assert not [each for each in letters(cast.ada) if "You stopped it" in each.body], "they did not"
    decided(story, number, won=True)
    story.work(story.now)
    assert "is looking into" not in ada.get(f"/subscriptions/{mine.public_id}").text
    (letter,) = [each for each in letters(cast.ada) if "has decided about" in each.subject]
    assert "stands" in letter.body and "say so on its page" in letter.body


def test_whoever_has_the_money_back_for_good_reads_that_the_pass_ends_and_evidence_stays(story, cast, app):
    mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    decided(story, number, won=False)
    story.work(story.now)
    (letter,) = [each for each in letters(cast.ada) if "has decided about" in each.subject]
    assert "stays with you" in letter.body and "Evidence and credentials that you earned stay yours" in letter.body
    shown = sign_in(app.test_client(), cast.ada).get(f"/subscriptions/{mine.public_id}").text
    assert "by your bank" in shown and "ended" in shown


def test_a_question_of_the_bank_that_took_nothing_is_not_told_to_the_subscriber(story, cast):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period, inquiry=True)
    decided(story, number, won=True)
    story.work(story.now)
    assert not [each for each in letters(cast.ada) if "bank" in each.subject.lower()]
    assert [each.subject for each in letters(cast.fay)][-2:] == ["A bank wants CN¥99.00 back", "A dispute over Learn all is over"]


def test_finance_reads_until_when_evidence_counts_and_how_it_ended(story, cast):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    story.work(story.now)
    letter = letters(cast.fay)[-1]
    assert (
        letter.subject == "A bank wants CN¥99.00 back" and "Evidence counts until" in letter.body and "Learn all" in letter.body
    )
    decided(story, number, won=False)
    story.work(story.now)
    assert "The bank decided for the subscriber" in letters(cast.fay)[-1].body


def test_a_partner_reads_what_was_taken_and_given_back_and_why(story, cast, app):
    _mine, period = used(story, cast)
    month = shared(story)
    number, _dispute = disputed(story, period)
    story.work(story.now)
    finn = sign_in(app.test_client(), cast.finn)
    (taken, _other) = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "dispute")).scalars().all()
    assert "Why this took back" in finn.get(f"/studio/earnings/{taken.public_id}").text
    assert "bank has taken this payment back" in finn.get(f"/studio/passes/{month.public_id}").text
    told = [each for each in letters(cast.finn) if "took back a payment for Learn all" in each.subject]
    assert len(told) == 1 and "CN¥61.97" in told[0].body
    decided(story, number, won=True)
    story.work(story.now)
    assert "bank has taken this payment back" not in finn.get(f"/studio/passes/{month.public_id}").text
    (back, _other) = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "reinstated")).scalars().all()
    assert "Why this gave you" in finn.get(f"/studio/earnings/{back.public_id}").text
    assert "CN¥61.97 stands in your account again" in letters(cast.finn)[-1].body


@pytest.mark.parametrize("won", [True, False])
def test_the_rail_s_movements_of_it_match_by_themselves(story, cast, won):
    _mine, period = used(story, cast)
    number, _dispute = disputed(story, period)
    story.now += DAY
    decided(story, number, won=won)
    read_movements(at=story.now)
    assert unmatched() == []


def test_a_person_plays_the_bank_of_a_subscriber_in_the_sandbox(story, cast):
    mine, period = used(story, cast)
    bank = story.sandbox.browser
    assert period.rail_charge_id in bank.get("/bank").text
    assert bank.post(f"/bank/charges/{period.rail_charge_id}", data={"how": "take"}).status_code == 303
    (dispute,) = story.sandbox.stripe.v1.disputes.list().data
    assert follow_dispute(dispute.id, at=story.now).state == "needs_response"
    bank.post(f"/bank/disputes/{dispute.id}", data={"answer": "lost"})
    assert follow_dispute(dispute.id, at=story.now).state == "lost" and queries.left_minor(period) == 0
    story.work(story.now)
    assert not operations.is_open(mine, story.on_offer, story.now)


def test_what_somebody_s_bank_wanted_back_is_among_what_is_known_of_them_and_of_nobody_else(story, cast):
    _mine, period = used(story, cast)
    disputed(story, period)
    (known,) = personal.export(cast.ada.id)["payment_disputes"]
    assert (known["amount_minor"], known["state"]) == (9_900, "needs_response")
    assert personal.export(cast.bo.id)["payment_disputes"] == []
