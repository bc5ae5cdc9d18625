"""Where the partners of a contract said that they are paid, as far as the compiler asks."""

from coursehub import rails
from coursehub.contracts.compiler import Payee
from coursehub.contracts.models import Contract
from coursehub.people.operations.partners import current_payee, has_iban
from coursehub.people.sealing import SealBroken


def payees_of(contract: Contract) -> dict[str, Payee]:
    """The partners that have given bank details, by their public ids. No number leaves."""
    found: dict[str, Payee] = {}
    for party in contract.parties:
        record = current_payee(party.organisation_id) if party.side == "partner" else None
        if record is not None:
            try:
                iban = has_iban(record)
            except SealBroken:
                continue
            takes = frozenset(currency for currency in rails.LEAST_PAYOUT_MINOR if rails.bank_takes(currency, iban=iban))
            found[party.party] = Payee(record.country, takes)
    return found
