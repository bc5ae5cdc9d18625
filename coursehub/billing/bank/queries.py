"""Statements of the bank: what a draft would do, what was booked, what waits in suspense and since when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from coursehub.billing.bank.matching import Match, Owed, matched, named_in
from coursehub.billing.bank.reading import Line, Read, bare
from coursehub.billing.models import (
    BankDraft,
    BankEntry,
    BankStatement,
    CollectionAccount,
    Document,
    EntryOwner,
    EntryUse,
    Receipt,
    Repayment,
    Settlement,
)
from coursehub.billing.policies import may_read_all
from coursehub.billing.queries import OPEN_MINOR
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation

T = TypeVar("T")

USED_MINOR = (
    sa.select(sa.func.coalesce(sa.func.sum(EntryUse.amount_minor), 0))
    .where(EntryUse.entry_id == BankEntry.id)
    .correlate(BankEntry)
    .scalar_subquery()
)
LEFT_MINOR = BankEntry.amount_minor - USED_MINOR
"""What of an entry waits in suspense, as a column beside BankEntry; only where it has a journal."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of a draft as it would be booked. is_known: an earlier statement brought it. match: only for what is a receipt."""

    line: Line
    nature: str
    is_known: bool
    match: Match | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What booking a draft would do. `digest` changes when anything of that changes. previous: the account's last statement."""

    seen: tuple[Seen, ...]
    previous: BankStatement | None
    gap_minor: int
    digest: str

    def of(self, *kinds: str) -> list[Seen]:
        """The new lines that came in for us and match in one of these ways."""
        return [each for each in self.seen if not each.is_known and each.match is not None and each.match.kind in kinds]

    @property
    def aside(self) -> list[Seen]:
        """The new lines that are listed and not booked."""
        return [each for each in self.seen if not each.is_known and each.match is None]

    @property
    def known(self) -> list[Seen]:
        """The lines that an earlier statement brought."""
        return [each for each in self.seen if each.is_known]


def preview(read: Read, own: Mapping[str, str]) -> Preview:
    """What booking this file would do as things are now. own: the nature of lines that the caller knows, by fingerprint."""
    known = known_fingerprints([line.fingerprint for line in read.lines])
    natures = _natures(read.lines) | dict(own)
    new = [line for line in read.lines if natures[line.fingerprint] == "receipt" and line.fingerprint not in known]
    matches = matched(new, owed(read.currency, new))
    seen = tuple(
        Seen(line, natures[line.fingerprint], line.fingerprint in known, matches.get(line.fingerprint)) for line in read.lines
    )
    previous = last_statement(read.account, read.currency)
    before = previous.closing_minor if previous else None
    gap = read.opening_minor - before if read.opening_minor is not None and before is not None else 0
    said = [(each.line.fingerprint, each.nature, each.is_known, each.match) for each in seen]
    return Preview(seen, previous, gap, sha256(repr(said).encode()).hexdigest())


def known_fingerprints(fingerprints: Sequence[str]) -> set[str]:
    """Which of these entries an earlier statement brought."""
    found: set[str] = set()
    for some in chunks(fingerprints):
        found.update(db.session.execute(sa.select(BankEntry.fingerprint).where(BankEntry.fingerprint.in_(some))).scalars())
    return found


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Values in parts that a database takes in one question: a stranger's file may name any number of them."""
    left = iter(values)
    while some := list(islice(left, 1_000)):
        yield some


def _natures(lines: Sequence[Line]) -> dict[str, str]:
    """What each line is as far as receipts and credit sent back say; the rest the caller knows."""
    undone = sa.select(Receipt.undoes_id).where(Receipt.undoes_id.is_not(None))
    marked: set[tuple[str, int]] = set()
    repaid: set[tuple[str, int]] = set()
    for some in chunks({line.bank_reference for line in lines if line.bank_reference}):
        by_hand = sa.select(Receipt.bank_reference, Receipt.amount_minor).where(Receipt.id.not_in(undone))
        marked.update((row[0], row[1]) for row in db.session.execute(by_hand.where(Receipt.bank_reference.in_(some))))
        back = sa.select(Repayment.bank_reference, Repayment.amount_minor).where(Repayment.bank_reference.in_(some))
        repaid.update((row[0], row[1]) for row in db.session.execute(back))
    return {line.fingerprint: _nature(line, marked, repaid) for line in lines}


