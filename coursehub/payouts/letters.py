"""Letters about payouts, to those who answer for a partner's money and to the house's finance, in their language."""

from datetime import datetime

from coursehub import mail
from coursehub.contracts import queries as contracts
from coursehub.db import db
from coursehub.events import on
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.payouts import queries, runbook
from coursehub.payouts.models import Adjustment, Payout, PayoutRun, RailAccount
from coursehub.people import queries as people
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.sales.models import PaymentDispute, Refund
from coursehub.sales.queries import disputes
from coursehub.talent.working_days import local_day


def _write(template: str, person_ids: list[int], *, mark: str, at: datetime, **context: object) -> None:
    for person_id in person_ids:
        email = people.email_of(person_id)
        if email is not None:
            mail.send_once(
                key=f"payouts.{template}:{mark}:{person_id}", person_id=person_id, to=email, organisation_name=people.name_of,
                locale=people.locale_of(person_id), template=f"payouts/letters/{template}.txt", at=at, kind="receipt", **context,
            )  # fmt: skip


def _to_partner(template: str, payout_id: int, at: datetime) -> None:
    payout = db.session.get_one(Payout, payout_id)
    payee = db.session.get_one(PayeeRecord, payout.payee_record_id)
    _write(
        template, people.members_with_role(payout.organisation_id, "owner", "finance"), mark=str(payout.id), at=at,
        payout=payout, organisation=db.session.get_one(Organisation, payout.organisation_id),
        run=db.session.get_one(PayoutRun, payout.run_id), tail=payee.account_tail,
        by_rail=payout_id in queries.transfers_of([payout_id]), words=queries.words_of(payout_id),
    )  # fmt: skip


@on("payouts.run_prepared")
def send_run_waits(*, at: datetime, run_id: int) -> None:
    """A run waits for its second person: whoever else does finance in the house."""
    run = db.session.get_one(PayoutRun, run_id)
    if queries.decision_of(run.id) is None:
        others = [each for each in people.members_with_role(people.house().id, "staff_finance") if each != run.prepared_by_id]
        count, minor = queries.totals_of([run.id]).get(run.id, (0, 0))
        _write("run_waits", others, mark=str(run.id), at=at, run=run, count=count, minor=minor)


@on("payouts.adjustment_proposed")
def send_adjustment_waits(*, at: datetime, adjustment_id: int) -> None:
    """An adjusting entry waits for its second person."""
    row = db.session.get_one(Adjustment, adjustment_id)
    if row.decided_at is None:
        others = [each for each in people.members_with_role(people.house().id, "staff_finance") if each != row.proposed_by_id]
        who = people.display_names([row.proposed_by_id]).get(row.proposed_by_id, "—")
        _write("adjustment_waits", others, mark=str(row.id), at=at, row=row, who=who)


def remind_of_mismatches(*, at: datetime) -> None:
    """What has waited long: to each person of finance theirs and what is nobody's; once in a week of the calendar."""
    old = [each for each in queries.all_mismatches(at) if each.is_old(at)]
    owners = queries.owners_among(old)
    year, week, _day = local_day(at).isocalendar()
    for person_id in queries.whom_of():
        theirs = [each for each in old if owners.get(each.key) == person_id]
        nobodys = [each for each in old if each.key not in owners]
        if theirs or nobodys:
            _write(
                "mismatches_wait", [person_id], mark=f"{year}-{week}", at=at, theirs=theirs, nobodys=nobodys, names=runbook.NAMES
            )


@on("payouts.ordered")
def send_ordered(*, at: datetime, payout_id: int) -> None:
    """Money is on its way."""
    _to_partner("ordered", payout_id, at)


@on("payouts.account_changed")
def send_account_changed(*, at: datetime, account_id: int, is_open: bool) -> None:
    """The provider can pay a partner now, or not any more."""
    account = db.session.get_one(RailAccount, account_id)
    _write(
        "account_changed", people.members_with_role(account.organisation_id, "owner", "finance"), at=at,
        mark=f"{account.id}:{is_open}:{at.isoformat()}", is_open=is_open,
        organisation=db.session.get_one(Organisation, account.organisation_id),
    )  # fmt: skip


@on("payouts.bounced")
def send_bounced(*, at: datetime, payout_id: int) -> None:
    """The bank gave it back."""
    _to_partner("bounced", payout_id, at)


@on("payouts.returned")
def send_returned(*, at: datetime, payout_id: int) -> None:
    """It had arrived and came back after all."""
    _to_partner("bounced", payout_id, at)


@on("payouts.debt_paid")
def send_debt_paid(*, at: datetime, use_id: int) -> None:
    """A partner's transfer was booked against what it owes."""
    _debt_paid(use_id, at, is_undone=False)


@on("payouts.debt_paid_undone")
def send_debt_paid_undone(*, at: datetime, use_id: int) -> None:
    """What was booked as a partner's repayment was none."""
    _debt_paid(use_id, at, is_undone=True)


def _debt_paid(use_id: int, at: datetime, *, is_undone: bool) -> None:
    (paid,) = queries.paid_back(use_ids=[use_id])
    organisation = db.session.get_one(Organisation, paid.organisation_id)
    _write(
        "debt_paid", people.members_with_role(organisation.id, "owner", "finance"), at=at,
        mark=f"{use_id}:undone" if is_undone else str(use_id), is_undone=is_undone, organisation=organisation,
        minor=paid.amount_minor, currency=paid.currency, day=paid.booked_on, why=paid.undone_words,
        owed=max(0, ledger.balance_of(PARTNER_OWES, paid.currency, party=organisation.public_id)),
    )  # fmt: skip


@on("sales.refunded")
def send_owed_back(*, at: datetime, refund_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """A sale was refunded after its payout: each partner that owes its share back reads how it is taken."""
    _owed_back(f"refund:{db.session.get_one(Refund, refund_id).public_id}", at)


@on("sales.dispute_withdrawn")
def send_owed_back_to_a_bank(*, at: datetime, dispute_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """A buyer's bank took back a payment whose shares had been paid out: the same for each partner that owes."""
    _owed_back_to_a_bank(dispute_id, at)


@on("sales.pass_dispute_withdrawn")
def send_owed_back_of_a_pass(*, at: datetime, dispute_id: int) -> None:
    """The same where the payment was for a pass, whose month had been shared and paid out."""
    _owed_back_to_a_bank(dispute_id, at)


def _owed_back_to_a_bank(dispute_id: int, at: datetime) -> None:
    for event in disputes.taken_by(db.session.get_one(PaymentDispute, dispute_id)):
        _owed_back(event.effect_key, at)


def _owed_back(effect_key: str, at: datetime) -> None:
    event = contracts.event_for(effect_key)
    clawback = ledger.journal_for(f"clawback:{event.public_id}") if event else None
    if event is None or clawback is None:
        return
    limit_bps = contracts.body_hashed(event.terms_hash).clawback.offset_limit_bps
    for line in ledger.lines_of(clawback.id):
        organisation = people.organisation_by_public_id(line.party) if line.code == PARTNER_OWES else None
        if organisation is not None:
            _write(
                "owed_back", people.members_with_role(organisation.id, "owner", "finance"), mark=f"{clawback.id}:{line.party}",
                at=at, organisation=organisation, minor=line.amount_minor, currency=line.currency, limit_bps=limit_bps,
                by_bank=event.kind == "dispute",
            )  # fmt: skip
