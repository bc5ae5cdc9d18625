"""Shortlists: kept by hand, read as the pool is read, and as if whoever hides had never been kept."""

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.talent.models import Shortlist, ShortlistEntry, ShortlistNote
from coursehub.talent.operations import blocks, consent, profiles, shortlists
from coursehub.talent.personal import erase, export
from coursehub.talent.queries import shortlists as queries
from coursehub.talent.undoing import TooLateToBringBack
from tests.cast import sign_in

from .hiring import in_pool, opened, second_recruiter


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def people(cast, now):
    return in_pool(cast.ada, now, headline="Pipelines"), in_pool(cast.bo, now, headline="Reports")


def begun(cast, now, title="Python"):
    return shortlists.begin_shortlist(title=title, by=cast.acting(cast.emma), at=now)


def kept(cast, shortlist, people, now):
    return shortlists.keep(shortlist, [row.public_id for row in people], by=cast.acting(cast.emma), at=now)


def standing(cast, shortlist, at):
    """Whom Emma meets on the list."""
    entries = queries.entries_visible_to(cast.acting(cast.emma), shortlist, at).where(ShortlistEntry.removed_at.is_(None))
    return [row.profile_id for row in db.session.execute(entries).scalars()]


def test_people_are_kept_once_and_in_the_order_in_which_they_were(cast, now, people):
    shortlist = begun(cast, now)
    assert kept(cast, shortlist, people[:1], now) == 1
    assert kept(cast, shortlist, (*people, people[1]), now + timedelta(minutes=1)) == 1
    assert kept(cast, shortlist, people, now + timedelta(minutes=2)) == 0
    assert standing(cast, shortlist, now) == [people[0].id, people[1].id]
    assert queries.people_on([shortlist], cast.acting(cast.emma), now) == {shortlist.id: 2}


@pytest.mark.parametrize("way", ["hides", "blocks", "does not confirm"])
def test_whoever_leaves_is_gone_from_list_and_count_at_that_very_moment_and_comes_back_with_their_wish(cast, now, people, way):
    shortlist, ada = begun(cast, now), cast.acting(cast.ada)
    kept(cast, shortlist, people, now)
    at = now
    if way == "hides":
        profiles.choose_visibility(people[0], "hidden", by=ada, at=now)
    elif way == "blocks":
        blocks.block_organisation(cast.harbour, by=ada, at=now)
    else:
        at = now + timedelta(days=91)
        with transaction():
            people[1].confirmed_at = at
    assert standing(cast, shortlist, at) == [people[1].id]
    assert queries.people_on([shortlist], cast.acting(cast.emma), at) == {shortlist.id: 1}
    if way == "hides":
        profiles.choose_visibility(people[0], "anonymous", by=ada, at=now)
        assert standing(cast, shortlist, now) == [people[0].id, people[1].id]


def test_who_hides_from_everybody_but_lets_us_see_stays_until_they_take_it_back(cast, now, people):
    opened(cast, now)
    shortlist, ada, emma = begun(cast, now), cast.acting(cast.ada), cast.acting(cast.emma)
    kept(cast, shortlist, people[:1], now)
    grant = consent.ask_for_consent(
        people[0], fields=["display_name"], why="To talk", until_at=now + timedelta(days=9), by=emma, at=now
    )
    consent.give_consent(grant, fields=["display_name"], until_at=now + timedelta(days=9), by=ada, at=now)
    profiles.choose_visibility(people[0], "hidden", by=ada, at=now)
    assert standing(cast, shortlist, now) == [people[0].id]
    consent.withdraw_consent(grant, by=ada, at=now)
    assert standing(cast, shortlist, now) == []


def test_naming_somebody_who_hides_says_what_naming_nobody_says(cast, now, people):
    shortlist = begun(cast, now)
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    emma = cast.acting(cast.emma)
    assert shortlists.keep(shortlist, [people[0].public_id], by=emma, at=now) == 0
    assert shortlists.keep(shortlist, ["nobody0000000000"], by=emma, at=now) == 0
    assert db.session.execute(sa.select(sa.func.count(ShortlistEntry.id))).scalar_one() == 0


def plain(page: str) -> str:
    """A page without its tokens, and without the ids of this list and its entries."""
    return re.sub(r'(csrf[^>]*value=|nonce=|content=)"[^"]*"|[0-9a-z]{16}', "", page)


def test_for_a_blocked_employer_the_pages_are_those_of_a_world_without_the_person(app, cast, now, people):
    shortlist = begun(cast, now)
    kept(cast, shortlist, people, now)
    client, address = sign_in(app.test_client(), cast.emma), f"/hire/shortlists/{shortlist.public_id}"
    shown = [plain(client.get(path).text) for path in ("/hire/shortlists", address)]
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    blocked = [plain(client.get(path).text) for path in ("/hire/shortlists", address)]
    with transaction():
        db.session.execute(sa.delete(ShortlistEntry).where(ShortlistEntry.profile_id == people[0].id))
    absent = [plain(client.get(path).text) for path in ("/hire/shortlists", address)]
    assert blocked == absent and shown[1] != absent[1] and "Pipelines" in shown[1]


