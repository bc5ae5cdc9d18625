"""Announcing prices: before they hold, for everybody alike, never edited."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts import policies
from coursehub.contracts.models import PublishedPrices
from coursehub.contracts.price_book import PriceBook, hash_of, to_data
from coursehub.db import db, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.audit import note

NOTICE = timedelta(days=14)
"""Members learn of new prices so long before they hold; the first list of a currency may hold at once."""


class TooShortNotice(Refusal):
    """New prices hold at the earliest 14 days after they are announced. Choose a later day."""

    status = 422


def announce_prices(book: PriceBook, *, effective_from: datetime, by: Actor, at: datetime) -> PublishedPrices:
    """Say what placements and hours cost from a moment on. What was published before keeps the prices it was published under.

    Raises TooShortNotice.
    """
    require(policies.may_announce_prices(by))
    with transaction():
        latest = sa.select(sa.func.max(PublishedPrices.version)).where(PublishedPrices.currency == book.currency)
        version = (db.session.execute(latest).scalar() or 0) + 1
        if effective_from < (at if version == 1 else at + NOTICE):
            raise TooShortNotice
        row = PublishedPrices(
            public_id=new_public_id(), currency=book.currency, version=version, body=to_data(book), body_hash=hash_of(book),
            announced_at=at, announced_by_id=by.person_id, effective_from=effective_from,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        note("prices_announced", at=at, by_id=by.person_id, organisation_id=by.organisation_id, prices=row.public_id)
        events.record("contracts.prices_announced", at=at, prices_id=row.id)
    return row
