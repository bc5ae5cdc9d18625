"""Two at the same moment: opening against taking back, asking twice, blocking against giving. On whichever database runs."""

from datetime import timedelta

import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.people.actor import actor_for
from coursehub.people.models import AccessLog, Person
from coursehub.privacy.proof import violations
from coursehub.talent.models import Profile, TalentGrant
from coursehub.talent.operations import consent, erasure_notices
from coursehub.talent.operations.opening_fields import NoConsent, open_person
from tests.rigs.threads import at_once

from .hiring import hiring_now
from .test_consent import pool_profile

DAYS = timedelta(days=1)


def acting(person_id):
    return actor_for(db.session.get_one(Person, person_id))


def test_no_opening_comes_after_the_moment_at_which_the_consent_was_taken_back(app, cast, at):
    pool_profile(cast.ada, at)
    hiring_now(cast, at)
    emma, ada = cast.emma.id, cast.ada.id
    db.session.commit()
    for _round in range(4):
        now = clock.now()
        grant = consent.show_myself(cast.harbour, fields=["display_name"], until_at=now + DAYS, by=acting(ada), at=now)
        grant_id = grant.id
        db.session.commit()

        def open_often():
            opened = 0
            for _try in range(12):
                try:
                    open_person(ada, by=acting(emma), purpose="hiring", fields=["display_name"], at=clock.now())
                    opened += 1
                except NoConsent:
                    return opened
            return opened

        def take_back(grant_id=grant_id):
            consent.withdraw_consent(db.session.get_one(TalentGrant, grant_id), by=acting(ada), at=clock.now())

        outcomes = at_once(app, open_often, open_often, take_back)
        assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
        db.session.expire_all()
        assert db.session.get_one(TalentGrant, grant_id).state == "withdrawn"
        late = sa.select(AccessLog).where(
            AccessLog.grant_public_id == grant.public_id, AccessLog.at > db.session.get_one(TalentGrant, grant_id).ended_at
        )
        assert db.session.execute(late).all() == []
    assert violations() == []


def test_two_who_ask_at_once_ask_once(app, cast, at):
    pool_profile(cast.ada, at)
    hiring_now(cast, at)
    emma, ada = cast.emma.id, cast.ada.id
    db.session.commit()

    def ask():
        profile = db.session.execute(sa.select(Profile).where(Profile.person_id == ada)).scalar_one()
        consent.ask_for_consent(profile, fields=["email"], why="x", until_at=at + DAYS, by=acting(emma), at=at)
        return "asked"

    outcomes = at_once(app, ask, ask, ask)
    assert sum(outcome == "asked" for outcome in outcomes) == 1
    assert sum(isinstance(outcome, consent.AlreadyAsked) for outcome in outcomes) == 2
    assert len(db.session.execute(sa.select(TalentGrant)).all()) == 1


def test_giving_and_lapsing_at_once_leave_one_answer(app, cast, at):
    profile = pool_profile(cast.ada, at)
    hiring_now(cast, at)
    grant = consent.ask_for_consent(profile, fields=["email"], why="x", until_at=at + 60 * DAYS, by=cast.acting(cast.emma), at=at)
    grant_id, ada = grant.id, cast.ada.id
    db.session.commit()
    late = at + consent.ANSWERED_WITHIN

    def give():
        found = db.session.get_one(TalentGrant, grant_id)
        consent.give_consent(found, fields=["email"], until_at=at + 50 * DAYS, by=acting(ada), at=late)
        return "given"

    at_once(app, give, lambda: erasure_notices.let_consents_end(at=late))
    db.session.expire_all()
    assert db.session.get_one(TalentGrant, grant_id).state in ("granted", "lapsed")
