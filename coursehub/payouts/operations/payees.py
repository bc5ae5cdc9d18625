"""Removing a bank account of a partner: not while a payout to it is under way, and not from money that has no other."""

from datetime import datetime

from coursehub import rails
from coursehub.db import transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import policies, queries
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.people.operations.partners import end_payee, has_iban, payees_of
from coursehub.people.sealing import SealBroken


class PayoutUnderWay(Refusal):
    """A payout to this account is under way. Remove the account when it has arrived or come back."""


class MoneyWaits(Refusal):
    """You are owed %(currency)s that no other account of yours takes. Give another account for it first, or change this one."""


def remove_account(record: PayeeRecord, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """A partner's account is used no more; its owners and finance are told. Raises PayoutUnderWay, MoneyWaits.

    Whoever prepares or confirms a run, or lets money become ready, stands in the same line.
    """
    require(policies.may_remove_account(by, organisation) and record.organisation_id == organisation.id)
    with transaction():
        stand_in_line()
        if queries.is_paid_to(record.id):
            raise PayoutUnderWay
        known = payees_of(organisation.id)
        others = {each.currency: each for each in known if each.id != record.id}
        for currency in queries.currencies_owed(organisation.public_id):
            serves = record.currency in (currency, "") and not (record.currency == "" and currency in others)
            if serves and not _takes(others.get(""), currency):
                raise MoneyWaits(currency=currency)
        end_payee(record, by=by, at=at)


def _takes(record: PayeeRecord | None, currency: str) -> bool:
    """Whether an account for every currency can be paid in this one."""
    bank = rails.payout_rail(rails.BANK)
    try:
        return record is not None and bank.reaches(rails.Payee(record.country, {currency: has_iban(record)}), currency)
    except SealBroken:
        return False
