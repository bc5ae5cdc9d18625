"""Consent: who asks, what is given, and that nothing opens without it at that very instant."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.people.models import AccessLog
from coursehub.talent.machines import GRANT, IllegalMove, replay
from coursehub.talent.models import Move, Profile, TalentGrant
from coursehub.talent.operations import blocks, consent, erasure_notices, openings
from coursehub.talent.operations.opening_fields import NoConsent, open_person
from coursehub.talent.queries.consent import live_grants

from .hiring import hiring_now, opened

DAYS = timedelta(days=1)


@pytest.fixture
def ada_in_pool(cast, at):
    return pool_profile(cast.ada, at)


def pool_profile(person, at, **values):
    with transaction():
        profile = Profile(
            person_id=person.id, visibility="named", forms=["employee"], begun_at=at, changed_at=at, confirmed_at=at, **values
        )
        db.session.add(profile)
        db.session.flush()
    return profile


def asked(cast, profile, at, fields=("display_name", "email"), by=None):
    hiring_now(cast, at, by)
    return consent.ask_for_consent(
        profile, fields=fields, why="A junior seat", until_at=at + 60 * DAYS, by=cast.acting(by or cast.emma), at=at
    )


def test_ada_gives_less_than_was_asked_and_emma_opens_just_that(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="hiring", fields=["display_name"], at=at)
    consent.give_consent(grant, fields=["display_name"], until_at=at + 30 * DAYS, by=cast.acting(cast.ada), at=at)
    assert open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="hiring", fields=["display_name"], at=at) == {
        "display_name": "Ada Chen"
    }
    for purpose, fields in (("hiring", ["email"]), ("application", ["display_name"]), ("hiring", ["display_name", "claims"])):
        with pytest.raises(NoConsent):
            open_person(cast.ada.id, by=cast.acting(cast.emma), purpose=purpose, fields=fields, at=at)
    row = db.session.execute(sa.select(AccessLog)).scalar_one()
    assert (row.person_id, row.by_id, row.organisation_id, row.purpose, row.fields, row.grant_public_id) == (
        cast.ada.id, cast.emma.id, cast.harbour.id, "hiring", ["display_name"], grant.public_id,
    )  # fmt: skip


def test_who_offers_nothing_has_nothing_to_ask_for(cast, at, ada_in_pool):
    emma = cast.acting(cast.emma)
    opening = opened(cast, at)
    openings.close_opening(opening, reason="", by=emma, at=at)
    opened(cast, at, by=cast.acting(cast.emil))  # another employer's does not count
    with pytest.raises(consent.NothingIsOpen):
        consent.ask_for_consent(ada_in_pool, fields=["email"], why="x", until_at=at + DAYS, by=emma, at=at)
    assert db.session.execute(sa.select(TalentGrant)).first() is None
    opened(cast, at)
    consent.ask_for_consent(ada_in_pool, fields=["email"], why="x", until_at=at + DAYS, by=emma, at=at)


def test_the_text_agreed_to_is_kept_with_its_hash_and_names_what_was_given(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    consent.give_consent(grant, fields=["email"], until_at=at + 9 * DAYS, by=cast.acting(cast.ada), at=at)
    assert "Harbour" in grant.text and "Your e-mail address" in grant.text and "The name you show" not in grant.text
    from hashlib import sha256

    assert grant.text_hash == sha256(grant.text.encode()).hexdigest()


def test_nobody_else_opens_what_harbour_may_see(cast, at, ada_in_pool):
    consent.show_myself(cast.harbour, fields=["display_name"], until_at=at + 30 * DAYS, by=cast.acting(cast.ada), at=at)
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=cast.acting(cast.emil), purpose="hiring", fields=["display_name"], at=at)
    for person in (cast.ada, cast.stan, cast.tara):
        with pytest.raises(NotAllowed):
            open_person(cast.ada.id, by=cast.acting(person), purpose="hiring", fields=["display_name"], at=at)


def test_a_withdrawn_consent_opens_nothing_at_that_very_moment(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    consent.give_consent(grant, fields=["display_name"], until_at=at + 30 * DAYS, by=cast.acting(cast.ada), at=at)
    consent.withdraw_consent(grant, by=cast.acting(cast.ada), at=at)
    assert live_grants(cast.ada.id, cast.harbour.id, at) == []
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="hiring", fields=["display_name"], at=at)


def test_a_consent_ends_on_its_day_without_any_job(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    consent.give_consent(grant, fields=["display_name"], until_at=at + 10 * DAYS, by=cast.acting(cast.ada), at=at)
    by = cast.acting(cast.emma)
    assert open_person(cast.ada.id, by=by, purpose="hiring", fields=["display_name"], at=at + 10 * DAYS - timedelta(seconds=1))
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=by, purpose="hiring", fields=["display_name"], at=at + 10 * DAYS)


def test_more_than_was_asked_cannot_be_given(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at, fields=["display_name"])
    by = cast.acting(cast.ada)
    with pytest.raises(consent.MoreThanWasAsked):
        consent.give_consent(grant, fields=["display_name", "email"], until_at=at + DAYS, by=by, at=at)
    with pytest.raises(consent.MoreThanWasAsked):
        consent.give_consent(grant, fields=["display_name"], until_at=at + 61 * DAYS, by=by, at=at)
    with pytest.raises(consent.NothingChosen):
        consent.give_consent(grant, fields=[], until_at=at + DAYS, by=by, at=at)
    with pytest.raises(NotAllowed):
        consent.give_consent(grant, fields=["display_name"], until_at=at + DAYS, by=cast.acting(cast.emma), at=at)


def test_one_question_at_a_time_and_a_no_is_respected_for_a_month(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    with pytest.raises(consent.AlreadyAsked):
        asked(cast, ada_in_pool, at)
    consent.decline_consent(grant, by=cast.acting(cast.ada), at=at)
    with pytest.raises(consent.AskedRecently):
        asked(cast, ada_in_pool, at + 29 * DAYS)
    assert asked(cast, ada_in_pool, at + 31 * DAYS).state == "requested"


def test_whoever_is_quiet_is_not_asked(cast, at):
    quiet = pool_profile(cast.bo, at, quiet=True)
    with pytest.raises(consent.AsksNotToBeApproached):
        asked(cast, quiet, at)


def test_a_request_lapses_and_a_consent_expires_and_harbour_confirms_that_it_erased(cast, at, ada_in_pool):
    unanswered = asked(cast, ada_in_pool, at)
    given = consent.show_myself(cast.beacon, fields=["display_name"], until_at=at + 10 * DAYS, by=cast.acting(cast.ada), at=at)
    erasure_notices.let_consents_end(at=at + 13 * DAYS)
    assert (unanswered.state, given.state) == ("requested", "erasure_notified")
    erasure_notices.let_consents_end(at=at + 14 * DAYS)
    assert unanswered.state == "lapsed"
    with pytest.raises(NotAllowed):
        erasure_notices.confirm_erasure(given, by=cast.acting(cast.emma), at=at + 15 * DAYS)
    erasure_notices.confirm_erasure(given, by=cast.acting(cast.emil), at=at + 15 * DAYS)
    assert given.state == "erasure_confirmed"
    with pytest.raises(IllegalMove):
        erasure_notices.confirm_erasure(given, by=cast.acting(cast.emil), at=at + 15 * DAYS)


def test_nothing_is_to_be_erased_while_another_consent_covers_as_much(cast, at, ada_in_pool):
    first = consent.show_myself(cast.harbour, fields=["display_name"], until_at=at + 10 * DAYS, by=cast.acting(cast.ada), at=at)
    with transaction():
        consent.grant_for_cause(
            cast.ada.id,
            cast.harbour.id,
            purpose="application",
            fields=["display_name", "email"],
            cause="application",
            cause_id=7,
            until_at=at + 90 * DAYS,
            at=at,
        )
    erasure_notices.let_consents_end(at=at + 11 * DAYS)
    assert first.state == "expired"
    with transaction():
        consent.end_grants_of_cause("application", 7, at + 20 * DAYS)
    erasure_notices.let_consents_end(at=at + 21 * DAYS)
    assert first.state == "erasure_notified"


def test_a_cause_grants_once_and_its_end_ends_it(cast, at):
    with transaction():
        one, two = [
            consent.grant_for_cause(
                cast.ada.id,
                cast.harbour.id,
                purpose="work",
                fields=["display_name"],
                cause="engagement",
                cause_id=3,
                until_at=at + 9 * DAYS,
                at=at,
            )
            for _ in range(2)
        ]
    assert one is two and one.state == "granted" and one.text_hash
    assert open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="work", fields=["display_name"], at=at)
    with transaction():
        consent.end_grants_of_cause("engagement", 3, at)
    with pytest.raises(NoConsent):
        open_person(cast.ada.id, by=cast.acting(cast.emma), purpose="work", fields=["display_name"], at=at)


def test_every_grant_can_be_told_again_from_its_moves(cast, at, ada_in_pool):
    grant = asked(cast, ada_in_pool, at)
    consent.give_consent(grant, fields=["email"], until_at=at + DAYS, by=cast.acting(cast.ada), at=at)
    erasure_notices.let_consents_end(at=at + 2 * DAYS)
    moves = db.session.execute(
        sa.select(Move.move).where(Move.machine == "grant", Move.subject_id == grant.id).order_by(Move.n)
    ).scalars()
    assert replay(GRANT, [m for m in moves if m != "begin"]) == grant.state == "erasure_notified"


def test_blocking_ends_what_was_given_and_declines_what_is_asked(cast, at, ada_in_pool):
    asked_by_harbour = asked(cast, ada_in_pool, at)
    given = consent.show_myself(cast.beacon, fields=["display_name"], until_at=at + DAYS, by=cast.acting(cast.ada), at=at)
    ada = cast.acting(cast.ada)
    blocks.block_organisation(cast.harbour, by=ada, at=at)
    blocks.block_organisation(cast.beacon, by=ada, at=at)
    assert (asked_by_harbour.state, given.state) == ("declined", "withdrawn")
    with pytest.raises(consent.YouBlockThem):
        consent.show_myself(cast.beacon, fields=["display_name"], until_at=at + DAYS, by=ada, at=at)
