"""What the alliance shows: true, hidden where it is small, and open to whom it should be."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.alliance import flow, queries, rosters
from coursehub.alliance.models import Publication
from coursehub.alliance.operations import publish_rosters
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.people.models import Person
from coursehub.talent.operations.timeline import note_fact
from tests.cast import sign_in

PAGES = (
    "/alliance",
    "/alliance/flows",
    "/alliance/retention",
    "/alliance/courses",
    "/alliance/scoreboards",
    "/alliance/selection",
    "/alliance/rosters",
)


@pytest.fixture
def careers(cast):
    """Seven people started at Harbour a year ago; one of them went to Beacon later, one left the alliance."""
    begun = clock.now() - timedelta(days=380)
    with transaction():
        people = [Person(locale="en", created_at=begun, confirmed_at=begun) for _ in range(7)]
        db.session.add_all(people)
        db.session.flush()
        for n, person in enumerate(people):
            for kind, days, organisation, detail in (
                ("enrolled", 0, None, ""), ("started", 60 + n, cast.harbour, ""),
                *([("left", 200, cast.harbour, ""), ("started", 200, cast.beacon, "")] if n == 0 else []),
                *([("left", 150, cast.harbour, "outside")] if n == 1 else []),
            ):  # fmt: skip
                at = begun + timedelta(days=days, minutes=kind == "started")
                note_fact(
                    kind, person.id, key=f"{kind}:{n}:{days}", true_at=at, at=at, source="both", detail=detail,
                    organisation_id=organisation.id if organisation else None,
                )  # fmt: skip
    return people


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_open_to_everybody_and_says_when_there_is_nothing(client, cast, path, language):
    _ = cast.harbour
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_with_people_in_it(client, careers, path):
    assert client.get(path).status_code == 200


def test_the_headline_counts_whoever_is_still_with_any_member(client, careers):
    page = client.get("/alliance").text
    assert "86%" in page  # six of seven after 90 and 180 days: the move to Beacon is not a loss
    assert "6 people at risk" in page


def test_a_quarter_shows_no_small_number_anywhere(client, careers):
    facts = queries.career_facts(known_at=clock.now())
    for period in queries.periods(facts, clock.now()):
        page = client.get(f"/alliance/flows?period={period.key}").text
        table = re.search(r"<tbody>.*?</tbody>", page, re.S).group(0)
        shown = [int(n) for n in re.findall(r'<td class="is-number"[^>]*>(\d+)</td>', table)]
        assert all(n == 0 or n >= 5 for n in shown), (period.key, shown)
        for said in re.findall(r"(\d+) (?:person|people)", page):
            assert int(said) >= 5
    assert client.get("/alliance/flows?period=1999-Q1").status_code == 404


def test_a_fact_that_was_learned_later_changes_nothing_that_was_known_before(careers, cast):
    now = clock.now()
    before = queries.career_facts(known_at=now)
    with transaction():
        note_fact(
            "left", careers[2].id, key="late", true_at=now - timedelta(days=100), at=now + timedelta(days=1),
            organisation_id=cast.harbour.id,
        )  # fmt: skip
    assert queries.career_facts(known_at=now) == before
    assert len(queries.career_facts(known_at=now + timedelta(days=2))) == len(before) + 1


def test_who_starts_at_a_stranger_is_outside(cast, careers):
    with transaction():
        note_fact("started", careers[3].id, key="s", true_at=clock.now(), at=clock.now(), organisation_id=cast.northwind.id)
    places = flow.paths(queries.career_facts(known_at=clock.now() + timedelta(minutes=1)))
    assert places[careers[3].id][-1][1] == flow.OUTSIDE


def test_the_open_book_is_for_members_partners_and_staff(client, cast):
    for person, status in ((cast.ada, 403), (cast.emma, 200), (cast.pia, 200), (cast.fay, 200)):
        sign_in(client, person)
        assert client.get("/alliance/terms").status_code == status


def test_a_roster_is_published_once_its_month_is_over_and_never_changes(course, release, cast, at):
    from coursehub.learning.operations import enrol

    enrolment = enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    assert publish_rosters(at=at) == 0, "the month is not over"
    later = at + timedelta(days=40)
    assert publish_rosters(at=later) == 1
    assert publish_rosters(at=later) == 0
    row = db.session.execute(sa.select(Publication)).scalar_one()
    assert row.body_hash == rosters.roster_hash(course.public_id, "2026-03", [enrolment.public_id])
    with transaction():
        db.session.execute(sa.update(Enrolment).values(ended_at=later, ended_reason="refunded"))
    publish_rosters(at=later + timedelta(days=1))
    assert db.session.execute(sa.select(sa.func.count(Publication.id))).scalar_one() == 1
    for statement in ("UPDATE publication SET body_hash = ''", "DELETE FROM publication"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
            db.session.execute(sa.text(statement))


def test_a_roster_that_lost_somebody_has_another_hash():
    assert rosters.roster_hash("c", "2026-03", ["a", "b"]) == rosters.roster_hash("c", "2026-03", ["b", "a"])
    assert rosters.roster_hash("c", "2026-03", ["a", "b"]) != rosters.roster_hash("c", "2026-03", ["a"])
    assert rosters.month_before(date(2026, 1, 31)) == "2025-12"