def _nature(line: Line, marked: set[tuple[str, int]], repaid: set[tuple[str, int]]) -> str:
    key = (line.bank_reference, line.amount_minor)
    if line.is_in:
        return "by_hand" if key in marked else "receipt"
    if line.is_reversal:
        return "taken_back"
    return "repayment" if key in repaid else "other"


def owed(currency: str, lines: Sequence[Line]) -> list[Owed]:
    """What members owe in a currency, the first issued first; with the paid invoices that these lines name."""
    columns = (Document.id, Document.number, Document.organisation_id, Organisation.name, Organisation.name_en, OPEN_MINOR)
    found = (
        sa.select(*columns)
        .join(Organisation, Organisation.id == Document.organisation_id)
        .where(Document.kind == "invoice", Document.currency == currency)
    )
    rows = list(db.session.execute(found.where(OPEN_MINOR > 0)).all())
    for some in chunks(sorted({number for line in lines for number in named_in(line)})):
        rows.extend(db.session.execute(found.where(OPEN_MINOR == 0, Document.number.in_(some))).all())
    return [
        Owed(document_id, number, organisation_id, (name or "", name_en or ""), int(left))
        for document_id, number, organisation_id, name, name_en, left in sorted(rows, key=lambda row: int(row[0]))
    ]


def last_statement(account: str, currency: str) -> BankStatement | None:
    """The latest statement of an account that was booked."""
    found = sa.select(BankStatement).where(BankStatement.account == bare(account), BankStatement.currency == currency)
    ordered = found.order_by(BankStatement.to_on.desc().nulls_last(), BankStatement.id.desc())
    return db.session.execute(ordered.limit(1)).scalar_one_or_none()


def our_accounts() -> list[tuple[str, str, str]]:
    """(number, currency, bank) of each account that members pay into or ever did, the latest first."""
    found = sa.select(CollectionAccount).order_by(CollectionAccount.id)
    rows = db.session.execute(found).scalars()
    latest = {(bare(each.number), each.currency): (each.number, each.currency, each.bank) for each in rows}
    return list(latest.values())[::-1]


@dataclass(frozen=True, slots=True)
class Reached:
    """An account of ours, and the last day that a booked statement of it tells of; None for none."""

    bank: str
    number: str
    currency: str
    until: date | None


def told_until() -> list[Reached]:
    """How far the statements of each of our accounts reach, the latest account first."""
    found = sa.select(BankStatement.account, BankStatement.currency, sa.func.max(BankStatement.to_on))
    rows = db.session.execute(found.group_by(BankStatement.account, BankStatement.currency))
    reached: dict[tuple[str, str], date] = {}
    for account, currency, day in rows:
        if day is not None:
            key = (bare(account), currency)
            reached[key] = max(day, reached.get(key, day))
    return [Reached(bank, number, currency, reached.get((bare(number), currency))) for number, currency, bank in our_accounts()]


def drafts_visible_to(reader: Actor) -> "sa.Select[BankDraft]":
    """Statements that wait to be booked, the first first; for finance staff."""
    found = sa.select(BankDraft).order_by(BankDraft.id)
    return found if may_read_all(reader) else found.where(sa.false())


def statements_visible_to(reader: Actor) -> "sa.Select[BankStatement]":
    """Statements that were booked, the latest first; for finance staff."""
    found = sa.select(BankStatement).order_by(BankStatement.id.desc())
    return found if may_read_all(reader) else found.where(sa.false())


def entries_visible_to(reader: Actor) -> "sa.Select[BankEntry]":
    """Entries in the order of their statements; for finance staff."""
    found = sa.select(BankEntry).order_by(BankEntry.statement_id, BankEntry.n, BankEntry.id)
    return found if may_read_all(reader) else found.where(sa.false())


def waiting_for(reader: Actor) -> "sa.Select[BankEntry]":
    """Entries of which something waits in suspense, the oldest first; for finance staff."""
    found = entries_visible_to(reader).order_by(None).order_by(BankEntry.booked_on, BankEntry.id)
    return found.where(BankEntry.journal_id.is_not(None), LEFT_MINOR > 0)


