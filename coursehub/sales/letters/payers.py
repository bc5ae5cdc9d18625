"""Letters where somebody else pays: employers who are asked, invoices, gifts."""

from datetime import datetime
from typing import Any

from coursehub import mail
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.letters.writing import about, title_of, write
from coursehub.sales.models import Bundle, Gift, Order, OrderPart, SponsorRequest
from coursehub.sales.queries.holding import courses_lent


def send_sponsor_request(asked: SponsorRequest, token: str, *, at: datetime) -> None:
    """To the employer: who asks for what, and the link. Written with the link, since only its hash is kept; joins."""
    if asked.employer_email is None:
        return
    locale = people.locale_of(asked.learner_id)
    mail.send_once(
        key=f"sales.sponsor_request:{asked.token_hash[:32]}",
        person_id=None,
        to=asked.employer_email,
        locale=locale,
        template="sales/letters/sponsor_request.txt",
        at=at,
        kind="receipt",
        token=token,
        asked=asked,
        learner=people.display_names([asked.learner_id]).get(asked.learner_id, ""),
        title=title_of(asked, locale),
    )


@on("sales.employer_declined")
def send_employer_declined(*, at: datetime, request_id: int) -> None:
    """The employer does not pay, in its own words."""
    asked = db.session.get_one(SponsorRequest, request_id)
    title = title_of(asked, people.locale_of(asked.learner_id))
    write("employer_declined", person_id=asked.learner_id, mark=asked.public_id, at=at, asked=asked, title=title)


def send_sponsor_thanks(asked: SponsorRequest, order: Order, *, at: datetime) -> None:
    """To the employer who paid: what was paid, with its tax."""
    if asked.employer_email is None:
        return
    locale = people.locale_of(asked.learner_id)
    mail.send_once(
        key=f"sales.sponsor_thanks:{order.public_id}",
        person_id=None,
        to=asked.employer_email,
        locale=locale,
        template="sales/letters/sponsor_thanks.txt",
        at=at,
        kind="receipt",
        order=order,
        title=queries.titles_of([order], locale).get(order.id, ""),
    )


@on("sales.invoice_chosen")
def send_invoice_chosen(*, at: datetime, request_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """To the learner: the employer pays by invoice, and what that means for them."""
    order = db.session.get_one(Order, order_id)
    write("invoice_chosen", person_id=order.buyer_id, mark=order.public_id, at=at, **about(order))


@on("sales.invoice_lapsed")
def send_invoice_lapsed(*, at: datetime, order_id: int) -> None:
    """To the learner: the employer did not pay in time."""
    order = db.session.get_one(Order, order_id)
    course, bundle = queries.course_of(order), db.session.get(Bundle, order.bundle_id) if order.bundle_id is not None else None
    write("invoice_lapsed", person_id=order.buyer_id, mark=order.public_id, at=at, course=course, bundle=bundle, **about(order))


def send_gift(gift: Gift, token: str, *, at: datetime) -> None:
    """To whom a course is given: from whom, and the link. Written with the link, since only its hash is kept; joins."""
    assert gift.recipient_email is not None
    locale = people.locale_of(gift.giver_id)
    mail.send_once(
        key=f"sales.gift:{gift.token_hash[:32] if gift.token_hash else ''}",
        person_id=None,
        to=gift.recipient_email,
        locale=locale,
        template="sales/letters/gift.txt",
        at=at,
        kind="receipt",
        token=token,
        gift=gift,
        giver=people.display_names([gift.giver_id]).get(gift.giver_id, ""),
        title=title_of(gift, locale),
    )


def send_gift_waiting(gift: Gift, step: str, *, at: datetime) -> None:
    """To the giver: nobody has accepted yet (waiting), the link ends soon (ending), it has ended (over). Each once a link."""
    mark = f"{gift.public_id}:{step}:{gift.link_until:%Y%m%d}"
    _to_giver("gift_waiting", gift, mark=mark, at=at, step=step)


@on("sales.gift_claimed")
def send_gift_claimed(*, at: datetime, gift_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """To the giver: it was accepted."""
    gift = db.session.get_one(Gift, gift_id)
    _to_giver("gift_claimed", gift, mark=gift.public_id, at=at)


@on("sales.gift_taken_back")
def send_gift_taken_back(*, at: datetime, gift_id: int, part_id: int | None = None) -> None:
    """To whoever had accepted it: the money of all of it, or of one course of a bundle, went back, and what stays."""
    gift = db.session.get_one(Gift, gift_id)
    if gift.claimed_by_id is not None:
        locale = people.locale_of(gift.claimed_by_id)
        title = queries.parts_with_titles([part_id], locale)[part_id] if part_id is not None else title_of(gift, locale)
        mark = gift.public_id if part_id is None else f"{gift.public_id}:{part_id}"
        part = db.session.get_one(OrderPart, part_id) if part_id is not None else None
        course_id, order = part.course_id if part is not None else gift.course_id, queries.order_of_gift(gift.id)
        parts = queries.parts_of(order.id) if order is not None else ()
        lent = courses_lent(gift.claimed_by_id, [course_id] if course_id is not None else [each.course_id for each in parts])
        write(
            "gift_taken_back", person_id=gift.claimed_by_id, mark=mark, at=at, title=title, is_lent=bool(lent),
            several=course_id is None,
        )  # fmt: skip


def _to_giver(name: str, gift: Gift, *, mark: str, at: datetime, **context: Any) -> None:
    order = queries.order_of_gift(gift.id)
    title = title_of(gift, people.locale_of(gift.giver_id))
    write(name, person_id=gift.giver_id, mark=mark, at=at, gift=gift, order=order, title=title, **context)
