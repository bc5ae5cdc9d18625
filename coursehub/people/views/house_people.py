"""Support finds one person at a time, opens what is needed, and may look as them."""

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import operations, own, policies, queries, sessions
from coursehub.people.actor import actor_for
from coursehub.people.forms import chosen, typed
from coursehub.people.models import Person
from coursehub.people.organisation_forms import ROLE_WORDS, OpenProfileForm, ReasonForm
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem
from coursehub.people.views.privacy import FIELD_WORDS
from coursehub.people.views.security import ACT_WORDS
from coursehub.web import STAFF, access, one_or_404, page, see_other, signed_in_actor


@bp.get("/house/people")
@access(STAFF("support"))
def house_people() -> ResponseReturnValue:
    """Find somebody by the address or id they wrote to us; there is no list to browse."""
    search = request.args.get("q", "").strip()
    found = queries.person_sought(search) if search else None
    if found is not None:
        return see_other("people.house_person", public_id=found.public_id)
    return page("people/house_people.html", search=search, status=404 if search else 200)


def _person(public_id: str) -> Person:
    return one_or_404(queries.every_person().where(Person.public_id == public_id))


@bp.get("/house/people/<public_id>")
@access(STAFF("support"))
def house_person(public_id: str) -> ResponseReturnValue:
    """What support sees without opening anything personal."""
    return _person_page(_person(public_id))


def _person_page(
    person: Person,
    *,
    opening: OpenProfileForm | None = None,
    looking: ReasonForm | None = None,
    opened: dict[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    at = clock.now()
    theirs = actor_for(person)
    openings = list(db.session.execute(own.openings(theirs).limit(20)).scalars())
    return page(
        "people/house_person.html", status=status, person=person, belongings=own.memberships(theirs),
        role_words=ROLE_WORDS, act_words=ACT_WORDS, happenings=own.happenings(theirs, 15),
        sessions=own.live_sessions(theirs, at), has_second_step=operations.has_second_step(person),
        needs_guardian=queries.needs_guardian(person.id, at), consent=queries.guardian_consent(person.id),
        may_look=policies.may_look_as(
            signed_in_actor(), person, is_staff=operations.holds_staff_role(person.id)
        ),
        opening=opening or OpenProfileForm(formdata=None), looking=looking or ReasonForm(formdata=None, prefix="look"),
        opened=opened, field_words=FIELD_WORDS, openings=openings, names=queries.display_names(row.by_id for row in openings),
    )  # fmt: skip


@bp.post("/house/people/<public_id>/profile")
@access(STAFF("support"))
def open_profile(public_id: str) -> ResponseReturnValue:
    """Show the chosen fields, once; the person can read who saw them and why."""
    person = _person(public_id)
    form = OpenProfileForm()
    if not form.validate_on_submit():
        return _person_page(person, opening=form, status=422)
    try:
        opened = operations.open_profile(
            person, by=signed_in_actor(), purpose="support", fields=chosen(form.fields), reason=typed(form.reason), at=clock.now()
        )
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _person_page(person, opening=form, status=refusal.status)
    return _person_page(person, opened=opened)


@bp.post("/house/people/<public_id>/look")
@access(STAFF("support"))
def begin_look(public_id: str) -> ResponseReturnValue:
    """From now on see what the person sees."""
    person = _person(public_id)
    form = ReasonForm(prefix="look")
    if not form.validate_on_submit():
        return _person_page(person, looking=form, status=422)
    operations.begin_look(
        person, reason=typed(form.reason), session=sessions.current_session(), by=signed_in_actor(), at=clock.now()
    )
    flash(_("You see what they see now, for half an hour at most."), "warning")
    return redirect("/", 303)