def left_of(entry_ids: Sequence[int]) -> dict[int, int]:
    """What of each of these entries waits in suspense."""
    rows = db.session.execute(sa.select(BankEntry.id, BankEntry.journal_id, LEFT_MINOR).where(BankEntry.id.in_(entry_ids)))
    return {entry_id: int(left) if journal_id else 0 for entry_id, journal_id, left in rows}


def waiting_sums() -> dict[str, int]:
    """What waits in suspense by the entries, in each currency."""
    found = sa.select(BankEntry.currency, sa.func.sum(LEFT_MINOR)).where(BankEntry.journal_id.is_not(None))
    return {currency: int(minor) for currency, minor in db.session.execute(found.group_by(BankEntry.currency)) if minor}


def last_use_of(entry_id: int) -> int:
    """The number of the last thing that became of an entry; 0 for none."""
    return int(db.session.execute(sa.select(sa.func.max(EntryUse.id)).where(EntryUse.entry_id == entry_id)).scalar() or 0)


def uses_of(entry_ids: Sequence[int]) -> dict[int, list[EntryUse]]:
    """What became of each of these entries, in order."""
    found: dict[int, list[EntryUse]] = {entry_id: [] for entry_id in entry_ids}
    for use in db.session.execute(sa.select(EntryUse).where(EntryUse.entry_id.in_(entry_ids)).order_by(EntryUse.id)).scalars():
        found[use.entry_id].append(use)
    return found


def owners_of(entries: Sequence[BankEntry]) -> dict[int, int]:
    """Who looks after each entry: who took it on last, or who booked its statement.

    Only who does finance for the house now: what a colleague who left looked after is nobody's, which is all of finance's, until
    somebody takes it on. Such entries are left out.
    """
    booked = sa.select(BankStatement.id, BankStatement.by_id).where(BankStatement.id.in_({each.statement_id for each in entries}))
    by = dict(db.session.execute(booked).tuples().all())
    found = {each.id: by[each.statement_id] for each in entries}
    taken = sa.select(EntryOwner.entry_id, EntryOwner.person_id).where(EntryOwner.entry_id.in_(found)).order_by(EntryOwner.id)
    found |= dict(db.session.execute(taken).tuples().all())
    desk = set(people.members_with_role(people.house().id, "staff_finance")) if found else set()
    return {entry_id: person_id for entry_id, person_id in found.items() if person_id in desk}


def waiting_in(statement_id: int) -> int:
    """How many entries of a statement wait in suspense."""
    found = sa.select(sa.func.count(BankEntry.id)).where(
        BankEntry.statement_id == statement_id, BankEntry.journal_id.is_not(None), LEFT_MINOR > 0
    )
    return int(db.session.execute(found).scalar_one())


