"""Bundles: several courses at one price, made by who owns the courses, bought once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coursehub import events, rails
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.instalments import may_be_divided
from coursehub.contracts.models import Terms
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.money import as_decimal, share_out
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.sales import policies, queries
from coursehub.sales.instalments import amounts
from coursehub.sales.models import Bundle, BundleCourse, Gift, Offering, Order, OrderPart, SponsorRequest
from coursehub.sales.operations.checkout import (
    LEAST_PAGE_TIME,
    TIME_TO_PAY,
    Click,
    MayNotBuy,
    brought_by,
    close_unpaid,
    open_page,
)
from coursehub.sales.operations.links import NotYourCourse
from coursehub.sales.prices import Price
from coursehub.sales.queries.holding import courses_lent

FEWEST, MOST = 2, 12
"""How many courses a bundle has."""


class BundleSize(Refusal):
    """A bundle has between two and twelve courses."""


class BundleNotCheaper(Refusal):
    """One by one these courses cost %(list)s. A bundle costs less than that, and more than nothing."""


class CourseNotForBundles(Refusal):
    """They cannot be sold together: each needs a price, all one currency and tax, none a seat limit, at most one a reserve."""


class BundleNotNow(Refusal):
    """This bundle cannot be bought now: one of its courses is not sold as it was. The others can be bought by themselves."""


class BundleOwned(Refusal):
    """You have every course of this bundle already."""


class LittleLeftOfBundle(Refusal):
    """What is left of this bundle for you costs less than a card can pay. Buy the course by itself."""


class BundleChanged(Refusal):
    """What this bundle costs you has changed. Look at the price before you buy."""


class BundleNotByParts(Refusal):
    """At this price these courses cannot be paid in parts. You can pay them whole."""


@dataclass(frozen=True)
class BundleDraft:
    """A bundle as its maker wishes it; courses in the order in which they are shown."""

    name: str
    name_en: str
    about: str
    about_en: str
    courses: tuple[Course, ...]
    price_minor: int
    currency: str
    refund_days: int = 7


@dataclass(frozen=True)
class QuotedPart:
    """One course of a bundle: its part of the price, and whether the buyer has it already and so does not pay it.

    is_lent: a pass opens it to the buyer, who may buy it all the same.
    """

    course: Course
    offering: Offering
    terms: Terms
    release_id: int
    price: Price
    is_owned: bool
    is_lent: bool = False


@dataclass(frozen=True)
class BundleQuote:
    """What a bundle costs somebody now, and in how many parts it may be paid (1: only whole)."""

    bundle: Bundle
    parts: tuple[QuotedPart, ...]
    instalments: int = 1

    @property
    def wanted(self) -> tuple[QuotedPart, ...]:
        """The courses that are bought: those one does not have."""
        return tuple(part for part in self.parts if not part.is_owned)

    @property
    def list_price_minor(self) -> int:
        """What the bought courses cost one by one."""
        return sum(part.price.list_price_minor for part in self.wanted)

    @property
    def gross_minor(self) -> int:
        """What is paid."""
        return sum(part.price.gross_minor for part in self.wanted)

    @property
    def tax_minor(self) -> int:
        """The tax in it, reckoned for each course."""
        return sum(part.price.tax_minor for part in self.wanted)

    @property
    def first_minor(self) -> int:
        """What is paid first, where the price is paid in parts."""
        return sum(amounts(part.price.gross_minor, self.instalments)[0] for part in self.wanted)

    @property
    def later_minor(self) -> int:
        """What is paid in each month that follows."""
        return sum(amounts(part.price.gross_minor, self.instalments)[-1] for part in self.wanted)


def make_bundle(draft: BundleDraft, *, by: Actor, at: datetime) -> Bundle:
    """Sell these courses together from now on.

    Raises NotYourCourse, BundleSize, CourseNotForBundles, BundleNotCheaper.
    """
    require(policies.may_sell(by))
    assert by.organisation is not None
    if not by.organisation.is_house and any(not by.acts_for(course.organisation_id) for course in draft.courses):
        raise NotYourCourse
    if not FEWEST <= len({course.id for course in draft.courses}) <= MOST:
        raise BundleSize
    with transaction():
        offerings = _offerings(draft.courses, at)
        if offerings is None or offerings[0].currency != draft.currency:
            raise CourseNotForBundles
        whole = sum(offering.price_minor for offering in offerings)
        if not 0 < draft.price_minor < whole:
            raise BundleNotCheaper(list=f"{as_decimal(whole, offerings[0].currency)} {offerings[0].currency}")
        bundle = Bundle(
            organisation_id=by.organisation.id, name=draft.name.strip(), name_en=draft.name_en.strip(),
            about=draft.about.strip(), about_en=draft.about_en.strip(), price_minor=draft.price_minor,
            currency=offerings[0].currency, refund_days=draft.refund_days, opened_at=at, opened_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(bundle)
        db.session.flush()
        db.session.add_all(BundleCourse(bundle_id=bundle.id, course_id=each.id, n=n) for n, each in enumerate(draft.courses, 1))
        db.session.flush()
        events.record("sales.bundle_opened", at=at, bundle_id=bundle.id, by_id=by.person_id)
    return bundle


def close_bundle(bundle: Bundle, *, by: Actor, at: datetime) -> None:
    """Sell the bundle no longer; what was sold stays sold."""
    require(policies.may_close_bundle(by, bundle))
    with transaction():
        lock(bundle)
        if bundle.closed_at is None:
            bundle.closed_at, bundle.closed_by_id = at, by.person_id
            events.record("sales.bundle_closed", at=at, bundle_id=bundle.id, by_id=by.person_id)


def _offerings(courses: Sequence[Course], at: datetime) -> list[Offering] | None:
    """How each course is sold now; None if they cannot be sold together."""
    found = queries.open_offerings(course.id for course in courses)
    offerings = [found[course.id] for course in courses if course.id in found]
    if len(offerings) != len(courses) or len({(each.currency, each.tax_bps) for each in offerings}) != 1:
        return None
    if any(each.seats_limit is not None or each.price_minor == 0 for each in offerings):
        return None
    reserves = 0
    for offering in offerings:
        terms = contracts.terms_in_force(offering.course_id, at)
        if terms is None or contracts.open_listing(offering.course_id) is None:
            return None
        body = contracts.body_of(terms)
        reserves += body.reserve is not None
        if body.currency != offering.currency:
            return None
    # Statements tell by its journal what a reserve keeps, so only one course of a bundle may have one.
    return offerings if reserves <= 1 else None


def quote_bundle(bundle: Bundle, *, person_id: int | None, at: datetime) -> BundleQuote:
    """What a bundle costs a person (or anybody) now; changes nothing.

    The price is divided by the list prices of the day, largest remainder; whoever has a
    course already pays the parts of the others. Raises BundleNotNow.
    """
    courses = queries.courses_of_bundle(bundle.id)
    offerings = _offerings(courses, at)
    if bundle.closed_at is not None or offerings is None or offerings[0].currency != bundle.currency:
        raise BundleNotNow
    lists = {str(offering.course_id): offering.price_minor for offering in offerings}
    if bundle.price_minor > sum(lists.values()):
        raise BundleNotNow
    parts = share_out(bundle.price_minor, lists)
    ids = [course.id for course in courses]
    held = queries.courses_held(person_id, ids) if person_id is not None else set()
    lent = courses_lent(person_id, ids) if person_id is not None else set()
    found = []
    for course, offering in zip(courses, offerings, strict=True):
        terms, release = contracts.terms_in_force(course.id, at), catalog.current_release(course.id)
        if terms is None or release is None:
            raise BundleNotNow
        off = offering.price_minor - parts[str(course.id)]
        price = Price(offering.price_minor, off, offering.tax_bps)
        found.append(QuotedPart(course, offering, terms, release.id, price, course.id in held, course.id in lent))
    return BundleQuote(bundle, tuple(found), _instalments([part for part in found if not part.is_owned], bundle.currency))


def _instalments(wanted: Sequence[QuotedPart], currency: str) -> int:
    """In how many parts these courses may be paid together: as often as each of them; 1 where one may not be divided so.

    Each course's part of a month can be all that is left of it, so each alone is as much as a card takes.
    """
    parts = min((part.offering.instalments for part in wanted), default=1)
    for part in wanted if parts > 1 else ():
        whole = not may_be_divided(contracts.body_of(part.terms), discounted=part.price.discount_minor > 0)
        if whole or part.price.gross_minor // parts < rails.LEAST_MINOR[currency]:
            return 1
    return parts


def start_bundle_checkout(
    bundle: Bundle,
    *,
    buyer: Actor,
    at: datetime,
    click: Click | None = None,
    seen_minor: int | None = None,
    by_parts: bool = False,
) -> Order:
    """Place one order for a bundle and open its pay page; asked again while it waits to be paid, it gives that order.

    seen_minor: the price that the buyer was shown, if they were shown one. by_parts: it is paid in monthly parts.
    Raises BundleNotNow, BundleOwned, LittleLeftOfBundle, BundleChanged, BundleNotByParts, MayNotBuy, PaymentAway.
    """
    require(policies.may_buy(buyer))
    order = place_bundle(bundle, buyer, click=click, seen_minor=seen_minor, by_parts=by_parts, at=at)
    if order.state == "placed":
        open_page(order, at=at)
    return order


def place_bundle(
    bundle: Bundle,
    buyer: Actor,
    *,
    click: Click | None,
    at: datetime,
    seen_minor: int | None = None,
    by_parts: bool = False,
    sponsor: SponsorRequest | None = None,
    gift: Gift | None = None,
) -> Order:
    """Pin an order for a bundle, or give the one that waits already; in the open transaction, without its pay page.

    sponsor, gift: as `place` of an order for one course takes them. A gift is for somebody whom we
    do not know, so all courses are in it. Raises as `start_bundle_checkout` does, but for PaymentAway.
    """
    require(policies.may_buy(buyer))
    with transaction():
        lock(bundle)
        if not people.can_pay(buyer.person_id, at=at):
            raise MayNotBuy
        quoted = quote_bundle(bundle, person_id=buyer.person_id if gift is None else None, at=at)
        if not quoted.wanted:
            raise BundleOwned
        if quoted.gross_minor < rails.LEAST_MINOR[bundle.currency]:
            raise LittleLeftOfBundle
        if seen_minor is not None and seen_minor != quoted.gross_minor:
            raise BundleChanged
        if by_parts and (quoted.instalments == 1 or gift is not None):
            raise BundleNotByParts
        instalments = quoted.instalments if by_parts else 1
        before = queries.paying_bundle_order(buyer_id=buyer.person_id, bundle_id=bundle.id, is_gift=gift is not None)
        if before is not None:
            lock(before)
            if _still_good(before, quoted, instalments, at) and queries.sponsor_request_of(before.id) is sponsor:
                return before
            close_unpaid(before, state="cancelled", at=at)
        order = _pin(quoted, buyer, click, instalments, at)
        if sponsor is not None and order.channel == "platform":
            order.channel = "sponsor"
        if gift is not None:
            db.session.add(gift)
            db.session.flush()
            order.gift_id = gift.id
        db.session.add(order)
        db.session.flush()
        parts = [_part(order, n, part) for n, part in enumerate(quoted.wanted, start=1)]
        order.tax_minor = sum(part.tax_minor for part in parts)
        db.session.add_all(parts)
        db.session.flush()
    return order


def _still_good(before: Order, quoted: BundleQuote, instalments: int, at: datetime) -> bool:
    pinned = [(part.course_id, part.terms_hash, part.gross_minor) for part in queries.parts_of(before.id)]
    now = [(part.course.id, part.terms.terms_hash, part.price.gross_minor) for part in quoted.wanted]
    enough = before.expires_at - at > (LEAST_PAGE_TIME if before.state == "placed" else timedelta(minutes=5))
    return enough and not before.trouble and pinned == now and before.instalments == instalments


def _pin(quoted: BundleQuote, buyer: Actor, click: Click | None, instalments: int, at: datetime) -> Order:
    bundle = quoted.bundle
    channel, organisation_id, link_id = brought_by([part.course.id for part in quoted.wanted], click, None, at)
    return Order(
        buyer_id=buyer.person_id,
        bundle_id=bundle.id,
        list_price_minor=quoted.list_price_minor,
        discount_minor=quoted.list_price_minor - quoted.gross_minor,
        discount_borne_by=db.session.get_one(Organisation, bundle.organisation_id).public_id,
        gross_minor=quoted.gross_minor,
        tax_bps=quoted.wanted[0].offering.tax_bps,
        tax_minor=quoted.tax_minor,
        currency=bundle.currency,
        refund_days=bundle.refund_days,
        instalments=instalments,
        channel=channel,
        attributed_organisation_id=organisation_id,
        partner_link_id=link_id,
        clicked_at=click.at if click is not None and link_id is not None else None,
        locale=buyer.person.locale,
        is_live=rails.is_live(),
        state="placed",
        placed_at=at,
        expires_at=at + TIME_TO_PAY,
    )


def _part(order: Order, n: int, part: QuotedPart) -> OrderPart:
    months = amounts(part.price.gross_minor, order.instalments)
    return OrderPart(
        order_id=order.id, n=n, offering_id=part.offering.id, course_id=part.course.id, release_id=part.release_id,
        terms_hash=part.terms.terms_hash, list_price_minor=part.price.list_price_minor, gross_minor=part.price.gross_minor,
        tax_bps=part.price.tax_bps, tax_minor=sum(tax_within(minor, part.price.tax_bps) for minor in months),
    )  # fmt: skip
