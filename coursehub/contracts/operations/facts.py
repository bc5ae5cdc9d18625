"""The facts register: statements about contribution, contestable by the other sides."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from coursehub import events
from coursehub.contracts import policies, queries
from coursehub.contracts.evidence import statement_of
from coursehub.contracts.models import Contract, ContributionFact, FactContest
from coursehub.contracts.operations.putting_right import note_settlement
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.terms import canonical
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class FactNotOfThisContract(Refusal):
    """A fact is about a party and a course of its own contract. Choose among those."""

    status = 422


class FactSettled(Refusal):
    """Meanwhile this fact was taken back, contested or approved. Look at it again."""


def record_fact(
    contract: Contract,
    *,
    course_id: int,
    kind: str,
    party: str,
    value: int,
    holds_from: datetime,
    by: Actor,
    at: datetime,
    note: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> ContributionFact:
    """State what a party contributed to a course, from a date on.

    kind: module_weight (points; replaces the party's earlier ones) or approved_minutes
    (adds up). Sales from then on use it, unless it is contested; hours that a party states of itself
    wait for the yes of another side. evidence: what it was computed from, bound by the hash.
    Raises FactNotOfThisContract.
    """
    require(policies.may_record_facts(by, contract))
    if party not in {one.party for one in contract.parties} or course_id not in queries.course_ids_of(contract.id):
        raise FactNotOfThisContract
    with transaction():
        lock(contract)
        fact = ContributionFact(
            public_id=new_public_id(), contract_id=contract.id, course_id=course_id, kind=kind, party=party, value=value,
            holds_from=holds_from, note=note, recorded_at=at, recorded_by_id=by.person_id,
            recorded_party=policies.side_of(by, contract), evidence=dict(evidence) if evidence else None,
        )  # fmt: skip
        if kind == "approved_minutes" and (fact.recorded_party != party or len(contract.parties) == 1):
            fact.approved_at, fact.approved_by_id, fact.approved_party = at, by.person_id, fact.recorded_party
        fact.fact_hash = hash_of_fact(contract, fact)
        db.session.add(fact)
        db.session.flush()
        write_down(contract, "fact_recorded", asked_by=by, at=at, fact=fact.public_id, fact_hash=fact.fact_hash)
        events.record("contracts.fact_recorded", at=at, fact_id=fact.id)
        return fact


def approve_fact(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Say yes to hours that another side taught: sales from then on use them. Raises FactSettled."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_approve(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        if fact.withdrawn_at is not None or fact.approved_at is not None:
            raise FactSettled
        fact.approved_at, fact.approved_by_id, fact.approved_party = at, by.person_id, policies.side_of(by, contract)
        write_down(contract, "fact_approved", asked_by=by, at=at, fact=fact.public_id)


def take_back_fact(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Take one's own side's fact back. Raises FactSettled.

    What was sold meanwhile keeps it, unless it is taken back, or contested, as soon as it was told: then it never counted.
    """
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_take_back(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        if fact.withdrawn_at is not None:
            raise FactSettled
        fact.withdrawn_at = at
        contest = open_contest(fact)
        if contest is not None:
            contest.settled_at, contest.outcome = at, "taken_back"
        write_down(contract, "fact_taken_back", asked_by=by, at=at, fact=fact.public_id)
        if contest is not None:
            events.record("contracts.contest_closed", at=at, contest_id=contest.id)
        db.session.flush()
        note_settlement(fact, contest, at=at)


def open_contest(fact: ContributionFact) -> FactContest | None:
    """The contest that keeps a fact from counting, if there is one."""
    return next((contest for contest in fact.contests if contest.settled_at is None), None)


def hash_of_fact(contract: Contract, fact: ContributionFact) -> str:
    """SHA-256 of what a fact states, for the record and for whoever checks it."""
    return hashlib.sha256(canonical(statement_of(contract, fact))).hexdigest()
