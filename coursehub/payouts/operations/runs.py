"""A run: one person of finance prepares it, another confirms it, and only then does money move in the books."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from coursehub import events, jobs
from coursehub.billing import queries as billing
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_ON_ITS_WAY, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Booked, Leg, post, stand_in_line
from coursehub.payouts import policies, queries
from coursehub.payouts.models import Payout, PayoutOffset, PayoutRun, PayoutStep, PayoutTransfer, RunDecision, Withheld
from coursehub.payouts.offsets import set_against
from coursehub.people.accounts import is_iban
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation
from coursehub.web.locale import SHOWN_ZONE


class NothingToPay(Refusal):
    """Nothing can be paid in this currency now."""


class OneRunWaits(Refusal):
    """A run in this currency waits for its second person already. Confirm it or take it back first."""


class NoHouseAccount(Refusal):
    """Say first from which account of the house this currency is paid: Invoices, Our accounts."""


class HouseAccountUnfit(Refusal):
    """Euro payouts leave from an account with an IBAN, and the house's has none. Change it under Invoices, Our accounts."""


class PaydayPast(Refusal):
    """This day is past. Choose today or a later one."""


class RunDecided(Refusal):
    """This run was confirmed or taken back meanwhile."""


class RunOutOfDate(Refusal):
    """Something changed since this run was prepared: an amount, a claim or an account. Take it back and prepare it again."""


def prepare_run(currency: str, *, pay_on: date, by: Actor, at: datetime) -> PayoutRun:
    """Write down who would be paid what, and what stays and why; nothing is booked yet.

    Raises NothingToPay, OneRunWaits, NoHouseAccount, HouseAccountUnfit, PaydayPast.
    """
    require(policies.may_prepare(by))
    if pay_on < at.astimezone(SHOWN_ZONE).date():
        raise PaydayPast
    own = billing.collection_account(currency)
    if own is None:
        raise NoHouseAccount
    if currency == "EUR" and not is_iban(own.number):
        raise HouseAccountUnfit
    with transaction():
        stand_in_line()
        if queries.open_run(currency) is not None:
            raise OneRunWaits
        proposed = queries.proposal(currency, at)
        if not any(not each.reason for each in proposed):
            raise NothingToPay
        run = PayoutRun(
            currency=currency, pay_on=pay_on, prepared_at=at, prepared_by_id=by.person_id,
            account={"holder": own.holder, "bank": own.bank, "number": own.number},
        )  # fmt: skip
        db.session.add(run)
        db.session.flush()
        for each in proposed:
            if each.reason:
                db.session.add(
                    Withheld(
                        run_id=run.id, organisation_id=each.organisation_id, ready_minor=each.ready_minor, reason=each.reason
                    )
                )
                continue
            payout = Payout(
                run_id=run.id, organisation_id=each.organisation_id, payee_record_id=each.payee_record_id, currency=currency,
                ready_minor=each.ready_minor, offset_minor=each.offset_minor, amount_minor=each.amount_minor,
            )  # fmt: skip
            db.session.add(payout)
            db.session.flush()
            if each.account_id is not None:
                charge = None if each.offset_minor else queries.sole_charge(each.party, currency, each.ready_minor)
                db.session.add(PayoutTransfer(payout_id=payout.id, account_id=each.account_id, source_charge=charge))
            for journal_id, minor in each.offsets.items():
                db.session.add(PayoutOffset(payout_id=payout.id, journal_id=journal_id, amount_minor=minor))
        db.session.flush()
        note("payout_run_prepared", at=at, by_id=by.person_id, organisation_id=by.organisation_id, run=run.public_id)
        events.record("payouts.run_prepared", at=at, run_id=run.id)
    return run


def confirm_run(run: PayoutRun, *, by: Actor, at: datetime) -> None:
    """The second person agrees: every payout is booked as on its way, all of them or none.

    Raises RunDecided, RunOutOfDate.
    """
    require(policies.may_confirm(by, run))
    with transaction():
        stand_in_line()
        _decide(run, "confirmed", by, at)
        now = {each.organisation_id: each for each in queries.proposal(run.currency, at)}
        payouts = queries.payouts_of_run(run.id)
        through_rail = queries.transfers_of([payout.id for payout in payouts])
        for payout in payouts:
            if not _still_right(payout, through_rail.get(payout.id), now.get(payout.organisation_id)):
                raise RunOutOfDate
        for payout in payouts:
            booked = _order(payout, at)
            if payout.id in through_rail:
                jobs.enqueue("payouts.send_transfer", at=at, payout_id=payout.id)
            step = PayoutStep(payout_id=payout.id, kind="ordered", journal_id=booked.id, at=at, on=run.pay_on)
            db.session.add(step)
            events.record("payouts.ordered", at=at, payout_id=payout.id)
        note("payout_run_confirmed", at=at, by_id=by.person_id, organisation_id=by.organisation_id, run=run.public_id)


def take_run_back(run: PayoutRun, *, by: Actor, at: datetime) -> None:
    """Any person of finance stops a run that is not confirmed. Raises RunDecided."""
    require(policies.may_take_back(by, run))
    with transaction():
        stand_in_line()
        _decide(run, "taken_back", by, at)
        note("payout_run_taken_back", at=at, by_id=by.person_id, organisation_id=by.organisation_id, run=run.public_id)


def _decide(run: PayoutRun, kind: str, by: Actor, at: datetime) -> None:
    if queries.decision_of(run.id) is not None:
        raise RunDecided
    decision = RunDecision(run_id=run.id, prepared_by_id=run.prepared_by_id, kind=kind, by_id=by.person_id, at=at)
    try:
        with db.session.begin_nested():
            db.session.add(decision)
    except IntegrityError as problem:
        raise RunDecided from problem


def _still_right(payout: Payout, transfer: PayoutTransfer | None, now: queries.Proposed | None) -> bool:
    """Whether a payout could be made today just as it was prepared; more may be ready by now, that waits for the next run."""
    if now is None or now.reason or now.payee_record_id != payout.payee_record_id or now.ready_minor < payout.ready_minor:
        return False
    if now.account_id != (transfer.account_id if transfer else None):
        return False
    return set_against(payout.ready_minor, now.claims) == queries.offsets_of(payout.id)


def _order(payout: Payout, at: datetime) -> Booked:
    organisation = db.session.get_one(Organisation, payout.organisation_id)
    party = organisation.public_id
    if -ledger.balance_of(PARTNER_READY, payout.currency, party=party) < payout.ready_minor:
        raise RunOutOfDate
    return post(
        kind="payout", effect_key=f"payout:{payout.public_id}", occurred_at=at, at=at, currency=payout.currency,
        postings=[
            Leg(AccountRef(PARTNER_READY, party), payout.ready_minor),
            Leg(AccountRef(PARTNER_OWES, party), -payout.offset_minor),
            Leg(AccountRef(PARTNER_ON_ITS_WAY, party), -payout.amount_minor),
        ],
    )  # fmt: skip
