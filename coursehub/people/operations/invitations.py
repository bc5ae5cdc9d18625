"""Invitations into an organisation: sent to one address, accepted once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import guesses, letters, names, policies, queries
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Invitation, Organisation, Person
from coursehub.people.operations.links import LinkIsSpent
from coursehub.people.operations.organisations import NoSuchRole, roles_of_house_or_partner
from coursehub.people.operations.roles import begin_or_ask
from coursehub.people.tokens import new_token, token_hash

LIFETIME = timedelta(days=14)


class NoRoleChosen(Refusal):
    """Choose at least one role."""


class InvitedOften(Refusal):
    """We wrote to this address several times just now. Give them a little time to answer."""

    status = 429


class InvitationIsOver(Refusal):
    """This invitation was accepted or withdrawn already."""


def invite(organisation: Organisation, *, email: str, roles: list[str], by: Actor, at: datetime) -> Invitation:
    """Send one address an offer of roles; an earlier open offer to it is withdrawn.

    Raises NoRoleChosen, NoSuchRole, InvitedOften.
    """
    require(policies.may_change_members(by, organisation))
    allowed = roles_of_house_or_partner(organisation)
    if not roles:
        raise NoRoleChosen
    if not set(roles) <= set(allowed):
        raise NoSuchRole
    token = new_token()
    with transaction():
        lock(organisation)
        key = names.email_key(email)
        if not guesses.may_write_to(key, at=at):
            raise InvitedOften
        for earlier in db.session.execute(open_invitations(organisation.id, at).where(Invitation.email_key == key)).scalars():
            _forget(earlier)
            earlier.withdrawn_at = at
        invitation = Invitation(
            organisation_id=organisation.id,
            email=email,
            email_key=key,
            roles=" ".join(role for role in allowed if role in roles),
            token_hash=token_hash(token),
            invited_by_id=by.person_id,
            made_at=at,
            expires_at=at + LIFETIME,
        )
        db.session.add(invitation)
        db.session.flush()
        note("invited", at=at, by_id=by.person_id, organisation_id=organisation.id, invitation=invitation.public_id)
        letters.send_invitation(
            organisation, email, token, roles=invitation.roles.split(), locale=by.person.locale,
            inviter=queries.display_names([by.person_id])[by.person_id], at=at,
        )  # fmt: skip
    return invitation


def open_invitations(organisation_id: int, at: datetime) -> "sa.Select[Invitation]":
    """The offers of an organisation that can still be accepted, newest first."""
    return (
        sa.select(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > at,
        )
        .order_by(Invitation.id.desc())
    )


def look_at_invitation(token: str, *, at: datetime) -> tuple[Invitation, Organisation]:
    """The open offer behind a token, and of whom. Raises LinkIsSpent."""
    row = db.session.execute(
        sa.select(Invitation, Organisation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.token_hash == token_hash(token))
    ).first()
    if row is None or not _is_open(row[0], at):
        raise LinkIsSpent
    return row[0], row[1]


def accept_invitation(token: str, *, by: Actor, at: datetime) -> Organisation:
    """Join; of two people with the same link only the first does. Raises LinkIsSpent."""
    require(policies.may_change_own_account(by))
    invitation, organisation = look_at_invitation(token, at=at)
    with transaction():
        lock(organisation)  # always before one of its invitations, so that two owners cannot block each other
        lock(invitation)
        if not _is_open(invitation, at):
            raise LinkIsSpent
        invitation.accepted_at, invitation.accepted_by_id = at, by.person_id
        _forget(invitation)
        for role in invitation.roles.split():
            begin_or_ask(organisation, by.person, role, at=at, by_id=invitation.invited_by_id)
        note("invitation_accepted", at=at, person_id=by.person_id, by_id=by.person_id, organisation_id=organisation.id)
        events.record("people.invitation_accepted", at=at, organisation_id=organisation.id, person_id=by.person_id)
        inviter = db.session.get_one(Person, invitation.invited_by_id)
        name = queries.display_names([by.person_id])[by.person_id]
        letters.send_invitation_accepted(inviter, organisation, name=name, mark=invitation.public_id, at=at)
    return organisation


def withdraw_invitation(invitation: Invitation, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """Take an open offer back; its link stops working. Raises InvitationIsOver."""
    require(policies.may_change_members(by, organisation) and invitation.organisation_id == organisation.id)
    with transaction():
        lock(invitation)
        if not _is_open(invitation, at):
            raise InvitationIsOver
        invitation.withdrawn_at = at
        _forget(invitation)
        note("invitation_withdrawn", at=at, by_id=by.person_id, organisation_id=organisation.id)


def forget_expired(*, at: datetime) -> None:
    """Blank the addresses of offers that nobody accepted in time."""
    with transaction():
        db.session.execute(
            sa.update(Invitation)
            .where(Invitation.expires_at <= at, Invitation.email.is_not(None))
            .values(email=None, email_key=None)
        )


def _forget(invitation: Invitation) -> None:
    invitation.email, invitation.email_key = None, None


def _is_open(invitation: Invitation, at: datetime) -> bool:
    return invitation.accepted_at is None and invitation.withdrawn_at is None and at < invitation.expires_at
