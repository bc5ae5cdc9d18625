"""Which terms hold for a course or a contract at a moment, and what they say; prices that everybody pays alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Select, select

from coursehub.contracts.clauses import Payday
from coursehub.contracts.models import (
    Contract,
    ContractParty,
    Listing,
    Proposal,
    PublishedPrices,
    Terms,
    TermsCourse,
)
from coursehub.contracts.terms import TermsBody, parse
from coursehub.db import db
from coursehub.people.models import Organisation

LAST_DAY_NEAR = timedelta(days=60)
"""So long before their last day terms stand on the desks of all sides."""


def terms_in_force(course_id: int, at: datetime) -> Terms | None:
    """The terms under which a course is sold at that moment, or None if there are none."""
    found = (
        select(Terms)
        .join(TermsCourse, TermsCourse.terms_id == Terms.id)
        .where(
            TermsCourse.course_id == course_id,
            TermsCourse.effective_from <= at,
            sa.or_(TermsCourse.ended_at.is_(None), TermsCourse.ended_at > at),
        )
    )
    return db.session.execute(found).scalar_one_or_none()


def last_terms_before(course_id: int, at: datetime) -> Terms | None:
    """The terms under which a course was sold last before that moment; None while any hold."""
    if terms_in_force(course_id, at) is not None:
        return None
    found = (
        select(Terms)
        .join(TermsCourse, TermsCourse.terms_id == Terms.id)
        .where(
            TermsCourse.course_id == course_id, TermsCourse.ended_at <= at,
            TermsCourse.ended_at > TermsCourse.effective_from,
        )
        .order_by(TermsCourse.ended_at.desc())
    )  # fmt: skip
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def contract_of(terms_hash: str | None) -> Contract | None:
    """The contract whose terms have this hash."""
    found = select(Contract).join(Terms, Terms.contract_id == Contract.id).where(Terms.terms_hash == terms_hash)
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def terms_with_hash(terms_hash: str) -> Terms | None:
    """The signed terms with this hash. The contract's id is part of what is hashed, so there is one."""
    return db.session.execute(select(Terms).where(Terms.terms_hash == terms_hash)).scalar_one_or_none()


def body_of(terms: Terms | Proposal) -> TermsBody:
    """The typed terms of a row; read once per hash, since such a row never changes."""
    known = _bodies.get(terms.terms_hash)
    if known is None:
        known = parse(terms.body)
        if len(_bodies) > 500:
            _bodies.clear()
        _bodies[terms.terms_hash] = known
    return known


_bodies: dict[str, TermsBody] = {}


def body_hashed(terms_hash: str) -> TermsBody:
    """The typed terms with this hash, which must exist."""
    known = _bodies.get(terms_hash)
    if known is None:
        known = body_of(db.session.execute(select(Terms).where(Terms.terms_hash == terms_hash)).scalar_one())
    return known


def terms_of(contract: Contract, at: datetime) -> Terms | None:
    """What holds between the parties of a contract at that moment."""
    found = (
        select(Terms)
        .where(
            Terms.contract_id == contract.id,
            Terms.effective_from <= at,
            sa.or_(Terms.ended_at.is_(None), Terms.ended_at > at),
        )
        .order_by(Terms.id.desc())
    )
    return db.session.execute(found).scalars().first()


@dataclass(frozen=True, slots=True)
class PaydayPromise:
    """What terms promise one partner about paying out. is_over: they hold no more; what was earned under them may be unpaid."""

    organisation_id: int
    party: str
    contract_id: int
    terms_hash: str
    currency: str
    payday: Payday
    is_over: bool


