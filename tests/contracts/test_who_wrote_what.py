"""Module weights from the release history: makers named at the hand-in, parts on a page, facts with the releases' hashes."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.catalog import operations as catalog
from coursehub.catalog import queries as shelf
from coursehub.catalog.manifest import hash_of, manifest_of
from coursehub.catalog.models import Course, ModuleMaker, Step
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.operations.makers import NoMaker
from coursehub.contracts import operations, queries
from coursehub.contracts.operations.authorship import NothingWritten, SameWeights, record_weights
from coursehub.contracts.operations.facts import hash_of_fact
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from tests.cast import sign_in
from tests.catalog.test_releases import draft

from .rig import agree

DAY = timedelta(days=1)


def approve(cast, release, at):
    stan = cast.acting(cast.stan)
    review = catalog.submit_release(release, by=cast.acting(cast.pia), at=at)
    catalog.take_review(review, by=stan, at=at)
    catalog.approve_release(review, by=stan, at=at)


@pytest.fixture
def first(cast, tmp_path, at):
    release = draft(cast, tmp_path, at)
    approve(cast, release, at)
    return release


@pytest.fixture
def course(first):
    return db.session.get_one(Course, first.course_id)


def second_release(cast, first, at):
    """Pia begins the next release; the house has written what is new in its first lesson."""
    pia = cast.acting(cast.pia)
    release = catalog.revise_release(first, by=pia, at=at)
    catalog.name_makers(release, {"l1": cast.house.id, "l2": cast.northwind.id}, by=pia, at=at)
    view = shelf.step_for(release.id, "l1-read", "en")
    new = " ".join(f"new{n}" for n in range(50))
    step = db.session.get_one(Step, view.id)
    catalog.mend_text(step, "en", title=view.title, source=f"{view.source}\n\n{new}\n", by=pia, at=at)
    approve(cast, release, at)
    return release


def test_makers_are_named_by_the_authors_of_a_draft_and_sealed_with_it(cast, first, at):
    pia = cast.acting(cast.pia)
    with pytest.raises(NotADraft):
        catalog.name_makers(first, {"l1": cast.house.id}, by=pia, at=at)
    release = catalog.revise_release(first, by=pia, at=at)
    with pytest.raises(NotAllowed):
        catalog.name_makers(release, {"l1": cast.house.id}, by=cast.acting(cast.eve), at=at)
    with pytest.raises(NoMaker):
        catalog.name_makers(release, {"l1": 987_654}, by=pia, at=at)
    plain = hash_of(manifest_of(release))
    assert "makers" not in manifest_of(release)  # releases from before keep their hashes
    catalog.name_makers(release, {"l1": cast.house.id, "l2": cast.northwind.id, "no-such": cast.house.id}, by=pia, at=at)
    assert manifest_of(release)["makers"] == {"l1": cast.house.public_id} and hash_of(manifest_of(release)) != plain
    approve(cast, release, at)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(sa.delete(ModuleMaker).where(ModuleMaker.release_id == release.id))
    again = catalog.revise_release(release, by=pia, at=at)
    assert shelf.named_makers(again.id) == {}  # it is about what the next release adds


def test_the_words_of_the_house_are_its_own_and_recorded_with_the_hashes_of_the_releases(cast, first, course, at):
    contract, _terms = agree(cast, course, at)
    pia, northwind, house = cast.acting(cast.pia), cast.northwind.public_id, cast.house.public_id
    (fact,) = record_weights(contract, course, by=pia, at=at)
    assert (fact.party, fact.value) == (northwind, 10_000)
    with pytest.raises(SameWeights):
        record_weights(contract, course, by=pia, at=at)
    release = second_release(cast, first, at + DAY)
    standings = queries.standings_of(course)
    assert standings[-1].totals()[house] == 50 and standings[-1].removed == 0
    facts = record_weights(contract, course, by=cast.acting(cast.stan), at=at + 2 * DAY)
    weights = queries.contribution(contract.id, course.id, at + 2 * DAY)["module_weights"]
    assert sum(weights.values()) == 10_000 and weights[house] == round(50 * 10_000 / sum(standings[-1].totals().values()))
    assert [one["content_hash"] for one in facts[0].evidence["releases"]] == [first.content_hash, release.content_hash]
    assert all(one.fact_hash == hash_of_fact(contract, one) for one in facts)
    operations.contest_fact(facts[0], by=pia, at=at + 3 * DAY, reason="These words are ours")
    with pytest.raises(SameWeights):  # a contested fact is not stated again beside its contest
        record_weights(contract, course, by=cast.acting(cast.stan), at=at + 3 * DAY)
    with pytest.raises(NotAllowed):
        record_weights(contract, course, by=cast.acting(cast.ada), at=at)


def test_words_of_somebody_who_is_no_side_count_for_no_side(cast, first, course, at):
    contract, _terms = agree(cast, course, at)
    release = catalog.revise_release(first, by=cast.acting(cast.pia), at=at)
    catalog.name_makers(release, {"l1": cast.lumen.id}, by=cast.acting(cast.pia), at=at)
    view = shelf.step_for(release.id, "l1-read", "en")
    catalog.mend_text(
        db.session.get_one(Step, view.id), "en", title=view.title, source="Lumen wrote all of this anew.",
        by=cast.acting(cast.pia), at=at,
    )  # fmt: skip
    approve(cast, release, at)
    standings = queries.standings_of(course)
    assert cast.lumen.public_id in standings[-1].totals()
    assert queries.weights_of(contract, standings) == {cast.house.public_id: 0, cast.northwind.public_id: 10_000}


def test_nothing_is_recorded_where_nothing_is_approved(cast, at, tmp_path):
    release = draft(cast, tmp_path, at)
    course = db.session.get_one(Course, release.course_id)
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.pia), at=at
    )
    with pytest.raises(NothingWritten):
        record_weights(contract, course, by=cast.acting(cast.pia), at=at)


def test_the_page_shows_the_parts_and_the_files_compute_them_without_us(app, client, cast, first, course, at, tmp_path):
    contract, _terms = agree(cast, course, at)
    second_release(cast, first, at)
    sign_in(client, cast.pia)
    where = f"/studio/contracts/{contract.public_id}/courses/{course.public_id}/authorship"
    shown = client.get(where).text
    assert "Who wrote what" in shown and first.content_hash[:12] in shown and "High and low" in shown
    assert client.post(where).headers["Location"].endswith("/facts")
    assert "counted from 2 releases" in client.get(f"/studio/contracts/{contract.public_id}/facts").text
    assert client.post(where).headers["Location"].endswith("/authorship")  # the same again is refused
    with zipfile.ZipFile(io.BytesIO(client.get(f"{where}.zip").data)) as files:
        files.extractall(tmp_path / "out")
    told = json.loads((tmp_path / "out" / "authorship.json").read_text())
    assert all(hash_of(one["manifest"]) == one["content_hash"] for one in told["releases"])
    program = [sys.executable, "-I", "authorship.py", "authorship.json"]
    assert subprocess.run(program, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 0
    sign_in(stranger := app.test_client(), cast.eve)
    assert stranger.get(where).status_code == 404


def test_the_studio_asks_for_the_makers_of_a_draft(client, cast, first, at):
    release = catalog.revise_release(first, by=cast.acting(cast.pia), at=at)
    sign_in(client, cast.pia)
    where = f"/studio/releases/{release.public_id}"
    assert 'name="maker-l1"' in client.get(where).text
    assert client.post(f"{where}/makers", data={"maker-l1": cast.house.public_id, "maker-l2": "nobody"}).status_code == 303
    assert {key: one.id for key, one in shelf.named_makers(release.id).items()} == {"l1": cast.house.id}
    approve(cast, release, at)
    assert "Who made what is new" in client.get(where).text