def test_taking_off_and_removing_can_be_undone_for_a_day(cast, now, people):
    emma, shortlist = cast.acting(cast.emma), begun(cast, now)
    kept(cast, shortlist, people, now)
    entry = db.session.execute(sa.select(ShortlistEntry).order_by(ShortlistEntry.id)).scalars().first()
    shortlists.take_off(entry, shortlist, by=emma, at=now)
    assert standing(cast, shortlist, now) == [people[1].id]
    shortlists.put_back(entry, shortlist, by=emma, at=now + timedelta(hours=23))
    assert standing(cast, shortlist, now) == [people[0].id, people[1].id]
    shortlists.take_off(entry, shortlist, by=emma, at=now)
    kept(cast, shortlist, people[:1], now)
    shortlists.put_back(entry, shortlist, by=emma, at=now)  # they stand there again: nothing to do
    assert sorted(standing(cast, shortlist, now)) == sorted(row.id for row in people)
    with pytest.raises(TooLateToBringBack):
        shortlists.put_back(entry, shortlist, by=emma, at=now + timedelta(hours=24))
    shortlists.remove_shortlist(shortlist, by=emma, at=now)
    assert queries.standing_lists(emma) == [] and queries.removed_lists(emma, now) == [shortlist]
    with pytest.raises(TooLateToBringBack):
        shortlists.bring_shortlist_back(shortlist, by=emma, at=now + timedelta(hours=24))
    shortlists.bring_shortlist_back(shortlist, by=emma, at=now + timedelta(hours=1))
    assert queries.standing_lists(emma) == [shortlist]


def test_a_note_for_oneself_is_read_by_nobody_else(cast, now, people):
    emma, other = cast.acting(cast.emma), second_recruiter(cast)
    shortlist = begun(cast, now)
    kept(cast, shortlist, people[:1], now)
    entry = db.session.execute(sa.select(ShortlistEntry)).scalar_one()
    shortlists.remark(entry, shortlist, text="Ask about tests", scope="me", by=emma, at=now)
    shortlists.remark(entry, shortlist, text="Calm and exact", scope="organisation", by=other, at=now)
    (mine,), (theirs,) = queries.as_kept([entry], emma), queries.as_kept([entry], other)
    assert (mine.own.text, [note.text for note in mine.others]) == ("Ask about tests", ["Calm and exact"])
    assert (theirs.own.text, theirs.others) == ("Calm and exact", ())
    shortlists.remark(entry, shortlist, text=" ", scope="me", by=emma, at=now)
    assert db.session.execute(sa.select(sa.func.count(ShortlistNote.entry_id))).scalar_one() == 1


def test_whoever_is_forgotten_stands_on_no_list_in_no_note_and_in_no_title(cast, now, people):
    shortlist, other = begun(cast, now, "Ada Chen and others"), begun(cast, now, "Python")
    kept(cast, shortlist, people, now)
    entry = db.session.execute(sa.select(ShortlistEntry).order_by(ShortlistEntry.id)).scalars().first()
    shortlists.remark(entry, shortlist, text="Ada, I think", scope="me", by=cast.acting(cast.emma), at=now)
    with transaction():
        erase(cast.ada.id, now)
    assert [row.profile_id for row in db.session.execute(sa.select(ShortlistEntry)).scalars()] == [people[1].id]
    assert db.session.execute(sa.select(ShortlistNote)).first() is None
    assert shortlist.title == shortlist.public_id[:6].upper() and other.title == "Python"


def test_a_recruiter_takes_her_notes_and_titles_along_and_leaves_none(cast, now, people):
    emma, other = cast.acting(cast.emma), second_recruiter(cast)
    shortlist = begun(cast, now, "Emma's own words")
    kept(cast, shortlist, people, now)
    entry = db.session.execute(sa.select(ShortlistEntry).order_by(ShortlistEntry.id)).scalars().first()
    shortlists.remark(entry, shortlist, text="Mine", scope="me", by=emma, at=now)
    shortlists.remark(entry, shortlist, text="A colleague's", scope="organisation", by=other, at=now)
    said = export(cast.emma.id)["kept"]
    assert ([note["text"] for note in said["notes"]], [row["title"] for row in said["lists"]]) == (["Mine"], ["Emma's own words"])
    with transaction():
        erase(cast.emma.id, now)
    assert [note.text for note in db.session.execute(sa.select(ShortlistNote)).scalars()] == ["A colleague's"]
    assert len(standing(cast, shortlist, now)) == 2 and "Emma" not in shortlist.title


