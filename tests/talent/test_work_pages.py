"""Part-time work through the browser's eyes: each side sees what it may, and its next step."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.talent.consent_text import hash_of
from coursehub.talent.models import Dispute, Engagement, TalentGrant, Timesheet
from coursehub.talent.operations import disputes, engagements, timesheets
from coursehub.talent.working_days import local_day
from tests.cast import sign_in

from .work import DAYS, proposed, worker, working


@pytest.fixture
def emma(app, cast):
    return sign_in(app.test_client(), cast.emma)


@pytest.fixture
def theo(app, cast):
    return sign_in(app.test_client(), cast.theo)


def only(model):
    db.session.expire_all()
    return db.session.execute(sa.select(model).order_by(model.id.desc())).scalars().first()


@pytest.fixture
def today():
    return local_day(clock.now())


def proposal(today, **more):
    return {
        "title": "Mentoring", "about": "Reviews.", "form": "non_full_time", "weekly_hours": "10", "pay": "120", "currency": "CNY",
        "start_on": today.isoformat(), "approve_within_days": "5", **more,
    }  # fmt: skip


def test_work_is_proposed_accepted_put_down_and_approved(emma, theo, cast, today):
    profile = worker(cast, clock.now())
    place = f"/hire/work/new?person={profile.public_id}"
    assert "Propose work" in emma.get(place).text
    assert emma.post(place, data=proposal(today, pay="")).status_code == 422
    over = emma.post(place, data=proposal(today, weekly_hours="25"))
    assert over.status_code == 422 and "more hours a week than this form" in over.text
    assert emma.post(place, data=proposal(today)).status_code == 303
    row = only(Engagement)
    assert "Theo" not in emma.get(f"/work/{row.public_id}").text
    assert "Proposed to you" in theo.get("/career/work").text
    page = theo.get(f"/work/{row.public_id}").text
    assert "Accept this work" in page and "24 h" in page and "deposits or guarantees" in page
    assert (
        theo.post(
            f"/work/{row.public_id}/acts", data={"act": "accept", "paper": "no", "fields": ["display_name", "email"]}
        ).status_code
        == 303
    )
    assert "Theo Maas" in emma.get(f"/work/{row.public_id}").text
    monday = today - timedelta(days=today.weekday())
    weeks = f"/career/work/{row.public_id}/weeks"
    field = f"day-{today.weekday()}"
    unclear = theo.post(weeks, data={"week": monday.isoformat(), field: "three", "act": "keep"})
    assert unclear.status_code == 422 and 'value="three"' in unclear.text and "Write hours as a number" in unclear.text
    too_much = theo.post(weeks, data={"week": monday.isoformat(), field: "5", "act": "keep"})
    assert too_much.status_code == 422 and "more on one day" in too_much.text
    assert theo.post(weeks, data={"week": monday.isoformat(), field: "3.5", "act": "submit"}).status_code == 303
    sheet = only(Timesheet)
    assert (sheet.minutes, sheet.state) == (210, "submitted")
    assert sheet.public_id in emma.get("/hire/work").text
    preview = emma.get("/hire/work/approvals", query_string={"id": sheet.public_id}).text
    assert "420.00" in preview and "Approve 1 week" in preview
    assert emma.post("/hire/work/approvals", data={"id": sheet.public_id}).status_code == 303
    mine = theo.get("/career/work").text
    assert "420.00" in mine and "approved, not paid yet" in mine
    assert "No week waits for you" in emma.get("/hire/work").text


def test_a_paper_is_for_the_workers_eyes_alone(emma, theo, cast):
    now = clock.now()
    row = proposed(cast, worker(cast, now), now, start_on=local_day(now))
    url = f"/work/{row.public_id}"
    theo.post(f"{url}/acts", data={"act": "accept", "paper": "needed", "fields": ["display_name"]})
    wrong = theo.post(f"{url}/paper", data={"paper": (io.BytesIO(b"MZ"), "x.exe")})
    assert wrong.status_code == 422
    theo.post(f"{url}/paper", data={"paper": (io.BytesIO(b"%PDF-1.7 mine"), "consent.pdf")})
    assert only(Engagement).state == "active"
    own = theo.get(f"/career/work/{row.public_id}/paper")
    assert own.data == b"%PDF-1.7 mine" and own.headers["Content-Disposition"] == "attachment"
    assert emma.get(f"/career/work/{row.public_id}/paper").status_code == 404
    seen = emma.get(url).text
    assert "the paper is attached" in seen and "consent.pdf" not in seen


def test_nobody_but_the_two_sees_an_engagement_or_a_week(app, cast):
    now = clock.now()
    row = working(cast, worker(cast, now), now, start_on=local_day(now))
    sheet = timesheets.fill_week(row, _monday(now), {local_day(now): 60}, words="Secret", by=cast.acting(cast.theo), at=now)
    for other in (cast.emil, cast.ada, cast.stan):
        client = sign_in(app.test_client(), other)
        assert client.get(f"/work/{row.public_id}").status_code == 404
        assert client.get(f"/work/weeks/{sheet.public_id}").status_code == 404
        assert client.post(f"/work/{row.public_id}/acts", data={"act": "end", "reason": "x"}).status_code == 404
    emma = sign_in(app.test_client(), cast.emma)
    assert emma.get(f"/work/weeks/{sheet.public_id}").status_code == 404  # a draft is the worker's alone
    assert emma.post(f"/work/{row.public_id}/acts", data={"act": "accept"}).status_code == 404


def _monday(at):
    day = local_day(at)
    return day - timedelta(days=day.weekday())


def test_a_dispute_is_opened_answered_and_decided_by_the_house(app, emma, theo, cast):
    now = clock.now()
    row = working(cast, worker(cast, now), now, start_on=local_day(now))
    sheet = timesheets.fill_week(row, _monday(now), {local_day(now): 60}, words="", by=cast.acting(cast.theo), at=now)
    week = f"/work/weeks/{sheet.public_id}"
    theo.post(f"{week}/acts", data={"act": "submit"})
    emma.post(f"{week}/acts", data={"act": "dispute", "words": "Nobody was here."})
    assert "Nobody was here." in theo.get(week).text
    theo.post(f"{week}/acts", data={"act": "answer", "words": "I was on line."})
    assert "I was on line." in emma.get(week).text
    susi = sign_in(app.test_client(), cast.susi)
    assert "Nothing waits" in susi.get("/house/hours").text
    disputes.climb(at=now + 30 * DAYS)
    assert "I was on line." in susi.get("/house/hours").text
    dispute = only(Dispute)
    silent = susi.post(f"/house/hours/{dispute.public_id}/decisions", data={"act": "stands", "words": " "})
    assert silent.status_code == 422
    susi.post(f"/house/hours/{dispute.public_id}/decisions", data={"act": "stands", "words": "The log shows it."})
    assert only(Timesheet).state == "approved"
    assert "The log shows it." in theo.get(week).text
    corrected = theo.post(f"{week}/acts", data={"act": "correct", "words": "It was more."})
    assert corrected.status_code == 303
    assert "corrected by another" in theo.get(week).text


def test_a_worker_takes_a_week_back_and_either_side_pauses_and_ends(emma, theo, cast):
    now = clock.now()
    row = working(cast, worker(cast, now), now, start_on=local_day(now))
    sheet = timesheets.fill_week(row, _monday(now), {local_day(now): 60}, words="", by=cast.acting(cast.theo), at=now)
    week, url = f"/work/weeks/{sheet.public_id}", f"/work/{row.public_id}"
    theo.post(f"{week}/acts", data={"act": "submit"})
    theo.post(f"{week}/acts", data={"act": "take_back"})
    assert only(Timesheet).state == "draft"
    assert emma.post(f"{url}/acts", data={"act": "pause", "reason": " "}).status_code == 422
    emma.post(f"{url}/acts", data={"act": "pause", "reason": "Holidays"})
    assert "Holidays" in theo.get(url).text
    theo.post(f"{url}/acts", data={"act": "resume"})
    theo.post(f"{url}/acts", data={"act": "end", "reason": "Enough"})
    after = emma.get(url).text
    assert "Enough" in after and "Theo" not in after


def test_an_applicant_is_proposed_work_from_the_application(emma, cast, today):
    from dataclasses import replace

    from .hiring import TERMS, applied, opened

    now = clock.now()
    terms = replace(TERMS, kind="part_time", form="non_full_time", pay_period="hour", pay_minor=9_000, weekly_hours=12)
    application = applied(cast, opened(cast, now, terms=terms), cast.theo, now)
    place = f"/hire/work/new?application={application.public_id}"
    assert place in emma.get(f"/hire/applications/{application.public_id}").text
    assert 'value="90' in emma.get(place).text
    assert emma.post(place, data=proposal(today)).status_code == 303
    assert only(Engagement).application_id == application.id
    assert engagements.ANSWER_WITHIN_DAYS == 5


def test_what_the_employer_sees_is_chosen_with_the_yes_taken_back_and_given_again(emma, theo, cast, today):
    now = clock.now()
    row = proposed(cast, worker(cast, now), now, start_on=local_day(now))
    url = f"/work/{row.public_id}"
    nameless = theo.post(f"{url}/acts", data={"act": "accept", "paper": "no", "fields": ["email"]})
    assert nameless.status_code == 422 and "your name at least" in nameless.text
    for until in ("tomorrow", "2020-01-01", "2090-01-01"):
        wrong = theo.post(f"{url}/acts", data={"act": "accept", "paper": "no", "fields": ["display_name"], "until_on": until})
        assert wrong.status_code == 422 and "after two years at the latest" in wrong.text
    assert only(Engagement).state == "proposed"
    until = (today + 10 * DAYS).isoformat()
    theo.post(f"{url}/acts", data={"act": "accept", "paper": "no", "fields": ["display_name"], "until_on": until})
    grant = only(TalentGrant)
    assert (grant.purpose, grant.fields, local_day(grant.until_at - DAYS).isoformat()) == ("work", ["display_name"], until)
    assert grant.text_hash == hash_of(grant.text) and grant.text_hash in theo.get(url).text
    seen = emma.get(url).text
    assert "Theo Maas" in seen and "@" not in seen.split("<main")[1].split("</main>")[0]
    theo.post(f"/career/grants/{grant.public_id}/withdraw")
    without = emma.get(url).text
    assert "Theo" not in without and "under the code" in without
    assert "by the code" in theo.get(url).text
    assert theo.post(f"{url}/acts", data={"act": "show", "fields": ["display_name", "email"]}).status_code == 303
    assert "Theo Maas" in emma.get(url).text
    assert emma.post(f"{url}/acts", data={"act": "show", "fields": ["display_name"]}).status_code == 404
    theo.post(f"{url}/acts", data={"act": "end", "reason": "Enough"})
    assert "Theo" not in emma.get(url).text
    over = theo.post(f"{url}/acts", data={"act": "show", "fields": ["display_name"]})
    assert over.status_code == 409 and "This work is over" in over.text
