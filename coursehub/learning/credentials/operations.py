"""Issuing, showing a name, revoking, and changing the key."""

import secrets
import uuid
from datetime import datetime

import sqlalchemy as sa

from coursehub import events, jobs, signing
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.learning.credentials import bits, documents, policies, queries
from coursehub.learning.credentials.models import Credential, IssuerKey, StatusList
from coursehub.people.actor import Actor
from coursehub.people.queries import display_names
from coursehub.people.sealing import seal, unseal

_PURPOSE = "issuer key"
_FULLEST = 0.5
_AT_ONCE = 100


class AlreadyRevoked(Refusal):
    """This credential was revoked before."""


class ReasonMissing(Refusal):
    """Say why the credential is revoked; its holder will read it."""

    status = 422


class NoNameToShow(Refusal):
    """There is no name on this credential that could be shown."""


def issue_credential(completion_id: int, *, at: datetime) -> Credential:
    """State a completion in a signed credential; a second call gives the one that is there."""
    with transaction():
        existing = db.session.execute(sa.select(Credential).where(Credential.completion_id == completion_id)).scalar_one_or_none()
        if existing is not None:
            return existing
        completion, enrolment = queries.completion_and_enrolment(completion_id)
        key = _key_in_use(at=at)
        status_list = _open_status_list(at=at)
        credential = Credential(
            public_id=new_public_id(),
            completion_id=completion_id,
            enrolment_id=enrolment.id,
            person_id=enrolment.person_id,
            release_id=completion.release_id,
            issuer_key_id=key.id,
            status_list_id=status_list.id,
            status_index=_free_position(status_list),
            subject_id=f"urn:uuid:{uuid.uuid4()}",
            holder_name=display_names([enrolment.person_id]).get(enrolment.person_id),
            name_shown=False,
            document={},
            issued_at=at,
            signed_at=at,
        )
        db.session.add(credential)
        db.session.flush()
        _sign(credential, key, at=at)
        events.record("learning.credential_issued", at=at, credential_id=credential.id, enrolment_id=enrolment.id)
    return credential


def choose_name(credential: Credential, *, shown: bool, by: Actor, at: datetime) -> None:
    """Show or hide the holder's name: on the page, on the certificate and in the signed document alike.

    Raises NoNameToShow once the person was erased.
    """
    require(policies.may_choose_name(by, credential))
    with transaction():
        lock(credential)
        if credential.name_shown == shown:
            return
        if shown and credential.holder_name is None:
            raise NoNameToShow
        credential.name_shown = shown
        _sign(credential, _key_in_use(at=at), at=at)


