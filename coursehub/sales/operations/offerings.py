"""Offering a course for sale: price, tax, seats, refund window."""

from dataclasses import dataclass
from datetime import datetime

from coursehub import events, rails
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.instalments import may_be_divided
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.money import as_decimal
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.models import Offering


class PriceTooSmall(Refusal):
    """No card or wallet pays so little. Ask for %(least)s or more, or make the course free."""


class CurrencyNotSold(Refusal):
    """We cannot take payments in %(currency)s."""


class CurrencyNotOfTerms(Refusal):
    """The terms of this course are in %(terms)s; its price must be too."""


class PartTooSmall(Refusal):
    """No card pays so little each month. Each part must be %(least)s or more: choose fewer parts."""


class TermsLookAtSale(Refusal):
    """The terms of this course name a fixed amount or a cap for each sale, so its price cannot be paid in parts."""


class NotOffered(Refusal):
    """This course is not on offer."""


@dataclass(frozen=True)
class OfferingDraft:
    """How a course shall be sold. Prices include tax."""

    price_minor: int
    currency: str
    tax_bps: int = 0
    seats_limit: int | None = None
    refund_days: int = 7
    instalments: int = 1


def open_offering(course: Course, draft: OfferingDraft, *, by: Actor, at: datetime) -> Offering:
    """Sell the course so from now on; the offering before it closes, and its orders keep what they pinned.

    Raises PriceTooSmall, CurrencyNotSold, CurrencyNotOfTerms, PartTooSmall, TermsLookAtSale.
    """
    require(policies.may_price(by, course))
    _check(course, draft, at)
    with transaction():
        before = queries.open_offering(course.id)
        if before is not None:
            lock(before)
            if _draft_of(before) == draft and before.closed_at is None:
                return before
            before.closed_at, before.closed_by_id = at, by.person_id
            db.session.flush()
        offering = Offering(
            course_id=course.id,
            price_minor=draft.price_minor,
            currency=draft.currency,
            tax_bps=draft.tax_bps,
            seats_limit=draft.seats_limit,
            refund_days=draft.refund_days,
            instalments=draft.instalments,
            opened_at=at,
            opened_by_id=by.person_id,
        )
        db.session.add(offering)
        db.session.flush()
        events.record("sales.offering_opened", at=at, offering_id=offering.id, course_id=course.id, by_id=by.person_id)
    return offering


def close_offering(course: Course, *, by: Actor, at: datetime) -> None:
    """Sell the course no longer; what was sold stays sold. Raises NotOffered."""
    require(policies.may_price(by, course))
    with transaction():
        offering = queries.open_offering(course.id)
        if offering is None:
            raise NotOffered
        lock(offering)
        offering.closed_at, offering.closed_by_id = at, by.person_id
        events.record("sales.offering_closed", at=at, offering_id=offering.id, course_id=course.id, by_id=by.person_id)


def _check(course: Course, draft: OfferingDraft, at: datetime) -> None:
    least = rails.LEAST_MINOR.get(draft.currency)
    if least is None:
        raise CurrencyNotSold(currency=draft.currency)
    if 0 < draft.price_minor < least:
        raise PriceTooSmall(least=f"{as_decimal(least, draft.currency)} {draft.currency}")
    terms = contracts.terms_in_force(course.id, at)
    if terms is not None and contracts.body_of(terms).currency != draft.currency:
        raise CurrencyNotOfTerms(terms=contracts.body_of(terms).currency)
    if draft.instalments > 1:
        if draft.price_minor // draft.instalments < least:
            raise PartTooSmall(least=f"{as_decimal(least, draft.currency)} {draft.currency}")
        if terms is not None and not may_be_divided(contracts.body_of(terms), discounted=False):
            raise TermsLookAtSale


def _draft_of(offering: Offering) -> OfferingDraft:
    return OfferingDraft(
        offering.price_minor,
        offering.currency,
        offering.tax_bps,
        offering.seats_limit,
        offering.refund_days,
        offering.instalments,
    )
