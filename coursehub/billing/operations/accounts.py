"""Where members pay."""

from datetime import datetime

from coursehub.billing import policies
from coursehub.billing.models import CollectionAccount
from coursehub.db import db, transaction
from coursehub.errors import require
from coursehub.people.actor import Actor
from coursehub.people.audit import note


def set_collection_account(currency: str, *, holder: str, bank: str, number: str, by: Actor, at: datetime) -> CollectionAccount:
    """From now on new invoices in this currency name this account; those that are out keep theirs."""
    require(policies.may_mark_receipts(by))
    with transaction():
        row = CollectionAccount(
            currency=currency, holder=holder.strip(), bank=bank.strip(), number=number.strip(), since_at=at,
            entered_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        note("collection_account_set", at=at, by_id=by.person_id, organisation_id=by.organisation_id, currency=currency)
    return row
