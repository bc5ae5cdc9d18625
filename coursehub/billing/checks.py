"""Does the paper agree with the books? Numbers without gaps, and each member's balance told twice."""

from collections.abc import Iterator

import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.models import BUYER_KINDS, KINDS, BuyerDocument, Document, Receipt, Series
from coursehub.db import db
from coursehub.ledger.accounts import MEMBER_OWES, MEMBER_WILL_OWE
from coursehub.ledger.models import Account, Posting
from coursehub.people.models import Organisation

SOUND = "Numbers have no gap, and every member owes on paper what it owes in the books."


def faults() -> Iterator[str]:
    """One sentence per fault; none when numbers have no gap and paper and what waits for it agree with the books."""
    for kind in (*KINDS, *BUYER_KINDS):
        paper = BuyerDocument if kind in BUYER_KINDS else Document
        count, last = db.session.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(paper.number), 0)).where(paper.kind == kind)
        ).one()
        given = db.session.execute(sa.select(Series.last).where(Series.kind == kind)).scalar() or 0
        if not count == last == given:
            yield f"{kind}: {count} documents, the last is {last}, the series says {given}"
    yield from _differences(_booked(MEMBER_OWES), _written(), "on paper")
    yield from _differences(_booked(MEMBER_WILL_OWE), _waiting(), "waiting for an invoice")


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
    charged = queries.charged_minor()
    found = sa.select(Organisation.id, Organisation.public_id).where(
        Organisation.id.in_({member for member, _currency in charged})
    )
    parties = dict(db.session.execute(found).tuples().all())
    return {(parties[member], currency): minor for (member, currency), minor in charged.items()}


def _written() -> dict[tuple[str, str], int]:
    """What each member owes by its documents and receipts, less what it has to its credit."""
    known = sa.union(
        sa.select(Document.organisation_id, Document.currency), sa.select(Receipt.organisation_id, Receipt.currency)
    ).subquery()
    found: dict[tuple[str, str], int] = {}
    rows = db.session.execute(
        sa.select(known.c.organisation_id, known.c.currency, Organisation.public_id).join(
            Organisation, Organisation.id == known.c.organisation_id
        )
    )
    for organisation_id, currency, party in rows:
        owed = sum(queries.open_minor(invoice) for invoice in queries.open_invoices(organisation_id, currency))
        found[party, currency] = owed - queries.credit_minor(organisation_id, currency)
    return found
