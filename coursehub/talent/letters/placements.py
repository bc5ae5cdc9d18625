"""Letters about placements, to both sides alike: agreed, to confirm, begun, and how it ended."""

from datetime import datetime

from coursehub import events
from coursehub.db import db
from coursehub.talent.letters.hiring import to_person, to_team
from coursehub.talent.models import Application, Offer, Placement
from coursehub.web import external_url


def _to(placement: Placement, template: str, *, at: datetime, sides: tuple[str, ...] = ("person", "employer")) -> None:
    row = db.session.get_one(Application, placement.application_id)
    address = external_url("talent_placements.placement", public_id=placement.public_id)
    key = f"{template}:{placement.public_id}"
    if "person" in sides:
        to_person(row, key=key, template=template, at=at, address=address, placement=placement)
    if "employer" in sides:
        to_team(row, key=key, template=template, at=at, address=address, placement=placement)


@events.on("talent.placement_agreed")
def tell_what_was_agreed(*, at: datetime, placement_id: int) -> None:
    """The person said yes: the first day of work, for both."""
    _to(db.session.get_one(Placement, placement_id), "start_agreed", at=at)


def ask_to_confirm(placement: Placement, *, at: datetime) -> None:
    """The first day of work has come; whoever has not confirmed is asked to, once."""
    sides = {"agreed": ("person", "employer"), "confirmed_by_person": ("employer",), "confirmed_by_employer": ("person",)}
    _to(placement, "confirm_start", at=at, sides=sides.get(placement.state, ()))


@events.on("talent.placement_confirmed_by_person")
def ask_the_employer(*, at: datetime, placement_id: int) -> None:
    """The person says that they have started."""
    _ask_other(placement_id, "employer", at=at)


@events.on("talent.placement_confirmed_by_employer")
def ask_the_person(*, at: datetime, placement_id: int) -> None:
    """The employer says that the person has started."""
    _ask_other(placement_id, "person", at=at)


def _ask_other(placement_id: int, side: str, *, at: datetime) -> None:
    placement = db.session.get_one(Placement, placement_id)
    if placement.state in ("confirmed_by_person", "confirmed_by_employer"):
        _to(placement, "other_side_confirmed", at=at, sides=(side,))


@events.on("talent.placement_guarantee")
def tell_of_the_start(*, at: datetime, placement_id: int) -> None:
    """Both confirmed, and the guarantee runs."""
    _to(db.session.get_one(Placement, placement_id), "started", at=at)


@events.on("talent.placement_disputed")
def tell_of_the_dispute(*, at: datetime, placement_id: int) -> None:
    """One side disagrees; staff hear both."""
    _to(db.session.get_one(Placement, placement_id), "disputed", at=at)


@events.on("talent.placement_settled")
def tell_it_is_settled(*, at: datetime, placement_id: int) -> None:
    """The guarantee is over, or staff decided that it stands."""
    _to(db.session.get_one(Placement, placement_id), "settled", at=at)


@events.on("talent.placement_refunded")
def tell_it_ended(*, at: datetime, placement_id: int) -> None:
    """The person left inside the guarantee."""
    _to(db.session.get_one(Placement, placement_id), "ended", at=at)


@events.on("talent.placement_fell_through")
def tell_nobody_started(*, at: datetime, placement_id: int) -> None:
    """Nobody started; an offer that was taken back has its own letter to the person."""
    placement = db.session.get_one(Placement, placement_id)
    rescinded = db.session.get_one(Offer, placement.offer_id).state == "rescinded"
    _to(placement, "not_started", at=at, sides=("employer",) if rescinded else ("person", "employer"))
