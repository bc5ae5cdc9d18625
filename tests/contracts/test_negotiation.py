"""Proposals: one open at a time, closed by a counter-offer, an answer, its author, or time."""

from datetime import timedelta

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.models import Proposal
from coursehub.contracts.operations import ContractEnded, ProposalClosed, ProposalOvertaken
from coursehub.contracts.operations.negotiation import (
    CoursesBelongToOthers,
    SameTerms,
    TermsCannotStartInThePast,
    WordsKeepFromHiring,
)
from coursehub.contracts.operations.signing import (
    AlreadySigned,
    CourseUnderOtherTerms,
    NewTermsStartLater,
    ProveItIsYou,
)
from coursehub.contracts.terms import TermsRefused
from coursehub.db import db
from coursehub.errors import NotAllowed

from .rig import agree, course_of, in_force, terms_data


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def contract(cast, course, at):
    return operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.pia), at=at
    )


def propose(cast, contract, course, at, by=None, **changes):
    data = terms_data(cast.house, cast.northwind, course, **changes)
    return operations.propose_terms(contract, by=cast.acting(by or cast.pia), terms=data, at=at)


def sign(cast, proposal, person, at, **changes):
    values = {"terms_hash": proposal.terms_hash, "reauthenticated_at": at, "at": at} | changes
    return operations.sign_proposal(proposal, by=cast.acting(person), **values)


def test_a_counter_offer_closes_the_last_one_and_every_signature_on_it(cast, contract, course, at):
    first = propose(cast, contract, course, at)
    sign(cast, first, cast.pia, at)
    second = propose(cast, contract, course, at, by=cast.stan, hold={"days": 60})
    assert (first.state, second.state) == ("countered", "open")
    with pytest.raises(ProposalClosed):
        sign(cast, first, cast.stan, at)
    assert sign(cast, second, cast.stan, at) is None
    assert sign(cast, second, cast.pia, at).terms_hash == second.terms_hash


def test_ones_own_new_proposal_takes_the_old_one_back(cast, contract, course, at):
    first = propose(cast, contract, course, at)
    propose(cast, contract, course, at, hold={"days": 7})
    assert first.state == "withdrawn"


def test_a_proposal_against_one_that_was_not_read_is_refused(cast, contract, course, at):
    propose(cast, contract, course, at)
    data = terms_data(cast.house, cast.northwind, course)
    with pytest.raises(ProposalOvertaken):
        operations.propose_terms(contract, by=cast.acting(cast.stan), terms=data, at=at, seen=0)


def test_the_other_side_declines_and_the_own_side_withdraws(cast, contract, course, at):
    first = propose(cast, contract, course, at)
    with pytest.raises(NotAllowed):
        operations.decline_proposal(first, by=cast.acting(cast.pia), at=at)
    operations.decline_proposal(first, by=cast.acting(cast.stan), at=at, reason="Too little")
    second = propose(cast, contract, course, at)
    with pytest.raises(NotAllowed):
        operations.withdraw_proposal(second, by=cast.acting(cast.stan), at=at)
    operations.withdraw_proposal(second, by=cast.acting(cast.pia), at=at)
    assert (first.state, second.state) == ("declined", "withdrawn")
    with pytest.raises(ProposalClosed):
        operations.decline_proposal(second, by=cast.acting(cast.stan), at=at)


def test_a_proposal_nobody_answers_runs_out(cast, contract, course, at):
    proposal = propose(cast, contract, course, at)
    assert operations.expire_proposals(at=at + timedelta(days=13)) == 0
    with pytest.raises(ProposalClosed):  # even before the job has come round
        late = at + timedelta(days=14)
        sign(cast, proposal, cast.stan, late)
    assert operations.expire_proposals(at=at + timedelta(days=14)) == 1
    assert proposal.state == "expired"


def test_terms_begin_with_the_last_signature_and_the_old_ones_end_there(cast, contract, course, at):
    first = propose(cast, contract, course, at)
    sign(cast, first, cast.pia, at)
    assert queries.terms_in_force(course.id, at) is None
    old = sign(cast, first, cast.stan, at + timedelta(hours=1))
    later = at + timedelta(days=30)
    second = propose(cast, contract, course, later, hold={"days": 10})
    assert in_force(course, later).id == old.id  # the status quo holds while they talk
    sign(cast, second, cast.stan, later)
    new = sign(cast, second, cast.pia, later + timedelta(days=1))
    assert in_force(course, later).id == old.id
    assert in_force(course, later + timedelta(days=1)).id == new.id
    assert old.ended_at == new.effective_from == later + timedelta(days=1)


def test_terms_may_begin_on_a_later_day_and_never_in_the_past(cast, contract, course, at):
    with pytest.raises(TermsCannotStartInThePast):
        propose(cast, contract, course, at, starts="2026-03-02T08:59:59Z")
    proposal = propose(cast, contract, course, at, starts="2026-03-10T00:00:00Z")
    sign(cast, proposal, cast.pia, at)
    with pytest.raises(TermsCannotStartInThePast):
        sign(cast, proposal, cast.stan, at + timedelta(days=9))
    terms = sign(cast, proposal, cast.stan, at)
    assert queries.terms_in_force(course.id, at) is None
    assert in_force(course, at + timedelta(days=9)).id == terms.id
    earlier = propose(cast, contract, course, at, hold={"days": 1})
    sign(cast, earlier, cast.pia, at)
    with pytest.raises(NewTermsStartLater):
        sign(cast, earlier, cast.stan, at)


