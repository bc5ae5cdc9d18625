"""Exports: a purpose first, a limit, a mark in every row, nobody's name; and those in the file read of it."""

import csv
import io
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.talent.models import PoolExport, PoolExportPerson
from coursehub.talent.operations import blocks, exports, profiles, shortlists
from coursehub.talent.personal import erase, export
from coursehub.web.sheets import as_csv, cell
from tests.cast import sign_in

from .hiring import in_pool
from .test_shortlists import plain

WHY = {"purpose": "meeting", "words": "We speak about them on Monday."}


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def people(cast, now):
    return (
        in_pool(cast.ada, now, headline="=HYPERLINK(1)", weekly_hours=40, available_from=date(2027, 1, 4)),
        in_pool(cast.bo, now, headline="报表", weekly_hours=24),
    )


def taken(cast, people, at, **more):
    return exports.export_people([row.id for row in people], source="", by=cast.acting(cast.emma), at=at, **(WHY | more))


def table(answer):
    assert answer.status_code == 200 and answer.mimetype == "text/csv", answer.text[:500]
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_file_marks_every_row_and_holds_no_name_no_address_and_no_formula(app, cast, people):
    emma = sign_in(app.test_client(), cast.emma)
    assert "2 people, the first of your search" in emma.get("/hire/exports/new?hours=20").text
    answer = emma.post("/hire/exports/new?hours=20", data=WHY)
    heads, *rows = table(answer)
    kept = db.session.execute(sa.select(PoolExport)).scalar_one()
    assert kept.public_id in answer.headers["Content-Disposition"] and answer.headers["Cache-Control"] == "no-store"
    assert [row[2] for row in rows] == ["'=HYPERLINK(1)", "报表"] and [row[5] for row in rows] == ["40", "24"]
    assert rows[0][6] == "2027-01-04"
    assert all(kept.public_id in row[-1] and "Harbour" in row[-1] and "Emma" in row[-1] for row in rows)
    for secret in ("Ada", "Bo ", "@example", "ada@", cast.ada.public_id):
        assert secret not in answer.data.decode()
    assert len({len(row) for row in (heads, *rows)}) == 1


def test_without_a_purpose_and_a_sentence_there_is_no_file(app, cast, people):
    emma = sign_in(app.test_client(), cast.emma)
    for data in ({}, {"purpose": "meeting"}, {"purpose": "world", "words": WHY["words"]}, WHY | {"words": "short"}):
        answer = emma.post("/hire/exports/new?hours=20", data=data)
        assert answer.status_code == 422 and answer.mimetype == "text/html"
    assert db.session.execute(sa.select(PoolExport)).first() is None


def test_whoever_stands_in_a_file_reads_who_took_them_out_when_and_what_for(app, cast, people, now):
    taken(cast, people[:1], now)
    ada, bo = (sign_in(app.test_client(), person).get("/career/viewed").text for person in (cast.ada, cast.bo))
    assert "We speak about them on Monday." in ada and "Harbour" in ada
    assert "We speak about them" not in bo
    assert export(cast.ada.id)["kept"]["stood_in"][0]["words"] == WHY["words"]


def test_the_employer_and_support_read_the_log_and_nobody_can_change_it(app, cast, people, now):
    kept, _people = taken(cast, people, now)
    for who, path, reads in (
        (cast.emma, "/hire/exports", True),
        (cast.emil, "/hire/exports", False),
        (cast.stan, "/house/exports", True),
    ):
        assert (WHY["words"] in sign_in(app.test_client(), who).get(path).text) == reads
    changes = ({"words": ""}, {"words": "—"}, {"words": "—", "source": "—", "many": 1}, {"at": now - timedelta(days=1)})
    for statement in (*(sa.update(PoolExport).values(**change) for change in changes), sa.delete(PoolExport)):
        with pytest.raises(sa.exc.IntegrityError, match="final"), transaction():
            db.session.execute(statement)
    assert db.session.get_one(PoolExport, kept.id).words == WHY["words"]


