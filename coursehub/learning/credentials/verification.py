"""Check a credential as a stranger would, and say in words what was found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from coursehub import signing
from coursehub.db import db
from coursehub.learning.credentials import bits, queries
from coursehub.learning.credentials.models import Credential, IssuerKey, StatusList


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: its name, whether it holds, and a sentence for people."""

    name: str
    holds: bool
    sentence: str


@dataclass(frozen=True)
class Report:
    """All findings about one document, and the credential of ours it is, if any."""

    findings: tuple[Finding, ...]
    credential: Credential | None = None

    @property
    def counts(self) -> bool:
        """Whether the credential may be relied on: everything that was checked holds."""
        return bool(self.findings) and all(finding.holds for finding in self.findings)


def check_credential(credential: Credential, *, at: datetime) -> Report:
    """Check what we keep, with nothing taken on trust from our own database but the keys."""
    return check_document(credential.document, at=at)


def check_document(document: Mapping[str, Any], *, at: datetime) -> Report:
    """Check any document that claims to be a credential of ours."""
    key = _key_of(document)
    record = _record_of(document)
    findings = (_issuer(document, key), _signature(document, key), _status(document, record), _dates(document, at))
    return Report(findings, record)


def _proof_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    proof = document.get("proof")
    return proof if isinstance(proof, dict) else {}


def _key_of(document: Mapping[str, Any]) -> IssuerKey | None:
    method = _proof_of(document).get("verificationMethod")
    return queries.key_by_address(method) if isinstance(method, str) else None


def _record_of(document: Mapping[str, Any]) -> Credential | None:
    address = document.get("id")
    start = queries.places().credential("")
    if not isinstance(address, str) or not address.startswith(start):
        return None
    return db.session.execute(queries.credential_for_everybody(address.removeprefix(start))).scalar_one_or_none()


def _issuer(document: Mapping[str, Any], key: IssuerKey | None) -> Finding:
    named = document.get("issuer")
    named = named.get("id") if isinstance(named, dict) else named
    if named != queries.places().issuer or key is None:
        return Finding("issuer", False, _("It was not issued here: it names another issuer, or a key that is not ours."))
    if key.compromised_at is not None:
        return Finding("issuer", False, _("It was signed with a key that we have withdrawn. Ask its holder for the current one."))
    created = str(_proof_of(document).get("created", ""))
    if created < signing.moment(key.made_at) or (key.retired_at is not None and created > signing.moment(key.retired_at)):
        return Finding("issuer", False, _("It was signed at a time when its key was not in use."))
    return Finding("issuer", True, _("It was issued by %(name)s.", name=queries.house_names().both))


def _signature(document: Mapping[str, Any], key: IssuerKey | None) -> Finding:
    try:
        purpose = _proof_of(document).get("proofPurpose") == "assertionMethod"
        holds = key is not None and purpose and signing.verifies(document, public=key.public_multibase)
    except signing.NotSignable:
        holds = False
    if holds:
        return Finding("signature", True, _("Its signature holds: not one character was changed."))
    return Finding(
        "signature", False, _("Its signature does not hold: it was changed after it was signed, or never signed by us.")
    )


def _status(document: Mapping[str, Any], record: Credential | None) -> Finding:
    unreadable = Finding("status", False, _("Its status cannot be read."))
    entry = document.get("credentialStatus")
    if not isinstance(entry, dict) or record is None:
        return unreadable
    status_list = db.session.get_one(StatusList, record.status_list_id)
    kept = status_list.document
    key = _key_of(kept)
    try:
        if entry.get("statusListCredential") != kept["id"] or int(entry["statusListIndex"]) != record.status_index:
            return unreadable
        if key is None or key.compromised_at is not None or not signing.verifies(kept, public=key.public_multibase):
            return unreadable
        revoked = bits.is_set(kept["credentialSubject"]["encodedList"], record.status_index, status_list.length)
    except (KeyError, ValueError, TypeError):
        return unreadable
    if revoked:
        return Finding("status", False, _("It was revoked."))
    return Finding("status", True, _("It was not revoked."))


def _dates(document: Mapping[str, Any], at: datetime) -> Finding:
    begins, ends = document.get("validFrom"), document.get("validUntil")
    now = signing.moment(at)
    if not isinstance(begins, str) or begins > now:
        return Finding("dates", False, _("It is not valid yet."))
    if ends is not None and (not isinstance(ends, str) or ends < now):
        return Finding("dates", False, _("It is no longer valid."))
    return Finding("dates", True, _("It is within its dates."))


def is_current(document: Mapping[str, Any], record: Credential) -> bool:
    """Whether this is the latest form of a credential (its holder may have added or removed their name since)."""
    return _proof_of(document).get("proofValue") == _proof_of(record.document).get("proofValue")


def counts(public_id: str, *, at: datetime) -> bool | None:
    """Whether a credential of ours may be relied on now; None when there is none with this id."""
    record = db.session.execute(sa.select(Credential).where(Credential.public_id == public_id)).scalar_one_or_none()
    return None if record is None else check_credential(record, at=at).counts
