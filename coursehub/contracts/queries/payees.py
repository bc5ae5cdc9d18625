"""Where the partners of a contract said that they are paid, as far as the compiler asks."""

from coursehub import rails
from coursehub.contracts.models import Contract
from coursehub.people.accounts import PAID_IN
from coursehub.people.operations.partners import current_payee, has_iban
from coursehub.people.sealing import SealBroken


def payees_of(contract: Contract) -> dict[str, rails.Payee]:
    """The partners that have given bank details, by their public ids. No number leaves."""
    found: dict[str, rails.Payee] = {}
    for party in contract.parties:
        first = current_payee(party.organisation_id) if party.side == "partner" else None
        if first is None:
            continue
        records = {currency: current_payee(party.organisation_id, currency) for currency in PAID_IN}
        try:
            ibans = {currency: has_iban(record) for currency, record in records.items() if record is not None}
        except SealBroken:
            continue
        found[party.party] = rails.Payee(first.country, ibans)
    return found
