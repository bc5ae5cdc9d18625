"""Comments on a clause and reminders: part of the record, read by every side, told once."""

from datetime import timedelta

import pytest

from coursehub import clock, jobs
from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.operations import comments
from coursehub.contracts.operations.comments import NoSuchClause, NothingSaid, comment_on_clause, remind_of_proposals
from coursehub.contracts.operations.negotiation import ProposalClosed, WordsKeepFromHiring
from coursehub.contracts.record import is_whole
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from tests.cast import sign_in

from .rig import course_of, terms_data

DAY = timedelta(days=1)


@pytest.fixture
def proposal(cast, at):
    return offered(cast, at)


def offered(cast, at):
    """Northwind offers terms; the house has two weeks to answer."""
    course = course_of(cast.northwind, "async", at)
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.stan), at=at
    )
    terms = terms_data(cast.house, cast.northwind, course)
    return operations.propose_terms(contract, by=cast.acting(cast.pia), terms=terms, at=at)


def letters(at):
    jobs.run_due(at=at, strict=True)
    return {(letter.to, letter.key.split(":")[0]) for letter in db.session.query(Letter).all()}


def test_what_is_said_stands_beside_its_clause_in_the_record_and_is_told_to_the_other_side(cast, at, proposal):
    entry = comment_on_clause(proposal, "/rates/rest", " 30 % is much for our own learners. ", by=cast.acting(cast.pia), at=at)
    assert (entry.kind, entry.party, entry.body["words"]) == (
        "commented", cast.northwind.public_id, "30 % is much for our own learners.",
    )  # fmt: skip
    assert queries.comments_on(proposal) == [entry]
    links = [entry_data(one) for one in queries.entries_of(proposal.contract_id)]
    assert is_whole(proposal.contract.public_id, links)
    told = {to for to, key in letters(at) if key == "contracts.clause_commented"}
    assert "stan@example.org" in told and "pia@example.org" not in told


def test_nothing_a_clause_that_is_not_there_and_unlawful_words_are_refused(cast, at, proposal):
    pia = cast.acting(cast.pia)
    for path, words, refusal in (
        ("/rates/rest", "  ", NothingSaid),
        ("/rates/rest", "x" * 1_001, NothingSaid),
        ("/nowhere", "words", NoSuchClause),
        ("/rates/rest", "双方不得招聘对方员工", WordsKeepFromHiring),
    ):
        with pytest.raises(refusal):
            comment_on_clause(proposal, path, words, by=pia, at=at)
    with pytest.raises(NotAllowed):
        comment_on_clause(proposal, "/rates/rest", "words", by=cast.acting(cast.eve), at=at)
    with pytest.raises(ProposalClosed):
        comment_on_clause(proposal, "/rates/rest", "words", by=pia, at=at + 20 * DAY)
    assert queries.comments_on(proposal) == []


def test_whoever_has_not_signed_is_reminded_once_in_the_last_three_days(cast, at, proposal):
    pia = cast.acting(cast.pia)
    operations.sign_proposal(proposal, by=pia, terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at)
    assert remind_of_proposals(at=proposal.reply_by - 4 * DAY) == 0
    late = proposal.reply_by - 2 * DAY
    for hours in (0, 6):
        assert remind_of_proposals(at=late + timedelta(hours=hours)) == 1
    told = [to for to, key in letters(late + DAY) if key == "contracts.proposal_ends_soon"]
    assert "stan@example.org" in told and "pia@example.org" not in told
    many = [one.to for one in db.session.query(Letter).all() if one.key.startswith("contracts.proposal_ends_soon")]
    assert len(many) == len(set(many)) and comments.remind_of_proposals(at=proposal.reply_by) == 0


def test_a_clause_is_commented_on_the_page_and_a_mistake_keeps_the_words(app, cast):
    proposal = offered(cast, clock.now())
    address = f"/studio/contracts/{proposal.contract.public_id}/proposals/{proposal.public_id}"
    pia = sign_in(app.test_client(), cast.pia)
    wrong = pia.post(f"{address}/comments", data={"clause": "/nowhere", "words": "Please lower it"})
    assert wrong.status_code == 422 and "Please lower it" in wrong.text and "no such clause" in wrong.text
    done = pia.post(f"{address}/comments", data={"clause": "/rates/rest", "words": "Please lower it"})
    assert done.status_code == 303 and done.headers["Location"].endswith("#clause-rates-rest")
    stan = sign_in(app.test_client(), cast.stan)
    assert "Please lower it" in stan.get(address.replace("/studio/", "/house/")).text
