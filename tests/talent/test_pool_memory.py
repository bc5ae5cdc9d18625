"""The pool in memory says what the database says: in random worlds, after every kind of change, while others write."""

import threading
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub import clock
from coursehub.catalog.models import Skill
from coursehub.db import db, transaction
from coursehub.learning.credentials.models import Credential
from coursehub.people.models import Person
from coursehub.people.operations.organisations import found_organisation
from coursehub.talent.models import Block, PoolChange, Profile, ProvenSkill
from coursehub.talent.operations.pool_changes import sweep_changes
from coursehub.talent.pool_search import PoolSearch, SkillWish
from coursehub.talent.pool_sets import Lot
from coursehub.talent.queries import pool_finding, pool_memory
from coursehub.talent.queries.pool_finding import find
from tests.learning.course import make_course, make_release

from .hiring import credential_of, in_pool, skill
from .pool_plain import plain_counts, plain_hits, skills_of

CODES = ("python", "sql", "testing", "git", "html")
CITIES = ("深圳", "北京", "上海", "")
FORMS = ("employee", "non_full_time", "internship")
PEOPLE = 60


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def world(cast, now):
    """Sixty people with skills by lot, of whom some hide, are late to confirm, or block an affiliate of Emma's employer."""
    lot = Random("pool")
    skills = [skill(code, code.title()) for code in CODES]
    release = make_release(make_course(cast.northwind, at=now), at=now)
    sister = found_organisation(name="姊妹公司", name_en="Sister", slug="sister", at=now)
    with transaction():
        sister.parent_id = cast.harbour.id
    for n in range(PEOPLE):
        with transaction():
            person = Person(public_id=f"pool{n:012d}", locale="en", created_at=now)
            db.session.add(person)
        credential = credential_of(person, release, now)
        profile = in_pool(
            person, now, city=lot.choice(CITIES), remote=lot.random() < 0.5, weekly_hours=lot.choice((8, 16, 24, 40)),
            forms=lot.sample(FORMS, lot.randint(0, 2)), headline=f"Person {n}",
        )  # fmt: skip
        with transaction():
            profile.visibility = lot.choice(("anonymous", "anonymous", "named", "named", "hidden"))
            profile.confirmed_at = now - timedelta(days=lot.choice((0, 0, 40, 89, 89, 90, 91)), seconds=lot.choice((-60, 60)))
            for held in lot.sample(skills, lot.randint(0, 5)):
                db.session.add(
                    ProvenSkill(
                        profile_id=profile.id, skill_id=held.id, level=lot.randint(1, 4), credential_id=credential.id,
                        proven_at=now - timedelta(days=lot.randint(1, 800)),
                    )
                )  # fmt: skip
            if lot.random() < 0.2:
                hidden_from = lot.choice((cast.harbour.id, sister.id))
                db.session.add(
                    Block(
                        public_id=f"block{n:011d}", person_id=person.id, organisation_id=hidden_from, cause="chosen", from_at=now
                    )
                )
    return cast


def all_pages(reader, wish, at):
    """Every hit of a search in its order, and what stands beside the list."""
    first = find(reader, wish, at, 1)
    rows = list(first.page.items)
    for number in range(2, first.page.pages + 1):
        rows += find(reader, wish, at, number).page.items
    assert len(rows) == first.page.total
    return rows, first


