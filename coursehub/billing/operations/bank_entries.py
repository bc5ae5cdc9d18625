"""What becomes of money that came in at the bank and waits in suspense: assigned, sent back, set aside, or what another room
says; each can be undone."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from coursehub.billing import policies, queries
from coursehub.billing.bank import queries as bank
from coursehub.billing.models import BankEntry, Document, EntryOwner, EntryUse, Receipt, Repayment
from coursehub.billing.operations.receipts import LineMarkedAlready, take_money, undo_receipt
from coursehub.db import db, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import BANK, BANK_SUSPENSE
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.people.actor import Actor
from coursehub.people.audit import note as audit
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE


class MoreThanWaits(Refusal):
    """So much of this money does not wait any more. Look at what is left of it."""


class MoreThanOpen(Refusal):
    """More than is open of %(number)s. What it does not need can become the member's credit or stay in suspense."""


class NothingAssigned(Refusal):
    """Type an amount beside an invoice, or choose whose credit this money becomes."""


class OtherCurrency(Refusal):
    """An invoice is paid in its own currency only."""


class SentBackTooSoon(Refusal):
    """Money cannot have gone back on a day that has not come, or before it came in."""


class UsedMeanwhile(Refusal):
    """Something became of this money meanwhile. Look at what is left of it, and say again what it pays."""


class UndoneAlready(Refusal):
    """Somebody has undone this already."""


def assign_entry(
    entry: BankEntry, parts: Sequence[tuple[Document, int]], *, credit_of: Organisation | None = None, seen: int | None = None,
    by: Actor, at: datetime,
) -> list[Receipt]:  # fmt: skip
    """This money pays these invoices, each by so much, with one receipt for each member; the rest goes on waiting.

    credit_of: the member to whom the rest goes; it pays its other open invoices and is else its credit.
    seen: the last use of this money that whoever assigns it knows of, 0 for none; sent twice, a form counts once.
    Raises NothingAssigned, OtherCurrency, MoreThanOpen, MoreThanWaits, UsedMeanwhile.
    """
    require(policies.may_mark_receipts(by))
    if any(minor <= 0 for _invoice, minor in parts):
        raise ValueError("a part is more than nothing")
    if any(invoice.currency != entry.currency for invoice, _minor in parts):
        raise OtherCurrency
    with transaction():
        stand_in_line()
        must_be_as_seen(entry, seen)
        rest = bank.left_of([entry.id])[entry.id] - sum(minor for _invoice, minor in parts)
        if rest < 0:
            raise MoreThanWaits
        by_member: dict[int, dict[int, int]] = {credit_of.id: {}} if credit_of is not None and rest else {}
        for invoice, minor in parts:
            wanted = by_member.setdefault(invoice.organisation_id, {})
            wanted[invoice.id] = wanted.get(invoice.id, 0) + minor
        if not by_member:
            raise NothingAssigned
        return [
            _pay(entry, member_id, wanted, rest if credit_of is not None and credit_of.id == member_id else 0, by=by, at=at)
            for member_id, wanted in by_member.items()
        ]


def _pay(entry: BankEntry, member_id: int, parts: dict[int, int], rest: int, *, by: Actor, at: datetime) -> Receipt:
    """One member's part of an entry."""

    def unless() -> None:
        for invoice_id, minor in parts.items():
            invoice = db.session.get_one(Document, invoice_id)
            if minor > queries.open_minor(invoice):
                raise MoreThanOpen(number=invoice.reference)

    return take_money(
        db.session.get_one(Organisation, member_id), currency=entry.currency, amount_minor=sum(parts.values()) + rest,
        received_on=entry.booked_on, bank_reference=entry.bank_reference or entry.public_id, note="", parts=parts, entry=entry,
        by=by, at=at, unless=unless,
    )  # fmt: skip


def send_entry_back(
    entry: BankEntry, *, amount_minor: int, paid_on: date, bank_reference: str, words: str, by: Actor, at: datetime
) -> EntryUse:
    """Money that is not for us went back to who had paid; the transfer is made in the bank, and this is its line.

    Raises MoreThanWaits, SentBackTooSoon, LineMarkedAlready; ValueError below one minor unit.
    """
    require(policies.may_mark_receipts(by))
    if amount_minor <= 0:
        raise ValueError("what is sent back is more than nothing")
    if not entry.booked_on <= paid_on <= at.astimezone(SHOWN_ZONE).date():
        raise SentBackTooSoon
    reference = bank_reference.strip()
    with transaction():
        stand_in_line()
        if amount_minor > bank.left_of([entry.id])[entry.id]:
            raise MoreThanWaits
        if is_out_marked(reference):
            raise LineMarkedAlready
        return _out(entry, "sent_back", amount_minor, reference=reference, words=words, by=by, at=at)


def set_entry_aside(entry: BankEntry, *, words: str, by: Actor, at: datetime) -> EntryUse:
    """What is left of this money is no receipt and has no place in these books, for the reason said. Raises MoreThanWaits."""
    require(policies.may_mark_receipts(by))
    with transaction():
        stand_in_line()
        left = bank.left_of([entry.id])[entry.id]
        if not left:
            raise MoreThanWaits
        return _out(entry, "set_aside", left, reference="", words=words, by=by, at=at)


