"""Letters about offers: to approve, out, about to expire, expired, declined, and taken back."""

from datetime import datetime

from coursehub import events
from coursehub.db import db
from coursehub.people.queries import members_with_role
from coursehub.talent.letters.hiring import to_colleague, to_person, to_team
from coursehub.talent.models import Application, Offer, Opening
from coursehub.talent.operations.offers import needs_second, newest
from coursehub.web import external_url


def _application(offer: Offer) -> Application:
    return db.session.get_one(Application, offer.application_id)


@events.on("talent.offer_to_approve")
def ask_a_colleague(*, at: datetime, offer_id: int, version: int) -> None:
    """Everybody who may approve this version, where its writer may not."""
    offer = db.session.get_one(Offer, offer_id)
    if offer.state != "draft" or offer.version != version or not needs_second(offer):
        return
    row = _application(offer)
    opening = db.session.get_one(Opening, row.opening_id)
    address = external_url("talent_applications.application", public_id=row.public_id)
    for person_id in members_with_role(offer.organisation_id, "hr", "owner"):
        if person_id != newest(offer).made_by_id:
            to_colleague(
                person_id,
                opening,
                key=f"approve:{offer.public_id}:{version}",
                template="offer_to_approve",
                address=address,
                at=at,
            )


@events.on("talent.offer_approved")
def tell_its_writer(*, at: datetime, offer_id: int) -> None:
    """A colleague approved it; it can be sent."""
    offer = db.session.get_one(Offer, offer_id)
    version, row = newest(offer), _application(offer)
    if offer.state == "approved" and version.approved_by_id != version.made_by_id:
        to_colleague(
            version.made_by_id, db.session.get_one(Opening, row.opening_id), key=f"approved:{offer.public_id}:{version.n}",
            template="offer_approved", address=external_url("talent_applications.application", public_id=row.public_id), at=at,
        )  # fmt: skip


@events.on("talent.offer_extended")
def tell_who_is_offered(*, at: datetime, offer_id: int) -> None:
    """An offer, and until when to decide."""
    offer = db.session.get_one(Offer, offer_id)
    if offer.state == "extended":
        to_person(_application(offer), key=f"offered:{offer.public_id}", template="offered", at=at, due_at=offer.decide_by_at)


def remind_of_offer(offer: Offer, *, at: datetime) -> None:
    """The time to decide is almost over; once."""
    to_person(_application(offer), key=f"decide:{offer.public_id}", template="decide_soon", at=at, due_at=offer.decide_by_at)


@events.on("talent.offer_expired")
def tell_of_expiry(*, at: datetime, offer_id: int) -> None:
    """Nobody answered in time; both sides learn it."""
    offer = db.session.get_one(Offer, offer_id)
    to_person(_application(offer), key=f"expired:{offer.public_id}", template="offer_expired", at=at)
    to_team(_application(offer), key=f"unanswered:{offer.public_id}", template="offer_expired", at=at)


@events.on("talent.offer_declined")
def tell_of_no(*, at: datetime, offer_id: int) -> None:
    """The person prefers not to."""
    offer = db.session.get_one(Offer, offer_id)
    to_team(_application(offer), key=f"offer_declined:{offer.public_id}", template="offer_declined", at=at)


@events.on("talent.offer_rescinded")
def tell_it_is_taken_back(*, at: datetime, offer_id: int) -> None:
    """The employer took it back; of one that was never out nobody learns."""
    offer = db.session.get_one(Offer, offer_id)
    if offer.extended_at is not None:
        to_person(_application(offer), key=f"rescinded:{offer.public_id}", template="offer_rescinded", at=at)