def agrees(cast, wish, at):
    """The search finds and counts what asking plainly does."""
    rows, first = all_pages(cast.acting(cast.emma), wish, at)
    hits, anywhere = plain_hits(cast.harbour, wish, at)
    assert {row.id for row in rows} == hits and len(rows) == len(hits)
    people = [db.session.get_one(Profile, id) for id in anywhere]
    assert {facet.value: facet.hits for facet in first.cities} == plain_counts(row.city for row in people if row.city)
    named = {asked.code for asked in wish.skills}
    since = at - timedelta(days=365 * wish.within_months // 12) if wish.within_months else None
    held = plain_counts(
        code
        for row in rows
        for code, _level, proven_at in skills_of(row)
        if code not in named and (since is None or proven_at > since)
    )
    assert {facet.value: facet.hits for facet in first.skills} == held
    levels = {row.id: {code: (level, proven) for code, level, proven in skills_of(row)} for row in rows}
    if wish.order == "hours" or not wish.skills:
        keys = [row.weekly_hours for row in rows]
    elif wish.order == "level":
        keys = [sum(levels[row.id][asked.code][0] for asked in wish.skills) for row in rows]
    else:
        keys = [min(levels[row.id][asked.code][1] for asked in wish.skills) for row in rows]
    assert keys == sorted(keys, reverse=True)
    return len(rows)


WISHES = st.builds(
    PoolSearch,
    skills=st.lists(st.sampled_from((*CODES, "unknown")), max_size=3, unique=True).flatmap(
        lambda codes: st.tuples(*(st.builds(SkillWish, st.just(code), st.integers(1, 4)) for code in codes))
    ),
    within_months=st.sampled_from((0, 0, 6, 24)), city=st.sampled_from(("", "", "深圳", "nowhere")), remote=st.booleans(),
    hours=st.sampled_from((0, 0, 16, 30)), form=st.sampled_from(("", "", *FORMS, "unknown")),
    order=st.sampled_from(("level", "evidence", "hours")),
)  # fmt: skip


def test_any_search_finds_counts_and_orders_as_asking_everybody_one_by_one_does(world, now):
    found = []

    @settings(max_examples=120)
    @given(WISHES)
    def asked(wish):
        found.append(agrees(world, wish, now))

    asked()
    assert max(found) > 25 and 0 in found


def change(way, world, now):
    """Let one thing be different, past our operations."""
    row = db.session.execute(
        sa.select(Profile).join(ProvenSkill).where(Profile.visibility != "hidden", Profile.confirmed_at > now - timedelta(days=80))
    ).scalars().first()  # fmt: skip
    with transaction():
        if way == "hidden":
            row.visibility = "hidden"
        elif way == "moved":
            row.city, row.weekly_hours, row.forms, row.remote = "深圳", 60, ["internship"], True
        elif way == "blocked":
            db.session.add(
                Block(public_id="b" * 16, person_id=row.person_id, organisation_id=world.harbour.id, cause="chosen", from_at=now)
            )
        elif way == "lifted":
            db.session.execute(sa.update(Block).values(lifted_at=now))
        elif way == "unproven":
            db.session.execute(sa.delete(ProvenSkill).where(ProvenSkill.profile_id == row.id))
        elif way == "stronger":
            db.session.execute(sa.update(ProvenSkill).where(ProvenSkill.profile_id == row.id).values(level=4))
        elif way == "revoked":
            revoked = sa.update(Credential).where(Credential.person_id == row.person_id)
            db.session.execute(revoked.values(revoked_at=now, revoked_reason="planted"))
        elif way == "confirmed":
            db.session.execute(sa.update(Profile).values(confirmed_at=now))


@pytest.mark.parametrize("way", ["hidden", "moved", "blocked", "lifted", "unproven", "stronger", "revoked", "confirmed"])
def test_every_kind_of_change_is_in_the_very_next_search(world, now, way, monkeypatch):
    wishes = (
        PoolSearch(),
        PoolSearch(skills=(SkillWish("python", 2),), order="level"),
        PoolSearch(city="深圳", form="internship"),
    )
    before = [agrees(world, wish, now) for wish in wishes]
    kept = pool_memory.pool_now().pool
    monkeypatch.setattr(pool_memory, "_read_whole", lambda: pytest.fail("the pool was read whole for one change"))
    assert pool_memory.pool_now().pool is kept
    change(way, world, now)
    assert pool_memory.pool_now().pool is not kept
    after = [agrees(world, wish, now) for wish in wishes]
    assert after != before or way in ("unproven", "stronger", "revoked")


def test_a_pool_that_does_not_hear_of_changes_would_be_noticed(world, now, monkeypatch):
    agrees(world, PoolSearch(), now)
    monkeypatch.setitem(pool_memory._CHANGES, db.engine.dialect.name, pool_memory._SINCE.where(sa.false()))
    change("moved", world, now)
    with pytest.raises(AssertionError):
        agrees(world, PoolSearch(hours=50), now)


def test_a_new_skill_and_a_new_name_are_known_at_once(world, now):
    emma = world.acting(world.emma)
    agrees(world, PoolSearch(), now)
    with transaction():
        db.session.execute(sa.update(Skill).where(Skill.code == "python").values(name={"en": "Snake"}))
    assert "Snake" in [facet.name for facet in find(emma, PoolSearch(), now, 1).skills]
    shown = find(emma, PoolSearch(), now, 1).page.items[0]
    brewing = skill("brewing", "Brewing")
    with transaction():
        credential = db.session.execute(sa.select(Credential)).scalars().first()
        db.session.add(ProvenSkill(profile_id=shown.id, skill_id=brewing.id, level=4, proven_at=now, credential_id=credential.id))
    assert agrees(world, PoolSearch(skills=(SkillWish("brewing", 3),)), now) == 1


@pytest.mark.parametrize("few", [0, 250])
def test_time_alone_takes_people_out_to_the_second(world, now, few, monkeypatch):
    monkeypatch.setattr(pool_finding, "FEW", few)
    met = all_pages(world.acting(world.emma), PoolSearch(), now)[0]  # not whoever comes first: she may have blocked Emma
    edge = db.session.get_one(Profile, met[0].id)
    with transaction():
        edge.confirmed_at = now - timedelta(days=30)
    last = edge.confirmed_at + timedelta(days=90)
    for at in (last - timedelta(seconds=1), last, last + timedelta(seconds=1), last + timedelta(days=2)):
        agrees(world, PoolSearch(), at)
    ids = [
        {row.id for row in all_pages(world.acting(world.emma), PoolSearch(), at)[0]} for at in (last - timedelta(seconds=1), last)
    ]
    assert edge.id in ids[0] - ids[1]


def test_what_is_undone_was_never_there(world, now):
    agrees(world, PoolSearch(), now)
    kept = pool_memory.pool_now().pool

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction():
        db.session.execute(sa.update(Profile).values(visibility="hidden"))
        assert pool_memory.pool_now().pool.values("city") == []  # whoever asks within the transaction sees what it wrote
        raise Undone
    assert pool_memory.pool_now().pool is kept
    agrees(world, PoolSearch(), now)


def test_a_transaction_that_began_earlier_and_ends_later_is_not_missed(app, world, now):
    if db.engine.dialect.name == "sqlite":
        return  # one writer after the other: there is no such order
    first, second = (
        db.session.execute(sa.select(Profile.id).where(Profile.visibility != "hidden").order_by(Profile.id)).scalars().all()[:2]
    )
    db.session.commit()
    hide = sa.update(Profile).values(visibility="hidden")
    with db.engine.connect() as slow:
        slow.execute(hide.where(Profile.id == first))  # has its number, is not committed
        with db.engine.begin() as quick:
            quick.execute(hide.where(Profile.id == second))
        agrees(world, PoolSearch(), now)
        slow.commit()
    agrees(world, PoolSearch(), now)


def test_searches_beside_writers_never_show_what_was_hidden_before_they_began(app, world, now):
    """Four threads search while another hides one person after the other."""
    hidden: list[int] = []
    done = threading.Event()
    wrong: list[object] = []
    emma = world.acting(world.emma)
    ids = db.session.execute(sa.select(Profile.id).where(Profile.visibility != "hidden")).scalars().all()
    db.session.commit()

    def search():
        with app.app_context():
            try:
                while not done.is_set():
                    known = set(hidden)
                    pool = pool_memory.pool_now().pool
                    everybody = set(pool.lot.numbers(pool.confirmed_since(0)))
                    if known & everybody:
                        wrong.append(known & everybody)
                    db.session.rollback()
            except Exception as trouble:
                wrong.append(trouble)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for id in ids:
        with transaction():
            db.session.execute(sa.update(Profile).where(Profile.id == id).values(visibility="hidden"))
        hidden.append(id)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert find(emma, PoolSearch(), now, 1).page.total == 0


def test_swept_changes_leave_the_newest_and_a_pool_that_slept_is_read_whole(world, now, monkeypatch):
    agrees(world, PoolSearch(), now)
    many = db.session.scalar(sa.select(sa.func.count()).select_from(PoolChange))
    assert sweep_changes(at=now + timedelta(hours=20)) == 0
    assert sweep_changes(at=now + timedelta(days=2)) == many - 1
    agrees(world, PoolSearch(), now)
    kept = pool_memory.pool_now().pool
    monkeypatch.setattr(pool_memory, "LASTS_SECONDS", 0.0)
    assert pool_memory.pool_now().pool is not kept


@given(st.integers(12, 22), st.data())
def test_places_are_a_lottery_without_blanks(bits, data):
    lot = Lot(bits)
    numbers = data.draw(st.lists(st.integers(0, lot.room - 1), unique=True, max_size=50))
    places = lot.places(numbers)
    assert len(places) == len(numbers) and all(0 <= place < lot.room for place in places)
    assert sorted(lot.numbers(places)) == sorted(numbers)
    assert [lot.numbers([lot.place(number)])[0] for number in numbers] == numbers


def test_neighbours_do_not_stand_together():
    lot = Lot(16)
    in_order = lot.numbers(sorted(lot.place(n) for n in range(1000)))
    ranks = {number: rank for rank, number in enumerate(in_order)}
    first_half = sum(ranks[n] < 500 for n in range(500))
    assert 150 < first_half < 350  # the first to come do not stand first