def revoke_credential(credential: Credential, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a credential back: its bit in the status list is set, and the list signed anew.

    Raises ReasonMissing and AlreadyRevoked.
    """
    require(policies.may_revoke(by))
    if not reason.strip():
        raise ReasonMissing
    with transaction():
        status_list = db.session.get_one(StatusList, credential.status_list_id)
        lock(status_list)
        lock(credential)
        if credential.revoked_at is not None:
            raise AlreadyRevoked
        credential.revoked_at, credential.revoked_reason, credential.revoked_by_id = at, reason.strip(), by.person_id
        db.session.flush()
        _sign_list(status_list, _key_in_use(at=at), at=at)
        events.record("learning.credential_revoked", at=at, credential_id=credential.id, enrolment_id=credential.enrolment_id)


def change_key(*, at: datetime, compromised: bool = False) -> IssuerKey:
    """Sign with a new key from now on; the private half of the old one is gone.

    compromised: somebody else may have it, so nothing signed with it counts any
    more, and a job signs those credentials again.
    """
    with transaction():
        old = queries.key_in_use()
        if old is not None:
            lock(old)
            old.retired_at, old.sealed_private = at, None
            old.compromised_at = at if compromised else None
            db.session.flush()
        fresh = _new_key(at=at)
        for status_list in db.session.execute(sa.select(StatusList).order_by(StatusList.id)).scalars():
            _sign_list(status_list, fresh, at=at)
        if compromised:
            jobs.enqueue("learning.sign_again", at=at, dedupe_key="learning.sign_again")
    return fresh


def sign_again(*, at: datetime) -> int:
    """Sign a batch of the credentials whose key was compromised; returns how many, and asks for the next batch."""
    broken = sa.select(IssuerKey.id).where(IssuerKey.compromised_at.is_not(None))
    with transaction():
        waiting = list(
            db.session.execute(
                sa.select(Credential).where(Credential.issuer_key_id.in_(broken)).order_by(Credential.id).limit(_AT_ONCE)
            ).scalars()
        )
        key = _key_in_use(at=at)
        for credential in waiting:
            _sign(credential, key, at=at)
        if len(waiting) == _AT_ONCE:
            jobs.enqueue("learning.sign_again", at=at)
    return len(waiting)


def forget_holder(person_id: int, *, at: datetime) -> None:
    """Take an erased person's name out of every credential; the credentials themselves stay."""
    with transaction():
        key = _key_in_use(at=at)
        for credential in queries.credentials_of(person_id):
            shown, credential.holder_name, credential.name_shown = credential.name_shown, None, False
            if shown:
                _sign(credential, key, at=at)


def _sign(credential: Credential, key: IssuerKey, *, at: datetime) -> None:
    number = db.session.get_one(StatusList, credential.status_list_id).number
    unsigned = documents.credential(
        queries.places(),
        queries.house_names(),
        queries.achievement_of(credential.release_id),
        queries.proven_by(credential, number=number),
    )
    credential.document = _signed(unsigned, key, at=at)
    credential.issuer_key_id, credential.signed_at = key.id, at
    db.session.flush()


def _sign_list(status_list: StatusList, key: IssuerKey, *, at: datetime) -> None:
    encoded = bits.encoded(queries.revoked_positions(status_list.id), status_list.length)
    unsigned = documents.status_list(queries.places(), number=status_list.number, encoded_list=encoded, at=at)
    status_list.document = _signed(unsigned, key, at=at)
    db.session.flush()


def _signed(unsigned: signing.Document, key: IssuerKey, *, at: datetime) -> signing.Document:
    if key.sealed_private is None:
        raise RuntimeError("a retired key signs nothing")
    private = bytes.fromhex(unseal(_PURPOSE, key.sealed_private))
    return signing.sign(unsigned, private=private, verification_method=queries.places().key(key.public_id), at=at)


def _key_in_use(*, at: datetime) -> IssuerKey:
    return queries.key_in_use() or _new_key(at=at)


def _new_key(*, at: datetime) -> IssuerKey:
    private, public = signing.new_key()
    key = IssuerKey(
        public_id=new_public_id(), algorithm="Ed25519", public_multibase=public, sealed_private=seal(_PURPOSE, private.hex()),
        made_at=at,
    )  # fmt: skip
    db.session.add(key)
    db.session.flush()
    return key


def _open_status_list(*, at: datetime) -> StatusList:
    """The list that takes new credentials, locked; a new one when it is half full, so that places are found at random."""
    found = db.session.execute(
        sa.select(StatusList).where(StatusList.closed_at.is_(None)).order_by(StatusList.number).limit(1)
    ).scalar_one_or_none()
    if found is not None:
        lock(found)
        used = db.session.execute(sa.select(sa.func.count()).where(Credential.status_list_id == found.id)).scalar_one()
        if used < found.length * _FULLEST:
            return found
        found.closed_at = at
    latest = db.session.execute(sa.select(sa.func.max(StatusList.number))).scalar_one_or_none() or 0
    fresh = StatusList(number=latest + 1, length=bits.LENGTH, opened_at=at, document={})
    db.session.add(fresh)
    db.session.flush()
    _sign_list(fresh, _key_in_use(at=at), at=at)
    return fresh


def _free_position(status_list: StatusList) -> int:
    """A place nobody has; at random, so that neighbours in the list say nothing about each other."""
    while True:
        position = secrets.randbelow(status_list.length)
        taken = sa.select(Credential.id).where(Credential.status_list_id == status_list.id, Credential.status_index == position)
        if db.session.execute(taken).first() is None:
            return position
