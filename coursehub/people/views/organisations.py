"""Organisations of the reader: founding one, its members and their roles, switching between them."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.db import db
from coursehub.people import operations, own, policies, queries, sessions
from coursehub.people.forms import chosen, typed
from coursehub.people.models import Organisation, Person, RoleWish
from coursehub.people.organisation_forms import (
    RIGHT_WORDS,
    ROLE_WORDS,
    InviteForm,
    OrganisationForm,
    RolesForm,
    role_choices,
)
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, asked_next
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor


def visible(public_id: str) -> Organisation:
    """The organisation of an address, if the reader belongs to it; a stranger gets 404."""
    select = queries.organisations_of_person(signed_in_actor().person_id)
    return one_or_404(select.where(Organisation.public_id == public_id))


@bp.get("/account/organisations")
@access(SIGNED_IN)
def account_organisations() -> ResponseReturnValue:
    """The reader's organisations."""
    actor = signed_in_actor()
    return page("people/organisations.html", belongings=own.memberships(actor), role_words=ROLE_WORDS)


@bp.post("/account/organisation")
@access(SIGNED_IN)
def choose_organisation() -> ResponseReturnValue:
    """Act for another organisation in this browser."""
    row = sessions.current_session()
    organisation = queries.organisation_by_public_id(request.form.get("organisation", ""))
    if row is None or organisation is None:
        abort(404)
    operations.choose_organisation(row, organisation, by=signed_in_actor())
    flash(_("You now act for %(name)s.", name=queries.name_of(organisation)), "done")
    return redirect(asked_next(), 303)


@bp.get("/organisations/new")
@access(SIGNED_IN)
def new_organisation() -> ResponseReturnValue:
    """Ask what it is called."""
    return page("people/organisation_new.html", form=OrganisationForm(formdata=None))


