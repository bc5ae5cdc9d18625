"""Does the paper agree with the books? Numbers without gaps, each member's balance told twice, and what waits at the bank."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.bank import queries as bank
from coursehub.billing.models import BUYER_KINDS, KINDS, BuyerDocument, Document, Series
from coursehub.db import db
from coursehub.ledger.accounts import BANK_SUSPENSE, MEMBER_OWES, MEMBER_WILL_OWE
from coursehub.ledger.models import Account, Posting
from coursehub.people.models import Organisation

SOUND = "Numbers have no gap, every member owes on paper what it owes in the books, and what waits at the bank is told twice."


def faults() -> Iterator[str]:
    """One sentence per fault; none when numbers have no gap and paper and what waits for it agree with the books."""
    yield from gaps((*KINDS, *BUYER_KINDS))
    yield from _differences(_booked(MEMBER_OWES), _written(), "on paper")
    yield from _differences(_booked(MEMBER_WILL_OWE), _waiting(), "waiting for an invoice")
    booked, told = _booked(BANK_SUSPENSE), bank.waiting_sums()
    for currency in sorted({*told, *(currency for _party, currency in booked)}):
        if -booked.get(("", currency), 0) != told.get(currency, 0):
            yield (
                f"{currency}: {-booked.get(('', currency), 0)} came in at the bank and waits in the books, "
                f"{told.get(currency, 0)} by the statements"
            )


def gaps(kinds: Iterable[str]) -> Iterator[str]:
    """One sentence for each kind of document whose numbers do not run from one to the last that was given."""
    for kind in kinds:
        paper = BuyerDocument if kind in BUYER_KINDS else Document
        count, last = db.session.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(paper.number), 0)).where(paper.kind == kind)
        ).one()
        given = db.session.execute(sa.select(Series.last).where(Series.kind == kind)).scalar() or 0
        if not count == last == given:
            yield f"{kind}: {count} documents, the last is {last}, the series says {given}"


def _differences(booked: dict[tuple[str, str], int], told: dict[tuple[str, str], int], where: str) -> Iterator[str]:
    for party, currency in sorted({*booked, *told}):
        books, paper = booked.get((party, currency), 0), told.get((party, currency), 0)
        if books != paper:
            yield f"{party} in {currency}: {books} in the books, {paper} {where}"


def _booked(account: str) -> dict[tuple[str, str], int]:
    """What the books say of an account, by party and currency."""
    rows = db.session.execute(
        sa.select(Account.party, Account.currency, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .where(Account.code == account)
        .group_by(Account.party, Account.currency)
    )
    return {(party, currency): int(amount) for party, currency, amount in rows}


def _waiting() -> dict[tuple[str, str], int]:
    """What each member will find on its next invoice."""
    return _by_party(queries.charged_minor())


def _written() -> dict[tuple[str, str], int]:
    """What each member owes by its documents and receipts, less what it has to its credit."""
    invoiced = sa.select(Document.organisation_id, Document.currency, sa.func.sum(queries.OPEN_MINOR))
    by_member = invoiced.where(Document.kind == "invoice").group_by(Document.organisation_id, Document.currency)
    owed = {(member, currency): int(minor) for member, currency, minor in db.session.execute(by_member)}
    for member, minor in queries.credits_by_member().items():
        owed[member] = owed.get(member, 0) - minor
    return _by_party(owed)


def _by_party(amounts: dict[tuple[int, str], int]) -> dict[tuple[str, str], int]:
    """The same amounts under the names that the books use."""
    named = sa.select(Organisation.id, Organisation.public_id).where(Organisation.id.in_({each for each, _currency in amounts}))
    parties = dict(db.session.execute(named).tuples().all())
    return {(parties[member], currency): minor for (member, currency), minor in amounts.items()}
