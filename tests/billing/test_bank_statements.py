"""Statements of the bank: shown first, booked once, and every cent of them stands somewhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.bank import queries as bank
from coursehub.billing.bank import reading
from coursehub.billing.checks import faults
from coursehub.billing.models import BankDraft, BankEntry, Receipt
from coursehub.billing.operations import (
    book_statement,
    drop_draft,
    undo_receipt,
)
from coursehub.billing.operations.bank_statements import PreviewChanged, StatementGone, StatementKnown, StatementNotRead
from coursehub.billing.operations.receipts import LineWaits
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.ledger.operations import AccountRef, Leg, post
from tests.asked import statements

from .books import invoiced, received
from .statement import ACCOUNT, Told, booked, camt, standing, taken_in

pytestmark = pytest.mark.usefixtures("app", "bank_account")
DAY = timedelta(days=1)


@pytest.fixture
def now(at):
    """After the days of the statements."""
    return at.replace(year=2026, month=2, day=10)


def entries() -> list[BankEntry]:
    return list(db.session.execute(sa.select(BankEntry).order_by(BankEntry.id)).scalars())


def test_a_transfer_that_names_an_invoice_and_pays_it_exactly_settles_it(cast, now):
    invoice = invoiced(cast.harbour, 60_000, now)
    draft = taken_in(cast, now, camt(Told(60_000, f"for {invoice.reference}, thanks", "B-1")))
    assert queries.open_minor(invoice) == 60_000 and standing() == {}
    statement = book_statement(draft, own={}, by=cast.acting(cast.fay), at=now)
    assert queries.open_minor(invoice) == 0 and standing() == {"asset:bank": 60_000}
    (entry,) = entries()
    assert bank.left_of([entry.id]) == {entry.id: 0} and bank.waiting_in(statement.id) == 0
    assert [each.code for each in ledger.lines_of(entry.journal_id)] == ["asset:bank", "liability:suspense:bank"]
    assert entry.party_account == "…5555"


@pytest.mark.parametrize(("minor", "kind"), [(59_999, "underpaid"), (60_001, "overpaid")])
def test_another_amount_than_is_open_waits_in_suspense(cast, now, minor, kind):
    invoice = invoiced(cast.harbour, 60_000, now)
    read = reading.read(camt(Told(minor, "INV1", "B-1")), account=ACCOUNT, currency="CNY")
    assert [each.match.kind for each in bank.preview(read, {}).seen] == [kind]
    booked(cast, now, camt(Told(minor, "INV1", "B-1")))
    assert queries.open_minor(invoice) == 60_000
    assert standing() == {"asset:bank": minor, "liability:suspense:bank": -minor}
    assert bank.waiting_sums() == {"CNY": minor}


def test_an_invoice_named_twice_in_one_file_is_settled_once(cast, now):
    invoiced(cast.harbour, 60_000, now)
    booked(cast, now, camt(Told(60_000, "INV-000001", "B-1"), Told(60_000, "INV-000001", "B-2")))
    assert standing() == {"asset:bank": 120_000, "liability:suspense:bank": -60_000}


def test_payer_and_amount_alone_are_a_guess_that_waits(cast, now):
    invoiced(cast.harbour, 60_000, now)
    read = reading.read(camt(Told(60_000, "invoice", "B-1", party=cast.harbour.name)), account=ACCOUNT, currency="CNY")
    (seen,) = bank.preview(read, {}).seen
    assert (seen.match.kind, seen.match.payer_fits) == ("guess", True)


def test_a_file_counts_once_and_an_entry_counts_once_in_whatever_file(cast, now):
    raw = camt(Told(60_000, "who", "B-1"), Told(500, "what", "B-2"))
    draft = taken_in(cast, now, raw)
    assert taken_in(cast, now, raw, name="again.xml").id == draft.id
    book_statement(draft, own={}, by=cast.acting(cast.fay), at=now)
    with pytest.raises(StatementKnown):
        taken_in(cast, now, raw)
    longer = camt(Told(60_000, "who", "B-1"), Told(500, "what", "B-2"), Told(7, "new", "B-3"), number="S-2", version=8)
    statement = booked(cast, now, longer)
    assert statement.known_count == 2 and len(entries()) == 3 and standing()["asset:bank"] == 60_507


def test_two_lines_that_are_alike_without_a_number_are_two_lines_and_stay_two(cast, now):
    alike = [Told(300, "coffee"), Told(300, "coffee")]
    booked(cast, now, camt(*alike))
    assert standing()["asset:bank"] == 600
    assert booked(cast, now, camt(*alike, Told(1, "new"), number="S-2")).known_count == 2


def test_what_left_and_what_others_know_is_listed_and_not_booked(cast, now):
    raw = camt(Told(-9_000, "rent", "B-1"), Told(800, "payout back", "B-2"), Told(-50, "reversed", "B-3", is_reversal=True))
    read = reading.read(raw, account=ACCOUNT, currency="CNY")
    booked(cast, now, raw, own={read.lines[1].fingerprint: "returned"})
    assert [each.nature for each in entries()] == ["other", "returned", "taken_back"] and standing() == {}


def test_a_line_marked_by_hand_before_is_not_booked_again(cast, now):
    invoiced(cast.harbour, 60_000, now)
    received(cast, cast.harbour, 60_000, now, reference="B-1")
    booked(cast, now, camt(Told(60_000, "INV-000001", "B-1")))
    assert [each.nature for each in entries()] == ["by_hand"] and standing() == {"asset:bank": 60_000}


def test_a_line_that_a_statement_brought_is_not_marked_by_hand(cast, now):
    invoiced(cast.harbour, 60_000, now)
    booked(cast, now, camt(Told(60_000, "no number", "B-1")))
    with pytest.raises(LineWaits):
        received(cast, cast.harbour, 60_000, now, reference="B-1")


def test_a_receipt_from_a_statement_that_is_taken_back_waits_in_suspense_again(cast, now):
    invoice = invoiced(cast.harbour, 60_000, now)
    booked(cast, now, camt(Told(60_000, invoice.reference, "B-1")))
    (receipt,) = db.session.execute(sa.select(Receipt)).scalars()
    undo_receipt(receipt, reason="Beacon's", by=cast.acting(cast.fay), at=now + DAY)
    assert queries.open_minor(invoice) == 60_000
    assert standing() == {"asset:bank": 60_000, "liability:suspense:bank": -60_000}
    assert bank.waiting_sums() == {"CNY": 60_000}


def test_balances_that_miss_a_cent_are_found_and_nothing_is_kept(cast, now):
    raw = camt(Told(60_000, "x", "B-1"), opening=100_000, closing=160_001)
    with pytest.raises(StatementNotRead, match=r"1600\.00 / 1600\.01"):
        taken_in(cast, now, raw)
    assert db.session.execute(sa.select(sa.func.count(BankDraft.id))).scalar_one() == 0


def test_a_gap_to_the_last_statement_is_shown(cast, now):
    booked(cast, now, camt(Told(60_000, "x", "B-1"), opening=100_000))
    following = reading.read(camt(Told(5, "y", "B-2"), opening=160_000, number="S-2"), account=ACCOUNT, currency="CNY")
    missing = reading.read(camt(Told(5, "y", "B-2"), opening=170_000, number="S-3"), account=ACCOUNT, currency="CNY")
    assert bank.preview(following, {}).gap_minor == 0
    assert bank.preview(missing, {}).gap_minor == 10_000


def test_a_statement_of_another_account_or_of_tomorrow_is_refused(cast, now):
    for raw in (camt(Told(1, "x"), account="1234"), camt(Told(1, "x"), currency="EUR"), camt(Told(1, "x", on="2026-02-12"))):
        with pytest.raises(StatementNotRead):
            taken_in(cast, now, raw)


def test_what_was_shown_is_what_is_booked(cast, now):
    raw = camt(Told(60_000, "INV-000001", "B-1"))
    draft = taken_in(cast, now, raw)
    digest = bank.preview(reading.read(raw, account=ACCOUNT, currency="CNY"), {}).digest
    invoiced(cast.harbour, 60_000, now)
    with pytest.raises(PreviewChanged):
        book_statement(draft, own={}, expected=digest, by=cast.acting(cast.fay), at=now)
    assert standing() == {}


def test_a_draft_that_was_dropped_can_be_handed_in_again_but_not_booked(cast, now):
    raw = camt(Told(60_000, "x", "B-1"))
    draft = taken_in(cast, now, raw)
    drop_draft(draft, by=cast.acting(cast.fay), at=now)
    with pytest.raises(StatementGone):
        book_statement(draft, own={}, by=cast.acting(cast.fay), at=now)
    booked(cast, now, raw)


def test_only_finance_of_the_house_takes_in_and_books(cast, now):
    draft = taken_in(cast, now, camt(Told(1, "x")))
    for person in (cast.cato, cast.susi, cast.emma):
        with pytest.raises(NotAllowed):
            taken_in(cast, now, camt(Told(2, "x")), by=person)
        for act in (book_statement, drop_draft):
            with pytest.raises(NotAllowed):
                act(draft, by=cast.acting(person), at=now, **({"own": {}} if act is book_statement else {}))


def test_the_database_refuses_to_change_what_the_bank_said(cast, now):
    booked(cast, now, camt(Told(1, "x")))
    for act in ("UPDATE bank_entry SET amount_minor = 2", "DELETE FROM bank_statement", "DELETE FROM bank_entry"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"):
            db.session.execute(sa.text(act))
        db.session.rollback()


def test_the_check_finds_money_in_suspense_that_no_entry_explains(cast, now):
    booked(cast, now, camt(Told(700, "x")))
    legs = [Leg(AccountRef("liability:suspense:bank"), -5), Leg(AccountRef("asset:bank"), 5)]
    stray = post(kind="stray", effect_key="planted", occurred_at=now, at=now, currency="CNY", postings=legs)
    assert list(faults()) == ["CNY: 705 came in at the bank and waits in the books, 700 by the statements"]
    legs = [Leg(AccountRef("liability:suspense:bank"), 5), Leg(AccountRef("asset:bank"), -5)]
    post(kind="correction", effect_key="taken back", occurred_at=now, at=now, currency="CNY", postings=legs, reverses=stray.id)


def test_a_line_costs_its_journal_and_no_question(cast, now):
    asked = {}
    for count in (20, 60):
        lines = [Told(7 + n if n % 4 else -7 - n, f"thanks {n}", f"B-{count}-{n}") for n in range(count)]
        draft = taken_in(cast, now, camt(*lines, number=f"S-{count}"))
        with statements() as seen:
            book_statement(draft, own={}, by=cast.acting(cast.fay), at=now)
        asked[count] = len(seen)
    assert len(entries()) == 80 and asked[60] - asked[20] <= 2 * 30, "three in four came in: two statements each"


def test_what_settling_costs_does_not_grow_with_what_is_open(cast, now):
    asked = []
    for others in (0, 12):
        for _ in range(others):
            invoiced(cast.harbour, 999, now)
        invoice = invoiced(cast.harbour, 60_000, now)
        draft = taken_in(cast, now, camt(Told(60_000, invoice.reference, f"B-{others}"), number=f"S-{others}"))
        with statements() as seen:
            book_statement(draft, own={}, by=cast.acting(cast.fay), at=now)
        assert queries.open_minor(invoice) == 0
        asked.append(len(seen))
    assert asked[1] <= asked[0]