@bp.post("/organisations/new")
@access(SIGNED_IN)
def open_organisation() -> ResponseReturnValue:
    """Found it; the reader becomes its owner and acts for it from now on."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return page("people/organisation_new.html", status=422, form=form)
    actor = signed_in_actor()
    try:
        organisation = operations.open_organisation(name=typed(form.name), name_en=typed(form.name_en), by=actor, at=clock.now())
    except operations.NameIsTaken as refusal:
        add_problem(form, "name", refusal)
        return page("people/organisation_new.html", status=refusal.status, form=form)
    row = sessions.current_session()
    if row is not None:
        operations.choose_organisation(row, organisation, by=actor)
    flash(_("%(name)s is founded, and you are its owner.", name=queries.name_of(organisation)), "done")
    return see_other("people.organisation", public_id=organisation.public_id)


@bp.get("/organisations/<public_id>")
@access(SIGNED_IN)
def organisation(public_id: str) -> ResponseReturnValue:
    """Members, invitations, and what the organisation may do here."""
    return organisation_page(visible(public_id))


def organisation_page(organisation: Organisation, *, invite: InviteForm | None = None, status: int = 200) -> ResponseReturnValue:
    """The page of an organisation, with the form for an invitation that may need another look."""
    actor = signed_in_actor()
    at = clock.now()
    members = queries.members_of(organisation.id)
    may_change = policies.may_change_members(actor, organisation)
    form = invite or InviteForm(formdata=None)
    form.roles.choices = role_choices(operations.roles_of_house_or_partner(organisation))
    return page(
        "people/organisation.html", status=status, organisation=organisation, name=queries.name_of(organisation),
        members=members, role_words=ROLE_WORDS, rights=queries.rights_of(organisation.id, at), right_words=RIGHT_WORDS,
        acts_for_it=actor.acts_for(organisation.id), may_change=may_change, form=form,
        invitations=list(db.session.execute(operations.open_invitations(organisation.id, at)).scalars()) if may_change else [],
        waiting_roles=_waiting_roles(organisation),
        may_apply=policies.may_apply_as_partner(actor, organisation),
        applications=queries.applications_of(organisation.id) if may_change else [],
        may_see_payee=policies.may_see_payee(actor, organisation), payees=operations.payees_of(organisation.id),
    )  # fmt: skip


@bp.get("/organisations/<public_id>/names")
@access(SIGNED_IN)
def edit_organisation_names(public_id: str) -> ResponseReturnValue:
    """Ask for other names."""
    organisation = visible(public_id)
    form = OrganisationForm(formdata=None, name=organisation.name, name_en=organisation.name_en)
    return page("people/organisation_names.html", form=form, organisation=organisation, name=queries.name_of(organisation))


@bp.post("/organisations/<public_id>/names")
@access(SIGNED_IN)
def change_organisation_names(public_id: str) -> ResponseReturnValue:
    """Change them."""
    organisation = visible(public_id)
    form = OrganisationForm()
    status = 422
    if form.validate_on_submit():
        try:
            operations.change_organisation_names(
                organisation, name=typed(form.name), name_en=typed(form.name_en), by=signed_in_actor(), at=clock.now()
            )
        except operations.NameIsTaken as refusal:
            add_problem(form, "name", refusal)
            status = refusal.status
        else:
            flash(_("Saved."), "done")
            return see_other("people.organisation", public_id=public_id)
    name = queries.name_of(organisation)
    return page("people/organisation_names.html", status=status, form=form, organisation=organisation, name=name)


def _member(organisation: Organisation, person_public_id: str) -> Person:
    return one_or_404(queries.people_of(organisation.id).where(Person.public_id == person_public_id))


@bp.get("/organisations/<public_id>/members/<person_public_id>")
@access(SIGNED_IN)
def member(public_id: str, person_public_id: str) -> ResponseReturnValue:
    """One member and their roles."""
    organisation = visible(public_id)
    person = _member(organisation, person_public_id)
    held = queries.roles_of(person.id, organisation.id)
    return _member_page(organisation, person, RolesForm(formdata=None, roles=held))


@bp.post("/organisations/<public_id>/members/<person_public_id>")
@access(SIGNED_IN)
def change_roles(public_id: str, person_public_id: str) -> ResponseReturnValue:
    """Set which roles they have."""
    organisation = visible(public_id)
    person = _member(organisation, person_public_id)
    form = RolesForm()
    form.roles.choices = role_choices(operations.roles_of_house_or_partner(organisation))
    if not form.validate_on_submit():
        return _member_page(organisation, person, form, status=422)
    try:
        operations.set_roles(organisation, person, chosen(form.roles), by=signed_in_actor(), at=clock.now())
    except operations.LastOwnerStays as refusal:
        add_problem(form, "roles", refusal)
        return _member_page(organisation, person, form, status=refusal.status)
    waits = operations.open_role_wishes(organisation.id).where(RoleWish.person_id == person.id)
    if db.session.execute(waits).first() is not None:
        flash(_("Saved. A role with power over others begins once a second person of the house confirms it."), "warning")
    else:
        flash(_("Saved."), "done")
    return see_other("people.organisation", public_id=public_id)


@bp.post("/organisations/<public_id>/roles/<wish_id>/<any(confirm, decline):answer>")
@access(SIGNED_IN)
def answer_role_wish(public_id: str, wish_id: str, answer: str) -> ResponseReturnValue:
    """A second person confirms a role in the house, or declines it."""
    organisation = visible(public_id)
    wish = one_or_404(sa.select(RoleWish).where(RoleWish.public_id == wish_id, RoleWish.organisation_id == organisation.id))
    try:
        if answer == "confirm":
            operations.confirm_role(wish, organisation, by=signed_in_actor(), at=clock.now())
            flash(_("Confirmed. The role holds from now on."), "done")
        else:
            operations.decline_role(wish, organisation, by=signed_in_actor(), at=clock.now())
            flash(_("Declined. The role does not begin."), "done")
    except operations.RoleIsAnswered as refusal:
        flash(str(refusal), "warning")
    return see_other("people.organisation", public_id=public_id)


@dataclass(frozen=True)
class WaitingRole:
    """A role that waits for a second person, as the page shows it."""

    wish: RoleWish
    name: str
    asker: str
    may_confirm: bool
    may_decline: bool


def _waiting_roles(organisation: Organisation) -> list[WaitingRole]:
    actor = signed_in_actor()
    found = db.session.execute(operations.open_role_wishes(organisation.id)).scalars().all() if organisation.is_house else []
    names = queries.display_names([one for wish in found for one in (wish.person_id, wish.asked_by_id)])
    return [
        WaitingRole(
            wish, names.get(wish.person_id, "—"), names.get(wish.asked_by_id, "—"),
            policies.may_confirm_role(actor, organisation, asked_by_id=wish.asked_by_id, person_id=wish.person_id),
            policies.may_decline_role(actor, organisation, asked_by_id=wish.asked_by_id, person_id=wish.person_id),
        )
        for wish in found
    ]  # fmt: skip


def _member_page(organisation: Organisation, person: Person, form: RolesForm, status: int = 200) -> ResponseReturnValue:
    form.roles.choices = role_choices(operations.roles_of_house_or_partner(organisation))
    return page(
        "people/member.html", status=status, form=form, organisation=organisation, name=queries.name_of(organisation),
        person=person, person_name=queries.display_names([person.id]).get(person.id, ""), role_words=ROLE_WORDS,
        roles=queries.roles_of(person.id, organisation.id), is_self=person.id == signed_in_actor().person_id,
        may_change=policies.may_change_members(signed_in_actor(), organisation),
    )  # fmt: skip


@bp.post("/organisations/<public_id>/members/<person_public_id>/remove")
@access(SIGNED_IN)
def remove_member(public_id: str, person_public_id: str) -> ResponseReturnValue:
    """End all roles of a member, or leave."""
    organisation = visible(public_id)
    person = _member(organisation, person_public_id)
    actor = signed_in_actor()
    try:
        operations.end_role(organisation, person, None, by=actor, at=clock.now())
    except operations.LastOwnerStays as refusal:
        flash(str(refusal), "warning")
        return see_other("people.member", public_id=public_id, person_public_id=person_public_id)
    if person.id == actor.person_id:
        flash(_("You left %(name)s.", name=queries.name_of(organisation)), "done")
        return redirect(url_for("people.account_organisations"), 303)
    flash(_("They do not belong to %(name)s any more.", name=queries.name_of(organisation)), "done")
    return see_other("people.organisation", public_id=public_id)


@bp.post("/organisations/<public_id>/invitations")
@access(SIGNED_IN)
def invite(public_id: str) -> ResponseReturnValue:
    """Invite somebody by mail."""
    organisation = visible(public_id)
    form = InviteForm()
    form.roles.choices = role_choices(operations.roles_of_house_or_partner(organisation))
    if not form.validate_on_submit():
        return organisation_page(organisation, invite=form, status=422)
    try:
        operations.invite(organisation, email=typed(form.email), roles=chosen(form.roles), by=signed_in_actor(), at=clock.now())
    except operations.InvitedOften as refusal:
        add_problem(form, "email", refusal)
        return organisation_page(organisation, invite=form, status=refusal.status)
    flash(_("The invitation is on its way to %(email)s.", email=typed(form.email)), "done")
    return see_other("people.organisation", public_id=public_id)
