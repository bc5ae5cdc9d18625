"""The documents we publish, as plain data: a credential, a status list, the issuer. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coursehub.signing import CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT, Document, moment


@dataclass(frozen=True)
class Places:
    """Where things of ours are found; credentials keep these addresses for good."""

    base_url: str

    @property
    def issuer(self) -> str:
        """Who signs: the house."""
        return f"{self.base_url}/issuers/house"

    def key(self, public_id: str) -> str:
        """One key of the house."""
        return f"{self.issuer}#{public_id}"

    def credential(self, public_id: str) -> str:
        """A credential, and the page that shows it."""
        return f"{self.base_url}/credentials/{public_id}"

    def status_list(self, number: int) -> str:
        """A status list."""
        return f"{self.base_url}/status/{number}"

    def author(self, public_id: str) -> str:
        """An organisation that makes courses."""
        return f"{self.base_url}/issuers/{public_id}"


@dataclass(frozen=True)
class Names:
    """An organisation's names."""

    name: str
    name_en: str

    @property
    def both(self) -> str:
        """Both names in one line, or the one there is."""
        return self.name if self.name == self.name_en else f"{self.name} · {self.name_en}"


@dataclass(frozen=True)
class Achievement:
    """What was achieved: a release of a course, in its titles by language."""

    slug: str
    version: str
    release: str
    content_hash: str
    titles: Mapping[str, str]
    summary: str
    author: Names
    author_public_id: str
    steps: int
    graded: int  # by us; the others are done by the holder's own word
    skills: Sequence[tuple[str, str, int]]

    @property
    def title(self) -> str:
        """The titles in every language, once each."""
        return " · ".join(dict.fromkeys(title for title in self.titles.values() if title))


@dataclass(frozen=True)
class Proven:
    """Which completion is stated: whose (opaque), when, and by which row of evidence."""

    public_id: str
    subject_id: str
    completed_at: datetime
    evidence_rows: int
    evidence_hash: str
    status_number: int
    status_index: int
    holder_name: str | None


def credential(places: Places, house: Names, what: Achievement, proven: Proven) -> Document:
    """An Open Badges 3.0 credential, not yet signed."""
    subject: Document = {
        "id": proven.subject_id,
        "type": ["AchievementSubject"],
        "activityEndDate": moment(proven.completed_at)[:10],
        "achievement": _achievement(places, what),
    }
    if proven.holder_name is not None:
        subject["identifier"] = [
            {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": proven.holder_name}
        ]
    return {
        "@context": [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT],
        "id": places.credential(proven.public_id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": what.title,
        "issuer": {"id": places.issuer, "type": ["Profile"], "name": house.both, "url": places.base_url},
        "validFrom": moment(proven.completed_at),
        "credentialSubject": subject,
        "evidence": [_evidence(places, proven)],
        "credentialStatus": {
            "id": f"{places.status_list(proven.status_number)}#{proven.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(proven.status_index),
            "statusListCredential": places.status_list(proven.status_number),
        },
    }


def _achievement(places: Places, what: Achievement) -> Document:
    levels = "; ".join(f"{name}: {level}/4" for _code, name, level in what.skills)
    rests = "" if what.graded else " Nothing was graded, so no skill above level 1 is stated."
    narrative = (
        f"Every one of {what.steps} acceptances of version {what.version} met: {what.graded} graded by the house, "
        f"{what.steps - what.graded} read or watched, by the holder's own word. "
        f"Release {what.release}, SHA-256 {what.content_hash}." + (f" Skills: {levels}.{rests}" if levels else "")
    )
    return {
        "id": f"{places.base_url}/courses/{what.slug}#{what.version}",
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": what.title,
        "description": what.summary or what.title,
        "version": what.version,
        "criteria": {"narrative": narrative},
        "creator": {"id": places.author(what.author_public_id), "type": ["Profile"], "name": what.author.both},
        "alignment": [
            {
                "type": ["Alignment"],
                "targetCode": code,
                "targetName": name,
                "targetUrl": f"{places.base_url}/courses?skill={code}",
            }
            for code, name, _level in what.skills
        ],
    }


def _evidence(places: Places, proven: Proven) -> Document:
    return {
        "id": f"{places.credential(proven.public_id)}#evidence",
        "type": ["Evidence"],
        "name": "Chain of verdicts",
        "narrative": (
            f"{proven.evidence_rows} recorded verdicts, each with the hash of the one before; last {proven.evidence_hash}."
        ),
    }


def status_list(places: Places, *, number: int, encoded_list: str, at: datetime) -> Document:
    """A status list credential, not yet signed."""
    address = places.status_list(number)
    return {
        "@context": [CREDENTIALS_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": places.issuer,
        "validFrom": moment(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded_list,
        },
    }


def issuer(places: Places, house: Names, keys: Sequence[tuple[str, str]]) -> Document:
    """The controller document of the house: every key (public id, multibase) whose signatures count."""
    methods = [
        {
            "id": places.key(public_id),
            "type": "Multikey",
            "controller": places.issuer,
            "publicKeyMultibase": multibase,
        }
        for public_id, multibase in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": places.issuer,
        "name": house.both,
        "url": places.base_url,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def author(places: Places, public_id: str, names: Names) -> Document:
    """An organisation whose courses lead to credentials; it signs nothing itself."""
    return {
        "@context": [CREDENTIALS_CONTEXT, OPEN_BADGES_CONTEXT],
        "id": places.author(public_id),
        "type": ["Profile"],
        "name": names.both,
    }
