"""Handing out the file of a run: the same bytes each time, and every download is written down."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.payouts import bank_table, pain001, policies, queries
from coursehub.payouts.models import FileDownload, Payout, PayoutRun
from coursehub.payouts.orders import Account, Order, OrderFile
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.people.operations.partners import open_payee_record


class NothingForTheBank(Refusal):
    """Every payout of this run leaves through the payment provider: there is no file for the bank."""


class BankHasAnswered(Refusal):
    """The bank has answered for payouts of this file. Handing it in again could pay them twice."""


class NotOrdered(Refusal):
    """There is no file before the second person has confirmed this run."""


@dataclass(frozen=True)
class BankFile:
    """What is given to the bank."""

    name: str
    mimetype: str
    content: bytes
    sha256: str


def take_file(run: PayoutRun, *, by: Actor, at: datetime) -> BankFile:
    """The file of a confirmed run; it holds bank numbers, so each partner sees that they were read.

    Raises NotOrdered, NothingForTheBank, BankHasAnswered, SealBroken.
    """
    require(policies.may_prepare(by))
    decision = queries.decision_of(run.id)
    if decision is None or decision.kind != "confirmed":
        raise NotOrdered
    payouts = queries.payouts_of_run(run.id)
    through_rail = queries.transfers_of([payout.id for payout in payouts])
    if len(through_rail) == len(payouts):
        raise NothingForTheBank
    steps = queries.steps_of([payout.id for payout in payouts if payout.id not in through_rail])
    if any(step.kind != "ordered" for told in steps.values() for step in told):
        raise BankHasAnswered
    with transaction():
        orders = OrderFile(
            reference=run.public_id, currency=run.currency, pay_on=run.pay_on, made_at=decision.at,
            paid_from=Account(run.account["holder"], run.account["number"], run.account["bank"]),
            orders=_orders(run, [each for each in payouts if each.id not in through_rail], by=by, at=at),
        )  # fmt: skip
        if run.currency == "EUR":
            content, kind, name, mimetype = pain001.written(orders), "pain.001.001.09", "xml", "application/xml"
        else:
            content, kind, name, mimetype = bank_table.written(orders), "table", "csv", "text/csv"
        digest = sha256(content).hexdigest()
        db.session.add(FileDownload(run_id=run.id, format=kind, sha256=digest, by_id=by.person_id, at=at))
        note("payout_file_taken", at=at, by_id=by.person_id, organisation_id=by.organisation_id, run=run.public_id, sha256=digest)
    return BankFile(f"payouts-{run.pay_on.isoformat()}-{run.public_id}.{name}", mimetype, content, digest)


def _orders(run: PayoutRun, payouts: list[Payout], *, by: Actor, at: datetime) -> list[Order]:
    records = db.session.execute(
        sa.select(PayeeRecord, Organisation)
        .join(Organisation, Organisation.id == PayeeRecord.organisation_id)
        .where(PayeeRecord.id.in_([payout.payee_record_id for payout in payouts]))
    ).all()
    known = {record.id: (record, organisation) for record, organisation in records}
    orders = []
    for payout in payouts:
        record, organisation = known[payout.payee_record_id]
        details = open_payee_record(record, organisation, reason=f"Payout {payout.public_id}", by=by, at=at)
        to = Account(details.holder, details.account, details.bank, details.bank_code)
        orders.append(Order(payout.public_id, to, payout.amount_minor, f"{run.account['holder']} {payout.public_id}"))
    return orders