@pytest.mark.parametrize("way", ["hides", "blocks"])
def test_whoever_leaves_is_in_no_file_from_that_moment(app, cast, people, now, way):
    emma = cast.acting(cast.emma)
    shortlist = shortlists.begin_shortlist(title="Both", by=emma, at=now)
    shortlists.keep(shortlist, [row.public_id for row in people], by=emma, at=now)
    if way == "hides":
        profiles.choose_visibility(people[0], "hidden", by=cast.acting(cast.ada), at=now)
    else:
        blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    _kept, found = taken(cast, people, now)
    assert found == [people[1]]
    client = sign_in(app.test_client(), cast.emma)
    _heads, *rows = table(client.post(f"/hire/exports/new?list={shortlist.public_id}", data=WHY))
    assert [row[2] for row in rows] == ["报表"]
    assert sign_in(app.test_client(), cast.emil).get(f"/hire/exports/new?list={shortlist.public_id}").status_code == 404
    with pytest.raises(exports.NobodyToExport):
        taken(cast, people[:1], now)


def test_for_a_blocked_employer_question_and_file_are_those_of_a_world_without_the_person(app, cast, people, now):
    client = sign_in(app.test_client(), cast.emma)

    def seen():
        asked = plain(client.get("/hire/exports/new?hours=20").text)
        return asked.partition("Of 200 people")[0], [
            row[:-1] for row in table(client.post("/hire/exports/new?hours=20", data=WHY))
        ]

    shown = seen()
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    blocked = seen()
    profiles.choose_visibility(people[0], "hidden", by=cast.acting(cast.ada), at=now)
    absent = seen()
    assert blocked == absent and shown[0] != absent[0] and shown[1] != absent[1]


def test_a_seat_takes_out_so_many_within_thirty_days_and_no_more(cast, people, now, monkeypatch):
    monkeypatch.setattr(exports, "SEAT_LIMIT", 3)
    taken(cast, people, now)
    with pytest.raises(exports.SeatIsUsedUp):
        taken(cast, people, now + timedelta(days=29))
    taken(cast, people[:1], now + timedelta(days=29))
    taken(cast, people, now + timedelta(days=31))
    assert exports.used_by(cast.emma.id, now + timedelta(days=31)) == 3


def test_two_files_at_once_do_not_pass_the_limit_together(app, cast, people, now, monkeypatch):
    monkeypatch.setattr(exports, "SEAT_LIMIT", 3)
    ids, emma = [row.id for row in people], cast.acting(cast.emma)
    together, said = threading.Barrier(3), []

    def take() -> None:
        with app.app_context():
            together.wait()
            try:
                exports.export_people(ids, source="", by=emma, at=now, **WHY)
                said.append("taken")
            except exports.SeatIsUsedUp:
                said.append("refused")

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["refused", "refused", "taken"] and exports.used_by(cast.emma.id, now) == 2


@pytest.mark.parametrize("who", ["somebody in the file", "whoever took it out"])
def test_whoever_is_forgotten_leaves_no_number_and_no_free_word_in_the_record(cast, people, now, who):
    kept, _people = taken(cast, people, now)
    shortlist = shortlists.begin_shortlist(title="Bo alone", by=cast.acting(cast.emil), at=now)
    other, _people = exports.export_people([people[1].id], source=shortlist.title, by=cast.acting(cast.emil), at=now, **WHY)
    assert export(cast.emma.id)["kept"]["taken_out"][0]["words"] == WHY["words"]
    with transaction():
        erase(cast.ada.id if who == "somebody in the file" else cast.emma.id, now)
    db.session.expire_all()
    assert (kept.words, kept.source, kept.purpose, kept.many) == ("—", "—", "meeting", 2)
    assert (other.words, other.source) == (WHY["words"], "Bo alone")
    left = db.session.execute(sa.select(PoolExportPerson.person_id).where(PoolExportPerson.export_id == kept.id)).scalars()
    assert sorted(left) == ([cast.bo.id] if who == "somebody in the file" else sorted([cast.ada.id, cast.bo.id]))


def test_only_whoever_hires_takes_people_out(cast, people, now):
    for who in (cast.ada, cast.stan, cast.pia):
        with pytest.raises(NotAllowed):
            exports.export_people([people[0].id], source="", by=cast.acting(who), at=now, **WHY)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"])
def test_no_cell_begins_as_a_formula_does(text):
    assert cell(text) == f"'{text}" and cell("plain") == "plain" and cell(7) == "7" and cell(Decimal("-7.10")) == "-7.10"
    assert list(csv.reader(io.StringIO(as_csv([text], [[text]]).decode("utf-8-sig"), newline=""))) == [[f"'{text}"], [f"'{text}"]]
