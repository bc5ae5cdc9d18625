"""The page about one's own data: an archive of everything, and a wish to be forgotten that can be taken back."""

import io
import json
import zipfile
from datetime import timedelta

import sqlalchemy as sa

from coursehub import clock, jobs, storage
from coursehub.db import db, transaction
from coursehub.learning.credentials.operations import issue_credential
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.mail import Letter
from coursehub.people.models import SignInSession
from coursehub.privacy import operations
from coursehub.privacy.models import DataExport, ErasureWish
from coursehub.talent.operations import profiles
from tests.cast import sign_in
from tests.learning.course import make_course, make_release


def test_ada_takes_everything_with_her(app, cast, at):
    enrolment = enrol(person_id=cast.ada.id, release_id=make_release(make_course(cast.northwind, at=at), at=at).id, at=at)
    with transaction():
        completion = Completion(enrolment_id=enrolment.id, release_id=enrolment.release_id, at=at)
        db.session.add(completion)
        db.session.flush()
    credential = issue_credential(completion.id, at=at)
    profiles.begin_profile(by=cast.acting(cast.ada), at=at)
    ada = sign_in(app.test_client(), cast.ada)
    assert ada.post("/account/data/exports").status_code == 303
    assert "Being put together" in ada.get("/account/data").text
    assert ada.post("/account/data/exports").status_code == 409
    jobs.run_due(at=clock.now(), strict=True)
    export = db.session.execute(sa.select(DataExport)).scalar_one()
    assert (export.done, export.total) == (4, 4)
    assert "Your data is ready to be fetched" in db.session.execute(sa.select(Letter.subject)).scalars().all()
    answer = ada.get(f"/account/data/exports/{export.public_id}")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert sorted(archive.namelist()) == sorted([
        "README.txt", "export.txt", "talent.json", "sales.json", "learning.json", "people.json", "events.json", "resume.json",
        f"credentials/{credential.public_id}.json",
    ])  # fmt: skip
    assert json.loads(archive.read("people.json"))["vault"]["display_name"] == "Ada Chen"
    assert json.loads(archive.read(f"credentials/{credential.public_id}.json")) == credential.document
    assert {fact["kind"] for fact in json.loads(archive.read("events.json"))} == {"enrolled", "certified"}
    bo = sign_in(app.test_client(), cast.bo)
    assert bo.get(f"/account/data/exports/{export.public_id}").status_code == 404


def test_an_archive_is_taken_away_when_its_days_are_over(cast, at):
    export = operations.ask_for_export(by=cast.acting(cast.ada), at=at)
    jobs.run_due(at=at, strict=True)
    key = export.storage_key
    operations.drop_old_exports(at=at + timedelta(days=7) - timedelta(seconds=1))
    assert storage.exists(key)
    operations.drop_old_exports(at=at + timedelta(days=7))
    assert not storage.exists(key) and export.storage_key is None
    assert operations.ask_for_export(by=cast.acting(cast.ada), at=at + timedelta(days=8))


def test_a_session_that_is_not_fresh_gives_its_password_first(app, cast):
    ada = sign_in(app.test_client(), cast.ada)
    with db.engine.begin() as connection:
        connection.execute(sa.update(SignInSession).values(fresh_at=clock.now() - timedelta(hours=1)))
    for path in ("/account/data/exports", "/account/data/forget"):
        answer = ada.post(path)
        assert answer.status_code == 303 and "confirm-it-is-you" in answer.headers["Location"]
    assert db.session.execute(sa.select(ErasureWish)).first() is None


def test_ada_asks_to_be_forgotten_takes_it_back_and_is_warned_by_letter(app, cast):
    ada = sign_in(app.test_client(), cast.ada)
    assert ada.post("/account/data/forget").status_code == 303
    page = ada.get("/account/data").text
    assert "You will be forgotten on" in page and "I stay after all" in page
    jobs.run_due(at=clock.now(), strict=True)
    letter = db.session.execute(sa.select(Letter)).scalar_one()
    assert letter.subject.startswith("You will be forgotten on") and letter.body.count("https://") == 1
    ada.post("/account/data/stay")
    assert "Forget me" in ada.get("/account/data").text
    for language, word in (("en", "Take my data with me"), ("zh-CN", "带走我的数据")):
        ada.set_cookie("language", language, domain="localhost")
        assert word in ada.get("/account/data").text


def test_whoever_is_forgotten_is_signed_out_and_cannot_sign_in(app, cast):
    ada = sign_in(app.test_client(), cast.ada)
    wish = operations.ask_to_be_forgotten(by=cast.acting(cast.ada), at=clock.now() - timedelta(days=8))
    assert ada.get("/account").status_code == 200
    operations.forget_whose_time_has_come(at=wish.due_at)
    assert ada.get("/account").status_code == 303
    answer = app.test_client().post("/sign-in", data={"email": "ada@example.org", "password": "a calm harbour at low tide"})
    assert answer.status_code != 303
