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
        first = current_payee(party.organisation_id) if party.side == "partner" else None
        if first is None:
            continue
        try:
            takes = frozenset(
                currency
                for currency in rails.LEAST_PAYOUT_MINOR
                if (record := current_payee(party.organisation_id, currency)) is not None
                and rails.bank_takes(currency, iban=has_iban(record))
            )
        except SealBroken:
            continue
        found[party.party] = Payee(first.country, takes)
    return found
