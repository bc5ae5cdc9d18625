"""An invitation's page, opened from its letter, and taking one back."""

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.people import operations, queries, sessions
from coursehub.people.models import Invitation
from coursehub.people.organisation_forms import ROLE_WORDS
from coursehub.people.views import bp
from coursehub.people.views.organisations import visible
from coursehub.web import PUBLIC, SIGNED_IN, access, current_actor, one_or_404, page, see_other, signed_in_actor


@bp.get("/invitations/<token>")
@access(PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """Say who invites to what; a stranger is asked to sign in or up first and comes back."""
    offer, organisation = operations.look_at_invitation(token, at=clock.now())
    actor = current_actor()
    return page(
        "people/invitation.html",
        token=token,
        name=queries.name_of(organisation),
        roles=[ROLE_WORDS[role] for role in offer.roles.split()],
        inviter=queries.display_names([offer.invited_by_id]).get(offer.invited_by_id, ""),
        own_name=queries.display_names([actor.person_id]).get(actor.person_id, "") if actor else None,
        next=request.path,
    )


@bp.post("/invitations/<token>")
@access(SIGNED_IN)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Join, and act for the organisation from now on."""
    actor = signed_in_actor()
    organisation = operations.accept_invitation(token, by=actor, at=clock.now())
    name = queries.name_of(organisation)
    if not queries.roles_of(actor.person_id, organisation.id):
        flash(_("Thank you. Your role begins once a second person of %(name)s confirms it.", name=name), "warning")
        return redirect(url_for("people.account_organisations"), 303)
    row = sessions.current_session()
    if row is not None:
        operations.choose_organisation(row, organisation, by=actor)
    flash(_("Welcome to %(name)s.", name=name), "done")
    return redirect(url_for("people.organisation", public_id=organisation.public_id), 303)


@bp.post("/organisations/<public_id>/invitations/<invitation_id>/withdraw")
@access(SIGNED_IN)
def withdraw_invitation(public_id: str, invitation_id: str) -> ResponseReturnValue:
    """Take an invitation back."""
    organisation = visible(public_id)
    offer = one_or_404(
        sa.select(Invitation).where(Invitation.public_id == invitation_id, Invitation.organisation_id == organisation.id)
    )
    operations.withdraw_invitation(offer, organisation, by=signed_in_actor(), at=clock.now())
    flash(_("The invitation is withdrawn; its link does not work any more."), "done")
    return see_other("people.organisation", public_id=public_id)
