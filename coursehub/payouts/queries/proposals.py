"""What a run would pay now, and what it would leave where it is and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_READY
from coursehub.ledger.models import Account, Balance
from coursehub.payouts.models import Payout, PayoutRun, RailAccount, RunDecision
from coursehub.payouts.offsets import Claim, set_against
from coursehub.payouts.paydays import REST_DAYS, Calendar, last_payday
from coursehub.payouts.queries.accounts import rail_chosen
from coursehub.payouts.queries.calendars import calendar, promised
from coursehub.payouts.queries.claims import claims_of
from coursehub.payouts.queries.known import Known, known_of
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.people.operations.partners import has_iban
from coursehub.people.sealing import SealBroken
from coursehub.talent.queries.working_days import days_off
from coursehub.talent.working_days import end_of_working_day, local_day

REASONS = ("no_account", "account_unfit", "account_bounced", "account_new", "provider_waits", "below_minimum")
"""Why something that is ready is not paid, the first that holds."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One partner in a proposed run. reason: "" when it is paid. offsets: what is set against which claim's journal.

    account_id: the account at a payment provider through which it is paid; None for the bank. claims: all that it owes.
    """

    organisation_id: int
    party: str
    currency: str
    ready_minor: int
    offsets: Mapping[int, int] = field(default_factory=dict)
    payee_record_id: int | None = None
    reason: str = ""
    free_at: datetime | None = None
    account_id: int | None = None
    claims: Sequence[Claim] = ()

    @property
    def offset_minor(self) -> int:
        """What it owes and is not paid therefore."""
        return sum(self.offsets.values())

    @property
    def amount_minor(self) -> int:
        """What would be paid."""
        return self.ready_minor - self.offset_minor


def proposal(currency: str, at: datetime) -> list[Proposed]:
    """Every partner with something ready in a currency, by name."""
    found = _standing().where(Account.currency == currency).order_by(Organisation.name_en, Organisation.id)
    return _proposals(found, at)


def proposed_for(organisation_id: int, at: datetime) -> list[Proposed]:
    """The same for one partner, by currency."""
    found = _standing().where(Organisation.id == organisation_id).order_by(Account.currency)
    return _proposals(found, at)


def currencies_ready() -> list[str]:
    """The currencies in which something is ready for anybody."""
    found = sa.select(Account.currency).join(Balance).where(Account.code == PARTNER_READY, Balance.posted_minor < 0)
    return list(db.session.execute(found.distinct().order_by(Account.currency)).scalars())


def due_today(at: datetime) -> list[Proposed]:
    """Whoever can be paid, whose payday has come, and who stands in no run since."""
    standing = db.session.execute(_standing()).all()
    if not standing:
        return []
    today, rules, house, prepared = local_day(at), promised(at), calendar(), _last_prepared()
    off, due = days_off(today), list[tuple[Any, Calendar]]()
    for row in standing:
        rule = rules.get((row.id, row.currency), house)
        if prepared.get((row.id, row.currency), date.min) < last_payday(rule, today, off):
            due.append((row, rule))
    known = known_of([row.id for row, _rule in due])
    proposed = [_proposed(*row, known=known, least=rule.minimum_in(row.currency), at=at) for row, rule in due]
    return [each for each in proposed if not each.reason]


def _last_prepared() -> dict[tuple[int, str], date]:
    """On which day the last run leaves in which a partner stands, by currency; those taken back left aside."""
    taken_back = sa.exists().where(RunDecision.run_id == PayoutRun.id, RunDecision.kind == "taken_back")
    found = (
        sa.select(Payout.organisation_id, Payout.currency, sa.func.max(PayoutRun.pay_on))
        .join(PayoutRun, PayoutRun.id == Payout.run_id)
        .where(~taken_back)
        .group_by(Payout.organisation_id, Payout.currency)
    )
    return {(number, currency): day for number, currency, day in db.session.execute(found)}


def _standing() -> "sa.Select[int, str, str, int]":
    return (
        sa.select(Organisation.id, Account.party, Account.currency, -Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .join(Organisation, Organisation.public_id == Account.party)
        .where(Account.code == PARTNER_READY, Balance.posted_minor < 0)
    )


def _proposals(found: "sa.Select[int, str, str, int]", at: datetime) -> list[Proposed]:
    rows = db.session.execute(found).all()
    if not rows:
        return []
    rules, house, known = promised(at), calendar(), known_of([row.id for row in rows])
    return [
        _proposed(*row, known=known, least=rules.get((row.id, row.currency), house).minimum_in(row.currency), at=at)
        for row in rows
    ]


def _proposed(
    organisation_id: int, party: str, currency: str, ready_minor: int, *, known: Known, least: int, at: datetime
) -> Proposed:
    claims = claims_of(party, currency) if (party, currency) in known.owing else []
    offsets = set_against(int(ready_minor), claims)
    payee, way = known.payee(organisation_id, currency), known.ways.get(organisation_id)
    rail = rail_chosen(way)
    account = known.accounts.get((organisation_id, rail.name)) if isinstance(rail, rails.AccountRail) else None
    begun = (way.since_at if way and account else payee.given_at) if payee else None
    new_until = end_of_working_day(begun, REST_DAYS, known.days_off) if begun else None
    reason = _why_not(rail, account, payee, currency, known)
    if not reason and new_until and new_until > at:
        reason = "account_new"
    if not reason and ready_minor - sum(offsets.values()) < max(least, rail.least_minor(currency)):
        reason = "below_minimum"
    return Proposed(
        organisation_id, party, currency, int(ready_minor), offsets, payee.id if payee else None, reason,
        new_until if reason == "account_new" else None, account.id if account else None, claims,
    )  # fmt: skip


def _why_not(rail: rails.PayoutRail, account: RailAccount | None, payee: PayeeRecord | None, currency: str, known: Known) -> str:
    """What stands between a partner and its money, new accounts and small sums aside; "" is nothing."""
    if payee is None:
        return "no_account"  # whoever is paid has told its tax number
    try:
        ibans = {currency: has_iban(payee)}
    except SealBroken:
        ibans = {}
    hindrance = rail.hindrance(rails.Payee(payee.country, ibans, is_open=account is not None and account.is_open), currency)
    return hindrance or ("account_bounced" if account is None and payee.id in known.bounced else "")
