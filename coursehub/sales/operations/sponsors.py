"""Asking an employer to pay: the learner asks, whoever holds the link pays or declines."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import queries as people
from coursehub.people.actor import Actor, actor_for
from coursehub.people.models import Person
from coursehub.people.tokens import new_token, token_hash
from coursehub.sales import letters, policies, queries
from coursehub.sales.models import PAYING, Bundle, Offering, Order, SponsorRequest
from coursehub.sales.operations.bundles import BundleOwned, place_bundle, quote_bundle
from coursehub.sales.operations.checkout import Click, MayNotBuy, check_held, close_unpaid, open_page, place, quote
from coursehub.sales.operations.offerings import NotOffered

LINK_LASTS = timedelta(days=30)


class NothingToPay(Refusal):
    """This course costs nothing. Enrol in it yourself."""


class AskedAlready(Refusal):
    """You have asked your employer for this already. Send the link again, or take the request back first."""


class InvoiceIsOut(Refusal):
    """An invoice is out for this. It is paid by bank transfer, or credited when the learner takes the request back."""


class SponsorLinkOver(Refusal):
    """This link does not work any more: it was answered or taken back, is older than 30 days, or a newer one took its place."""


def ask_employer(
    offering: Offering, *, words: str, employer_email: str | None, by: Actor, at: datetime, click: Click | None = None
) -> tuple[SponsorRequest, str]:
    """Ask an employer to pay for a course; gives the request and the token of its link, which is known only now.

    employer_email: where a letter with the link goes, if anywhere.
    Raises NotOffered, NothingToPay, MayNotBuy, AlreadyEnrolled, PartsOpen, AskedAlready.
    """
    require(policies.may_buy(by))
    with transaction():
        lock(by.person)
        if offering.closed_at is not None:
            raise NotOffered
        if quote(offering, at=at).price.gross_minor == 0:
            raise NothingToPay
        if not people.can_pay(by.person_id, at=at):
            raise MayNotBuy
        check_held(by.person_id, offering.course_id)
        last = queries.last_sponsor_request(by.person_id, course_id=offering.course_id)
        if last is not None and last.state == "open":
            raise AskedAlready
        asked = SponsorRequest(learner_id=by.person_id, course_id=offering.course_id)
        return asked, _ask(asked, words, employer_email, click, at)


def ask_employer_for_bundle(
    bundle: Bundle, *, words: str, employer_email: str | None, by: Actor, at: datetime, click: Click | None = None
) -> tuple[SponsorRequest, str]:
    """The same for a bundle: the employer pays the courses of it that the learner does not have.

    Raises BundleNotNow, BundleOwned, MayNotBuy, AskedAlready.
    """
    require(policies.may_buy(by))
    with transaction():
        lock(by.person)
        if not quote_bundle(bundle, person_id=by.person_id, at=at).wanted:
            raise BundleOwned
        if not people.can_pay(by.person_id, at=at):
            raise MayNotBuy
        last = queries.last_sponsor_request(by.person_id, bundle_id=bundle.id)
        if last is not None and last.state == "open":
            raise AskedAlready
        asked = SponsorRequest(learner_id=by.person_id, bundle_id=bundle.id)
        return asked, _ask(asked, words, employer_email, click, at)


def _ask(asked: SponsorRequest, words: str, employer_email: str | None, click: Click | None, at: datetime) -> str:
    """Open a request and write to the employer; gives the token of its link."""
    token = new_token()
    asked.token_hash, asked.words, asked.employer_email = token_hash(token), words.strip(), employer_email
    asked.state, asked.asked_at, asked.expires_at = "open", at, at + LINK_LASTS
    if click is not None:
        asked.link_code, asked.clicked_at = click.link, click.at
    db.session.add(asked)
    db.session.flush()
    events.record("sales.employer_asked", at=at, request_id=asked.id)
    letters.send_sponsor_request(asked, token, at=at)
    return token


def send_sponsor_link_again(asked: SponsorRequest, *, by: Actor, at: datetime) -> str:
    """A new link for an open request; the one before stops working. Raises SponsorLinkOver."""
    require(policies.may_change_sponsor_request(by, asked))
    with transaction():
        lock(asked)
        if asked.state != "open":
            raise SponsorLinkOver
        token = new_token()
        asked.token_hash, asked.expires_at = token_hash(token), at + LINK_LASTS
        db.session.flush()
        letters.send_sponsor_request(asked, token, at=at)
    return token


def withdraw_sponsor_request(asked: SponsorRequest, *, by: Actor, at: datetime) -> None:
    """The learner does not want the employer to pay after all; an order that was begun is closed."""
    require(policies.may_change_sponsor_request(by, asked))
    with transaction():
        lock(asked)
        if asked.state == "open":
            _close(asked, "withdrawn", at)


def sponsor_request_behind(token: str, *, at: datetime) -> SponsorRequest:
    """The request that a link opens. Raises SponsorLinkOver."""
    asked = queries.sponsor_request_hashed(token_hash(token))
    if asked is None or asked.state != "open" or at >= asked.expires_at:
        raise SponsorLinkOver
    return asked


def pay_as_employer(token: str, *, at: datetime) -> Order:
    """Place the learner's order for the employer who holds the link, and open its pay page; asked twice, one order.

    A partner's link that brought the learner counts as in an order of their own; without one the sale came through a sponsor.
    Raises SponsorLinkOver, InvoiceIsOut, and what `start_checkout` raises.
    """
    asked = sponsor_request_behind(token, at=at)
    with transaction():
        lock(asked)
        if asked.state != "open":
            raise SponsorLinkOver
        begun = db.session.get(Order, asked.order_id) if asked.order_id is not None else None
        if begun is not None and begun.state in PAYING and queries.employer_invoice_of(begun.id) is not None:
            raise InvoiceIsOut
        order = place_for_learner(asked, at=at)
    if order.state == "placed":
        open_page(order, at=at)
    return order


def place_for_learner(asked: SponsorRequest, *, at: datetime) -> Order:
    """The learner's order that their request is about from now on, without its pay page. Joins; the request is locked.

    Raises NotOffered, and what `start_checkout` or `start_bundle_checkout` raises but for PaymentAway.
    """
    click = Click(asked.link_code, asked.clicked_at) if asked.link_code and asked.clicked_at else None
    learner = actor_for(db.session.get_one(Person, asked.learner_id))
    if asked.bundle_id is not None:
        bundle = db.session.get_one(Bundle, asked.bundle_id)
        order = place_bundle(bundle, learner, click=click, at=at, sponsor=asked)
    else:
        offering = queries.open_offering(asked.course_id) if asked.course_id is not None else None
        if offering is None:
            raise NotOffered
        order = place(offering, learner, click=click, coupon_code="", at=at, sponsor=asked)
    asked.order_id = order.id
    db.session.flush()
    return order


def decline_as_employer(token: str, *, answer: str, at: datetime) -> None:
    """The employer does not pay; the learner gets the words. Raises SponsorLinkOver."""
    asked = sponsor_request_behind(token, at=at)
    with transaction():
        lock(asked)
        if asked.state != "open":
            raise SponsorLinkOver
        asked.answer = answer.strip()
        _close(asked, "declined", at)
        events.record("sales.employer_declined", at=at, request_id=asked.id)


def note_sponsor_paid(order_id: int, *, at: datetime) -> SponsorRequest | None:
    """An order was sold: if an employer began to pay it, the request is answered. Once; None for other orders."""
    with transaction():
        asked = queries.sponsor_request_of(order_id)
        if asked is None:
            return None
        lock(asked)
        if asked.state == "open":
            asked.state, asked.answered_at = "paid", at
            db.session.flush()
    return asked


def _close(asked: SponsorRequest, state: str, at: datetime) -> None:
    asked.state, asked.answered_at = state, at
    if asked.order_id is not None:
        order = db.session.get_one(Order, asked.order_id)
        lock(order)
        if order.state in ("placed", "awaiting_payment"):
            close_unpaid(order, state="cancelled", at=at)
    db.session.flush()
