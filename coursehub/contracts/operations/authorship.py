"""Module weights out of the release history: proposed as facts with their evidence, contestable like any other."""

from datetime import datetime

from coursehub.catalog.models import Course
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Contract, ContributionFact
from coursehub.contracts.operations.facts import FactNotOfThisContract, record_fact
from coursehub.db import lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class NothingWritten(Refusal):
    """No side of this contract has written a word of an approved release of this course."""


class SameWeights(Refusal):
    """These weights are recorded already, or wait for the end of an objection."""


def record_weights(contract: Contract, course: Course, *, by: Actor, at: datetime) -> list[ContributionFact]:
    """State each side's part of the words of the newest approved release, from now on; the facts carry the releases' hashes.

    Sides whose part has not moved are left as they are. Raises FactNotOfThisContract, NothingWritten or SameWeights.
    """
    require(policies.may_record_facts(by, contract))
    if course.id not in queries.course_ids_of(contract.id):
        raise FactNotOfThisContract
    standings = queries.standings_of(course)
    weights = queries.weights_of(contract, standings)
    if not weights:
        raise NothingWritten
    evidence = queries.authorship_evidence(standings)
    with transaction():
        lock(contract)
        stated = _stated(contract, course)
        known = queries.contribution(contract.id, course.id, at)["module_weights"]
        wanted = {
            party: weight
            for party, weight in weights.items()
            if known.get(party, 0) != weight and stated.get(party) != (weight, evidence["releases"])
        }
        if not wanted:
            raise SameWeights
        return [
            record_fact(
                contract, course_id=course.id, kind="module_weight", party=party, value=weight, holds_from=at, by=by, at=at,
                evidence=evidence,
            )
            for party, weight in wanted.items()
        ]  # fmt: skip


def _stated(contract: Contract, course: Course) -> dict[str, tuple[int, list[dict[str, str]]]]:
    """The latest computed weight of each side that still stands or is contested, with the releases it was computed from."""
    return {
        fact.party: (fact.value, fact.evidence["releases"])
        for fact in queries.every_fact(contract)
        if fact.course_id == course.id and fact.evidence and fact.kind == "module_weight" and fact.withdrawn_at is None
    }