def test_nobody_signs_twice_or_unproven_or_something_else_than_was_shown(cast, contract, course, at):
    proposal = propose(cast, contract, course, at)
    with pytest.raises(ProveItIsYou):
        sign(cast, proposal, cast.pia, at, reauthenticated_at=at - timedelta(minutes=11))
    with pytest.raises(ProveItIsYou):
        sign(cast, proposal, cast.pia, at, reauthenticated_at=at + timedelta(seconds=1))
    with pytest.raises(ProposalOvertaken):
        sign(cast, proposal, cast.pia, at, terms_hash="0" * 64)
    sign(cast, proposal, cast.pia, at)
    with pytest.raises(AlreadySigned):
        sign(cast, proposal, cast.pia, at)


def test_only_those_who_bind_a_side_sign_for_it(cast, contract, course, at):
    proposal = propose(cast, contract, course, at, by=cast.finn)
    for stranger in (cast.finn, cast.tara, cast.eve, cast.cato, cast.susi, cast.ada):
        with pytest.raises(NotAllowed):
            sign(cast, proposal, stranger, at)
    sign(cast, proposal, cast.fay, at)


def test_strangers_and_teachers_do_not_negotiate(cast, contract, course, at):
    for stranger in (cast.tara, cast.eve, cast.susi, cast.ada):
        with pytest.raises(NotAllowed):
            propose(cast, contract, course, at, by=stranger)


def test_the_house_alone_signs_once_for_its_own_course(cast, at):
    course = course_of(cast.house, "python", at)
    from coursehub.contracts.starting_points import simple_split

    house = cast.house
    data = simple_split(
        [{"id": house.public_id, "side": "house", "name": house.name, "name_en": house.name_en}],
        [{"id": course.public_id, "title": "课", "title_en": "Course"}],
        currency="CNY",
    )
    stan = cast.acting(cast.stan)
    _contract, terms = operations.agree_terms(
        courses=[course], partners=[], title="自有", title_en="Own", terms=data, offered_by=stan, signed_by=[(stan, at)], at=at
    )
    assert in_force(course, at).id == terms.id


def test_a_course_is_under_one_contract_at_a_time(cast, course, at):
    agree(cast, course, at)
    with pytest.raises(CourseUnderOtherTerms):
        agree(cast, course, at)


def test_notice_ends_a_contract_when_agreed_and_a_new_one_may_follow(cast, course, at):
    contract, _terms = agree(cast, course, at)
    ends = operations.end_contract(contract, by=cast.acting(cast.pia), at=at, reason="We stop teaching this")
    assert ends == at + timedelta(days=30)
    assert queries.terms_in_force(course.id, ends - timedelta(seconds=1)) is not None
    assert queries.terms_in_force(course.id, ends) is None
    with pytest.raises(ContractEnded):
        propose(cast, contract, course, at)
    with pytest.raises(ContractEnded):
        operations.end_contract(contract, by=cast.acting(cast.stan), at=at)
    agree(cast, course, ends)


def test_terms_about_other_parties_or_courses_are_refused(cast, contract, course, at):
    other = course_of(cast.northwind, "other", at)
    with pytest.raises(TermsRefused):
        propose(cast, contract, other, at)
    with pytest.raises(TermsRefused):
        data = terms_data(cast.house, cast.lumen, course)
        operations.propose_terms(contract, by=cast.acting(cast.pia), terms=data, at=at)
    with pytest.raises(CoursesBelongToOthers):
        operations.open_contract(
            courses=[course_of(cast.lumen, "data", at)], partners=[cast.northwind], title="a", title_en="a",
            by=cast.acting(cast.pia), at=at,
        )  # fmt: skip


def test_the_same_terms_are_not_proposed_again_but_may_return_later(cast, course, at):
    contract, first = agree(cast, course, at)
    with pytest.raises(SameTerms):
        agree(cast, course, at + timedelta(days=1), contract=contract)
    agree(cast, course, at + timedelta(days=2), contract=contract, hold={"days": 1})
    _contract, third = agree(cast, course, at + timedelta(days=3), contract=contract)
    assert third.terms_hash != first.terms_hash


def test_a_message_cannot_smuggle_in_a_no_hire_arrangement(cast, contract, course, at):
    with pytest.raises(WordsKeepFromHiring):
        operations.propose_terms(
            contract, by=cast.acting(cast.pia), terms=terms_data(cast.house, cast.northwind, course), at=at,
            message="By the way: neither of us will hire the other's people.",
        )  # fmt: skip


def test_what_was_signed_cannot_be_edited_even_with_the_database_handle(cast, course, at):
    import sqlalchemy as sa

    agree(cast, course, at)
    for statement in (
        "UPDATE signature SET party = 'x'", "DELETE FROM negotiation_entry", "UPDATE terms SET terms_hash = 'x'",
        "UPDATE proposal SET terms_hash = 'x'", "DELETE FROM terms",
    ):  # fmt: skip
        with pytest.raises(sa.exc.DatabaseError, match="is final"):
            db.session.execute(sa.text(statement))
        db.session.rollback()
    assert db.session.query(Proposal).one().state == "agreed"
