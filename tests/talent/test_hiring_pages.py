"""Hiring from an opening to a start, through the browser's eyes: each side sees what it may, and its next step."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.people.models import AccessLog
from coursehub.talent.models import Application, Batch, Interview, InterviewSlot, Introduction, Merge, Offer, Opening, Placement
from coursehub.talent.operations import introductions, offers, openings
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.working_days import local_day
from tests.cast import sign_in

from .hiring import TERMS, applied, opened, said, screened, second_recruiter, skill, wanted
from .test_consent import pool_profile

DAY = timedelta(days=1)


@pytest.fixture
def emma(app, cast):
    return sign_in(app.test_client(), cast.emma)


@pytest.fixture
def ada(app, cast):
    return sign_in(app.test_client(), cast.ada)


def only(model):
    db.session.expire_all()
    return db.session.execute(sa.select(model).order_by(model.id.desc())).scalars().first()


def typed(code: str, **more):
    return {
        "title": "Junior data engineer", "kind": "hire", "about": "Pipelines.", "form": "employee", "pay": "9000",
        "currency": "CNY", "pay_period": "month", "weekly_hours": "40", "city": "Shenzhen", "places": "1",
        "answer_within_days": "3", "guarantee_days": "90", "skill-0": code, "level-0": "2", "required-0": "yes", **more,
    }  # fmt: skip


def test_an_opening_is_written_given_back_mended_and_published(app, emma, cast):
    code = skill("py").code
    assert emma.post("/hire/openings/new", data=typed(code)).status_code == 303
    opening = only(Opening)
    own = f"/hire/openings/{opening.public_id}"
    assert emma.post(f"{own}/acts", data={"act": "submit"}).status_code == 303
    cato = sign_in(app.test_client(), cast.cato)
    assert "1 opening to publish" in cato.get("/house").text
    decisions = f"/house/openings/{opening.public_id}/decisions"
    cato.post(decisions, data={"act": "return", "reason": "Say who teaches."})
    given_back = emma.get(own).text
    assert "Given back by the house" in given_back and "Say who teaches." in given_back
    assert emma.post(f"{own}/edit", data=typed(code, about="With a mentor.")).status_code == 303
    emma.post(f"{own}/acts", data={"act": "submit"})
    cato.post(decisions, data={"act": "publish"})
    public = app.test_client().get(f"/openings/{opening.public_id}").text
    assert "With a mentor." in public and "9,000.00" in public
    assert opening.title in app.test_client().get("/openings?q=Junior").text
    assert emma.post(f"{own}/edit", data=typed(code)).status_code == 422  # its terms are fixed


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("pay", "", "Openings without pay"),
        ("city", "", "Name a city"),
        ("pay", "1.005", "more decimal places"),
        ("skill-0", "", "at least one skill"),
        ("weekly_hours", "90", "between 1 and 60"),
    ],
)
def test_a_wrong_opening_gets_a_clear_error_and_keeps_what_was_typed(app, emma, field, value, says):
    code = skill("py").code
    answer = emma.post("/hire/openings/new", data=typed(code, about="Kept words.") | {field: value})
    assert answer.status_code == 422 and says in answer.text and "Kept words." in answer.text
    assert db.session.execute(sa.select(sa.func.count()).select_from(Opening)).scalar_one() == 0


def test_somebody_applies_is_interviewed_gets_an_offer_and_starts(app, ada, emma, cast):
    now = clock.now()
    opening = opened(cast, now)
    fields = {"fields": ["display_name"], "message": "I built one."}
    assert ada.post(f"/openings/{opening.public_id}/applications", data=fields).status_code == 303
    row = only(Application)
    code = row.public_id[:5].upper()
    mine, theirs = f"/career/applications/{row.public_id}", f"/hire/applications/{row.public_id}"
    board = emma.get(f"/hire/openings/{opening.public_id}/board").text
    assert code in board and "Ada" not in board
    assert "Ada" in emma.get(f"/hire/openings/{opening.public_id}/board?names=1").text
    assert db.session.execute(sa.select(AccessLog.fields)).scalars().all()[-1] == ["display_name"]
    moves = {"id": row.public_id, "step": "screen"}
    assert emma.post(f"/hire/openings/{opening.public_id}/moves", data=moves).status_code == 303
    start = (now + 2 * DAY).strftime("%Y-%m-%dT10:00")
    times = {"kind": "video", "place": "Room 1", "minutes": "45", "times": [start]}
    assert emma.post(f"{theirs}/interviews", data=times).status_code == 303
    assert "Pick a time" in ada.get("/career").text
    slot = only(InterviewSlot)
    picks = f"/career/interviews/{only(Interview).public_id}/picks"
    assert ada.post(picks, data={"slot": slot.public_id}).status_code == 303
    assert "BEGIN:VEVENT" in ada.get(f"/interviews/{only(Interview).public_id}.ics").text
    first_day = local_day(now) + DAY
    said = {"pay": "9500", "weekly_hours": "40", "place": "Shenzhen", "start_on": first_day.isoformat()}
    less = emma.post(f"{theirs}/offers", data=said | {"pay": "8000"})
    assert less.status_code == 422 and "at least what the opening said" in less.text
    assert emma.post(f"{theirs}/offers", data=said).status_code == 303
    acts = f"/hire/offers/{only(Offer).public_id}/acts"
    emma.post(acts, data={"act": "approve"})
    soon = emma.post(acts, data={"act": "extend", "decide_by": (local_day(now) + DAY).isoformat()})
    assert soon.status_code == 422 and "five working days" in soon.text
    assert ada.get("/career/offers").text.count("/career/applications/") < 2  # nothing is out yet
    assert emma.post(acts, data={"act": "extend", "decide_by": (local_day(now) + 14 * DAY).isoformat()}).status_code == 303
    assert "An offer" in ada.get("/career").text and "9,500.00" in ada.get(mine).text
    assert ada.post(f"/career/offers/{only(Offer).public_id}/answers", data={"answer": "yes"}).status_code == 303
    placement = f"/placements/{only(Placement).public_id}"
    early = ada.post(f"{placement}/acts", data={"act": "confirm"})
    assert early.status_code == 409
    for client in (ada, emma):
        assert client.get(placement).status_code == 200
    assert sign_in(app.test_client(), cast.bo).get(placement).status_code == 404
    assert sign_in(app.test_client(), cast.emil).get(theirs).status_code == 404


def test_many_move_after_a_preview_and_come_back_by_undo(emma, cast):
    now = clock.now()
    opening = opened(cast, now)
    rows = [applied(cast, opening, person, now) for person in (cast.ada, cast.bo)]
    ids = [row.public_id for row in rows]
    place = f"/hire/openings/{opening.public_id}"
    preview = emma.get(f"{place}/moves", query_string={"step": "reject", "id": ids}).text
    assert "2 applications move" in preview and all(each[:5].upper() in preview for each in ids)
    no_reason = emma.post(f"{place}/moves", data={"step": "reject", "id": ids, "reason": ""})
    assert no_reason.status_code == 422 and "Say why" in no_reason.text
    emma.post(f"{place}/moves", data={"step": "reject", "id": ids, "reason": "filled", "words": "Thank you"})
    assert ids[0][:5].upper() in emma.get(f"{place}/table?ended=1").text
    assert "can be taken back" in emma.get(f"{place}/board").text
    emma.post(f"/hire/batches/{only(Batch).public_id}/undo")
    board = emma.get(f"{place}/board").text
    assert all(each[:5].upper() in board for each in ids)


def test_a_single_rejection_is_asked_for_its_reason_first(emma, cast):
    now = clock.now()
    opening = opened(cast, now)
    row = applied(cast, opening, cast.ada, now)
    asked = emma.post(f"/hire/openings/{opening.public_id}/moves", data={"step": "reject", "id": row.public_id})
    assert asked.status_code == 200 and "Reason, which the person reads" in asked.text
    assert only(Application).state == "applied"


def test_nobody_reads_a_scorecard_before_their_own_is_in_nor_a_note_that_is_not_for_them(app, emma, cast):
    now = clock.now()
    row = screened(cast, applied(cast, opened(cast, now), cast.ada, now), now)
    second_recruiter(cast)
    tara = sign_in(app.test_client(), cast.tara)
    tara.post("/account/organisation", data={"organisation": cast.harbour.public_id})
    page = f"/hire/applications/{row.public_id}"
    emma.post(f"{page}/scorecards", data={"verdict": "yes", "words": "Explains well."})
    emma.post(f"{page}/notes", data={"scope": "me", "text": "For my eyes."})
    emma.post(f"{page}/notes", data={"scope": "organisation", "text": "For all who hire."})
    before = tara.get(page).text
    assert "1 colleague has handed theirs in" in before and "Explains well." not in before
    assert "For all who hire." in before and "For my eyes." not in before
    tara.post(f"{page}/scorecards", data={"verdict": "no", "words": "Not yet."})
    assert "Explains well." in tara.get(page).text
    again = tara.post(f"{page}/scorecards", data={"verdict": "yes"}, follow_redirects=True).text
    assert "stays as it is" in again and "Not yet." in again


def test_an_introduction_is_written_read_and_accepted(ada, emma, cast):
    now = clock.now()
    profile = pool_profile(cast.ada, now)
    opening = opened(cast, now)
    place = f"/hire/people/{profile.public_id}/introductions"
    assert emma.post(place, data={"opening": opening.public_id, "message": " "}).status_code == 422
    assert emma.post(place, data={"opening": opening.public_id, "message": "Your pipeline is what we need."}).status_code == 303
    assert "9 / 10" in emma.get("/hire/introductions").text
    again = emma.post(place, data={"opening": opening.public_id, "message": "Again"})
    assert again.status_code == 409 and "already written" in again.text
    row = only(Introduction)
    letter = ada.get(f"/career/introductions/{row.public_id}").text
    assert "Your pipeline is what we need." in letter
    assert "seen" in emma.get("/hire/introductions").text
    nameless = ada.post(f"/career/introductions/{row.public_id}/answers", data={"answer": "yes", "fields": ["credentials"]})
    assert nameless.status_code == 422
    yes = ada.post(f"/career/introductions/{row.public_id}/answers", data={"answer": "yes", "fields": ["display_name"]})
    assert re.search("/career/applications/", yes.headers["Location"])
    sent = emma.get("/hire/introductions").text
    assert "accepted" in sent and "1 h" in sent  # answered at once: the shortest time that is told


def test_what_somebody_let_be_seen_ends_with_the_application(ada, emma, cast):
    now = clock.now()
    row = applied(cast, opened(cast, now), cast.ada, now)
    page = f"/hire/applications/{row.public_id}"
    assert "Ada Chen" in emma.get(page).text
    ada.post(f"/career/applications/{row.public_id}/withdrawals", data={"reason": "pay"})
    gone = emma.get(page).text
    assert "Ada" not in gone and "ada@example.org" not in gone and "Erase what you copied" in gone


def test_a_rescinded_offer_tells_why(ada, emma, cast):
    now = clock.now()
    row = applied(cast, opened(cast, now), cast.ada, now)
    screened(cast, row, now)
    by = cast.acting(cast.emma)
    offer = offers.draft_offer(row, said(start_on=local_day(now) + 30 * DAY), by=by, at=now)
    offers.approve_offer(offer, by=by, at=now)
    offers.extend_offer(offer, decide_by_at=due_after(now, 5), by=by, at=now)
    emma.post(f"/hire/offers/{offer.public_id}/acts", data={"act": "rescind", "reason": "The budget is gone."})
    assert "The budget is gone." in ada.get(f"/career/applications/{row.public_id}").text


def test_days_off_move_the_clocks_that_start_after_them(app, cast):
    fay = sign_in(app.test_client(), cast.fay)
    assert fay.post("/house/working-days", data={"on": "2031-10-01", "words": "National Day"}).status_code == 303
    assert "National Day" in fay.get("/house/working-days").text
    fay.post("/house/working-days/removals", data={"on": "2031-10-01"})
    assert "National Day" not in fay.get("/house/working-days").text


def test_a_calendar_address_shows_nothing_once_it_is_ended(app, ada):
    ada.post("/career/calendar", data={"act": "new"})
    address = re.search(r"/calendar/\w+/\w+\.ics", ada.get("/career/interviews").text)
    assert address is not None
    stranger = app.test_client()
    assert stranger.get(address[0]).status_code == 200
    assert stranger.get(address[0].replace(".ics", "0.ics")).status_code == 404
    ada.post("/career/calendar", data={"act": "revoke"})
    assert stranger.get(address[0]).status_code == 404


def test_two_applications_of_one_person_are_found_made_one_and_taken_apart(app, emma, cast):
    now = clock.now()
    opening = opened(cast, now)
    profile = pool_profile(cast.ada, now)
    word = introductions.introduce(opening, profile.public_id, message="Hello", by=cast.acting(cast.emma), at=now)
    by_word = introductions.accept_introduction(word, fields=["display_name"], by=cast.acting(cast.ada), at=now)
    by_list = applied(cast, opening, cast.ada, now, fields=("display_name", "email"))
    kept = f"/hire/applications/{by_list.public_id}"
    before = emma.get(kept).text
    assert "Perhaps the same person" in before and "ada@example.org" in before and by_word.public_id[:5].upper() in before
    stranger = sign_in(app.test_client(), cast.emil)
    assert stranger.post(f"{kept}/merges", data={"other": by_word.public_id}).status_code == 404
    together = emma.post(f"{kept}/merges", data={"other": by_word.public_id}, follow_redirects=True).text
    assert "They are one now" in together and "Perhaps the same person" not in together
    assert "Ada Chen" in together and "ada@example.org" not in together  # only what both let be seen
    assert by_word.public_id[:5].upper() not in emma.get(f"/hire/openings/{opening.public_id}/board").text
    emma.post(f"/hire/merges/{only(Merge).public_id}/undo")
    assert "ada@example.org" in emma.get(kept).text
    assert by_word.public_id[:5].upper() in emma.get(f"/hire/openings/{opening.public_id}/board").text


def test_an_employer_without_applications_or_introductions_is_shown_the_way_to_the_pool(emma, cast):
    opening = opened(cast, clock.now())
    for page in (f"/hire/openings/{opening.public_id}/board", "/hire/introductions"):
        assert re.search('href="/hire/pool"[^>]*>People in the pool', emma.get(page).text), page


def test_a_draft_is_read_as_people_will_see_it_by_its_own_recruiters_alone(app, cast, at):
    draft = openings.draft_opening(TERMS, wanted((skill("py"), 2)), by=cast.acting(cast.emma), at=at)
    address = f"/openings/{draft.public_id}"
    emma = sign_in(app.test_client(), cast.emma)
    shown = emma.get(address, headers={"Accept-Language": "en"})
    assert shown.status_code == 200 and "Nobody else sees this yet" in shown.text and draft.title in shown.text
    assert address in emma.get(f"/hire/openings/{draft.public_id}").text
    for other in (cast.emil, cast.ada):
        assert sign_in(app.test_client(), other).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 404
