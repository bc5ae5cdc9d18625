"""Bound by fewer than all: two of three signatures are enough, the house's among them, and no single side can veto (decision 59)."""

from datetime import timedelta

import pytest

from coursehub import clock
from coursehub.contracts import evidence, operations, queries
from coursehub.contracts.operations.negotiation import (
    DeclinedAlready,
    OthersHaveSigned,
    ProposalClosed,
    SignatureStands,
    expire_proposals,
)
from coursehub.contracts.quorum import Quorum
from coursehub.contracts.record import is_whole
from coursehub.db import db
from tests.cast import sign_in

from .rig import course_of, data_of_three, three_sides

HOUR = timedelta(hours=1)


@pytest.fixture
def sides(cast):
    """Who answers for the house, Northwind and Lumen."""
    return cast.acting(cast.stan), cast.acting(cast.pia), cast.acting(cast.eve)


@pytest.fixture
def contract(cast, at):
    """The house, Northwind and Lumen have agreed that two signatures are enough for a change."""
    return three_sides(cast, course_of(cast.northwind, "async", at - timedelta(days=9)), at, enough=2)


def offer(contract, by, at, days=90):
    held = queries.latest_terms(contract).body
    return operations.propose_terms(contract, by=by, terms={**held, "hold": {"days": days}}, at=at)


def sign(proposal, by, at):
    return operations.sign_proposal(proposal, by=by, terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)


def decline(proposal, by, at, reason=""):
    return operations.decline_proposal(proposal, by=by, at=at, reason=reason)


def kinds(contract):
    links = [evidence.entry_data(entry) for entry in queries.entries_of(contract.id)]
    assert is_whole(contract.public_id, links)
    return [link["kind"] for link in links]


def test_a_change_holds_once_two_of_three_have_signed_and_binds_the_third(contract, sides, at):
    house, northwind, _lumen = sides
    proposal = offer(contract, northwind, at)
    assert sign(proposal, northwind, at) is None
    terms = sign(proposal, house, at + HOUR)
    assert terms is not None and proposal.state == "agreed"
    assert queries.terms_of(contract, at + HOUR).id == terms.id
    assert {signature.party for signature in proposal.signatures} == {
        house.organisation.public_id,
        northwind.organisation.public_id,
    }


def test_two_partners_without_the_house_bind_nobody(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    assert sign(proposal, northwind, at) is None
    assert sign(proposal, lumen, at) is None
    assert proposal.state == "open"
    assert sign(proposal, house, at + HOUR) is not None


def test_the_first_terms_need_everybody_whatever_they_say_about_later_ones(cast, sides, at):
    course = course_of(cast.northwind, "first", at)
    house, northwind, lumen = sides
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind, cast.lumen], title="三方", title_en="Three", by=house, at=at
    )
    proposal = operations.propose_terms(contract, by=house, terms=data_of_three(cast, course, enough=2), at=at)
    assert sign(proposal, house, at) is None and sign(proposal, northwind, at) is None
    assert decline(proposal, lumen, at) is True
    assert proposal.state == "declined" and queries.latest_terms(contract) is None