def test_a_list_is_its_employers_alone_and_has_room_for_choosing_not_for_collecting(cast, now, people, monkeypatch):
    shortlist, emil = begun(cast, now), cast.acting(cast.emil)
    for act in (
        lambda: shortlists.rename_shortlist(shortlist, title="x", by=emil, at=now),
        lambda: shortlists.keep(shortlist, [], by=emil, at=now),
        lambda: shortlists.remove_shortlist(shortlist, by=emil, at=now),
        lambda: shortlists.begin_shortlist(title="x", by=cast.acting(cast.ada), at=now),
    ):
        with pytest.raises(NotAllowed):
            act()
    monkeypatch.setattr(shortlists, "MOST_ENTRIES", 1)
    with pytest.raises(shortlists.ListIsFull):
        kept(cast, shortlist, people, now)
    assert standing(cast, shortlist, now) == []
    monkeypatch.setattr(shortlists, "MOST_LISTS", 1)
    with pytest.raises(shortlists.TooManyLists):
        begun(cast, now)


def test_a_full_list_does_not_tell_of_somebody_who_hides(cast, now, people, monkeypatch):
    monkeypatch.setattr(shortlists, "MOST_ENTRIES", 1)
    shortlist, emma = begun(cast, now), cast.acting(cast.emma)
    kept(cast, shortlist, people[:1], now)
    entry = db.session.execute(sa.select(ShortlistEntry)).scalar_one()
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=now)
    assert kept(cast, shortlist, people[1:], now) == 1  # as in a world without Ada
    with pytest.raises(shortlists.ListIsFull):
        kept(cast, shortlist, [in_pool(cast.eve, now)], now)
    with pytest.raises(shortlists.ListIsFull):
        shortlists.take_off(entry, shortlist, by=emma, at=now)
        shortlists.put_back(entry, shortlist, by=emma, at=now)


def test_there_is_room_for_a_hundred_lists_whether_begun_or_brought_back(cast, now, monkeypatch):
    monkeypatch.setattr(shortlists, "MOST_LISTS", 1)
    emma, first = cast.acting(cast.emma), begun(cast, now)
    shortlists.bring_shortlist_back(first, by=emma, at=now)  # it was never away
    shortlists.remove_shortlist(first, by=emma, at=now)
    begun(cast, now)
    with pytest.raises(shortlists.TooManyLists):
        shortlists.bring_shortlist_back(first, by=emma, at=now)


def test_two_colleagues_who_keep_the_same_person_at_once_keep_them_once(app, cast, now, people):
    shortlist = begun(cast, now)
    wrong: list[object] = []
    together = threading.Barrier(4)
    id, public_id = shortlist.id, people[0].public_id
    emma = cast.acting(cast.emma)

    def keep() -> None:
        with app.app_context():
            try:
                together.wait()
                shortlists.keep(db.session.get_one(Shortlist, id), [public_id], by=emma, at=now)
            except Exception as trouble:
                wrong.append(trouble)

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and standing(cast, shortlist, now) == [people[0].id]


def test_hr_marks_people_keeps_them_writes_a_note_and_takes_one_off(app, cast, now, people):
    emma = sign_in(app.test_client(), cast.emma)
    marked = {"person": [row.public_id for row in people], "back": "/hire/pool?hours=8"}
    assert emma.post("/hire/pool/marked", data=marked | {"act": "compare"}).location.startswith("/hire/pool/compare?person=")
    assert emma.post("/hire/pool/marked", data={"act": "keep", "back": "//evil.example"}).location == "/hire/pool"
    assert "Choose a list" in emma.post("/hire/pool/marked", data=marked | {"act": "keep"}, follow_redirects=True).text
    done = emma.post("/hire/pool/marked", data=marked | {"act": "keep", "title": "Backend"}, follow_redirects=True)
    assert done.request.path == "/hire/pool" and "2 people more stand on Backend." in done.text
    shortlist = db.session.execute(sa.select(Shortlist)).scalar_one()
    assert "0 people more" in emma.post(
        "/hire/pool/marked", data=marked | {"act": "keep", "list": shortlist.public_id}, follow_redirects=True
    ).text  # fmt: skip
    address = f"/hire/shortlists/{shortlist.public_id}"
    assert "Keep them on a list" in emma.get("/hire/pool/compare?" + "&".join(f"person={row.public_id}" for row in people)).text
    page = emma.get(address).text
    assert "Pipelines" in page and "Reports" in page and "Ada" not in page
    entry = db.session.execute(sa.select(ShortlistEntry).order_by(ShortlistEntry.id)).scalars().first()
    at = f"{address}/people/{entry.public_id}"
    assert "Calm" in emma.post(f"{at}/note", data={"text": "Calm", "scope": "me"}, follow_redirects=True).text
    assert "was not kept" in emma.post(f"{at}/note", data={"text": "x", "scope": "world"}, follow_redirects=True).text
    off = emma.post(f"{at}/off", follow_redirects=True).text
    assert "Taken off within a day" in off and "Put back" in off
    assert "Taken off within a day" not in emma.post(f"{at}/back", follow_redirects=True).text
    assert emma.post(address, data={"title": ""}).status_code == 422
    assert "Servers" in emma.post(address, data={"title": "Servers"}, follow_redirects=True).text
    assert "Bring back" in emma.post(f"{address}/remove", follow_redirects=True).text
    assert emma.get(address).status_code == 404
    assert emma.post(f"{address}/back", follow_redirects=True).status_code == 200
    assert sign_in(app.test_client(), cast.emil).get(address).status_code == 404
