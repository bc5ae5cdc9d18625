"""Becoming a partner or an employer: applying, being answered, and saying where the money goes."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import letters, policies, queries
from coursehub.people.accounts import is_iban
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation, PartnerApplication, PayeeOpening, PayeeRecord, Person
from coursehub.people.models.organisations import WISHES
from coursehub.people.operations.organisations import grant_right
from coursehub.people.sealing import seal, unseal


class AlreadyPartner(Refusal):
    """Your organisation may do this here already."""


class ApplicationIsOpen(Refusal):
    """Your application is waiting for an answer. You will get a letter."""


class ApplicationIsAnswered(Refusal):
    """This application was answered meanwhile."""


class DeclineNeedsAReason(Refusal):
    """Say why, so that they know what would make it possible."""


class OwnApplication(Refusal):
    """You belong to this organisation. Somebody else of the house must answer its application."""

    status = 403


class NoPayeeYet(Refusal):
    """No bank and tax details have been given yet."""


@dataclass(frozen=True)
class PayeeDetails:
    """Where to pay an organisation, and its tax number. bank_code: BIC, or the 12 digits of a branch in China (CNAPS)."""

    holder: str
    bank: str
    account: str
    tax_number: str
    country: str
    bank_code: str = ""


def apply_as_partner(
    organisation: Organisation, *, about: str, website: str, by: Actor, at: datetime, wish: str = "sells"
) -> PartnerApplication:
    """Ask the house to let an organisation sell courses, or hire. Raises AlreadyPartner, ApplicationIsOpen."""
    if wish not in WISHES:
        raise ValueError(f"{wish} is no right to ask for")
    require(policies.may_apply_as_partner(by, organisation))
    with transaction():
        lock(organisation)
        if queries.has_right(organisation.id, wish, at):
            raise AlreadyPartner
        if open_application(organisation.id) is not None:
            raise ApplicationIsOpen
        application = PartnerApplication(
            organisation_id=organisation.id, asked_by_id=by.person_id, asked_at=at, wish=wish, about=about.strip(),
            website=website.strip(),
        )  # fmt: skip
        db.session.add(application)
        db.session.flush()
        note("partner_applied", at=at, by_id=by.person_id, organisation_id=organisation.id)
        events.record("people.partner_applied", at=at, organisation_id=organisation.id)
    return application


def open_application(organisation_id: int) -> PartnerApplication | None:
    """The application of an organisation that waits for an answer."""
    return db.session.execute(
        sa.select(PartnerApplication).where(
            PartnerApplication.organisation_id == organisation_id, PartnerApplication.answered_at.is_(None)
        )
    ).scalar_one_or_none()


def answer_application(application: PartnerApplication, *, approve: bool, reason: str, by: Actor, at: datetime) -> None:
    """Staff approve, which gives the right asked for, or decline with a reason; its owners get a letter.

    Raises OwnApplication, DeclineNeedsAReason, ApplicationIsAnswered.
    """
    require(policies.may_answer_applications(by))
    if by.person_id in queries.members_with_role(application.organisation_id):
        raise OwnApplication
    if not approve and not reason.strip():
        raise DeclineNeedsAReason
    with transaction():
        lock(application)
        if application.answered_at is not None:
            raise ApplicationIsAnswered
        application.answered_at, application.answered_by_id = at, by.person_id
        application.verdict, application.reason = "approved" if approve else "declined", reason.strip()
        organisation = db.session.get_one(Organisation, application.organisation_id)
        if approve:
            grant_right(organisation, application.wish, at=at, by=by)
        note(
            "application_answered", at=at, by_id=by.person_id, organisation_id=organisation.id, verdict=application.verdict
        )  # fmt: skip
        events.record("people.application_answered", at=at, organisation_id=organisation.id)
        for owner in _owners(organisation):
            letters.send_application_answered(
                owner, organisation, wish=application.wish, verdict=application.verdict, reason=application.reason,
                mark=application.public_id, at=at,
            )  # fmt: skip


def _owners(organisation: Organisation, *others: str) -> list[Person]:
    """Its owners, and whoever holds one of the other roles."""
    ids = queries.members_with_role(organisation.id, "owner", *others)
    return list(db.session.execute(sa.select(Person).where(Person.id.in_(ids)).order_by(Person.id)).scalars())


def payees_of(organisation_id: int) -> list[PayeeRecord]:
    """What is known of an organisation's bank accounts, with their numbers still sealed: the one for every currency first."""
    found = sa.select(PayeeRecord).where(PayeeRecord.organisation_id == organisation_id, PayeeRecord.ended_at.is_(None))
    return list(db.session.execute(found.order_by(PayeeRecord.currency)).scalars())


