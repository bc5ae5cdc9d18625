"""Being forgotten: canaries in every personal field leave no trace in any table or file, and every chain still verifies."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from coursehub import jobs, storage
from coursehub.db import db, transaction
from coursehub.learning import chain
from coursehub.learning.credentials.operations import choose_name, issue_credential
from coursehub.learning.models import Answer, Attempt, Completion, CourseReview, Enrolment, Question, Report, StepProgress
from coursehub.learning.operations import enrol
from coursehub.learning.operations.evidence import record_evidence
from coursehub.learning.queries.evidence import chain_links
from coursehub.mail import Letter, LetterOptOut
from coursehub.people import operations as people
from coursehub.people.actor import actor_for
from coursehub.people.models import (
    AccessLog,
    Invitation,
    Look,
    Membership,
    PersonalRecord,
    RecoveryCode,
    SecondFactor,
    SignInSession,
)
from coursehub.people.operations.persons import accept_texts, add_person
from coursehub.privacy import operations
from coursehub.privacy.models import DataExport
from coursehub.sales.models import SupportMessage
from coursehub.talent.models import CareerFact, Move, Profile, ShortlistEntry, TalentGrant
from coursehub.talent.operations import blocks, consent, profile_parts, profiles, searches, shortlists
from coursehub.talent.operations.exports import export_people
from coursehub.talent.pool_search import PoolSearch
from tests.cast import password_hash
from tests.learning.course import make_course, make_release
from tests.talent.hiring import hiring_now, in_pool

from .dump import traces

NAME = "Quillfeather Zanzibar"
WORDS = "quillcanary"
CANARIES = ["quillfeather", "zanzibar", WORDS, "1987-06-05"]
DAYS = timedelta(days=1)


@pytest.fixture
def quill(cast, at):
    with transaction():
        person = add_person(
            display_name=NAME, email=f"{WORDS}.own@example.org", password_hash=password_hash(), locale="en",
            birth_on=date(1987, 6, 5), at=at,
        )  # fmt: skip
        person.confirmed_at = at
        accept_texts(person, locale="en", at=at)
        record = db.session.get_one(PersonalRecord, person.id)
        record.guardian_email, record.next_email = f"{WORDS}.guardian@example.org", f"{WORDS}.next@example.org"
    return person


def live_a_life(quill, cast, at):
    """Words of hers in every place that takes any."""
    me = actor_for(quill)
    course = make_course(cast.northwind, at=at)
    release = make_release(course, at=at)
    enrolment = enrol(person_id=quill.id, release_id=release.id, at=at)
    step_id, step_key = db.session.execute(sa.text("SELECT id, key FROM step ORDER BY id LIMIT 1")).one()
    with transaction():
        question = Question(course_id=course.id, step_key=step_key, person_id=quill.id, text=f"Why {WORDS}?", asked_at=at)
        db.session.add(question)
        db.session.flush()
        completion = Completion(enrolment_id=enrolment.id, release_id=release.id, at=at)
        session = SignInSession(person_id=quill.id, token_hash="x" * 64, device="Firefox", begun_at=at, seen_at=at, fresh_at=at)
        progress = db.session.execute(
            sa.select(StepProgress).where(StepProgress.enrolment_id == enrolment.id)
        ).scalars().first() or StepProgress(enrolment_id=enrolment.id, step_key=step_key, opened_at=at, last_seen_at=at)
        progress.draft = f"# {WORDS}"
        db.session.add_all([completion, session, progress])
        db.session.flush()
        db.session.add_all([
            Answer(question_id=question.id, person_id=quill.id, text=f"Because {WORDS}", answered_at=at, marked_at=at),
            CourseReview(course_id=course.id, person_id=quill.id, stars=4, text=f"Good {WORDS}", written_at=at),
            Report(subject="course", subject_id=course.id, course_id=course.id, reporter_id=quill.id, why="other", text=WORDS, reported_at=at),
            SupportMessage(person_id=quill.id, text=f"Help {WORDS}", written_at=at, answer=f"Dear {NAME}", answered_at=at, answered_by_id=cast.susi.id),
            AccessLog(person_id=quill.id, by_id=cast.susi.id, purpose="support", fields=["email"], reason=f"{NAME} called", at=at),
            Look(person_id=quill.id, staff_id=cast.susi.id, session_id=session.id, reason=f"{NAME} called", begun_at=at, ended_at=at),
            LetterOptOut(person_id=quill.id, kind="career", since_at=at),
            SecondFactor(person_id=quill.id, sealed_secret="s", begun_at=at), RecoveryCode(person_id=quill.id, code_hash="h", made_at=at),
            Invitation(organisation_id=cast.northwind.id, email=f"{WORDS}.own@example.org", email_key=f"{WORDS}.own@example.org",
                       roles="teacher", token_hash="i" * 64, invited_by_id=cast.pia.id, made_at=at, expires_at=at + 9 * DAYS),
            Letter(key="a", person_id=quill.id, to=f"{WORDS}.own@example.org", locale="en", kind="x", subject=f"For {NAME}", body="x", written_at=at),
            Letter(key="b", person_id=None, to=f"{WORDS}.guardian@example.org", locale="en", kind="x", subject="x", body=NAME, written_at=at),
            Letter(key="c", person_id=cast.pia.id, to="pia@example.org", locale="en", kind="x", subject=f"{NAME} joined", body=f"Hello, {NAME} joined.", written_at=at),
            *(Attempt(enrolment_id=enrolment.id, step_id=step_id, step_key=step_key, kind=kind, purpose="try", n=n, state=state,
                      submitted=submitted, passed=None if state == "waiting" else True, score_bps=None, feedback={"said": WORDS}, grader=None, at=at)
              for n, (kind, state, submitted) in enumerate(
                  [("code", "waiting", {"source": WORDS}), ("quiz", "graded", {"answers": {"q": WORDS}})], start=1)),
        ])  # fmt: skip
    credential = issue_credential(completion.id, at=at)
    choose_name(credential, shown=True, by=me, at=at)
    assert NAME in str(credential.document)
    profile = profiles.begin_profile(by=me, at=at)
    said = profiles.Description(
        headline=f"{WORDS} maker", about=f"I make {WORDS}", city=f"{WORDS}town", remote=True, weekly_hours=20, available_from=None,
        forms=("employee",), pay_floor_minor=1, pay_floor_currency="CNY", pay_floor_period="hour",
    )  # fmt: skip
    profiles.describe_myself(profile, said, by=me, at=at)
    profiles.choose_visibility(profile, "named", by=me, at=at)
    profile_parts.claim_skill(profile, WORDS, by=me, at=at)
    item = profile_parts.add_portfolio_item(
        profile, title=WORDS, address=f"https://{WORDS}.example.org", text=WORDS, by=me, at=at
    )
    profile_parts.remove_portfolio_item(profile, item, by=me, at=at)
    profile_parts.add_blackout(profile, from_on=at.date(), until_on=at.date() + DAYS, by=me, at=at)
    blocks.say_where_i_work(cast.beacon, by=me, at=at)
    hiring_now(cast, at)
    asked = consent.ask_for_consent(
        profile, fields=["email"], why=f"Dear {NAME}", until_at=at + 60 * DAYS, by=cast.acting(cast.emma), at=at
    )
    consent.give_consent(asked, fields=["email"], until_at=at + 60 * DAYS, by=me, at=at)
    with transaction():
        db.session.add(
            Move(
                machine="grant", subject_id=asked.id, n=99, move="x", from_state="", to_state="", at=at, reason=f"{NAME} said so"
            )
        )
    keep_her(profile, cast, at)
    keep_others(quill, cast, at)
    people.add_member(cast.northwind, quill, "teacher", at=at)
    operations.ask_for_export(by=me, at=at)
    return credential


def keep_her(profile, cast, at):
    """An employer keeps her on a list, remarks on her, saves a search that finds her and takes her out as a file."""
    emma = cast.acting(cast.emma)
    shortlist = shortlists.begin_shortlist(title=f"{NAME} and others", by=emma, at=at)
    shortlists.keep(shortlist, [profile.public_id], by=emma, at=at)
    entry = db.session.execute(sa.select(ShortlistEntry).where(ShortlistEntry.shortlist_id == shortlist.id)).scalar_one()
    shortlists.remark(entry, shortlist, text=f"{NAME} is calm", scope="organisation", by=emma, at=at)
    searches.save_search(PoolSearch(hours=10), title="Ten hours", alert="daily", by=emma, at=at)
    export_people([profile.id], purpose="meeting", words=f"About {NAME}.", source=shortlist.title, by=emma, at=at)


def keep_others(quill, cast, at):
    """She hires for somebody, too, and keeps a person there, in her own words."""
    people.add_member(cast.beacon, quill, "hr", at=at)
    me, bo = actor_for(quill, cast.beacon.id), in_pool(cast.bo, at)
    shortlist = shortlists.begin_shortlist(title=WORDS, by=me, at=at)
    shortlists.keep(shortlist, [bo.public_id], by=me, at=at)
    entry = db.session.execute(sa.select(ShortlistEntry).where(ShortlistEntry.shortlist_id == shortlist.id)).scalar_one()
    shortlists.remark(entry, shortlist, text=f"I find {WORDS}", scope="organisation", by=me, at=at)
    searches.save_search(PoolSearch(words=WORDS), title=WORDS, alert="off", by=me, at=at)
    export_people([bo.id], purpose="choose", words=f"Because {WORDS}", source=WORDS, by=me, at=at)


def settle(at):
    jobs.run_due(at=at, strict=True)


def test_after_being_forgotten_no_canary_is_left_anywhere(quill, cast, at):
    credential = live_a_life(quill, cast, at)
    settle(at)
    export = db.session.execute(sa.select(DataExport)).scalar_one()
    assert export.ready_at is not None and storage.exists(export.storage_key)
    before = traces(CANARIES)
    assert len({place.split(":")[0] for place in before}) > 25, before

    wish = operations.ask_to_be_forgotten(by=actor_for(quill), at=at)
    settle(at)
    operations.forget_whose_time_has_come(at=wish.due_at - timedelta(seconds=1))
    assert db.session.get(PersonalRecord, quill.id) is not None
    operations.forget_whose_time_has_come(at=wish.due_at)
    settle(wish.due_at)

    assert traces(CANARIES) == []
    db.session.expire_all()
    assert quill.erased_at == wish.due_at and quill.password_hash is None
    assert db.session.execute(sa.select(SignInSession.ended_at)).scalars().all() == [wish.due_at]
    ended = set(db.session.execute(sa.select(Membership.ended_at).where(Membership.person_id == quill.id)).scalars())
    assert ended == {wish.due_at}
    assert (credential.holder_name, credential.name_shown, credential.revoked_at) == (None, False, None)
    assert db.session.execute(sa.select(CareerFact.kind).where(CareerFact.person_id == quill.id)).scalars().all() != []
    profile = db.session.execute(sa.select(Profile).where(Profile.person_id == quill.id)).scalar_one()
    assert (profile.visibility, profile.pay_floor_minor, profile.forms) == ("hidden", None, [])


def test_evidence_still_verifies_and_the_organisation_that_had_a_consent_is_asked_to_erase(quill, cast, at):
    live_a_life(quill, cast, at)
    enrolment = db.session.execute(sa.select(Enrolment)).scalar_one()
    step_key = db.session.execute(sa.text("SELECT key FROM step ORDER BY id LIMIT 1")).scalar_one()
    with transaction():
        for n in range(3):
            record_evidence(
                enrolment,
                step_key=step_key,
                kind="quiz",
                verdict="passed",
                inputs={"n": n},
                outputs={"ok": True},
                grader="g",
                at=at,
            )
    links = chain_links(enrolment)
    wish = operations.ask_to_be_forgotten(by=actor_for(quill), at=at)
    operations.forget_whose_time_has_come(at=wish.due_at)
    settle(wish.due_at)
    assert chain_links(enrolment) == links and chain.breaks(links) == []
    grant = db.session.execute(sa.select(TalentGrant)).scalar_one()
    assert grant.state == "erasure_notified"
    assert [x.to for x in db.session.execute(sa.select(Letter).where(Letter.key.like("talent.erase:%"))).scalars()] == [
        "emma@example.org"
    ]


def test_forgetting_twice_changes_nothing_more(quill, cast, at):
    live_a_life(quill, cast, at)
    wish = operations.ask_to_be_forgotten(by=actor_for(quill), at=at)
    operations.forget_whose_time_has_come(at=wish.due_at)
    operations.forget(wish.id, at=wish.due_at + DAYS)
    operations.forget_what_rooms_above_hold(quill.id, at=wish.due_at + DAYS)
    settle(wish.due_at + DAYS)
    assert traces(CANARIES) == [] and quill.erased_at == wish.due_at


def test_a_wish_taken_back_changes_nothing(quill, cast, at):
    wish = operations.ask_to_be_forgotten(by=actor_for(quill), at=at)
    with pytest.raises(operations.AskedAlready):
        operations.ask_to_be_forgotten(by=actor_for(quill), at=at)
    operations.stay_after_all(wish, by=actor_for(quill), at=at + 6 * DAYS)
    operations.forget_whose_time_has_come(at=at + 30 * DAYS)
    assert db.session.get_one(PersonalRecord, quill.id).display_name == NAME
    assert operations.ask_to_be_forgotten(by=actor_for(quill), at=at + 31 * DAYS).due_at == at + 38 * DAYS


def test_somebody_whom_people_forget_by_themselves_is_forgotten_by_the_rooms_above_too(quill, cast, at):
    live_a_life(quill, cast, at)
    settle(at)
    with transaction():
        quill.confirmed_at = None
    people.forget_what_is_over(at=at + 40 * DAYS)
    settle(at + 40 * DAYS)
    assert traces(CANARIES) == []


def test_the_only_owner_of_an_organisation_with_others_in_it_names_another_first(cast, at):
    _ = cast.tara
    with pytest.raises(operations.OwnsAlone):
        operations.ask_to_be_forgotten(by=cast.acting(cast.pia), at=at)


def test_a_namesake_keeps_their_own_letters(quill, cast, at):
    with transaction():
        twin = add_person(display_name=NAME, email="twin@example.org", password_hash=None, locale="en", birth_on=None, at=at)
        db.session.add(
            Letter(
                key="t",
                person_id=twin.id,
                to="twin@example.org",
                locale="en",
                kind="x",
                subject="x",
                body=f"Hello {NAME}",
                written_at=at,
            )
        )
    with transaction():
        people.forget_person(quill, "erased_by_wish", at=at)
    assert db.session.execute(sa.select(Letter.body).where(Letter.key == "t")).scalar_one() == f"Hello {NAME}"


def test_a_planted_leak_is_found_in_a_row_in_json_and_in_a_file(quill, cast, at):
    from coursehub import events

    assert traces(["leakcanary"]) == []
    with transaction():
        events.record("planted.leak", at=at, who="leakcanary")
    storage.put(b"leakcanary in a file", suffix=".txt")
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep.json", '{"who": "leakcanary"}')
    storage.put(out.getvalue(), suffix=".zip")
    places = [place for place in traces(["leakcanary"]) if not place.startswith("bytes of")]
    assert len(places) == 3 and any("event.payload" in p for p in places) and any("deep.json" in p for p in places)


def test_moves_stay_as_they_were_but_for_an_emptied_reason(cast, at):
    with transaction():
        row = Move(machine="grant", subject_id=1, n=1, move="begin", from_state="", to_state="requested", at=at, reason="said")
        db.session.add(row)
    for change in ({"reason": "other"}, {"to_state": "granted", "reason": ""}, {"n": 2}):
        with pytest.raises(sa.exc.DBAPIError), transaction():
            db.session.execute(sa.update(Move).values(**change))
    with transaction():
        db.session.execute(sa.update(Move).values(reason=""))
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.delete(Move))
