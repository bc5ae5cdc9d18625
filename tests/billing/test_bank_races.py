"""Several of finance at once: a statement is booked once, and an entry's money goes one way."""

import pytest
import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.bank import queries as bank
from coursehub.billing.checks import faults
from coursehub.billing.models import BankDraft, BankEntry, BankStatement, Document, EntryUse
from coursehub.billing.operations import (
    assign_entry,
    book_statement,
    set_collection_account,
    set_entry_aside,
    take_in_statement,
    undo_use,
)
from coursehub.billing.operations.bank_entries import MoreThanWaits, UndoneAlready
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.ledger.checks import check_books
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from tests.rigs.threads import at_once

from .books import invoiced
from .statement import ACCOUNT, Told, camt


@pytest.fixture(autouse=True)
def _sound(app, cast, at):
    set_collection_account("CNY", holder="量潮课堂", bank="招商银行", number=ACCOUNT, by=cast.acting(cast.fay), at=at)
    yield
    db.session.expire_all()
    assert list(faults()) == [] and check_books().faults == ()


def acting(person_id):
    return actor_for(db.session.get_one(Person, person_id))


def test_two_of_finance_book_one_statement_once(app, cast, at):
    invoice_id = invoiced(cast.harbour, 60_000, at).id
    raw = camt(Told(60_000, "INV-000001", "B-1"), Told(7, "x", "B-2"))
    draft_id = take_in_statement("a.xml", raw, account=ACCOUNT, currency="CNY", by=cast.acting(cast.fay), at=at).id

    def book(person_id):
        return lambda: book_statement(db.session.get_one(BankDraft, draft_id), own={}, by=acting(person_id), at=at)

    outcomes = at_once(app, book(cast.fay.id), book(cast.stan.id), book(cast.fay.id), book(cast.stan.id))
    assert sum(isinstance(each, BankStatement) for each in outcomes) == 1
    assert all(isinstance(each, BankStatement | Refusal | sa.exc.NoResultFound) for each in outcomes), outcomes
    db.session.expire_all()
    assert queries.open_minor(db.session.get_one(Document, invoice_id)) == 0 and bank.waiting_sums() == {"CNY": 7}


def test_two_files_with_the_same_lines_at_once_book_each_line_once(app, cast, at):
    fay, lines = cast.acting(cast.fay), [Told(60_000, "a", "B-1"), Told(7, "x", "B-2")]
    drafts = [
        take_in_statement(f"{n}.xml", camt(*lines, number=f"S-{n}"), account=ACCOUNT, currency="CNY", by=fay, at=at).id
        for n in range(3)
    ]

    who = cast.fay.id  # read before the threads begin: the cast belongs to this thread's session

    def book(draft_id):
        return lambda: book_statement(db.session.get_one(BankDraft, draft_id), own={}, by=acting(who), at=at)

    outcomes = at_once(app, *(book(draft_id) for draft_id in drafts))
    assert all(isinstance(each, BankStatement) for each in outcomes), outcomes
    assert db.session.execute(sa.select(sa.func.count(BankEntry.id))).scalar_one() == 2
    assert bank.waiting_sums() == {"CNY": 60_007}


def test_one_file_handed_in_by_several_at_once_is_one_draft(app, cast, at):
    raw, who = camt(Told(7, "x", "B-2")), cast.fay.id

    def hand_in():
        take_in_statement("a.xml", raw, account=ACCOUNT, currency="CNY", by=acting(who), at=at)

    assert at_once(app, hand_in, hand_in, hand_in) == [None, None, None]
    assert db.session.execute(sa.select(sa.func.count(BankDraft.id))).scalar_one() == 1


def test_one_entry_is_assigned_once_whoever_presses_first(app, cast, at):
    first, second = invoiced(cast.harbour, 60_000, at).id, invoiced(cast.beacon, 60_000, at).id
    fay = cast.acting(cast.fay)
    raw = camt(Told(60_000, "no number", "B-1"))
    draft = take_in_statement("a.xml", raw, account=ACCOUNT, currency="CNY", by=fay, at=at)
    book_statement(draft, own={}, by=fay, at=at)
    entry_id = db.session.execute(sa.select(BankEntry.id)).scalar_one()

    def assign(person_id, invoice_id):
        def act():
            entry, invoice = db.session.get_one(BankEntry, entry_id), db.session.get_one(Document, invoice_id)
            return assign_entry(entry, [(invoice, 60_000)], by=acting(person_id), at=at)

        return act

    stan = cast.stan.id

    def aside():
        return set_entry_aside(db.session.get_one(BankEntry, entry_id), words="x", by=acting(stan), at=at)

    outcomes = at_once(app, assign(cast.fay.id, first), assign(cast.stan.id, second), assign(cast.fay.id, first), aside)
    assert sum(isinstance(each, MoreThanWaits) for each in outcomes) == 3, outcomes
    db.session.expire_all()
    assert bank.waiting_sums() == {}


def test_one_assignment_is_undone_once(app, cast, at):
    invoice, fay = invoiced(cast.harbour, 60_000, at), cast.acting(cast.fay)
    raw = camt(Told(60_000, invoice.reference, "B-1"))
    draft = take_in_statement("a.xml", raw, account=ACCOUNT, currency="CNY", by=fay, at=at)
    book_statement(draft, own={}, by=fay, at=at)
    use_id, stan = db.session.execute(sa.select(EntryUse.id)).scalar_one(), cast.stan.id

    def undo():
        undo_use(db.session.get_one(EntryUse, use_id), words="x", by=acting(stan), at=at)

    outcomes = at_once(app, undo, undo, undo)
    assert sum(isinstance(each, UndoneAlready) for each in outcomes) == 2, outcomes
    assert bank.waiting_sums() == {"CNY": 60_000}