def undo_use(use: EntryUse, *, words: str, by: Actor, at: datetime) -> None:
    """It was a mistake: the money waits in suspense again. Raises UndoneAlready; for an assignment what `undo_receipt` raises."""
    require(policies.may_mark_receipts(by))
    with transaction():
        stand_in_line()
        undone = sa.select(EntryUse.id).where(EntryUse.undoes_id == use.id)
        if use.undoes_id is not None or db.session.execute(undone).first() is not None:
            raise UndoneAlready
        if use.receipt_id is not None:
            undo_receipt(db.session.get_one(Receipt, use.receipt_id), reason=words, by=by, at=at)
            return
        entry = db.session.get_one(BankEntry, use.entry_id)
        back = [Leg(AccountRef(leg.code, leg.party), -leg.amount_minor) for leg in ledger.lines_of(use.journal_id)]
        booked = post(
            kind="correction", effect_key=f"bank_entry_use:{use.id}:undone", occurred_at=use.at, at=at, currency=entry.currency,
            reverses=use.journal_id, postings=back,
        )  # fmt: skip
        db.session.add(
            EntryUse(
                entry_id=entry.id, kind=use.kind, amount_minor=-use.amount_minor, bank_reference=use.bank_reference,
                words=words.strip(), journal_id=booked.id, by_id=by.person_id, at=at, undoes_id=use.id,
            )
        )  # fmt: skip
        audit(f"bank_entry_{use.kind}_undone", at=at, by_id=by.person_id, entry=entry.public_id)


def must_be_as_seen(entry: BankEntry, seen: int | None) -> None:
    """Refuse when something unseen became of this money; the caller holds the line of the books. Raises UsedMeanwhile."""
    if seen is not None and bank.last_use_of(entry.id) != seen:
        raise UsedMeanwhile


def use_entry(
    entry: BankEntry, kind: str, *, amount_minor: int, against: AccountRef, words: str = "", by: Actor, at: datetime
) -> EntryUse:
    """So much of this money pays what another room knows of: it leaves suspense for the account named, in one journal.

    kind: of the use and of the journal, among `models.USES`. Whoever calls holds the line of the books, and keeps what was paid
    beside the use, since `undo_use` takes back no more than the journal. Raises MoreThanWaits.
    """
    require(policies.may_mark_receipts(by))
    with transaction():
        if not 0 < amount_minor <= bank.left_of([entry.id])[entry.id]:
            raise MoreThanWaits
        return _leaves(entry, kind, amount_minor, to=against, journal_kind=kind, words=words, by=by, at=at)


def take_entry_on(entry: BankEntry, *, by: Actor, at: datetime) -> None:
    """From now on this person looks after the entry."""
    require(policies.may_mark_receipts(by))
    with transaction():
        if bank.owners_of([entry]).get(entry.id) != by.person_id:
            db.session.add(EntryOwner(entry_id=entry.id, person_id=by.person_id, at=at))
            audit("bank_entry_taken_on", at=at, by_id=by.person_id, entry=entry.public_id)


def _out(entry: BankEntry, kind: str, minor: int, *, reference: str, words: str, by: Actor, at: datetime) -> EntryUse:
    """Out of suspense and out of the bank."""
    journal_kind = "bank_entry_back" if kind == "sent_back" else "bank_entry_aside"
    out = AccountRef(BANK)
    return _leaves(entry, kind, minor, to=out, journal_kind=journal_kind, reference=reference, words=words, by=by, at=at)


def _leaves(
    entry: BankEntry, kind: str, minor: int, *, to: AccountRef, journal_kind: str, reference: str = "", words: str, by: Actor,
    at: datetime,
) -> EntryUse:  # fmt: skip
    booked = post(
        kind=journal_kind, effect_key=f"bank_entry:{entry.public_id}:{new_public_id()}", occurred_at=at, at=at,
        currency=entry.currency, postings=[Leg(AccountRef(BANK_SUSPENSE), minor), Leg(to, -minor)],
    )  # fmt: skip
    use = EntryUse(
        entry_id=entry.id, kind=kind, amount_minor=minor, bank_reference=reference, words=words.strip(), journal_id=booked.id,
        by_id=by.person_id, at=at,
    )  # fmt: skip
    db.session.add(use)
    db.session.flush()
    audit(f"bank_entry_{kind}", at=at, by_id=by.person_id, entry=entry.public_id)
    return use


def is_out_marked(reference: str) -> bool:
    """Whether a line by which money left is marked already, as money or as credit that was sent back."""
    undone = sa.select(EntryUse.undoes_id).where(EntryUse.undoes_id.is_not(None))
    back = sa.select(EntryUse.id).where(
        EntryUse.kind == "sent_back",
        EntryUse.bank_reference == reference,
        EntryUse.undoes_id.is_(None),
        EntryUse.id.not_in(undone),
    )
    repaid = sa.select(Repayment.id).where(Repayment.bank_reference == reference)
    return any(db.session.execute(found.limit(1)).first() is not None for found in (back, repaid))
