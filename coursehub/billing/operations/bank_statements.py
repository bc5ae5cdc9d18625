"""Statements of the bank: taken in as a draft, booked as a whole by one confirmation, or dropped."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import events
from coursehub.billing import policies
from coursehub.billing.bank import queries as bank
from coursehub.billing.bank import reading
from coursehub.billing.bank.queries import Seen
from coursehub.billing.bank.words import problem_told
from coursehub.billing.models import BankDraft, BankEntry, BankStatement
from coursehub.billing.operations.receipts import take_money
from coursehub.db import db, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import BANK, BANK_SUSPENSE
from coursehub.ledger.operations import AccountRef, Effect, Leg, post_new, stand_in_line
from coursehub.people.actor import Actor
from coursehub.people.audit import note as audit
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE


class StatementNotRead(Refusal):
    """This file cannot be taken in. %(why)s Nothing of it was kept."""


class StatementKnown(Refusal):
    """This file was booked before. Every file counts once."""


class StatementGone(Refusal):
    """This statement does not wait any more: somebody has booked or dropped it."""


class PreviewChanged(Refusal):
    """Something has changed since this page was shown. Look at what would be booked now, then confirm it."""


def take_in_statement(name: str, raw: bytes, *, account: str, currency: str, by: Actor, at: datetime) -> BankDraft:
    """Read a file about one of our accounts and let it wait; the same file again gives the draft that waits already.

    Nothing is booked. Raises StatementNotRead, StatementKnown.
    """
    require(policies.may_mark_receipts(by))
    try:
        read = reading.read(raw, account=account, currency=currency)
        _must_be_past(read, at.astimezone(SHOWN_ZONE).date())
    except reading.NotReadable as problem:
        raise StatementNotRead(why=problem_told(problem)) from problem
    digest = sha256(raw).hexdigest()
    found = sa.select(BankDraft).where(BankDraft.sha256 == digest)
    with transaction():
        if db.session.execute(sa.select(BankStatement.id).where(BankStatement.sha256 == digest)).first() is not None:
            raise StatementKnown
        waiting = db.session.execute(found).scalar_one_or_none()
        if waiting is not None:
            return waiting
        draft = BankDraft(
            name=reading.clean(name, 400)[-200:], sha256=digest, account=reading.bare(account), currency=currency, content=raw,
            by_id=by.person_id, at=at,
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                db.session.add(draft)
        except IntegrityError:  # handed in twice at once
            return db.session.execute(found).scalar_one()
        audit("bank_statement_taken_in", at=at, by_id=by.person_id, organisation_id=by.organisation_id, draft=draft.public_id)
    return draft


def drop_draft(draft: BankDraft, *, by: Actor, at: datetime) -> None:
    """The file was a mistake: it waits no more. Raises StatementGone."""
    require(policies.may_mark_receipts(by))
    with transaction():
        _take_draft(draft)
        audit("bank_statement_dropped", at=at, by_id=by.person_id, organisation_id=by.organisation_id, draft=draft.public_id)


def book_statement(
    draft: BankDraft, *, own: Mapping[str, str], expected: str | None = None, by: Actor, at: datetime
) -> BankStatement:
    """Book a whole statement: what came in for us goes into suspense, and what pays an invoice exactly pays it.

    own: the nature of lines that other rooms know, by fingerprint. expected: the digest of the preview that was confirmed.
    Raises StatementGone, StatementKnown, PreviewChanged.
    """
    require(policies.may_mark_receipts(by))
    with transaction():
        stand_in_line()
        read = reading.read(draft.content, account=draft.account, currency=draft.currency)
        if db.session.execute(sa.select(BankStatement.id).where(BankStatement.sha256 == draft.sha256)).first() is not None:
            raise StatementKnown
        _take_draft(draft)
        found = bank.preview(read, own)
        if expected not in (None, found.digest):
            raise PreviewChanged
        statement = BankStatement(
            format=read.format, name=draft.name, sha256=draft.sha256, number=read.number, account=draft.account,
            currency=draft.currency, from_on=read.from_on, to_on=read.to_on, opening_minor=read.opening_minor,
            closing_minor=read.closing_minor, known_count=len(found.known), pending_count=read.pending, by_id=by.person_id, at=at,
        )  # fmt: skip
        db.session.add(statement)
        db.session.flush()
        _book(statement, [seen for seen in found.seen if not seen.is_known], by=by, at=at)
        audit(
            "bank_statement_booked", at=at, by_id=by.person_id, organisation_id=by.organisation_id, statement=statement.public_id
        )
        events.record("billing.bank_statement_booked", at=at, statement_id=statement.id)
    return statement


def _book(statement: BankStatement, new: Sequence[Seen], *, by: Actor, at: datetime) -> None:
    """The new lines: kept; booked where they are money for us; and assigned where they pay an invoice exactly.

    All of one kind go in together, so that what a line costs is its journal.
    """
    public_ids = [new_public_id() for _seen in new]
    came_in = [_came_in(statement, *each, at=at) for each in zip(new, public_ids, strict=True) if each[0].match is not None]
    booked = iter(post_new(came_in, at=at) if came_in else ())
    rows = [
        _row(statement, seen, public_id, next(booked).id if seen.match is not None else None)
        for seen, public_id in zip(new, public_ids, strict=True)
    ]
    if rows:
        db.session.execute(sa.insert(BankEntry.__table__), rows)  # type: ignore[arg-type]
    exact = {
        public_id: seen.match.invoices[0]
        for seen, public_id in zip(new, public_ids, strict=True)
        if seen.match is not None and seen.match.kind == "exact"
    }
    invoices, entries = bank.documents(exact.values()), bank.entries_named(exact)
    for public_id, invoice_id in exact.items():
        entry = entries[public_id]
        take_money(
            db.session.get_one(Organisation, invoices[invoice_id].organisation_id), currency=entry.currency,
            amount_minor=entry.amount_minor, received_on=entry.booked_on, bank_reference=entry.bank_reference or public_id,
            note="", parts={invoice_id: entry.amount_minor}, entry=entry, by=by, at=at,
        )  # fmt: skip


def _came_in(statement: BankStatement, seen: Seen, public_id: str, *, at: datetime) -> Effect:
    postings = [Leg(AccountRef(BANK), seen.line.amount_minor), Leg(AccountRef(BANK_SUSPENSE), -seen.line.amount_minor)]
    return Effect("bank_entry", f"bank_entry:{public_id}", min(noon(seen.line.booked_on), at), postings, statement.currency)


def _row(statement: BankStatement, seen: Seen, public_id: str, journal_id: int | None) -> dict[str, Any]:
    line = seen.line
    return {
        "public_id": public_id, "statement_id": statement.id, "n": line.n, "fingerprint": line.fingerprint, "nature": seen.nature,
        "currency": statement.currency, "amount_minor": line.amount_minor, "booked_on": line.booked_on,
        "bank_reference": line.bank_reference, "end_to_end": line.end_to_end, "party": line.party,
        "party_account": tail(line.party_account), "words": " ".join(each for each in (line.structured, line.words) if each),
        "journal_id": journal_id,
    }  # fmt: skip


def _take_draft(draft: BankDraft) -> None:
    gone = db.session.execute(sa.delete(BankDraft).where(BankDraft.id == draft.id).returning(BankDraft.id)).first()
    if gone is None:
        raise StatementGone
    if draft in db.session:
        db.session.expunge(draft)


def _must_be_past(read: reading.Read, today: date) -> None:
    for line in read.lines:
        if line.booked_on > today:
            raise reading.NotReadable("future", line.n, line.booked_on.isoformat())


def noon(on: date) -> datetime:
    """A day of the bank as a moment."""
    return datetime.combine(on, time(12), SHOWN_ZONE)


def tail(account: str) -> str:
    """What is kept of a stranger's account: enough to tell two apart, too little to pay into it."""
    return f"…{account[-4:]}" if account else ""
