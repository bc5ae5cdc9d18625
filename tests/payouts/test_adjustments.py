"""Adjusting entries: written by one person of finance, confirmed by another, taken back by a third one like it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, rails
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import BANK, PARTNER_READY
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Journal
from coursehub.payouts import operations
from coursehub.payouts.adjusting import BANK_FEE, EXCHANGE, SUSPENSE, TAX, adjustable
from coursehub.payouts.models import Adjustment
from coursehub.payouts.operations import AdjustmentDraft
from coursehub.people.models import PeopleAudit
from coursehub.talent.working_days import local_day
from tests.cast import sign_in
from tests.people.mailbox import letters_to
from tests.rigs.threads import at_once
from tests.talent.test_hiring_races import as_now

DAY = timedelta(days=1)


def draft(at, **other):
    said = {"debit": BANK_FEE, "credit": BANK, "currency": "CNY", "amount_minor": 1_500, "occurred_on": local_day(at - DAY),
            "words": "Fee of the month", "reference": "B-77"}  # fmt: skip
    return AdjustmentDraft(**(said | other))


@pytest.fixture
def row(cast, at):
    _ = cast.stan
    return operations.propose_adjustment(draft(at), by=cast.acting(cast.fay), at=at)


def stood(code, currency="CNY"):
    return ledger.balance_of(code, currency)


def test_nothing_is_booked_before_another_person_confirms(cast, at, row):
    assert stood(BANK_FEE) == stood(BANK) == 0
    with pytest.raises(NotAllowed):
        operations.confirm_adjustment(row, by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert (stood(BANK_FEE), stood(BANK)) == (1_500, -1_500)
    journal = db.session.get_one(Journal, row.journal_id)
    assert (journal.kind, local_day(journal.occurred_at)) == ("adjustment", row.occurred_on)
    with pytest.raises(operations.AdjustmentDecided):
        operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert check_books().faults == ()


def test_only_finance_writes_and_confirms(cast, at, row):
    for other in (cast.pia, cast.finn, cast.ada):
        with pytest.raises(NotAllowed):
            operations.propose_adjustment(draft(at), by=cast.acting(other), at=at)
        with pytest.raises(NotAllowed):
            operations.confirm_adjustment(row, by=cast.acting(other), at=at)


@pytest.mark.parametrize(
    "wrong",
    [{"debit": BANK}, {"debit": PARTNER_READY}, {"credit": "liability:payable:held"}, {"debit": "liability:suspense:bank"},
     {"debit": "memo:volume"}, {"credit": "asset:receivable:member"}, {"debit": "anything"}, {"amount_minor": 0}],
)  # fmt: skip
def test_what_people_are_owed_cannot_be_moved(cast, at, wrong):
    with pytest.raises(operations.AccountsUnfit):
        operations.propose_adjustment(draft(at, **wrong), by=cast.acting(cast.fay), at=at)


def test_what_has_not_happened_is_not_booked(cast, at):
    with pytest.raises(operations.DayToCome):
        operations.propose_adjustment(draft(at, occurred_on=local_day(at + DAY)), by=cast.acting(cast.fay), at=at)


def test_an_entry_of_today_occurs_not_after_it_is_recorded(cast, at):
    row = operations.propose_adjustment(draft(at, occurred_on=local_day(at)), by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert db.session.get_one(Journal, row.journal_id).occurred_at <= at


def test_a_mistake_is_taken_back_by_two_and_once(cast, at, row):
    fay, stan = cast.acting(cast.fay), cast.acting(cast.stan)
    with pytest.raises(operations.TakenBackAlready):
        operations.take_back_adjustment(row, words="Too early", by=fay, at=at)
    operations.confirm_adjustment(row, by=stan, at=at)
    dropped = operations.take_back_adjustment(row, words="Perhaps", by=fay, at=at)
    operations.decline_adjustment(dropped, by=fay, at=at)
    back = operations.take_back_adjustment(row, words="It was private.", by=stan, at=at + DAY)
    with pytest.raises(operations.TakenBackAlready):
        operations.take_back_adjustment(row, words="Me too", by=fay, at=at + DAY)
    operations.confirm_adjustment(back, by=fay, at=at + DAY)
    assert stood(BANK_FEE) == stood(BANK) == 0
    journal = db.session.get_one(Journal, back.journal_id)
    assert (journal.kind, journal.reverses) == ("correction", row.journal_id)
    with pytest.raises(operations.TakenBackAlready):
        operations.take_back_adjustment(back, words="No, after all", by=fay, at=at + DAY)
    assert check_books().faults == ()


def test_money_between_two_currencies_is_two_entries_over_one_account(cast, at):
    for said in (
        {"debit": EXCHANGE, "credit": BANK, "amount_minor": 92_000},
        {"debit": BANK, "credit": EXCHANGE, "currency": "HKD", "amount_minor": 100_000},
    ):
        row = operations.propose_adjustment(draft(at, **said), by=cast.acting(cast.fay), at=at)
        operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert (stood(EXCHANGE), stood(EXCHANGE, "HKD"), stood(BANK, "HKD")) == (92_000, -100_000, 100_000)
    assert check_books().faults == ()


def test_the_database_refuses_one_person_for_both_and_an_entry_without_its_journal(cast, at, row):
    for statement in (
        "UPDATE adjustment SET is_confirmed = TRUE, decided_at = proposed_at, decided_by_id = proposed_by_id",
        f"UPDATE adjustment SET is_confirmed = TRUE, decided_at = proposed_at, decided_by_id = {cast.stan.id}",
        "UPDATE adjustment SET amount_minor = 0",
    ):
        with pytest.raises(sa.exc.DBAPIError), transaction():
            db.session.execute(sa.text(statement))


def test_confirming_and_dropping_at_once_leave_one_story(app, cast, at, row):
    row_id, fay, stan = row.id, cast.fay.id, cast.stan.id

    def the(act, who):
        with transaction():
            act(db.session.get_one(Adjustment, row_id), by=as_now(who), at=at)

    outcomes = at_once(
        app,
        *(lambda: the(operations.confirm_adjustment, stan) for _ in range(3)),
        lambda: the(operations.decline_adjustment, fay),
    )
    refused = [each for each in outcomes if isinstance(each, operations.AdjustmentDecided)]
    assert len(refused) == 3, outcomes
    db.session.expire_all()
    row = db.session.get_one(Adjustment, row_id)
    assert stood(BANK_FEE) == (1_500 if row.is_confirmed else 0)


def test_the_others_of_finance_get_a_letter_and_acts_are_written_down(app, cast, at, row):
    letter = letters_to("stan@example.org")[-1]
    assert "waits for you" in letter.subject and "Fee of the month" in letter.body
    assert not [each for each in letters_to("fay@example.org") if "adjusting entry" in each.subject]
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    found = sa.select(PeopleAudit.act).where(PeopleAudit.act.like("adjustment%")).order_by(PeopleAudit.id)
    assert db.session.execute(found).scalars().all() == ["adjustment_proposed", "adjustment_confirmed"]


def test_finance_writes_confirms_and_takes_back_on_the_pages(app, cast):
    fay, stan = sign_in(app.test_client(), cast.fay), sign_in(app.test_client(), cast.stan)
    assert "No entry yet" in fay.get("/house/books/adjustments").text
    form = {
        "debit": TAX,
        "credit": BANK,
        "currency": "CNY",
        "amount": "12.345",
        "occurred_on": local_day(clock.now()).isoformat(),
        "words": "VAT of October",
        "reference": "",
    }
    refused = fay.post("/house/books/adjustments", data=form)
    assert refused.status_code == 422 and "VAT of October" in refused.text and "more decimal places" in refused.text
    assert fay.post("/house/books/adjustments", data=form | {"amount": "12.34", "credit": TAX}).status_code == 422
    assert fay.post("/house/books/adjustments", data=form | {"amount": "12.34", "words": " "}).status_code == 422
    tomorrow = (local_day(clock.now()) + DAY).isoformat()
    assert fay.post("/house/books/adjustments", data=form | {"amount": "12.34", "occurred_on": tomorrow}).status_code == 422
    address = fay.post("/house/books/adjustments", data=form | {"amount": "12.34"}).location
    assert "You wrote it." in fay.get(address).text
    assert "1 adjusting entry waits" in stan.get("/house").text and "adjusting entry waits" not in fay.get("/house").text
    assert fay.post(f"{address}/confirmed").status_code == 403
    assert stan.post(f"{address}/confirmed").status_code == 303 and "in the books" in stan.get(address).text
    assert fay.post(f"{address}/taken-back", data={"words": ""}).status_code == 422
    back = fay.post(f"{address}/taken-back", data={"words": "Twice"}).location
    assert "It takes another entry back." in stan.get(back).text
    stan.post(f"{back}/declined")
    assert "declined" in stan.get(back).text and stood(TAX) == 1_234
    journal = db.session.execute(sa.select(Journal.id).where(Journal.kind == "adjustment")).scalar_one()
    assert address in fay.get(f"/house/books/journals/{journal}").text


def test_every_account_on_offer_has_a_name(app):
    from coursehub.ledger.names import ACCOUNTS

    assert set(adjustable("stripe")) <= set(ACCOUNTS) and SUSPENSE in adjustable(rails.current_name() or "stripe")