def paydays_promised(at: datetime) -> list[PaydayPromise]:
    """What terms that hold, or have held, promise about paying out; promises that still hold come first."""
    found = (
        select(Terms, Organisation.id, Organisation.public_id)
        .join(ContractParty, ContractParty.contract_id == Terms.contract_id)
        .join(Organisation, Organisation.id == ContractParty.organisation_id)
        .where(ContractParty.side == "partner", Terms.effective_from <= at, Terms.body["payday"].as_string().is_not(None))
        .order_by(Terms.id.desc(), Organisation.id)
    )
    promises = [
        PaydayPromise(
            organisation_id, party, terms.contract_id, terms.terms_hash, body.currency, body.payday,
            is_over=terms.ended_at is not None and terms.ended_at <= at,
        )
        for terms, organisation_id, party in db.session.execute(found)
        if (body := body_of(terms)).payday and any(one.id == party for one in body.parties)
    ]  # fmt: skip
    return sorted(promises, key=lambda one: one.is_over)


def ending_terms(at: datetime) -> Select[Terms]:
    """Terms in force whose last day is near and that no others follow; the soonest first. An end after notice is none.

    Terms of another contract follow, too, where they hold for every course from the day after.
    """
    later = sa.orm.aliased(Terms)
    follows = select(later.id).where(later.contract_id == Terms.contract_id, later.id > Terms.id)
    other = sa.orm.aliased(TermsCourse)
    goes_on = select(other.terms_id).where(
        other.course_id == TermsCourse.course_id, other.effective_from <= Terms.ended_at,
        sa.or_(other.ended_at.is_(None), other.ended_at > Terms.ended_at),
    )  # fmt: skip
    stops = select(TermsCourse.course_id).where(TermsCourse.terms_id == Terms.id, ~goes_on.exists())
    return (
        select(Terms)
        .join(Contract, Contract.id == Terms.contract_id)
        .where(
            Terms.effective_from <= at, Terms.ended_at > at, Terms.ended_at <= at + LAST_DAY_NEAR, Contract.ends_at.is_(None),
            ~follows.exists(), stops.exists(),
        )
        .order_by(Terms.ended_at, Terms.id)
    )  # fmt: skip


def joining_sides(contract: Contract, at: datetime) -> dict[str, int]:
    """The sides that may join campaigns of the house by the terms in force, with their floor price in minor units."""
    holding = terms_of(contract, at)
    return joining_by(body_of(holding)) if holding is not None else {}


def joining_by(body: TermsBody) -> dict[str, int]:
    """The sides that may join campaigns of the house by these terms, with their floor price in minor units."""
    return {choice.party: choice.floor_price_minor for choice in body.discount.opted_in if choice.campaigns == "joined"}


def terms_held(at: datetime, *, by: int | None = None) -> "Select[*tuple[Contract, Terms]]":
    """Every contract with the terms in force at a moment, the newest first. by: those that bind this organisation alone."""
    found = (
        select(Contract, Terms)
        .join(Terms, Terms.contract_id == Contract.id)
        .where(Terms.effective_from <= at, sa.or_(Terms.ended_at.is_(None), Terms.ended_at > at))
        .order_by(Contract.id.desc(), Terms.id.desc())
    )
    bound = select(ContractParty.contract_id).where(ContractParty.organisation_id == by)
    return found if by is None else found.where(Contract.id.in_(bound))


def latest_terms(contract: Contract) -> Terms | None:
    """The terms signed last, whether or not they have begun or ended."""
    found = select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id.desc())
    return db.session.execute(found).scalars().first()


def terms_history(contract: Contract) -> Sequence[Terms]:
    """Every terms version of a contract, newest first."""
    found = select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id.desc())
    return db.session.execute(found).scalars().all()


def open_listing(course_id: int) -> Listing | None:
    """The listing under which a course is on offer now, if it is."""
    found = select(Listing).where(Listing.course_id == course_id, Listing.closed_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def prices_in_force(currency: str, at: datetime) -> PublishedPrices | None:
    """What placements and hours cost in this currency at a moment."""
    found = select(PublishedPrices).where(PublishedPrices.currency == currency, PublishedPrices.effective_from <= at)
    found = found.order_by(PublishedPrices.effective_from.desc(), PublishedPrices.version.desc())
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def every_prices() -> Select[PublishedPrices]:
    """Every price list that was ever announced, the latest first."""
    return select(PublishedPrices).order_by(PublishedPrices.effective_from.desc(), PublishedPrices.id.desc())
