"""The authors' and reviewers' pages, from package to listing."""

import io
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from coursehub import clock, jobs
from coursehub.catalog import operations, queries
from coursehub.catalog.models import Course, CourseImport, Release, ReleaseReview, Step
from coursehub.db import db
from coursehub.mail import Letter
from tests.cast import Cast, sign_in
from tests.catalog.samples import house_course, pack
from tests.catalog.test_releases import draft


def upload(client: FlaskClient, data: bytes, **form: str) -> str:
    """Send a package and go where the answer leads."""
    fields = {"package": (io.BytesIO(data), "tides.zip"), **form}
    answer = client.post("/studio/courses/new", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def work() -> None:
    """Let the worker do what is due."""
    jobs.run_due(at=clock.now() + timedelta(seconds=1), strict=True)


def test_an_author_uploads_a_package_leaves_and_finds_the_report(app: Flask, cast: Cast, client: FlaskClient) -> None:
    operations.load_skills(at=clock.now())
    sign_in(client, cast.pia)
    assert "No course yet" in client.get("/studio/courses").text
    page = upload(client, pack(house_course()))
    waiting = client.get(page).text
    assert "data-going" in waiting and "Look again" in waiting and "being read" in waiting
    work()
    done = client.get(page).text
    assert "data-going" not in done and "The package has been read" in done
    assert "notes.txt: no page uses it" in done
    assert "Reading the tide" in client.get("/studio/courses").text
    letter = db.session.query(Letter).filter(Letter.person_id == cast.pia.id).one()
    assert "has been read" in letter.subject and page in letter.body


def test_a_refused_package_says_why_and_leaves_nothing(app: Flask, cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    page = upload(client, pack({**house_course(), "../evil.txt": b"x"}))
    work()
    assert "leads out of the package" in client.get(page).text
    assert db.session.query(Course).count() == 0
    assert db.session.query(CourseImport).one().state == "refused"


def test_an_upload_without_a_file_keeps_the_form(app: Flask, cast: Cast, client: FlaskClient) -> None:
    sign_in(client, cast.pia)
    answer = client.post("/studio/courses/new", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "Choose a zip file." in answer.text


def test_every_page_of_a_draft_opens_for_its_authors_and_for_nobody_else(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    base = f"/studio/releases/{release.public_id}"
    course = db.session.get_one(Course, release.course_id)
    pages = [
        f"/studio/courses/{course.public_id}", base, f"{base}?lang=zh-CN", f"{base}/report", f"{base}/facts",
        *[f"{base}/steps/{key}" for key in ("l1-read", "l1-quiz", "l2-read", "l2-code")],
        f"{base}/steps/l1-read/mending", f"{base}/steps/l1-quiz/mending", f"{base}/files/steps/l1-read/gauge.png",
    ]  # fmt: skip
    sign_in(client, cast.pia)
    for page in pages:
        assert client.get(page).status_code == 200, page
    sign_in(client, cast.eve)
    for page in pages:
        assert client.get(page).status_code == 404, page


def test_answers_are_marked_for_authors_and_hidden_in_no_attribute(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    sign_in(client, cast.pia)
    text = client.get(f"/studio/releases/{release.public_id}/steps/l1-quiz").text
    assert "right" in text and "3.5" in text


def test_mending_a_page_shows_a_preview_first_and_can_be_undone(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    sign_in(client, cast.pia)
    page = f"/studio/releases/{release.public_id}/steps/l1-read"
    typed = {"title": "Twice", "source": "Now **bold** <script>alert(1)</script>"}
    preview = client.post(f"{page}/mending?lang=en", data={**typed, "then": "preview"}).text
    assert "<strong>bold</strong>" in preview and "<script>alert" not in preview
    kept = queries.step_for(release.id, "l1-read", "en")
    assert kept is not None and kept.title == "Twice a day"
    assert client.post(f"{page}/mending?lang=en", data=typed).status_code == 303
    assert "<strong>bold</strong>" in client.get(page).text
    assert client.post(f"{page}/undoing?lang=en").status_code == 303
    assert "<strong>bold</strong>" not in client.get(page).text


def test_mending_a_quiz_changes_words_in_one_language_and_answers_in_all(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    sign_in(client, cast.pia)
    page = f"/studio/releases/{release.public_id}/steps/l1-quiz/mending?lang=en"
    wrong = client.post(page, data={"title": "Quiz", "attempts": "2", "pass_percent": "60"})
    assert wrong.status_code == 422 and "mark the right answer" in wrong.text
    data = {
        "title": "Quiz", "attempts": "2", "pass_percent": "60", "correct:how-often": "once", "points:height": "4",
        "answer:height": "3.6", "tolerance:height": "0", "text:how-often.prompt": "How *often*?", "text:evil.prompt": "x",
    }  # fmt: skip
    preview = client.post(page, data={**data, "then": "preview"}).text
    assert "How <em>often</em>?" in preview and "3.6" in preview
    unchanged = queries.step_for(release.id, "l1-quiz", "en")
    assert unchanged is not None and unchanged.definition["attempts"] == 3
    assert client.post(page, data=data).status_code == 303
    english, chinese = (queries.step_for(release.id, "l1-quiz", locale) for locale in ("en", "zh-CN"))
    assert english is not None and chinese is not None
    assert english.texts_html["how-often.prompt"] == "How <em>often</em>?"
    assert chinese.texts["how-often.prompt"] == "一天里有几次*高*潮？" and "evil.prompt" not in english.texts
    questions = {question["id"]: question for question in chinese.definition["questions"]}
    assert [choice["correct"] for choice in questions["how-often"]["choices"]] == [True, False]
    assert questions["height"]["answer"] == "3.6" and chinese.definition["attempts"] == 2


def test_the_whole_road_from_facts_to_approval_and_a_second_release(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    base = f"/studio/releases/{release.public_id}"
    sign_in(client, cast.pia)
    facts = {"level": "intermediate", "licence": "MIT", "version": "1.0.0", "teachers": "Pia\nTara",
             "title-en": "Tides", "title-zh-CN": "潮汐", "summary-en": "Short.", "summary-zh-CN": "短。",
             "outcomes-en": "One\nTwo", "outcomes-zh-CN": "一", "skill-0": "data.analysis", "skill-level-0": "3"}  # fmt: skip
    assert client.post(f"{base}/facts", data={**facts, "title-zh-CN": " "}).status_code == 422
    assert client.post(f"{base}/facts", data=facts).status_code == 303
    assert client.post(f"{base}/submission").status_code == 303
    db.session.refresh(release)
    assert release.state == "submitted" and release.level == "intermediate"
    assert client.post(f"{base}/steps/l1-read/mending", data={"title": "x", "source": "y"}).status_code == 303
    review = db.session.query(ReleaseReview).one()
    house = f"/house/reviews/{review.public_id}"
    assert client.get(house).status_code == 403
    sign_in(client, cast.stan)
    assert "潮汐" in client.get("/house/reviews").text or "Tides" in client.get("/house/reviews").text
    assert client.post(f"{house}/approval", data={}).status_code == 303
    db.session.refresh(review)
    assert review.decision is None, "an approval needs somebody who took the review"
    client.post(f"{house}/taking")
    client.post(f"{house}/remarks", data={"body": "Say which sea.", "step": "l1-read"})
    assert "Say which sea." in client.get(house).text
    assert client.post(f"{house}/changes", data={"summary": "Nearly there."}).status_code == 303
    work()
    letter = db.session.query(Letter).filter(Letter.person_id == cast.pia.id).order_by(Letter.id.desc()).first()
    assert letter is not None and "Say which sea." in letter.body and "Nearly there." in letter.body
    sign_in(client, cast.pia)
    course = db.session.get_one(Course, release.course_id)
    assert client.post(f"/studio/courses/{course.public_id}/drafts").status_code == 303
    second = db.session.query(Release).filter(Release.number == 2).one()
    row = db.session.query(Step).filter(Step.release_id == second.id, Step.key == "l1-read").one()
    operations.mend_text(
        row, "en", title="Twice a day", source="The North Sea rises twice a day.", by=cast.acting(cast.pia), at=at
    )
    assert "The North Sea rises twice a day." in client.get(f"/studio/releases/{second.public_id}/changes?lang=en").text
    operations.submit_release(second, by=cast.acting(cast.pia), at=at)
    sign_in(client, cast.stan)
    again = db.session.query(ReleaseReview).filter(ReleaseReview.release_id == second.id).one()
    client.post(f"/house/reviews/{again.public_id}/taking")
    assert "The North Sea rises twice a day." in client.get(f"/house/reviews/{again.public_id}").text
    client.post(f"/house/reviews/{again.public_id}/approval", data={"summary": ""})
    assert queries.approved_release(course.id) == second


def test_files_are_public_only_when_a_listed_preview_shows_them(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    gauge, data = (f"/assets/{release.public_id}/steps/{name}" for name in ("l1-read/gauge.png", "l2-read/tides.csv"))
    assert client.get(gauge).status_code == 404
    review = operations.submit_release(release, by=cast.acting(cast.pia), at=at)
    operations.take_review(review, by=cast.acting(cast.stan), at=at)
    operations.approve_release(review, by=cast.acting(cast.stan), at=at)
    operations.list_release(release, at=at)
    shown = client.get(gauge, headers={"Range": "bytes=0-3"})
    assert (shown.status_code, shown.data) == (206, b"\x89PNG")
    assert shown.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in shown.headers["Content-Security-Policy"]
    assert client.get(data).status_code == 404
    sign_in(client, cast.pia)
    own = client.get(f"/studio/releases/{release.public_id}/files/steps/l2-read/tides.csv")
    assert own.status_code == 200 and own.headers["Content-Disposition"].startswith("attachment")


def test_a_draft_can_be_discarded_and_its_course_stays(
    app: Flask, cast: Cast, client: FlaskClient, tmp_path: Path, at: datetime
) -> None:
    release = draft(cast, tmp_path, at)
    sign_in(client, cast.pia)
    assert client.post(f"/studio/releases/{release.public_id}/discarding").status_code == 303
    assert db.session.query(Release).count() == 0
    assert "No release yet" in client.get("/studio/courses").text
