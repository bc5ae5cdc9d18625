"""A partner pays back by bank transfer what it owes: booked against its claims, never beyond them, and taken off again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.billing.bank import queries as bank
from coursehub.billing.checks import faults as billing_faults
from coursehub.billing.operations import undo_use
from coursehub.billing.operations.bank_entries import MoreThanWaits, UndoneAlready
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Journal
from coursehub.mail import Letter
from coursehub.payouts import debts, operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import ClaimPaid
from coursehub.people.models import PeopleAudit

from .rig import World, came_in

DAY = timedelta(days=1)


class Owing(World):
    """Northwind was paid for two sales, of which parts went back since: it owes two claims."""

    def __init__(self, cast, at):
        super().__init__(cast, at)
        self.sales = self.sell(), self.sell()
        run = self.prepare()
        self.confirm(run)
        (payout,) = queries.payouts_of_run(run.id)
        self.answer((payout.public_id, "paid", payout.amount_minor))
        for n, sale in enumerate(self.sales):
            self.refund(sale, 20_000, self.now + n * DAY)
        self.now += 3 * DAY
        self.fay = cast.acting(cast.fay)

    @property
    def claims(self):
        return queries.claims_of(self.cast.northwind.public_id, "CNY")

    def came_in(self, minor, words="", *, party="Somebody", reference="B-1"):
        """A line of the bank that waits."""
        return came_in(self, minor, reference, words, by=self.fay, at=self.now, party=party)

    def pay(self, entry, parts=None, **more):
        parts = debts.oldest_first(left(entry), self.claims) if parts is None else parts
        return operations.book_debt_paid(entry, self.cast.northwind, parts, **({"by": self.fay, "at": self.now} | more))


@pytest.fixture
def world(cast, at):
    found = Owing(cast, at)
    assert len(found.claims) == 2
    yield found
    assert [*faults(), *billing_faults(), *check_books().faults] == []


def left(entry):
    return bank.left_of([entry.id])[entry.id]


def test_a_transfer_pays_the_oldest_claim_first_and_no_more_than_is_owed(world):
    first, second = world.claims
    owed = first.left_minor + second.left_minor
    entry = world.came_in(first.left_minor + 100)
    world.pay(entry)
    (claim,) = world.claims
    assert (claim.journal_id, claim.left_minor) == (second.journal_id, second.left_minor - 100)
    assert left(entry) == 0 and world.standing["owes"] == owed - first.left_minor - 100
    more = world.came_in(owed, reference="B-2")
    with pytest.raises(operations.MoreThanOwed):
        world.pay(more, {second.journal_id: claim.left_minor + 1})
    world.pay(more)
    assert world.claims == [] and "owes" not in world.standing and left(more) == owed - claim.left_minor


def test_a_chosen_claim_is_paid_and_another_stays(world):
    first, second = world.claims
    world.pay(world.came_in(second.left_minor), {second.journal_id: second.left_minor})
    assert world.claims == [first]


def test_nobody_books_more_than_waits_or_nothing_at_all_or_without_being_of_finance(world):
    first, second = world.claims
    entry = world.came_in(500)
    for parts, refusal in (
        ({first.journal_id: 501}, MoreThanWaits), ({first.journal_id: 400, second.journal_id: 101}, MoreThanWaits),
        ({}, operations.NoClaimChosen), ({first.journal_id: 0}, operations.NoClaimChosen), ({1: 5}, operations.MoreThanOwed),
    ):  # fmt: skip
        with pytest.raises(refusal):
            world.pay(entry, parts)
    use = world.pay(entry, {first.journal_id: 100})
    for person in (world.cast.cato, world.cast.finn, world.cast.emma):
        by = world.cast.acting(person)
        with pytest.raises(NotAllowed):
            world.pay(entry, {first.journal_id: 100}, by=by)
        with pytest.raises(NotAllowed):
            operations.undo_entry_use(use, words="x", by=by, at=world.now)
    assert left(entry) == 400


def test_a_payment_booked_wrongly_is_taken_off_by_a_correction_and_owed_again(world):
    before = world.claims
    entry = world.came_in(500)
    use = world.pay(entry)
    operations.undo_entry_use(use, words="It was another partner's", by=world.fay, at=world.now)
    assert world.claims == before and left(entry) == 500
    undone = db.session.execute(sa.select(Journal).where(Journal.reverses == use.journal_id)).scalar_one()
    assert undone.kind == "correction"
    with pytest.raises(UndoneAlready):
        operations.undo_entry_use(use, words="again", by=world.fay, at=world.now)
    world.pay(entry)
    assert left(entry) == 0 and sum(claim.left_minor for claim in world.claims) == world.standing["owes"]


def test_what_was_owed_at_any_journal_knows_of_payments_and_corrections_of_then(world):
    party, before = world.cast.northwind.public_id, world.claims
    began = head()
    use = world.pay(world.came_in(500))
    paid, after = head(), world.claims
    undo_use(use, words="wrong", by=world.fay, at=world.now)
    assert queries.claims_of(party, "CNY", through=began) == before == world.claims
    assert queries.claims_of(party, "CNY", through=paid) == after


def test_what_is_paid_back_between_the_two_persons_of_a_run_stops_the_run(world):
    world.sell()
    run = world.prepare(at=world.now)
    world.pay(world.came_in(500))
    with pytest.raises(operations.RunOutOfDate):
        world.confirm(run, at=world.now)


def test_a_claim_of_which_a_part_was_given_up_is_given_up_once_more_when_a_payment_was_wrong(world):
    owed = world.standing["owes"]
    use = world.pay(world.came_in(500))
    assert operations.give_up_claims(at=world.now + 400 * DAY) == 2
    undo_use(use, words="wrong", by=world.fay, at=world.now + 401 * DAY)
    (claim,) = world.claims
    assert claim.left_minor == 500 == world.standing["owes"]
    assert operations.give_up_claims(at=world.now + 402 * DAY) == 1
    assert world.claims == [] and ledger.balance_of(NOT_GIVEN_BACK, "CNY", party=world.cast.northwind.public_id) == owed


def test_the_partner_is_told_of_both_and_the_audit_says_who_did_it(world):
    use = world.pay(world.came_in(500))
    jobs.run_due(at=world.now)
    operations.undo_entry_use(use, words="It was Lumen's", by=world.fay, at=world.now)
    jobs.run_due(at=world.now)
    northwind = world.cast.northwind
    letters = [letter for letter in db.session.execute(sa.select(Letter)).scalars() if "debt_paid" in letter.key]
    assert {letter.person_id for letter in letters} == {world.cast.pia.id, world.cast.finn.id}
    assert any("5.00" in letter.body and "It was Lumen's" in letter.body for letter in letters)
    acts = sa.select(PeopleAudit.act).where(PeopleAudit.organisation_id == northwind.id, PeopleAudit.act.startswith("debt_paid"))
    assert list(db.session.execute(acts.order_by(PeopleAudit.id)).scalars()) == ["debt_paid", "debt_paid_undone"]


def test_the_reference_says_whose_transfer_it_is_and_a_mistyped_one_says_nothing(world):
    northwind = world.cast.northwind
    reference = debts.reference_of(northwind.id)
    assert debts.named_in(f"paying {reference.lower()} today") == [northwind.id]
    assert debts.named_in(reference.replace("-", "")) == debts.named_in(reference.replace("-", " ")) == [northwind.id]
    for n, digit in enumerate(reference):
        for other in "0123456789":
            if digit.isdigit() and other != digit:
                assert debts.named_in(reference[:n] + other + reference[n + 1 :]) == [], other
    assert debts.named_in("INV-00012-34 OWED") == []


def test_a_line_is_suggested_by_its_reference_or_by_name_and_very_amount(world):
    owed, northwind = world.standing["owes"], world.cast.northwind

    def whose(entry):
        return [each.public_id for each in queries.entries_of_debtors([entry], {entry.id: left(entry)}).values()]

    assert whose(world.came_in(77, debts.reference_of(northwind.id))) == [northwind.public_id]
    assert whose(world.came_in(owed, "thanks", party=northwind.name_en, reference="B-2")) == [northwind.public_id]
    assert whose(world.came_in(owed - 1, "thanks", party=northwind.name_en, reference="B-3")) == []
    assert whose(world.came_in(owed, debts.reference_of(world.cast.lumen.id), party=northwind.name_en, reference="B-4")) == []


def test_a_claim_that_is_kept_beside_another_amount_than_was_booked_is_found(world):
    use = world.pay(world.came_in(500))
    (claim, *_rest) = world.claims[1:]
    planted = ClaimPaid(use_id=use.id, organisation_id=world.cast.lumen.id, claim_id=claim.journal_id, amount_minor=1)
    told: list[str] = []
    with pytest.raises(InterruptedError), transaction():
        db.session.add(planted)
        db.session.flush()
        told += faults()
        raise InterruptedError
    assert any("paid back" in each for each in told)


def head():
    return db.session.execute(sa.select(sa.func.max(Journal.id))).scalar_one()
