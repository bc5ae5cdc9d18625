"""Saved searches: one's own, letters about whoever is new, and nothing learnt of those who hide."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.people.models import Membership
from coursehub.talent.jobs.hiring import tell_of_searches
from coursehub.talent.models import SavedSearch, SearchKnown
from coursehub.talent.operations import blocks, profiles, searches
from coursehub.talent.personal import erase
from coursehub.talent.pool_search import PoolSearch, SkillWish, from_address
from coursehub.talent.queries import searches as queries
from coursehub.talent.undoing import TooLateToBringBack
from tests.cast import sign_in

from .hiring import in_pool, second_recruiter
from .test_shortlists import plain

DAY = timedelta(days=1)


@pytest.fixture
def now():
    return clock.now()


def saved(cast, now, *, alert="daily", wish=PoolSearch(hours=20)):
    return searches.save_search(wish, title="Twenty hours", alert=alert, by=cast.acting(cast.emma), at=now)


def told(at):
    """How many letters go out at a moment."""
    return sum(searches.tell_of_search(id, at=at) for id in queries.alerts_due(searches.EVERY, at))


def letters():
    found = sa.select(Letter).where(Letter.key.startswith("talent.search:")).order_by(Letter.id)
    return list(db.session.execute(found).scalars())


@pytest.mark.parametrize(
    "wish",
    [
        PoolSearch(),
        PoolSearch(
            words="管道", skills=(SkillWish("python", 3), SkillWish("sql", 1)), within_months=12, city="深圳", remote=True, hours=8,
            form="employee", order="evidence",
        ),
    ],
)  # fmt: skip
def test_a_search_is_the_same_after_it_was_kept(wish):
    assert from_address(wish.address()) == wish


def test_only_whoever_is_new_is_told_of_once_and_without_a_word_about_them(cast, now):
    in_pool(cast.ada, now, weekly_hours=40, headline="Pipelines")
    search = saved(cast, now)
    assert told(now + DAY) == 0  # Ada fitted from the start
    bo = in_pool(cast.bo, now, weekly_hours=24, headline="Reports", city="北京")
    assert told(now + DAY + timedelta(hours=1)) == 0  # not due yet
    assert told(now + 2 * DAY) == 1
    assert told(now + 2 * DAY) == 0
    assert told(now + 3 * DAY) == 0
    (letter,) = letters()
    assert letter.person_id == cast.emma.id and "1 new person for “Twenty hours”" in letter.subject
    for secret in ("Reports", "北京", bo.public_id, "Bo", cast.bo.public_id):
        assert secret not in letter.subject + letter.body
    assert search.told_at == now + 3 * DAY


def test_weekly_letters_wait_a_week(cast, now):
    saved(cast, now, alert="weekly")
    in_pool(cast.bo, now, weekly_hours=24)
    assert [told(now + n * DAY) for n in (1, 6, 7, 8)] == [0, 0, 1, 0]


@pytest.mark.parametrize("way", ["hides", "blocks", "is forgotten"])
def test_whoever_leaves_before_the_letter_is_not_in_its_number(cast, now, way):
    saved(cast, now)
    bo = in_pool(cast.bo, now, weekly_hours=24)
    if way == "hides":
        profiles.choose_visibility(bo, "hidden", by=cast.acting(cast.bo), at=now)
    elif way == "blocks":
        blocks.block_organisation(cast.harbour, by=cast.acting(cast.bo), at=now)
    else:
        with transaction():
            erase(cast.bo.id, now)
    assert told(now + DAY) == 0 and letters() == []


def test_who_blocks_us_leaves_no_trace_that_a_world_without_them_would_not_have(cast, now):
    bo = in_pool(cast.bo, now, weekly_hours=24)
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.bo), at=now)
    search = saved(cast, now)
    told(now + DAY)
    known = sa.select(SearchKnown.profile_id).where(SearchKnown.search_id == search.id)
    assert db.session.execute(known).scalars().all() == []
    (shown,) = queries.standing_searches(cast.acting(cast.emma), now)
    assert shown.people == 0
    assert bo.visibility != "hidden"


def test_for_a_blocked_employer_the_page_of_searches_is_that_of_a_world_without_the_person(app, cast, now):
    saved(cast, now)
    bo = in_pool(cast.bo, now, weekly_hours=24)
    client = sign_in(app.test_client(), cast.emma)
    shown = plain(client.get("/hire/searches").text)
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.bo), at=now)
    blocked = plain(client.get("/hire/searches").text)
    profiles.choose_visibility(bo, "hidden", by=cast.acting(cast.bo), at=now)
    assert plain(client.get("/hire/searches").text) == blocked != shown


def test_whoever_is_forgotten_is_known_to_no_search_and_takes_their_own_along(cast, now):
    in_pool(cast.bo, now, weekly_hours=24)
    saved(cast, now)
    assert db.session.execute(sa.select(sa.func.count(SearchKnown.profile_id))).scalar_one() == 1
    with transaction():
        erase(cast.bo.id, now)
    assert db.session.execute(sa.select(sa.func.count(SearchKnown.profile_id))).scalar_one() == 0
    with transaction():
        erase(cast.emma.id, now)
    assert db.session.execute(sa.select(SavedSearch)).first() is None


def test_whoever_hires_no_more_gets_no_letter(cast, now):
    search = saved(cast, now)
    in_pool(cast.bo, now, weekly_hours=24)
    with transaction():
        db.session.execute(sa.update(Membership).where(Membership.person_id == cast.emma.id).values(ended_at=now))
    assert told(now + DAY) == 0 and letters() == [] and search.alert == "off"


def test_a_search_that_finds_too_many_gets_no_letters(cast, now, monkeypatch):
    monkeypatch.setattr(searches, "MOST_PEOPLE", 1)
    in_pool(cast.ada, now, weekly_hours=40)
    search = saved(cast, now)
    in_pool(cast.bo, now, weekly_hours=24)
    assert told(now + DAY) == 0
    with pytest.raises(searches.TooBroadForLetters):
        saved(cast, now)
    assert saved(cast, now, alert="off").alert == "off"
    emma = cast.acting(cast.emma)
    searches.change_search(search, title="x", alert="off", by=emma, at=now)
    with pytest.raises(searches.TooBroadForLetters):
        searches.change_search(search, title="x", alert="weekly", by=emma, at=now)
    db.session.refresh(search)
    assert search.alert == "off"


def test_a_search_is_its_owners_alone(cast, now):
    search, colleague = saved(cast, now), second_recruiter(cast)
    for by in (colleague, cast.acting(cast.emil)):
        for act in (
            lambda by=by: searches.change_search(search, title="x", alert="off", by=by, at=now),
            lambda by=by: searches.remove_search(search, by=by, at=now),
        ):
            with pytest.raises(NotAllowed):
                act()
    with pytest.raises(NotAllowed):
        searches.save_search(PoolSearch(), title="x", alert="off", by=cast.acting(cast.ada), at=now)


def test_two_workers_at_once_write_one_letter(app, cast, now):
    saved(cast, now)
    in_pool(cast.bo, now, weekly_hours=24)
    sent: list[object] = []
    together = threading.Barrier(3)

    def tell() -> None:
        with app.app_context():
            together.wait()
            try:
                sent.append(told(now + DAY))
            except Exception as trouble:
                sent.append(trouble)

    threads = [threading.Thread(target=tell) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 0, 1] and len(letters()) == 1


def test_a_search_that_fails_keeps_no_other_letter_back(cast, now, monkeypatch):
    broken, whole = saved(cast, now), saved(cast, now, wish=PoolSearch())
    in_pool(cast.bo, now, weekly_hours=24)
    plain = searches.from_address

    def read(address):
        if address == PoolSearch(hours=20).address():
            raise RuntimeError("planted")
        return plain(address)

    monkeypatch.setattr(searches, "from_address", read)
    tell_of_searches(at=now + DAY)
    tell_of_searches(at=now + DAY)  # a second tick adds nothing
    jobs.run_due(at=now + DAY)
    (letter,) = letters()
    assert whole.public_id in letter.body and broken.public_id not in letter.body
    left = db.session.execute(sa.select(jobs.Job.name, jobs.Job.attempts).where(jobs.Job.name == "talent.tell_of_search")).all()
    assert [tuple(row) for row in left] == [("talent.tell_of_search", 1)]


def test_there_is_room_for_fifty_whether_saved_or_brought_back(cast, now, monkeypatch):
    monkeypatch.setattr(searches, "MOST_SEARCHES", 1)
    emma, first = cast.acting(cast.emma), saved(cast, now)
    with pytest.raises(searches.TooManySearches):
        saved(cast, now)
    searches.bring_search_back(first, by=emma, at=now)  # it was never away
    searches.remove_search(first, by=emma, at=now)
    saved(cast, now)
    with pytest.raises(searches.TooManySearches):
        searches.bring_search_back(first, by=emma, at=now)


def test_hr_saves_a_search_changes_it_stops_its_letters_by_a_link_and_brings_it_back(app, cast, now):
    in_pool(cast.ada, now, weekly_hours=40)
    emma = sign_in(app.test_client(), cast.emma)
    assert "Save this search" in emma.get("/hire/pool?hours=20").text
    done = emma.post("/hire/searches?hours=20&city=", data={"title": "Long weeks", "alert": "daily"}, follow_redirects=True)
    assert "Long weeks" in done.text and "1 person fits now" in done.text and "at least 20 hours a week" in done.text
    assert "Give the search a title" in emma.post("/hire/searches?hours=20", data={"title": ""}, follow_redirects=True).text
    search = db.session.execute(sa.select(SavedSearch)).scalar_one()
    address = f"/hire/searches/{search.public_id}"
    changed = emma.post(address, data={"title": "Longer", "alert": "weekly"}, follow_redirects=True).text
    assert "Longer" in changed and "at most once a week" in changed
    in_pool(cast.bo, now, weekly_hours=30)
    told(now + 8 * DAY)
    (letter,) = letters()
    link = next(line for line in letter.body.splitlines() if "/hire/searches/stop/" in line).removeprefix("https://localhost")
    stranger = app.test_client()
    assert "Stop these letters" in stranger.get(link).text and db.session.get_one(SavedSearch, search.id).alert == "weekly"
    assert "No more letters come" in stranger.post(link, follow_redirects=True).text
    db.session.refresh(search)
    assert search.alert == "off" and stranger.get(link[:-3] + "abc").status_code == 404
    assert "Bring back" in emma.post(f"{address}/remove", follow_redirects=True).text
    assert emma.post(address, data={"title": "x", "alert": "off"}).status_code == 404
    assert "Bring back" not in emma.post(f"{address}/back", follow_redirects=True).text
    with pytest.raises(TooLateToBringBack):
        searches.remove_search(search, by=cast.acting(cast.emma), at=now)
        searches.bring_search_back(search, by=cast.acting(cast.emma), at=now + DAY)
    assert sign_in(app.test_client(), cast.emil).post(f"{address}/back").status_code == 404
