"""Threads on one negotiation: whatever the order, one outcome, and it is one that could have happened in turn."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.models import Contract, MoneyEvent, Proposal, Signature, Terms
from coursehub.contracts.record import is_whole
from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.ledger import checks
from coursehub.people.actor import actor_for
from coursehub.people.models import Person

from ..rigs.threads import at_once
from .rig import agree, course_of, draft_of_refund, draft_of_sale, terms_data, three_sides

ROUNDS = 6


def signing(proposal_id, person_id, at):
    def act():
        proposal = db.session.get_one(Proposal, proposal_id)
        by = actor_for(db.session.get_one(Person, person_id))
        terms = operations.sign_proposal(proposal, by=by, terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)
        return terms.id if terms else None

    return act


@pytest.fixture
def ready(cast, at):
    """Everybody is there before the threads start."""
    _ = cast.stan, cast.fay
    course = course_of(cast.northwind, "async", at)
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.pia), at=at
    )
    return course, contract


def propose(cast, contract, course, at, days):
    data = terms_data(cast.house, cast.northwind, course, hold={"days": days})
    return operations.propose_terms(contract, by=cast.acting(cast.pia), terms=data, at=at)


def test_both_sides_sign_at_once_and_the_terms_begin_once(app, cast, at, ready):
    course, contract = ready
    for n in range(ROUNDS):
        moment = at + timedelta(days=n)
        proposal = propose(cast, contract, course, moment, n)
        outcomes = at_once(app, signing(proposal.id, cast.pia.id, moment), signing(proposal.id, cast.stan.id, moment))
        assert sorted(outcome is None for outcome in outcomes) == [False, True], outcomes
        db.session.expire_all()
        assert proposal.state == "agreed"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Terms)) == ROUNDS
    assert is_whole(contract.public_id, [entry_data(entry) for entry in queries.entries_of(contract.id)])


def test_two_people_of_one_side_sign_at_once_and_one_signature_stands(app, cast, at, ready):
    course, contract = ready
    for n in range(ROUNDS):
        proposal = propose(cast, contract, course, at, n)
        outcomes = at_once(app, *(signing(proposal.id, person.id, at) for person in (cast.stan, cast.fay, cast.stan, cast.fay)))
        assert sum(outcome is None for outcome in outcomes) == 1, outcomes
        assert all(outcome is None or isinstance(outcome, Refusal) for outcome in outcomes), outcomes
        count = sa.select(sa.func.count()).select_from(Signature).where(Signature.proposal_id == proposal.id)
        assert db.session.scalar(count) == 1


def test_a_counter_offer_against_the_last_signature_leaves_one_of_the_two(app, cast, at, ready):
    course, contract = ready
    contract_id, seen = contract.id, 0
    data = {n: terms_data(cast.house, cast.northwind, course, hold={"days": 100 + n}) for n in range(ROUNDS)}
    for n in range(ROUNDS):
        moment = at + timedelta(days=n)
        proposal = propose(cast, contract, course, moment, n)
        operations.sign_proposal(
            proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=moment, at=moment
        )
        seen = proposal.n

        def counter(n=n, moment=moment, seen=seen):
            by = actor_for(db.session.get_one(Person, cast.stan.id))
            row = db.session.get_one(Contract, contract_id)
            return operations.propose_terms(row, by=by, terms=data[n], at=moment, seen=seen).id

        signed, _countered = at_once(app, signing(proposal.id, cast.stan.id, moment), counter)
        db.session.expire_all()
        if isinstance(signed, Refusal):
            assert proposal.state == "countered"
            assert db.session.scalar(sa.select(Terms).where(Terms.proposal_id == proposal.id)) is None
        else:
            assert proposal.state == "agreed"
        assert sum(one.state == "open" for one in queries.proposals_of(contract)) <= 1
    assert is_whole(contract.public_id, [entry_data(entry) for entry in queries.entries_of(contract.id)])


def declining(proposal_id, person_id, at):
    def act():
        by = actor_for(db.session.get_one(Person, person_id))
        return operations.decline_proposal(db.session.get_one(Proposal, proposal_id), by=by, at=at)

    return act


def offered_to_two(cast, contract, at, days):
    """Northwind's offer to the house and Lumen, signed by Northwind; one more signature is enough, if it is the house's."""
    terms = {**queries.latest_terms(contract).body, "hold": {"days": days}}
    proposal = operations.propose_terms(contract, by=cast.acting(cast.pia), terms=terms, at=at)
    operations.sign_proposal(proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)
    return proposal


def test_a_partners_no_against_the_signature_of_the_house_never_keeps_the_terms_from_holding(app, cast, at):
    contract = three_sides(cast, course_of(cast.northwind, "async", at), at, enough=2)
    for n in range(1, ROUNDS + 1):
        moment = at + timedelta(days=n)
        proposal = offered_to_two(cast, contract, moment, 100 + n)
        signed, declined = at_once(app, signing(proposal.id, cast.stan.id, moment), declining(proposal.id, cast.eve.id, moment))
        db.session.expire_all()
        assert proposal.state == "agreed" and isinstance(signed, int)
        assert declined is False or isinstance(declined, Refusal), declined
    assert is_whole(contract.public_id, [entry_data(entry) for entry in queries.entries_of(contract.id)])


def test_the_no_of_the_house_against_its_signature_leaves_one_of_the_two(app, cast, at):
    _ = cast.fay
    contract = three_sides(cast, course_of(cast.northwind, "async", at), at, enough=2)
    for n in range(1, ROUNDS + 1):
        moment = at + timedelta(days=n)
        proposal = offered_to_two(cast, contract, moment, 100 + n)
        signed, declined = at_once(app, signing(proposal.id, cast.fay.id, moment), declining(proposal.id, cast.stan.id, moment))
        db.session.expire_all()
        assert isinstance(signed, Refusal) != isinstance(declined, Refusal), (signed, declined)
        assert proposal.state == ("agreed" if isinstance(signed, int) else "declined")
        terms = db.session.scalar(sa.select(Terms).where(Terms.proposal_id == proposal.id))
        assert (terms is not None) == (proposal.state == "agreed")
    assert is_whole(contract.public_id, [entry_data(entry) for entry in queries.entries_of(contract.id)])


def test_two_sides_and_two_of_one_side_decline_at_once_and_it_is_closed_once(app, cast, at):
    contract = three_sides(cast, course_of(cast.northwind, "async", at), at, enough=2)
    _ = cast.fay, cast.finn
    for n in range(1, ROUNDS + 1):
        moment = at + timedelta(days=n)
        terms = {**queries.latest_terms(contract).body, "hold": {"days": 100 + n}}
        proposal = operations.propose_terms(contract, by=cast.acting(cast.stan), terms=terms, at=moment)
        outcomes = at_once(app, *(declining(proposal.id, one.id, moment) for one in (cast.pia, cast.eve, cast.finn)))
        db.session.expire_all()
        assert proposal.state == "declined" and outcomes.count(True) == 1 and outcomes.count(False) == 1, outcomes
        said = [entry.kind for entry in queries.declines_of(proposal).values()]
        assert said == ["side_declined", "declined"]


def test_one_sale_and_its_refunds_told_by_many_are_booked_once_and_never_too_much(app, cast, at):
    course = course_of(cast.northwind, "async", at)
    terms = agree(cast, course, at)[1]

    def telling(draft):
        def act():
            with transaction():
                return operations.share(draft, at=at).id

        return act

    sold = at_once(app, *[telling(draft_of_sale(terms, course, at))] * 6)
    assert len(set(sold)) == 1, sold
    refunds = at_once(app, *(telling(draft_of_refund(course, at, 3_000, key=f"refund:{n}")) for n in range(6)))
    assert sum(isinstance(outcome, int) for outcome in refunds) == 3, refunds
    assert db.session.scalar(sa.select(sa.func.sum(MoneyEvent.amount_minor))) == 1_000
    assert checks.check_books().faults == ()


def test_sales_and_an_amendment_at_once_neither_wait_in_a_ring_nor_lose_anything(app, cast, at):
    course = course_of(cast.northwind, "async", at)
    contract, terms = agree(cast, course, at)
    for n in range(ROUNDS):
        moment = at + timedelta(days=n + 1)
        proposal = propose(cast, contract, course, moment, 200 + n)
        operations.sign_proposal(
            proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=moment, at=moment
        )

        def selling(number, n=n):
            draft = draft_of_sale(terms, course, at, key=f"sale:{n}:{number}")

            def act():
                with transaction():
                    return operations.share(draft, at=at).id

            return act

        outcomes = at_once(app, signing(proposal.id, cast.stan.id, moment), *(selling(number) for number in range(4)))
        assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MoneyEvent)) == ROUNDS * 4
    assert checks.check_books().faults == ()
