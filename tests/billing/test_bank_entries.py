"""Money in suspense: assigned, split, sent back, set aside, and each of it undone; paper and books agree after every step."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.bank import queries as bank
from coursehub.billing.models import BankEntry, EntryUse
from coursehub.billing.operations import (
    assign_entry,
    record_repayment,
    send_entry_back,
    set_entry_aside,
    take_entry_on,
    undo_use,
)
from coursehub.billing.operations.bank_entries import (
    MoreThanOpen,
    MoreThanWaits,
    NothingAssigned,
    OtherCurrency,
    SentBackTooSoon,
    UndoneAlready,
)
from coursehub.billing.operations.receipts import LineMarkedAlready, ReceiptSentBack
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.people.operations.organisations import end_role

from .books import invoiced
from .statement import Told, booked, camt, standing

pytestmark = pytest.mark.usefixtures("app", "bank_account")
DAY = timedelta(days=1)


@pytest.fixture
def fay(cast):
    return cast.acting(cast.fay)


def waiting(cast, at, minor=100_000, words="no number", reference="B-1") -> BankEntry:
    """An entry of so much that waits."""
    booked(cast, at, camt(Told(minor, words, reference), number=reference))
    return db.session.execute(sa.select(BankEntry).order_by(BankEntry.id.desc())).scalars().first()


def left(entry) -> int:
    return bank.left_of([entry.id])[entry.id]


def last_use() -> EntryUse:
    return db.session.execute(sa.select(EntryUse).order_by(EntryUse.id.desc())).scalars().first()


def test_one_transfer_pays_several_invoices_of_several_members(cast, at, fay):
    first, second, other = (
        invoiced(cast.harbour, 30_000, at),
        invoiced(cast.harbour, 50_000, at),
        invoiced(cast.beacon, 40_000, at),
    )
    entry = waiting(cast, at)
    receipts = assign_entry(entry, [(second, 20_000), (first, 30_000), (other, 40_000)], by=fay, at=at)
    assert [each.amount_minor for each in receipts] == [50_000, 40_000]
    assert [queries.open_minor(each) for each in (first, second, other)] == [0, 30_000, 0]
    assert left(entry) == 10_000 and bank.waiting_sums() == {"CNY": 10_000}


def test_too_little_pays_a_part_and_too_much_becomes_credit_only_if_somebody_says_so(cast, at, fay):
    invoice = invoiced(cast.harbour, 60_000, at)
    entry = waiting(cast, at, 100_000)
    assign_entry(entry, [(invoice, 60_000)], by=fay, at=at)
    assert left(entry) == 40_000 and queries.credit_minor(cast.harbour.id, "CNY") == 0
    assign_entry(entry, [], credit_of=cast.harbour, by=fay, at=at)
    assert left(entry) == 0 and queries.credit_minor(cast.harbour.id, "CNY") == 40_000 and standing() == {"asset:bank": 100_000}


def test_credit_that_an_overpayment_left_is_sent_back_as_any_credit_and_then_not_undone(cast, at, fay):
    invoice = invoiced(cast.harbour, 60_000, at)
    entry = waiting(cast, at, 70_000)
    (receipt,) = assign_entry(entry, [(invoice, 60_000)], credit_of=cast.harbour, by=fay, at=at)
    assert receipt.amount_minor == 70_000
    record_repayment(cast.harbour, currency="CNY", amount_minor=10_000, paid_on=at.date(), bank_reference="OUT-1", by=fay, at=at)
    with pytest.raises(ReceiptSentBack):
        undo_use(last_use(), words="wrong", by=fay, at=at)


def test_never_more_than_waits_or_is_open_or_nothing_or_in_another_currency(cast, at, fay):
    invoice, foreign = invoiced(cast.harbour, 60_000, at), invoiced(cast.harbour, 60_000, at, currency="EUR")
    entry = waiting(cast, at, 100_000)
    for parts, refusal in (
        ([(invoice, 60_001)], MoreThanOpen), ([(invoice, 40_000), (invoice, 20_001)], MoreThanOpen),
        ([(invoice, 100_001)], MoreThanWaits), ([], NothingAssigned), ([(foreign, 5)], OtherCurrency),
    ):  # fmt: skip
        with pytest.raises(refusal):
            assign_entry(entry, parts, by=fay, at=at)
    assert left(entry) == 100_000 and queries.open_minor(invoice) == 60_000


def test_a_wrong_assignment_is_undone_and_the_money_goes_to_the_right_invoice(cast, at, fay):
    wrong, right = invoiced(cast.harbour, 60_000, at), invoiced(cast.beacon, 60_000, at)
    entry = waiting(cast, at, 60_000)
    assign_entry(entry, [(wrong, 60_000)], by=fay, at=at)
    use = last_use()
    undo_use(use, words="It was Beacon's", by=fay, at=at + DAY)
    assert left(entry) == 60_000 and queries.open_minor(wrong) == 60_000
    with pytest.raises(UndoneAlready):
        undo_use(use, words="again", by=fay, at=at + DAY)
    assign_entry(entry, [(right, 60_000)], by=fay, at=at + DAY)
    assert queries.open_minor(right) == 0 and [each.amount_minor for each in bank.uses_of([entry.id])[entry.id]] == [
        60_000,
        -60_000,
        60_000,
    ]


def test_money_that_is_not_for_us_goes_back_under_the_number_of_its_own_line(cast, at, fay):
    entry, other = waiting(cast, at, 60_000), waiting(cast, at, 500, reference="B-2")
    said = {"paid_on": at.date(), "bank_reference": "OUT-1", "words": "paid to us by mistake", "by": fay, "at": at}
    with pytest.raises(MoreThanWaits):
        send_entry_back(entry, amount_minor=60_001, **said)
    for day in (at.date() + 2 * DAY, entry.booked_on - DAY):
        with pytest.raises(SentBackTooSoon):
            send_entry_back(entry, amount_minor=1, **(said | {"paid_on": day}))
    send_entry_back(entry, amount_minor=60_000, **said)
    assert left(entry) == 0 and standing() == {"asset:bank": 500, "liability:suspense:bank": -500}
    with pytest.raises(LineMarkedAlready):
        send_entry_back(other, amount_minor=500, **said)
    undo_use(last_use(), words="the bank refused it", by=fay, at=at)
    assert left(entry) == 60_000
    send_entry_back(other, amount_minor=500, **said)


def test_one_line_by_which_money_left_is_marked_once_whatever_it_sent_back(cast, at, fay):
    invoiced(cast.harbour, 60_000, at)
    entry = waiting(cast, at, 500)
    assign_entry(waiting(cast, at, 70_000, "x", "B-2"), [], credit_of=cast.harbour, by=fay, at=at)
    send_entry_back(entry, amount_minor=500, paid_on=at.date(), bank_reference="OUT-1", words="x", by=fay, at=at)
    said = {"currency": "CNY", "amount_minor": 500, "paid_on": at.date(), "by": fay, "at": at}
    with pytest.raises(LineMarkedAlready):
        record_repayment(cast.harbour, bank_reference="OUT-1", **said)
    record_repayment(cast.harbour, bank_reference="OUT-2", **said)


def test_what_is_no_receipt_leaves_the_list_with_a_reason_and_can_come_back(cast, at, fay):
    entry = waiting(cast, at, 60_000)
    set_entry_aside(entry, words="Interest of the bank", by=fay, at=at)
    assert left(entry) == 0 and standing() == {} and bank.waiting_now() == (0, None)
    with pytest.raises(MoreThanWaits):
        set_entry_aside(entry, words="again", by=fay, at=at)
    for _again in range(2):
        undo_use(last_use(), words="It was a payment", by=fay, at=at)
        assert left(entry) == 60_000
        set_entry_aside(entry, words="Interest after all", by=fay, at=at)


def test_an_entry_is_looked_after_by_who_booked_it_until_somebody_takes_it_on(cast, at, fay):
    entry = waiting(cast, at)
    assert bank.owners_of([entry]) == {entry.id: cast.fay.id}
    take_entry_on(entry, by=cast.acting(cast.stan), at=at)
    assert bank.owners_of([entry]) == {entry.id: cast.stan.id}


def test_what_a_colleague_who_left_looked_after_is_all_of_finances_until_somebody_takes_it_on(cast, at, fay):
    booked_by_fay, taken_by_stan = waiting(cast, at), waiting(cast, at, reference="B-2")
    stan = cast.acting(cast.stan)
    take_entry_on(taken_by_stan, by=stan, at=at)
    end_role(cast.house, cast.fay, "staff_finance", by=stan, at=at)
    assert bank.owners_of([booked_by_fay, taken_by_stan]) == {taken_by_stan.id: cast.stan.id}
    take_entry_on(booked_by_fay, by=stan, at=at + DAY)
    assert bank.owners_of([booked_by_fay]) == {booked_by_fay.id: cast.stan.id}


def test_what_fits_an_entry_is_asked_anew_when_invoices_change(cast, at, fay):
    entry = waiting(cast, at, 60_000, "INV-000001")
    assert bank.suggested([entry])[entry.id].kind == "unknown"
    invoice = invoiced(cast.harbour, 60_000, at)
    match = bank.suggested([entry])[entry.id]
    assert match.kind == "exact" and bank.candidates(entry, match, "") == [(invoice, 60_000)]
    assert bank.candidates(entry, match, "nobody") == [] and bank.candidates(entry, match, "INV-1") == [(invoice, 60_000)]


def test_only_finance_of_the_house_decides_over_suspense(cast, at, fay):
    entry, invoice = waiting(cast, at), invoiced(cast.harbour, 5, at)
    assign_entry(entry, [(invoice, 5)], by=fay, at=at)
    use = last_use()
    for person in (cast.cato, cast.susi, cast.emma):
        by = cast.acting(person)
        back = {"amount_minor": 1, "paid_on": at.date(), "bank_reference": "O", "words": "x"}
        for act in (
            lambda by=by: assign_entry(entry, [(invoice, 1)], by=by, at=at), lambda by=by: take_entry_on(entry, by=by, at=at),
            lambda by=by, back=back: send_entry_back(entry, by=by, at=at, **back), lambda by=by: undo_use(use, words="x", by=by, at=at),
            lambda by=by: set_entry_aside(entry, words="x", by=by, at=at),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                act()
        assert db.session.execute(bank.waiting_for(by)).first() is None
