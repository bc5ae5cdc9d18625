"""What tests of statements begin with: Northwind's sales, refunds and moves in months of their own."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from coursehub.contracts import operations as contracts
from coursehub.contracts.operations.sharing import reinstate
from coursehub.db import db, transaction
from coursehub.ledger.operations import AccountRef, Leg, post, seal_days
from tests.contracts.rig import draft_of_dispute, draft_of_refund, draft_of_sale

HELD, AVAILABLE, TRANSIT = "liability:payable:held", "liability:payable:available", "liability:payable:in_transit"
MARCH = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)
MAY = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def sell(terms, course, at, key, **facts):
    """One sale of 100.00, unless told otherwise."""
    with transaction():
        return contracts.share(draft_of_sale(terms, course, at, f"sale:{key}", **facts), at=at)


def refund(course, at, amount, key, sale):
    """A part of a sale goes back."""
    with transaction():
        return contracts.share(draft_of_refund(course, at, amount, f"refund:{key}", f"sale:{sale}"), at=at)


def dispute(course, at, amount, key, sale, *, back_at=None):
    """The buyer's bank takes a part of a sale, and may give it back."""
    with transaction():
        taken = contracts.share(draft_of_dispute(course, at, amount, f"dispute:{key}", f"sale:{sale}"), at=at)
    if back_at is not None:
        with transaction():
            reinstate(taken, effect_key=f"dispute:{key}:back", occurred_at=back_at, at=back_at)
    return taken


def move(kind, at, key, *legs):
    """A journal between accounts of Northwind and others: (code, party, amount)."""
    with transaction():
        return post(
            kind=kind, effect_key=key, occurred_at=at, at=at, currency="CNY",
            postings=[Leg(AccountRef(code, party), amount) for code, party, amount in legs],
        )  # fmt: skip


def two_months(cast, terms, course):
    """March: three sales, a part refund. April: a sale, a refund of March, the hold ends, half of it is paid out."""
    northwind = cast.northwind.public_id
    sell(terms, course, MARCH, "1")
    sell(terms, course, MARCH + DAY, "2", channel="partner_link", attributed=northwind)
    sell(terms, course, MARCH + 2 * DAY, "3", discount_minor=1_000, discount_borne_by=northwind)
    refund(course, MARCH + 3 * DAY, 3_333, "1", "1")
    sell(terms, course, APRIL, "4")
    refund(course, APRIL + DAY, 10_000, "2", "2")
    move("mature", APRIL + 2 * DAY, "mature:1", (HELD, northwind, 4_000), (AVAILABLE, northwind, -4_000))
    move("payout", APRIL + 3 * DAY, "payout:1", (AVAILABLE, northwind, 2_500), ("asset:bank", None, -2_500))
    seal_days(at=MAY)


def tampered(statement):
    """Edit the lines of the book as somebody with all rights over the database would."""
    with transaction():
        if db.engine.dialect.name == "sqlite":
            listed = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('money_line', 'statement')")
            for name in db.session.execute(listed).scalars().all():
                db.session.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        db.session.execute(sa.text(statement))
    db.session.expire_all()
