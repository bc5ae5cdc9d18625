"""For whom invoices are made out: kept in the vault, opened by finance and logged."""

from dataclasses import dataclass
from datetime import datetime

from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.people import policies, queries
from coursehub.people.actor import Actor
from coursehub.people.models import AccessLog, BuyerDetails


@dataclass(frozen=True)
class DetailsDraft:
    """What a buyer types. kind: personal | company; a company has a tax number."""

    kind: str
    title: str
    tax_number: str = ""
    address: str = ""
    bank: str = ""


def keep_buyer_details(draft: DetailsDraft, *, by: Actor, at: datetime) -> BuyerDetails:
    """Keep for whom one's invoices are made out; what stands there already is not kept twice."""
    require(policies.may_change_own_account(by))
    with transaction():
        lock(by.person)
        last = queries.buyer_details_of(by.person_id)
        if last is not None and _draft_of(last) == draft:
            return last
        details = BuyerDetails(
            person_id=by.person_id, kind=draft.kind, title=draft.title, tax_number=draft.tax_number, address=draft.address,
            bank=draft.bank, entered_at=at,
        )  # fmt: skip
        db.session.add(details)
        db.session.flush()
    return details


def open_buyer_details(details: BuyerDetails, *, by: Actor, at: datetime) -> None:
    """Finance needs them to make out an invoice; leaves a row that the person can see."""
    require(policies.may_open_buyer_details(by))
    with transaction():
        db.session.add(
            AccessLog(
                person_id=details.person_id, by_id=by.person_id, organisation_id=by.organisation_id, purpose="invoice",
                fields=["buyer_details"], at=at,
            )
        )  # fmt: skip
        db.session.flush()


def _draft_of(details: BuyerDetails) -> DetailsDraft:
    return DetailsDraft(details.kind, details.title, details.tax_number, details.address, details.bank)
