"""Taking a pass, stopping it and going on after all, and opening its courses."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, jobs, rails
from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled, enrol, lend_enrolment
from coursehub.learning.queries.enrolments import open_enrolment
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.sales.models import BEGINNING, GOING, CoursePass, PassEnrolment, PassSubscription
from coursehub.sales.operations.checkout import TIME_TO_PAY, MayNotBuy, PaymentAway
from coursehub.sales.passes import policies, queries
from coursehub.sales.passes.operations.following import follow
from coursehub.sales.passes.standing import is_open
from coursehub.web import external_url

LEAST_PAGE_TIME = timedelta(minutes=31)


class PassNotOffered(Refusal):
    """This pass cannot be taken at the moment."""


class AlreadySubscribed(Refusal):
    """You have this pass already."""


class PassNotPaid(Refusal):
    """Your pass is not paid at the moment. Pay the open invoice, and its courses open again."""


class NotInPass(Refusal):
    """This course is not in your pass."""


def subscribe(pass_: CoursePass, *, by: Actor, at: datetime) -> PassSubscription:
    """Take a pass and open the rail's page on which to agree; the trial is given once.

    Asked again while that page waits, it gives the same subscription. Raises PassNotOffered, AlreadySubscribed, MayNotBuy
    and PaymentAway.
    """
    require(policies.may_subscribe(by))
    with transaction():
        lock(pass_)
        if pass_.closed_at is not None or not queries.courses_in(pass_.id, at):
            raise PassNotOffered
        if not people.can_pay(by.person_id, at=at):
            raise MayNotBuy
        mine = queries.going(by.person_id, pass_.id)
        if mine is not None and mine.state not in BEGINNING:
            raise AlreadySubscribed
        if mine is not None and mine.expires_at - at < LEAST_PAGE_TIME and mine.session_url is None:
            mine.state = "expired"
            db.session.flush()
            mine = None
        if mine is None:
            mine = PassSubscription(
                pass_id=pass_.id, person_id=by.person_id, price_minor=pass_.price_minor, currency=pass_.currency,
                tax_bps=pass_.tax_bps, trial_days=0 if queries.had_before(by.person_id, pass_.id) else pass_.trial_days,
                locale=by.person.locale, is_live=rails.is_live(), state="placed", placed_at=at, expires_at=at + TIME_TO_PAY,
            )  # fmt: skip
            db.session.add(mine)
            db.session.flush()
    if mine.session_url is None:
        _open_page(mine, pass_)
    return mine


def _open_page(mine: PassSubscription, pass_: CoursePass) -> None:
    wish = rails.SubscriptionWish(
        key=f"subscription:{mine.public_id}", reference=mine.public_id,
        title=pass_.name_en if mine.locale == "en" else pass_.name, price_minor=mine.price_minor, currency=mine.currency,
        trial_days=mine.trial_days, locale=mine.locale, email=people.email_of(mine.person_id) or "",
        success_url=external_url("passes.come_back", public_id=mine.public_id),
        cancel_url=external_url("passes.pass_page", slug=pass_.slug), expires_at=mine.expires_at,
    )  # fmt: skip
    try:
        opened = rails.current().open_subscription(wish)
    except (rails.RailRefused, rails.KeySpoiled) as problem:
        with transaction():  # it will say no again: let the next try be a new subscription
            lock(mine)
            if mine.state == "placed":
                mine.state = "expired"
        raise PaymentAway from problem
    except (rails.RailAway, rails.PaymentsNotSetUp) as problem:
        raise PaymentAway from problem
    with transaction():
        lock(mine)
        if mine.state == "placed":
            mine.state, mine.session_id, mine.session_url = "awaiting_payment", opened.id, opened.url


def stop(subscription: PassSubscription, *, by: Actor, at: datetime) -> None:
    """The pass ends when what was paid is over; until then everything stays open. Raises PaymentAway."""
    require(policies.may_change_subscription(by, subscription))
    _ask(subscription, at_end=True, at=at)


def go_on(subscription: PassSubscription, *, by: Actor, at: datetime) -> None:
    """It does not end after all. Raises PaymentAway."""
    require(policies.may_change_subscription(by, subscription))
    _ask(subscription, at_end=False, at=at)


def stop_while_disputed(subscription: PassSubscription, *, at: datetime) -> None:
    """While a bank decides about a payment nothing more is charged: the pass ends with what is paid, unless its owner goes on.

    A job that comes late finds the bank's word and leaves the pass as it is. Raises PaymentAway: the job comes again.
    """
    if subscription.state in GOING and not subscription.stops_at_end and queries.is_disputed(subscription.id):
        _ask(subscription, at_end=True, at=at, is_told=True)  # the letter about the dispute says so


def _ask(subscription: PassSubscription, *, at_end: bool, at: datetime, is_told: bool = False) -> None:
    if subscription.rail_subscription_id is None or subscription.state == "ended":
        return
    try:
        rails.current().stop_subscription(subscription.rail_subscription_id, at_end=at_end)
        follow(subscription, at=at)
    except rails.RailRefused:  # it ended in the meantime
        follow(subscription, at=at)
    except (rails.RailAway, rails.PaymentsNotSetUp) as problem:
        raise PaymentAway from problem
    with transaction():
        if subscription.stops_at_end == at_end and subscription.state != "ended" and not is_told:
            events.record("sales.pass_stopped" if at_end else "sales.pass_goes_on", at=at, subscription_id=subscription.id)


def open_course(subscription: PassSubscription, course: Course, *, by: Actor, at: datetime) -> Enrolment:
    """Open a course of the pass; one that was open under a pass before goes on where it was, as one that waits for a part does.

    A course that is held otherwise is simply given. Raises PassNotPaid, NotInPass.
    """
    require(policies.may_change_subscription(by, subscription))
    try:
        return _open(subscription, course, by, at)
    except AlreadyEnrolled:  # a sale was faster; now its enrolment can be seen
        return _open(subscription, course, by, at)


def _open(subscription: PassSubscription, course: Course, by: Actor, at: datetime) -> Enrolment:
    with transaction():
        lock(subscription)
        held = open_enrolment(person_id=by.person_id, course_id=course.id)
        if held is not None:
            return held
        if not is_open(subscription, db.session.get_one(CoursePass, subscription.pass_id), at):
            raise PassNotPaid
        if course.id not in {each.id for each in queries.courses_in(subscription.pass_id, at)}:
            raise NotInPass
        release = catalog.current_release(course.id)
        if release is None:
            raise NotInPass
        mine = queries.earlier_enrolment(by.person_id, course.id)
        if mine is None or not lend_enrolment(mine, at=at):
            mine = enrol(person_id=by.person_id, release_id=release.id, at=at, source="pass")
        known = sa.select(PassEnrolment).where(
            PassEnrolment.enrolment_id == mine.id, PassEnrolment.subscription_id == subscription.id
        )
        if db.session.execute(known).first() is None:
            db.session.add(PassEnrolment(enrolment_id=mine.id, subscription_id=subscription.id))
            db.session.flush()
    return mine


def end_at_rail(subscription: PassSubscription, *, at: datetime) -> None:
    """End a subscription at the rail and write down what it says. Raises RailAway: the job comes again."""
    if subscription.rail_subscription_id is not None:
        rails.current().end_subscription(subscription.rail_subscription_id)
        follow(subscription, at=at)


def end_soon(subscription: PassSubscription, *, at: datetime) -> None:
    """Let a job end it at the rail. Joins."""
    jobs.enqueue("sales.end_pass", at=at, subscription_id=subscription.id)