def current_payee(organisation_id: int, currency: str = "") -> PayeeRecord | None:
    """The account for a currency: its own, else the one for every currency; without a currency the first that is known."""
    known = {record.currency: record for record in payees_of(organisation_id)}
    return known.get(currency) or known.get("") or (None if currency else next(iter(known.values()), None))


def give_payee_details(
    organisation: Organisation, details: PayeeDetails, *, by: Actor, at: datetime, currency: str = ""
) -> PayeeRecord:
    """Say where the organisation is paid from now on; its owners and finance are told, since this is where money is stolen.

    currency: for which money, if not for every currency that has no account of its own.
    """
    require(policies.may_change_payee(by, organisation))
    with transaction():
        lock(organisation)
        earlier = next((record for record in payees_of(organisation.id) if record.currency == currency), None)
        if earlier is not None:
            earlier.ended_at = at
            db.session.flush()
        record = PayeeRecord(
            organisation_id=organisation.id,
            currency=currency,
            country=details.country,
            sealed=seal("payee", json.dumps(asdict(details))),
            account_tail=details.account[-4:],
            tax_tail=details.tax_number[-4:],
            given_at=at,
            given_by_id=by.person_id,
        )
        db.session.add(record)
        db.session.flush()
        note("payee_given", at=at, by_id=by.person_id, organisation_id=organisation.id, payee_record_id=record.id)
        events.record("people.payee_given", at=at, organisation_id=organisation.id)
        for reader in _owners(organisation, "finance"):
            letters.send_payee_changed(
                reader, organisation, account_tail=record.account_tail, currency=currency, mark=str(record.id), at=at
            )
    return record


def end_payee(record: PayeeRecord, *, by: Actor, at: datetime) -> None:
    """An account is used no more; owners and finance are told. Joins: whether it may go is known where money is paid out."""
    organisation = db.session.get_one(Organisation, record.organisation_id)
    require(policies.may_change_payee(by, organisation))
    with transaction():
        lock(organisation)
        db.session.refresh(record)
        if record.ended_at is not None:
            return
        record.ended_at = at
        db.session.flush()
        note("payee_removed", at=at, by_id=by.person_id, organisation_id=organisation.id, payee_record_id=record.id)
        events.record("people.payee_removed", at=at, organisation_id=organisation.id, payee_record_id=record.id)
        for reader in _owners(organisation, "finance"):
            letters.send_payee_removed(
                reader, organisation, account_tail=record.account_tail, currency=record.currency, mark=str(record.id), at=at
            )


def open_payee_details(organisation: Organisation, *, reason: str, by: Actor, at: datetime, currency: str = "") -> PayeeDetails:
    """Read bank and tax numbers in full; every opening is logged. Raises NoPayeeYet, SealBroken."""
    require(policies.may_open_payee(by, organisation))
    record = current_payee(organisation.id, currency)
    if record is None:
        raise NoPayeeYet
    return open_payee_record(record, organisation, reason=reason, by=by, at=at)


def open_payee_record(record: PayeeRecord, organisation: Organisation, *, reason: str, by: Actor, at: datetime) -> PayeeDetails:
    """The same for details that may have been replaced since, such as those that a payout was ordered to. Raises SealBroken."""
    require(policies.may_open_payee(by, organisation) and record.organisation_id == organisation.id)
    details = _unsealed(record)
    with transaction():
        db.session.add(
            PayeeOpening(
                organisation_id=organisation.id, payee_record_id=record.id, by_id=by.person_id, reason=reason.strip(), at=at
            )
        )
        note("payee_opened", at=at, by_id=by.person_id, organisation_id=organisation.id, payee_record_id=record.id)
    return details


def has_iban(record: PayeeRecord) -> bool:
    """Whether the sealed account number is an IBAN; no number leaves. Raises SealBroken."""
    return is_iban(_unsealed(record).account)


def _unsealed(record: PayeeRecord) -> PayeeDetails:
    return PayeeDetails(**json.loads(unseal("payee", record.sealed)))


def payee_openings(organisation_id: int) -> "sa.Select[PayeeOpening]":
    """Who opened the numbers of an organisation, newest first."""
    return sa.select(PayeeOpening).where(PayeeOpening.organisation_id == organisation_id).order_by(PayeeOpening.id.desc())
