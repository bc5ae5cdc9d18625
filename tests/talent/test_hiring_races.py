"""Two sides at once: whatever comes first counts, and offers and placements settle once."""

import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.actor import actor_for
from coursehub.people.models import Person
from coursehub.talent.models import Application, CareerFact, Offer, Placement
from coursehub.talent.operations import advancing, applications, offers, placements
from tests.rigs.threads import at_once

from .hiring import DAYS, applied, offered, opened, second_recruiter


def as_now(person_id: int, organisation_id: int | None = None):
    return actor_for(db.session.get_one(Person, person_id), organisation_id)


def sorted_out(outcomes) -> tuple[int, int]:
    """How many came through and how many were refused with a sentence; anything else is a fault."""
    faults = [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refusal)]
    assert faults == []
    refused = sum(isinstance(one, Refusal) for one in outcomes)
    return len(outcomes) - refused, refused


def test_accepting_and_rescinding_at_once_leaves_one_story(app, cast, at):
    offer = offered(cast, applied(cast, opened(cast, at), cast.ada, at), at)
    offer_id, ada, emma = offer.id, cast.ada.id, cast.emma.id
    outcomes = at_once(
        app,
        lambda: offers.accept_offer(db.session.get_one(Offer, offer_id), by=as_now(ada), at=at),
        lambda: offers.accept_offer(db.session.get_one(Offer, offer_id), by=as_now(ada), at=at),
        lambda: applications.withdraw_application(
            db.session.get_one(Application, db.session.get_one(Offer, offer_id).application_id), reason="slow", words="",
            by=as_now(ada), at=at,
        ),
        lambda: offers.rescind_offer(db.session.get_one(Offer, offer_id), reason="Cut.", by=as_now(emma), at=at),
    )  # fmt: skip
    sorted_out(outcomes)
    db.session.expire_all()
    placed = list(db.session.execute(sa.select(Placement)).scalars())
    state = db.session.get_one(Offer, offer_id).state
    assert len(placed) <= 1
    assert (state == "accepted") == (bool(placed) and placed[0].state == "agreed")


def test_two_recruiters_move_one_application_and_one_of_them_is_told(app, cast, at):
    application = applied(cast, opened(cast, at), cast.ada, at)
    tara, row_id, emma, harbour = second_recruiter(cast).person_id, application.id, cast.emma.id, cast.harbour.id
    outcomes = at_once(
        app,
        *(
            lambda who=who: advancing.advance([db.session.get_one(Application, row_id)], "screen", by=as_now(who, harbour), at=at)
            for who in (emma, tara, emma)
        ),
    )
    assert sorted_out(outcomes) == (1, 2)


def test_a_placement_starts_and_settles_once(app, cast, at):
    placement = offers.accept_offer(
        offered(cast, applied(cast, opened(cast, at), cast.ada, at), at), by=cast.acting(cast.ada), at=at
    )
    start, row_id, ada, emma = at.replace(month=4, day=1), placement.id, cast.ada.id, cast.emma.id
    outcomes = at_once(
        app,
        lambda: placements.confirm_start_as_person(db.session.get_one(Placement, row_id), by=as_now(ada), at=start),
        lambda: placements.confirm_start_as_employer(db.session.get_one(Placement, row_id), by=as_now(emma), at=start),
        lambda: placements.confirm_start_as_employer(db.session.get_one(Placement, row_id), by=as_now(emma), at=start),
    )
    assert sorted_out(outcomes) == (2, 1)
    late = start + 100 * DAYS
    settled = at_once(app, *(lambda: placements.let_guarantees_pass(at=late) for _ in range(3)))
    assert sum(settled) == 1
    kinds = [kind for (kind,) in db.session.execute(sa.select(CareerFact.kind).where(CareerFact.person_id == ada))]
    assert (kinds.count("started"), kinds.count("guarantee_passed")) == (1, 1)


def test_one_place_is_not_given_twice(app, cast, at):
    opening = opened(cast, at)
    made = [(offered(cast, applied(cast, opening, person, at), at).id, person.id) for person in (cast.ada, cast.bo)]
    outcomes = at_once(
        app,
        *(lambda o=o, p=p: offers.accept_offer(db.session.get_one(Offer, o), by=as_now(p), at=at) for o, p in made),
    )
    assert sorted_out(outcomes) == (1, 1)