def counts_of(statement_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many entries each statement brought, and how many of them wait in suspense."""
    waits = sa.case((sa.and_(BankEntry.journal_id.is_not(None), LEFT_MINOR > 0), 1), else_=0)
    rows = db.session.execute(
        sa.select(BankEntry.statement_id, sa.func.count(), sa.func.sum(waits))
        .where(BankEntry.statement_id.in_(statement_ids))
        .group_by(BankEntry.statement_id)
    )
    return {statement_id: (int(count), int(waiting)) for statement_id, count, waiting in rows}


def documents(ids: Iterable[int]) -> dict[int, Document]:
    """Invoices by their number in the database."""
    return {each.id: each for each in db.session.execute(sa.select(Document).where(Document.id.in_(set(ids)))).scalars()}


def entries_named(public_ids: Iterable[str]) -> dict[str, BankEntry]:
    """Entries by their public id."""
    found: dict[str, BankEntry] = {}
    for some in chunks(public_ids):
        rows = db.session.execute(sa.select(BankEntry).where(BankEntry.public_id.in_(some))).scalars()
        found.update((each.public_id, each) for each in rows)
    return found


def invoices_paid_by(entry_ids: Sequence[int]) -> dict[int, list[Document]]:
    """Which invoices the money of each entry pays now."""
    rows = db.session.execute(
        sa.select(EntryUse.entry_id, Document)
        .join(Settlement, Settlement.receipt_id == EntryUse.receipt_id)
        .join(Document, Document.id == Settlement.invoice_id)
        .where(EntryUse.entry_id.in_(entry_ids), EntryUse.undoes_id.is_(None))
        .group_by(EntryUse.entry_id, Document.id)
        .having(sa.func.sum(Settlement.amount_minor) > 0)
        .order_by(EntryUse.entry_id, Document.id)
    )
    found: dict[int, list[Document]] = {}
    for entry_id, document in rows:
        found.setdefault(entry_id, []).append(document)
    return found


def suggested(entries: Sequence[BankEntry]) -> dict[int, Match]:
    """What the rest of each of these entries seems to pay, each looked at for itself."""
    left = left_of([each.id for each in entries])
    lines = {
        each.id: Line(each.n, True, left[each.id], each.booked_on, end_to_end=each.end_to_end, party=each.party, words=each.words)
        for each in entries
    }
    waiting = {currency: owed(currency, list(lines.values())) for currency in {each.currency for each in entries}}
    return {each.id: matched([lines[each.id]], waiting[each.currency])[""] for each in entries}


def candidates(entry: BankEntry, match: Match, search: str) -> list[tuple[Document, int]]:
    """Invoices that an entry may pay, with what is open of each: those suggested, or what a search finds by number or name."""
    found = sa.select(Document, OPEN_MINOR).where(Document.kind == "invoice", Document.currency == entry.currency)
    if search:
        digits = "".join(each for each in search if each.isdigit())
        named = sa.select(Organisation.id).where(
            sa.or_(Organisation.name.icontains(search, autoescape=True), Organisation.name_en.icontains(search, autoescape=True))
        )
        wanted: list[sa.ColumnElement[bool]] = [Document.organisation_id.in_(named)]
        if digits and len(digits) < 10:
            wanted.append(Document.number == int(digits))
        found = found.where(OPEN_MINOR > 0, sa.or_(*wanted))
    else:
        members = sa.select(Document.organisation_id).where(Document.id.in_(match.invoices))
        found = found.where(
            sa.or_(Document.id.in_(match.invoices), sa.and_(Document.organisation_id.in_(members), OPEN_MINOR > 0))
        )
    ordered = found.order_by(Document.id.in_(match.invoices).desc(), Document.due_on, Document.id)
    return [(document, int(left)) for document, left in db.session.execute(ordered.limit(30))]


def settled_by(uses: Sequence[EntryUse]) -> dict[int, list[tuple[Document, int]]]:
    """Which invoices each use pays, and by how much, as it was when it was assigned."""
    rows = db.session.execute(
        sa.select(EntryUse.id, Document, sa.func.sum(Settlement.amount_minor))
        .join(Settlement, Settlement.receipt_id == EntryUse.receipt_id)
        .join(Document, Document.id == Settlement.invoice_id)
        .where(EntryUse.id.in_([use.id for use in uses]), EntryUse.undoes_id.is_(None), Settlement.amount_minor > 0)
        .group_by(EntryUse.id, Document.id)
        .order_by(EntryUse.id, Document.id)
    )
    found: dict[int, list[tuple[Document, int]]] = {}
    for use_id, document, minor in rows:
        found.setdefault(use_id, []).append((document, int(minor)))
    return found


def statement_of(entry: BankEntry) -> BankStatement:
    """The statement that brought an entry."""
    return db.session.get_one(BankStatement, entry.statement_id)


def uses_visible_to(reader: Actor) -> "sa.Select[EntryUse]":
    """What became of entries; for finance staff."""
    found = sa.select(EntryUse).order_by(EntryUse.id)
    return found if may_read_all(reader) else found.where(sa.false())


def waiting_now() -> tuple[int, date | None]:
    """How many entries wait in suspense, and since when the oldest does."""
    found = sa.select(sa.func.count(BankEntry.id), sa.func.min(BankEntry.booked_on))
    count, since = db.session.execute(found.where(BankEntry.journal_id.is_not(None), LEFT_MINOR > 0)).one()
    return int(count), since
