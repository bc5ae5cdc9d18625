"""Gifts: somebody pays, the letter goes out, somebody else accepts; until then the giver may change everything."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coursehub import events
from coursehub.catalog import queries as catalog
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.tokens import new_token, token_hash
from coursehub.sales import letters, policies, queries
from coursehub.sales.models import Bundle, Gift, Offering, Order, OrderPart
from coursehub.sales.operations.bundles import place_bundle
from coursehub.sales.operations.checkout import Click, check_held, open_page, place
from coursehub.sales.operations.holding import hold
from coursehub.sales.operations.refunds import return_held
from coursehub.web.locale import SHOWN_ZONE, local_time

LINK_LASTS = timedelta(days=180)
WAITING_AFTER = timedelta(days=30)
ENDING_BEFORE = timedelta(days=14)
BETWEEN_LETTERS = timedelta(minutes=10)
LETTER_LEAVES = time(8)  # in the morning of the chosen day, as our pages show time
FAR = timedelta(days=365)


class GiftLinkOver(Refusal):
    """This link opens no gift now: it was accepted, its time is over, a newer link took its place, or the money went back.
    Ask whoever gave it to you."""


class MayNotAccept(Refusal):
    """You cannot accept yet: confirm your e-mail address first and, if you are under age, let a guardian agree."""


class GiftIsClosed(Refusal):
    """Nothing about this gift can be changed any more: it was accepted, or it is not paid."""


class LetterDayOut(Refusal):
    """Choose a day from today on, at most a year ahead."""


class LetterJustSent(Refusal):
    """A letter went out a few minutes ago. Wait ten minutes, or make a link and hand it over yourself."""


@dataclass(frozen=True)
class GiftDraft:
    """What the giver wishes: words, where the letter goes (None: they hand the link over), and on which day (None: at once)."""

    words: str
    recipient_email: str | None = None
    letter_on: date | None = None


def give_course(
    offering: Offering, draft: GiftDraft, *, by: Actor, at: datetime, click: Click | None = None, coupon_code: str = ""
) -> Order:
    """Place an order for a course that somebody else takes, and open its pay page.

    Asked again while it waits to be paid, it gives that same order with the newer words.
    Raises LetterDayOut, NothingToGive, and what `start_checkout` raises except AlreadyEnrolled.
    """
    require(policies.may_buy(by))
    letter_at = _letter_at(draft.letter_on, at)
    with transaction():
        wanted = Gift(giver_id=by.person_id, course_id=offering.course_id, made_at=at)
        order = place(offering, by, click=click, coupon_code=coupon_code, at=at, gift=wanted)
        gift = queries.gift_of(order)
        assert gift is not None
        _write_down(gift, draft, letter_at)
    if order.state == "placed":
        open_page(order, at=at)
    return order


def give_bundle(
    bundle: Bundle, draft: GiftDraft, *, by: Actor, at: datetime, click: Click | None = None, seen_minor: int | None = None
) -> Order:
    """The same for a bundle: all of its courses, at its whole price, whatever the giver has of them.

    Raises LetterDayOut, and what `start_bundle_checkout` raises except BundleOwned.
    """
    require(policies.may_buy(by))
    letter_at = _letter_at(draft.letter_on, at)
    with transaction():
        wanted = Gift(giver_id=by.person_id, bundle_id=bundle.id, made_at=at)
        order = place_bundle(bundle, by, click=click, seen_minor=seen_minor, at=at, gift=wanted)
        gift = queries.gift_of(order)
        assert gift is not None
        _write_down(gift, draft, letter_at)
    if order.state == "placed":
        open_page(order, at=at)
    return order


def draft_of(gift: Gift, *, at: datetime) -> GiftDraft:
    """What the giver wished, to order it once more."""
    later = gift.letter_at is not None and gift.letter_at > at
    return GiftDraft(gift.words, gift.recipient_email, local_time(gift.letter_at).date() if later and gift.letter_at else None)


def change_gift(gift: Gift, draft: GiftDraft, *, by: Actor, at: datetime) -> None:
    """Other words, another address, another day: the link that is out dies, and the letter goes out (again) on its day.

    Raises GiftIsClosed, LetterDayOut, LetterJustSent.
    """
    require(policies.may_change_gift(by, gift))
    letter_at = _letter_at(draft.letter_on, at)
    with transaction():
        lock(gift)
        if not _is_open(gift):
            raise GiftIsClosed
        if gift.letter_sent_at is not None and at < gift.letter_sent_at + BETWEEN_LETTERS:
            raise LetterJustSent
        _write_down(gift, draft, letter_at)
        gift.token_hash, gift.link_until, gift.letter_sent_at = None, None, None
        db.session.flush()
        _send_if_due(gift, at)


def make_gift_link(gift: Gift, *, by: Actor, at: datetime) -> str:
    """A link that the giver hands over; the one before stops working. Its token is known only now. Raises GiftIsClosed."""
    require(policies.may_change_gift(by, gift))
    with transaction():
        lock(gift)
        if not _is_open(gift):
            raise GiftIsClosed
        return _new_link(gift, at)


def send_gift(gift: Gift, *, at: datetime) -> None:
    """The letter to whom it is for, if it is due and has not gone out; a second run sends nothing."""
    with transaction():
        lock(gift)
        _send_if_due(gift, at)


def gift_behind(token: str, *, at: datetime) -> tuple[Gift, Order]:
    """The gift that a link opens, and the order that paid it. Raises GiftLinkOver."""
    gift = queries.gift_hashed(token_hash(token))
    order = queries.order_of_gift(gift.id) if gift is not None else None
    if gift is None or order is None or gift.link_until is None or at >= gift.link_until or not queries.refundable_minor(order):
        raise GiftLinkOver
    return gift, order


def claim_gift(token: str, *, by: Actor, at: datetime) -> Enrolment:
    """Accept: the enrolment opens now, in the release that is current, under the terms of the order. Works once.

    Of a bundle each course opens that one does not have; the parts of the others go back to the giver. Gives the first
    enrolment. Raises GiftLinkOver, MayNotAccept, AlreadyEnrolled or PartsOpen (one has everything; the gift then stays for
    somebody else), PaymentDisputed, ReleaseNotOpen.
    """
    require(policies.may_buy(by))
    gift, order = gift_behind(token, at=at)
    with transaction():
        lock(order)  # a refund locks it, too
        lock(gift)
        if gift.token_hash != token_hash(token) or not queries.refundable_minor(order):
            raise GiftLinkOver
        if not people.can_pay(by.person_id, at=at):
            raise MayNotAccept
        if order.bundle_id is not None:
            enrolment = _open_bundle(order, by, at)
        else:
            assert order.course_id is not None and order.release_id is not None
            check_held(by.person_id, order.course_id)
            enrolment = _enrolled(order.course_id, order.release_id, by, at)
            order.enrolment_id = enrolment.id
        gift.claimed_at, gift.claimed_by_id = at, by.person_id
        gift.token_hash, gift.link_until, gift.recipient_email = None, None, None
        db.session.flush()
        events.record("sales.gift_claimed", at=at, gift_id=gift.id, order_id=order.id)
    return enrolment


def _enrolled(course_id: int, ordered_id: int, by: Actor, at: datetime) -> Enrolment:
    """Open a course for whoever accepts; ordered_id: the release to fall back on."""
    release = catalog.current_release(course_id)
    release_id = release.id if release is not None else ordered_id
    return hold(person_id=by.person_id, release_id=release_id, course_id=course_id, at=at)


def _open_bundle(order: Order, by: Actor, at: datetime) -> Enrolment:
    opening, held = shared_out(order, by.person_id)
    if not opening:
        raise AlreadyEnrolled
    found = []
    for part in opening:
        found.append(_enrolled(part.course_id, part.release_id, by, at))
        part.enrolment_id = found[-1].id
    db.session.flush()
    if held:
        return_held(order, held, at=at)
    return found[0]


def shared_out(order: Order, person_id: int | None) -> tuple[list[OrderPart], list[OrderPart]]:
    """Which courses of a bundle open for a person who accepts it, and which of them they have; what went back is in neither."""
    left = queries.left_of_parts(order)
    parts = [part for part in queries.parts_of(order.id) if left.get(part.id) or not part.gross_minor]
    held = queries.courses_held(person_id, [part.course_id for part in parts]) if person_id is not None else set()
    return [part for part in parts if part.course_id not in held], [part for part in parts if part.course_id in held]


def follow_gifts(*, at: datetime) -> int:
    """Send letters that are due, remind givers of what nobody accepted, end links whose time is over; how many were looked at."""
    waiting = queries.gifts_waiting(at)
    for gift in waiting:
        with transaction():
            lock(gift)
            _send_if_due(gift, at)
            _remind(gift, at)
    return len(waiting)


def _remind(gift: Gift, at: datetime) -> None:
    if gift.link_until is None or gift.claimed_at is not None:
        return
    if at >= gift.link_until:
        letters.send_gift_waiting(gift, "over", at=at)
        gift.token_hash, gift.link_until, gift.recipient_email = None, None, None
        db.session.flush()
    elif at >= gift.link_until - ENDING_BEFORE:
        letters.send_gift_waiting(gift, "ending", at=at)
    elif at >= gift.link_until - LINK_LASTS + WAITING_AFTER:
        letters.send_gift_waiting(gift, "waiting", at=at)


def _send_if_due(gift: Gift, at: datetime) -> None:
    on_its_way = gift.letter_sent_at is None and (gift.letter_at is None or gift.letter_at <= at)
    if gift.recipient_email is None or not on_its_way or not _is_open(gift):
        return
    token = _new_link(gift, at)
    letters.send_gift(gift, token, at=at)
    gift.letter_sent_at = at
    db.session.flush()


def _new_link(gift: Gift, at: datetime) -> str:
    token = new_token()
    gift.token_hash, gift.link_until = token_hash(token), at + LINK_LASTS
    db.session.flush()
    return token


def _is_open(gift: Gift) -> bool:
    order = queries.order_of_gift(gift.id)
    return gift.claimed_at is None and order is not None and queries.refundable_minor(order) > 0


def _letter_at(day: date | None, at: datetime) -> datetime | None:
    today = local_time(at).date()
    if day is None or day == today:
        return None
    if not today < day <= today + FAR:
        raise LetterDayOut
    return datetime.combine(day, LETTER_LEAVES, SHOWN_ZONE)


def _write_down(gift: Gift, draft: GiftDraft, letter_at: datetime | None) -> None:
    gift.words, gift.recipient_email, gift.letter_at = draft.words.strip(), draft.recipient_email, letter_at
    db.session.flush()
