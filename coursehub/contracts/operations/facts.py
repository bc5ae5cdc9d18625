"""The facts register: statements about contribution, contestable by the other sides."""

import hashlib
from datetime import datetime

from coursehub import events
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Contract, ContributionFact, FactContest
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.record import stamp
from coursehub.contracts.terms import canonical
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class FactNotOfThisContract(Refusal):
    """A fact is about a party and a course of its own contract. Choose among those."""

    status = 422


class FactSettled(Refusal):
    """This fact has been taken back or is contested already."""


class NothingContested(Refusal):
    """Your side does not contest this fact."""


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
) -> ContributionFact:
    """State what a party contributed to a course, from a date on.

    kind: module_weight (points; replaces the party's earlier ones) or approved_minutes
    (adds up). Sales from then on use it, unless it is contested. Raises FactNotOfThisContract.
    """
    require(policies.may_record_facts(by, contract))
    if party not in {one.party for one in contract.parties} or course_id not in queries.course_ids_of(contract.id):
        raise FactNotOfThisContract
    with transaction():
        lock(contract)
        fact = ContributionFact(
            public_id=new_public_id(), contract_id=contract.id, course_id=course_id, kind=kind, party=party, value=value,
            holds_from=holds_from, note=note, recorded_at=at, recorded_by_id=by.person_id,
            recorded_party=policies.side_of(by, contract),
        )  # fmt: skip
        fact.fact_hash = hash_of_fact(contract, fact)
        db.session.add(fact)
        db.session.flush()
        write_down(contract, "fact_recorded", asked_by=by, at=at, fact=fact.public_id, fact_hash=fact.fact_hash)
        events.record("contracts.fact_recorded", at=at, fact_id=fact.id)
        return fact


def contest_fact(fact: ContributionFact, *, by: Actor, at: datetime, reason: str) -> FactContest:
    """Say that a fact is not so; until it is settled no sale uses it. Raises FactSettled."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_contest(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        if fact.withdrawn_at is not None or open_contest(fact) is not None:
            raise FactSettled
        contest = FactContest(
            fact_id=fact.id, party=policies.side_of(by, contract), reason=reason, contested_at=at, contested_by_id=by.person_id
        )
        db.session.add(contest)
        db.session.flush()
        db.session.refresh(fact, ["contests"])
        write_down(contract, "fact_contested", asked_by=by, at=at, fact=fact.public_id, reason=reason)
        events.record("contracts.fact_contested", at=at, fact_id=fact.id)
        return contest


def settle_contest(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Accept a fact one's own side has contested; it counts again. Raises NothingContested."""
    contract = db.session.get_one(Contract, fact.contract_id)
    require(policies.may_contest(by, fact, contract))
    with transaction():
        lock(contract)
        db.session.refresh(fact)
        contest = open_contest(fact)
        if contest is None or contest.party != policies.side_of(by, contract):
            raise NothingContested
        contest.settled_at = at
        write_down(contract, "fact_accepted", asked_by=by, at=at, fact=fact.public_id)


def take_back_fact(fact: ContributionFact, *, by: Actor, at: datetime) -> None:
    """Take one's own side's fact back; what was sold meanwhile keeps it. Raises FactSettled."""
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
            contest.settled_at = at
        write_down(contract, "fact_taken_back", asked_by=by, at=at, fact=fact.public_id)


def open_contest(fact: ContributionFact) -> FactContest | None:
    """The contest that keeps a fact from counting, if there is one."""
    return next((contest for contest in fact.contests if contest.settled_at is None), None)


def hash_of_fact(contract: Contract, fact: ContributionFact) -> str:
    """SHA-256 of what a fact states, for the record and for whoever checks it."""
    document = {
        "contract": contract.public_id,
        "fact": fact.public_id,
        "course_id": fact.course_id,
        "kind": fact.kind,
        "party": fact.party,
        "value": fact.value,
        "holds_from": stamp(fact.holds_from),
        "note": fact.note,
        "recorded_at": stamp(fact.recorded_at),
        "recorded_party": fact.recorded_party,
    }
    return hashlib.sha256(canonical(document)).hexdigest()
