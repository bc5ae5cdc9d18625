"""Does the paper agree with the books? Numbers without gaps, and each member's balance told twice."""

from collections.abc import Iterator

import sqlalchemy as sa

from coursehub.billing import queries
from coursehub.billing.models import KINDS, Document, Receipt, Series
from coursehub.db import db
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.ledger.models import Account, Posting
from coursehub.people.models import Organisation


def faults() -> Iterator[str]:
    """One sentence per fault; none when numbers have no gap and every member owes on paper what it owes in the books."""
    for kind in KINDS:
        count, last = db.session.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(Document.number), 0)).where(Document.kind == kind)
        ).one()
        given = db.session.execute(sa.select(Series.last).where(Series.kind == kind)).scalar() or 0
        if not count == last == given:
            yield f"{kind}: {count} documents, the last is {last}, the series says {given}"
    booked: dict[tuple[str, str], int] = {}
    rows = db.session.execute(
        sa.select(Account.party, Account.currency, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .where(Account.code == MEMBER_OWES)
        .group_by(Account.party, Account.currency)
    )
    for party, currency, amount in rows:
        booked[party, currency] = int(amount)
    written = _written()
    for party, currency in sorted({*booked, *written}):
        books, paper = booked.get((party, currency), 0), written.get((party, currency), 0)
        if books != paper:
            yield f"{party} in {currency}: {books} in the books, {paper} on paper"


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