def test_one_sides_no_is_its_own_while_the_others_can_do_without_it(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    assert decline(proposal, lumen, at + HOUR, "Too long a hold") is False
    assert proposal.state == "open" and proposal.closed_at is None
    said = queries.declines_of(proposal)[lumen.organisation.public_id]
    assert (said.kind, said.body["reason"]) == ("side_declined", "Too long a hold")
    assert sign(proposal, house, at + 2 * HOUR) is not None
    assert kinds(contract)[-5:] == ["proposed", "signed", "side_declined", "signed", "agreed"]


def test_who_declined_is_no_longer_waited_for_and_says_no_only_once(contract, sides, at):
    _house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    waiting = queries.proposals_waiting_for(lumen.organisation.public_id)
    assert db.session.execute(waiting).scalars().all() == [proposal]
    decline(proposal, lumen, at)
    assert db.session.execute(waiting).scalars().all() == []
    with pytest.raises(DeclinedAlready):
        decline(proposal, lumen, at + HOUR)
    again = offer(contract, northwind, at + HOUR, days=80)  # a no to one proposal says nothing about the next
    assert db.session.execute(waiting).scalars().all() == [again] and queries.declines_of(again) == {}


def test_who_declined_may_change_its_mind_and_its_signature_counts(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    decline(proposal, lumen, at)
    assert sign(proposal, lumen, at + HOUR) is None and queries.declines_of(proposal) == {}
    assert sign(proposal, house, at + HOUR) is not None


def test_a_signature_stands_while_others_may_count_on_it(contract, sides, at):
    house, northwind, _lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, house, at)
    with pytest.raises(SignatureStands):
        decline(proposal, house, at + HOUR)
    assert sign(proposal, northwind, at + HOUR) is not None


def test_the_no_of_the_house_ends_it_since_nothing_holds_without_the_house(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    sign(proposal, lumen, at)
    assert decline(proposal, house, at + HOUR, "Not now") is True
    assert (proposal.state, proposal.close_reason) == ("declined", "Not now")
    assert set(queries.declines_of(proposal)) == {house.organisation.public_id}


def test_the_no_after_which_too_few_are_left_ends_it(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, house, at)
    sign(proposal, house, at)
    assert decline(proposal, lumen, at) is False
    assert decline(proposal, northwind, at + HOUR) is True
    assert proposal.state == "declined" and kinds(contract)[-2:] == ["side_declined", "declined"]
    with pytest.raises(ProposalClosed):
        sign(proposal, lumen, at + HOUR)


def test_a_counter_offer_of_one_side_cannot_close_what_others_signed_and_can_do_without_it(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    with pytest.raises(OthersHaveSigned):
        offer(contract, lumen, at + HOUR, days=10)
    sign(proposal, lumen, at + HOUR)
    with pytest.raises(SignatureStands):
        offer(contract, lumen, at + 2 * HOUR, days=10)
    assert proposal.state == "open"
    counter = offer(contract, house, at + 3 * HOUR, days=20)
    assert (proposal.state, counter.state) == ("countered", "open")


def test_a_counter_offer_closes_what_nobody_else_signed_or_what_needs_its_side(contract, sides, at):
    house, northwind, lumen = sides
    first = offer(contract, house, at)
    second = offer(contract, lumen, at, days=10)  # nobody had signed
    assert first.state == "countered"
    third = offer(contract, house, at, days=20)
    sign(third, house, at)
    decline(third, northwind, at)
    offer(contract, lumen, at, days=40)  # after Northwind's no the house cannot do without Lumen
    assert (second.state, third.state) == ("countered", "countered")


def test_a_side_takes_its_own_offer_back_whoever_has_signed_and_the_others_may_make_it_theirs(contract, sides, at):
    house, northwind, lumen = sides
    proposal = offer(contract, lumen, at)
    sign(proposal, northwind, at)
    operations.withdraw_proposal(proposal, by=lumen, at=at + HOUR)
    again = offer(contract, northwind, at + HOUR)
    sign(again, northwind, at + HOUR)
    assert sign(again, house, at + HOUR) is not None


def test_a_counter_offer_closes_what_ran_out_before_the_job_comes_round(contract, sides, at):
    _house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    offer(contract, lumen, proposal.reply_by, days=10)
    assert proposal.state == "countered"


def test_what_too_few_signed_in_time_runs_out_with_every_no_in_the_record(contract, sides, at):
    _house, northwind, lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    decline(proposal, lumen, at)
    assert expire_proposals(at=proposal.reply_by) == 1
    assert proposal.state == "expired" and set(queries.declines_of(proposal)) == {lumen.organisation.public_id}


@pytest.mark.parametrize(("many", "enough"), [(many, enough) for many in range(3, 7) for enough in range(2, many)])
def test_no_single_partner_can_stop_and_the_house_and_enough_noes_always_can(many, enough):
    house, *partners = names = [f"side {n}" for n in range(many)]
    quorum = Quorum(frozenset(names), enough, house)
    for n in range(len(partners) + 1):
        noes = set(partners[:n])
        assert quorum.can_be_met(without=noes) == (many - n >= enough)
        assert quorum.is_met(set(names) - noes) == (many - n >= enough)
    assert quorum.is_fewer_than_all and not quorum.can_be_met(without={house})
    assert not quorum.is_met(set(partners)), "never without the house"
    assert not quorum.may_counter(partners[0], signed={house}, noes=set()), "a minority of one undoes nobody's signature"
    assert quorum.may_counter(house, signed=set(partners), noes=set())
    assert Quorum(frozenset(names), many, house).may_counter(partners[0], signed={house}, noes=set())


def test_the_page_tells_what_is_enough_takes_a_no_and_still_lets_its_side_sign(app, cast, sides):
    at = clock.now()
    contract = three_sides(cast, course_of(cast.northwind, "async", at), at, enough=2)
    house, northwind, _lumen = sides
    proposal = offer(contract, northwind, at)
    sign(proposal, northwind, at)
    base = f"/studio/contracts/{contract.public_id}"
    page, eve = f"{base}/proposals/{proposal.public_id}", sign_in(app.test_client(), cast.eve)
    before = eve.get(page).text
    assert "2 of 3 signatures are enough" in before and "then it binds your side too" in before
    assert "Answer with other terms" not in before, "Northwind has signed, and can do without Lumen"
    told = eve.post(f"{page}/decline", data={"reason": "Too long a hold"}, follow_redirects=True).text
    assert "Your side has declined. The proposal stays open" in told
    assert "declined on" in told and "Reason: Too long a hold" in told
    assert "Decline this proposal?" not in told and "Read and sign" in told
    listed = eve.get(base).text
    assert "Declined by a side, and still open" in listed and "Declined: Lumen" in " ".join(listed.split())
    assert "still open" not in eve.post(f"{page}/decline", data={}, follow_redirects=True).text
    stan = sign_in(app.test_client(), cast.stan).get(page.replace("/studio/", "/house/")).text
    assert "Answer with other terms" in stan and "What holds goes on. Either side may propose again." in stan
    sign(proposal, house, at + HOUR)
    for language in ("en", "zh-CN"):
        eve.set_cookie("language", language, domain="localhost")
        assert eve.get(page).status_code == eve.get(base).status_code == 200
    assert "2 of 3 signatures are enough" not in eve.get(page).text
