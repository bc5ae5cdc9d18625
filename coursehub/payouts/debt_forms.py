"""The shape of what finance types where a line of the bank pays what a partner owes: an amount beside each claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField
from wtforms.validators import Optional

from coursehub.billing.models import BankEntry
from coursehub.money import as_decimal
from coursehub.payouts import queries
from coursehub.payouts.bank_forms import amount_checks
from coursehub.payouts.debts import Debtor, oldest_first
from coursehub.payouts.offsets import Claim
from coursehub.web.amounts import minor_of

AT_ONCE = 5
"""So many partners that a search finds are offered on one page."""


class DebtForm(FlaskForm):
    """How much of the money pays each claim; see `debt_form`."""

    claims: tuple[Claim, ...] = ()
    currency = ""

    def amount_of(self, claim: Claim) -> Any:
        """The field beside a claim."""
        return self[f"claim_{claim.journal_id}"]

    def propose(self, left_minor: int) -> None:
        """What is left pays the oldest claims first."""
        paid = oldest_first(left_minor, self.claims)
        for claim in self.claims:
            if claim.journal_id in paid:
                self.amount_of(claim).data = as_decimal(paid[claim.journal_id], self.currency)

    def parts(self) -> dict[int, int]:
        """What was typed, in minor units, by the claim's journal."""
        typed = ((claim.journal_id, self.amount_of(claim).data) for claim in self.claims)
        return {journal_id: minor_of(amount, self.currency) for journal_id, amount in typed if amount}


def debt_form(claims: Sequence[Claim], currency: str, **options: Any) -> DebtForm:
    """The form for these claims, which are known only when the page is drawn."""

    class Bound(DebtForm):
        """With an amount beside each claim."""

    for claim in claims:
        checks = [Optional(), *amount_checks(currency)]
        setattr(Bound, f"claim_{claim.journal_id}", DecimalField(_l("Paid of this claim"), validators=checks))
    form = Bound(**options)
    form.claims, form.currency = tuple(claims), currency
    return form


@dataclass(frozen=True)
class Offer:
    """A partner whose debt an entry may pay, with the form for its claims. is_suggested: the line itself says so."""

    debtor: Debtor
    form: DebtForm
    is_suggested: bool


def offers_of(entry: BankEntry, left_minor: int, search: str) -> list[Offer]:
    """The partners whose debt an entry may pay: whom the line points at, else whom a search finds."""
    suggested = queries.entries_of_debtors([entry], {entry.id: left_minor})
    found = list(suggested.values()) if suggested and not search else queries.debtors(entry.currency, search)[:AT_ONCE]
    offers = []
    for debtor in found if suggested or search else ():
        form = debt_form(queries.claims_of(debtor.public_id, entry.currency), entry.currency, formdata=None)
        form.propose(left_minor if len(found) == 1 else 0)
        offers.append(Offer(debtor, form, debtor in suggested.values()))
    return offers
