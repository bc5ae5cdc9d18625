"""Who wrote what of a course, as its approved releases tell it."""

from typing import Any

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course, Release
from coursehub.contracts.authorship import METHOD, Standing, history, parts_bps, version_of
from coursehub.contracts.models import Contract
from coursehub.db import db
from coursehub.people.models import Organisation


def standings_of(course: Course) -> list[Standing]:
    """How the words of a course stood with each approved release, the oldest first."""
    owner = _owner(course)
    return history([version_of(one.manifest or {}, content_hash=one.content_hash or "", owner=owner) for one in _sealed(course)])


def weights_of(contract: Contract, standings: list[Standing]) -> dict[str, int]:
    """The parts of the contract's sides in the newest release, of ten thousand; words of anybody else are left out.

    Empty where no side has written a word.
    """
    totals = standings[-1].totals() if standings else {}
    parts = parts_bps({party.party: totals[party.party] for party in contract.parties if totals.get(party.party)})
    return {party.party: parts.get(party.party, 0) for party in contract.parties} if parts else {}


def authorship_document(course: Course) -> dict[str, Any]:
    """Everything from which anybody computes it again: each release's sealed content with its hash, and what it gives."""
    standings = standings_of(course)
    totals = standings[-1].totals() if standings else {}
    return {
        "format": METHOD,
        "course": course.public_id,
        "owner": _owner(course),
        "releases": [
            {"version": one.version, "content_hash": one.content_hash, "manifest": one.manifest} for one in _sealed(course)
        ],
        "words": totals,
        "parts_bps": parts_bps(totals),
    }


def authorship_evidence(standings: list[Standing]) -> dict[str, Any]:
    """What a fact says that was computed so: the method, the releases by their hashes, and the words."""
    return {
        "method": METHOD,
        "releases": [{"version": one.version, "content_hash": one.content_hash} for one in standings],
        "words": standings[-1].totals(),
    }


def _owner(course: Course) -> str:
    return db.session.get_one(Organisation, course.organisation_id).public_id


def _sealed(course: Course) -> list[Release]:
    return catalog.counted_releases(course.id)
