"""Letters of a negotiation: who signed and who withdrew is told to those whom it concerns, in their words, once."""

from datetime import timedelta

import pytest

from coursehub import clock, events, jobs
from coursehub.contracts import operations, queries
from coursehub.contracts.operations.comments import remind_of_proposals
from coursehub.db import db, transaction
from coursehub.mail import Letter
from tests.cast import sign_in

from .rig import course_of, terms_data, three_sides

HOUR = timedelta(hours=1)


@pytest.fixture
def proposal(cast, at):
    """Northwind offers terms to the house, and everybody who answers for a side is there."""
    _ = cast.stan, cast.finn, cast.fay
    return offered(cast, at)


def offered(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.pia), at=at
    )
    terms = terms_data(cast.house, cast.northwind, course)
    return operations.propose_terms(contract, by=cast.acting(cast.pia), terms=terms, at=at)


def sign(proposal, by, at):
    return operations.sign_proposal(proposal, by=by, terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)


def letters(name, at):
    jobs.run_due(at=at, strict=True)
    found = db.session.query(Letter).order_by(Letter.id)
    return [letter for letter in found if letter.key.startswith(f"contracts.{name}:")]


@pytest.mark.parametrize(
    ("signer", "told"), [("pia", ["fay@example.org", "stan@example.org"]), ("stan", ["finn@example.org", "pia@example.org"])]
)
def test_that_a_side_has_signed_is_told_once_to_those_for_whom_the_text_waits(cast, at, proposal, signer, told):
    sign(proposal, cast.acting(getattr(cast, signer)), at + HOUR)
    side, desk = (cast.northwind, "house") if signer == "pia" else (cast.house, "studio")
    with transaction():  # the same event once more, as after a crash
        events.record("contracts.proposal_signed", at=at + HOUR, proposal_id=proposal.id, party=side.public_id)
    found = letters("proposal_signed", at + 2 * HOUR)
    assert sorted(letter.to for letter in found) == told
    for letter in found:
        assert (side.name_en if letter.locale == "en" else side.name) in letter.subject
        assert f"/{desk}/contracts/{proposal.contract.public_id}/proposals/{proposal.public_id}" in letter.body


def test_the_last_signature_tells_that_terms_are_agreed_and_nothing_waits_any_more(cast, at, proposal):
    sign(proposal, cast.acting(cast.pia), at)
    assert sign(proposal, cast.acting(cast.stan), at + HOUR) is not None
    assert letters("proposal_signed", at + HOUR) == []  # both came before the worker did: there is nothing to sign
    assert len(letters("terms_agreed", at + HOUR)) == 4


def test_who_signs_reads_the_day_until_which_the_text_waits_in_their_language(cast, at, proposal):
    with transaction():
        cast.stan.locale, cast.fay.locale = "zh-CN", "en"
    sign(proposal, cast.acting(cast.pia), at)
    bodies = {letter.locale: letter.body for letter in letters("proposal_signed", at)}
    assert "waits for your answer until" in bodies["en"] and "截止2026" in bodies["zh-CN"]


@pytest.mark.parametrize("reason", ["", "A course was missing"])
def test_an_offer_taken_back_is_told_to_the_others_with_its_reason(cast, at, proposal, reason):
    sign(proposal, cast.acting(cast.pia), at)
    operations.withdraw_proposal(proposal, by=cast.acting(cast.finn), at=at + HOUR, reason=reason)
    with transaction():
        events.record("contracts.proposal_withdrawn", at=at + HOUR, proposal_id=proposal.id)
    found = letters("proposal_withdrawn", at + HOUR)
    assert sorted(letter.to for letter in found) == ["fay@example.org", "stan@example.org"]
    for letter in found:
        assert reason in letter.body and ("Reason:" in letter.body or "原因：" in letter.body) == bool(reason)


def test_an_offer_that_its_own_side_makes_anew_is_told_by_the_new_one_alone(cast, at, proposal):
    data = dict(proposal.body, hold={"days": 99})
    operations.propose_terms(proposal.contract, by=cast.acting(cast.pia), terms=data, at=at + HOUR)
    assert proposal.state == "withdrawn" and letters("proposal_withdrawn", at + HOUR) == []
    assert len(letters("terms_proposed", at + HOUR)) == 2


def test_withdrawing_asks_first_and_says_that_signatures_count_no_longer(app, cast):
    at = clock.now()
    proposal = offered(cast, at)
    address = f"/studio/contracts/{proposal.contract.public_id}/proposals/{proposal.public_id}"
    pia = sign_in(app.test_client(), cast.pia)
    assert "Withdraw this proposal?" in pia.get(address).text and "count no longer" not in pia.get(address).text
    sign(proposal, cast.acting(cast.pia), at)
    assert "Its signatures count no longer." in pia.get(address).text
    pia.post(f"{address}/withdraw", data={"reason": "A course was missing"})
    db.session.expire_all()
    assert proposal.state == "withdrawn" and "Reason: A course was missing" in pia.get(address).text


@pytest.fixture
def of_three(cast, at):
    """Northwind's offer where two of three signatures are enough."""
    contract = three_sides(cast, course_of(cast.northwind, "async", at), at, enough=2)
    _ = cast.finn, letters("terms_agreed", at)
    terms = {**queries.latest_terms(contract).body, "hold": {"days": 99}}
    return operations.propose_terms(contract, by=cast.acting(cast.pia), terms=terms, at=at)


@pytest.mark.parametrize("reason", ["", "Too long a hold"])
def test_a_no_that_closes_nothing_is_told_once_to_all_others_with_its_reason(cast, at, of_three, reason):
    operations.decline_proposal(of_three, by=cast.acting(cast.eve), at=at, reason=reason)
    with transaction():
        events.record("contracts.side_declined", at=at, proposal_id=of_three.id, party=cast.lumen.public_id)
    found = letters("side_declined", at)
    assert sorted(letter.to for letter in found) == ["finn@example.org", "pia@example.org", "stan@example.org"]
    for letter in found:
        assert "Lumen has declined" in letter.subject and "2 of 3 signatures" in letter.body
        assert reason in letter.body and ("Reason:" in letter.body) == bool(reason)
    assert letters("proposal_declined", at) == []


def test_who_declined_is_not_reminded_and_reads_that_new_terms_bind_it_too(cast, at, of_three):
    operations.decline_proposal(of_three, by=cast.acting(cast.eve), at=at)
    sign(of_three, cast.acting(cast.pia), at)
    assert {letter.to for letter in letters("proposal_signed", at)} == {"stan@example.org"}
    remind_of_proposals(at=of_three.reply_by - HOUR)
    assert {letter.to for letter in letters("proposal_ends_soon", of_three.reply_by - HOUR)} == {"stan@example.org"}
    sign(of_three, cast.acting(cast.stan), of_three.reply_by - HOUR)
    told = [letter for letter in letters("terms_agreed", of_three.reply_by) if "2 of the 3 sides" in letter.body]
    assert {letter.to for letter in told} >= {"eve@example.org", "pia@example.org", "stan@example.org"}
    assert all("bind every side" in letter.body and "\n\n\n" not in letter.body for letter in told)


def test_a_no_that_ends_it_tells_everybody_that_it_was_declined(cast, at, of_three):
    operations.decline_proposal(of_three, by=cast.acting(cast.eve), at=at)
    operations.decline_proposal(of_three, by=cast.acting(cast.stan), at=at, reason="Not now")
    assert letters("side_declined", at) == []  # overtaken before the worker came round
    assert len(found := letters("proposal_declined", at)) == 4 and all("Reason: Not now" in letter.body for letter in found)
