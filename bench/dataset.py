"""The data of the bench: a shelf of listed courses, one learner with enrolments, and orders that wait to be paid.

People, contracts and terms come from the operations; the many rows of courses are
written through Core, in the order in which the triggers allow them.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from bench import texts
from coursehub import schema, search
from coursehub.catalog.models import (
    CatalogueRevision,
    Course,
    Lesson,
    LessonText,
    Phase,
    PhaseText,
    Release,
    ReleaseSkill,
    ReleaseText,
    Skill,
    Step,
    StepText,
)  # fmt: skip
from coursehub.contracts.models import Listing, Terms, TermsCourse
from coursehub.contracts.operations import agree_terms
from coursehub.contracts.starting_points import simple_split
from coursehub.db import db, new_public_id, transaction
from coursehub.learning.models import CourseReview, Enrolment, StepProgress
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import actor_for
from coursehub.people.models import Organisation, Person, PersonalRecord
from coursehub.people.operations.organisations import add_member, found_organisation, grant_right
from coursehub.people.operations.persons import accept_texts, add_person
from coursehub.people.operations.signing_in import begin_session
from coursehub.people.sessions import COOKIE_KEY
from coursehub.sales.models import Offering, Order

LOCALES = ("zh-CN", "en")
PHASES, LESSONS, STEPS = 2, 3, 2
"""Phases of a course, lessons of a phase, steps of a lesson."""
SOLD = 12
READ = 6
PRICES = (0, 9_900, 19_900, 29_900, 49_900)
LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True)
class World:
    """What the runner must know of the data: addresses to ask for, a cookie, and orders to complete."""

    cookie: str
    catalogue: list[str]
    courses: list[str]
    previews: list[str]
    lessons: list[str]
    searches: list[str]
    orders: list[int]

    def as_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def build(app: Flask, *, courses: int, orders: int) -> World:
    """Fill an empty database."""
    with app.app_context():
        schema.migrate()
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        house, sellers, learner, cookie = _people(app, at)
        rows = _courses(courses, sellers, at)
        _skills(rows)
        terms = _terms(rows[: min(SOLD, courses)], house, sellers[1], at)
        _shelf(rows, terms, at)
        enrolments = _enrolments(rows[: min(READ, courses)], learner, at)
        _reviews(rows, at, many=min(courses, 400))
        ids = _orders(rows[: min(SOLD, courses)], terms, at, many=orders)
        _books(at, many=orders)
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
    keys = [f"s{n:02d}" for n in range(1, PHASES * LESSONS * STEPS + 1)]
    some = [row["slug"] for row in rows[:: max(1, courses // 40)]][:40]
    return World(
        cookie=cookie,
        catalogue=[f"/courses?page={n}" if n > 1 else "/courses" for n in range(1, min(10, max(1, courses // 24)) + 1)],
        courses=[f"/courses/{slug}" for slug in some],
        previews=[f"/courses/{slug}/preview/s01" for slug in some],
        lessons=[f"/learn/{public_id}/{keys[n % len(keys)]}" for n, public_id in enumerate(enrolments)],
        searches=[f"/courses?{urlencode({'q': query})}" for query in texts.QUERIES],
        orders=ids,
    )


def _people(app: Flask, at: datetime) -> tuple[Organisation, list[Organisation], Person, str]:
    house = found_organisation(name="量潮课堂", name_en="QuantTide Academy", slug="house", is_house=True, at=at)
    sellers = [house]
    for n in range(1, 8):
        sellers.append(found_organisation(name=f"合作方{n}号", name_en=f"Partner {n}", slug=f"partner-{n}", at=at))
    for seller in sellers:
        grant_right(seller, "sells", at=at)
    people = []
    with transaction():
        for name in ("Ada Chen", "Stan Zhou", "Pia Berg"):
            mail = f"{name.split()[0].lower()}@example.org"
            person = add_person(display_name=name, email=mail, password_hash="!", locale="en", birth_on=None, at=at)
            person.confirmed_at = at
            accept_texts(person, locale="en", at=at)
            people.append(person)
        for role in ("owner", "staff_catalogue", "staff_finance", "staff_support"):
            add_member(house, people[1], role, at=at)
        add_member(sellers[1], people[2], "owner", at=at)
    _row, token = begin_session(people[0], device="bench", at=datetime.now(UTC))
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({COOKIE_KEY: token, "_fresh": True, "_permanent": True, "csrf_token": "0" * 40})
    return house, sellers, people[0], f"{app.config['SESSION_COOKIE_NAME']}={value}"


def _books(at: datetime, *, many: int) -> None:
    """Books that have seen sales before: what PostgreSQL plans for empty tables would cost both sides of a sale dearly."""
    with transaction():
        for n in range(many):
            legs = [Leg(AccountRef("asset:rail:stripe"), 19_900), Leg(AccountRef("income:share"), -19_900)]
            post(kind="sale", effect_key=f"before:{n}", occurred_at=at, at=at, currency="CNY", postings=legs)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model), rows)


def _courses(many: int, sellers: list[Organisation], at: datetime) -> list[dict[str, Any]]:
    """Courses with drafts of releases and all that hangs below them; their ids count from one in an empty database."""
    numbers = range(many)
    rows = [
        {"id": n + 1, "public_id": new_public_id(), "slug": f"course-{n + 1:04d}", "organisation_id": sellers[n % len(sellers)].id,
         "original_locale": "zh-CN", "created_at": at + timedelta(seconds=n)}
        for n in numbers
    ]  # fmt: skip
    rows[0]["organisation_id"] = sellers[1].id
    for n in range(min(SOLD, many)):
        rows[n]["organisation_id"] = sellers[1].id
    releases = [
        {"id": n + 1, "public_id": new_public_id(), "course_id": n + 1, "number": 1, "version": "1.0.0", "state": "draft",
         "level": LEVELS[n % 3], "languages": ["zh-CN", "en"] if n % 4 else ["zh-CN"], "licence": "CC-BY-4.0",
         "teachers": ["Tara Wu"], "source_format": "coursehub-course/1", "report": {}, "links": {},
         "manifest": {}, "created_at": at}
        for n in numbers
    ]  # fmt: skip
    with transaction():
        _insert(Course, rows)
        _insert(Release, releases)
        _insert(ReleaseText, [_words_of(r, locale) for r in releases for locale in r["languages"]])
    tree: dict[Any, list[dict[str, Any]]] = {m: [] for m in (Phase, PhaseText, Lesson, LessonText, Step, StepText)}
    for release in releases:
        _grow(tree, release)
    with transaction():
        for model, made in tree.items():
            _insert(model, made)
        for release in releases:
            for locale in release["languages"]:
                said = _words_of(release, locale)
                search.put("course", release["course_id"], locale, said["search_text"], head=said["title"])
    return rows


def _words_of(release: dict[str, Any], locale: str) -> dict[str, Any]:
    n = release["id"]
    outcomes = [texts.sentence(n + k, locale) for k in range(4)]
    words = texts.title(n - 1, locale), texts.summary(n, locale)
    return {
        "release_id": n, "locale": locale, "title": words[0], "summary": words[1], "outcomes": outcomes,
        "search_text": " ".join((*words, *outcomes)),
    }  # fmt: skip


def _grow(tree: dict[Any, list[dict[str, Any]]], release: dict[str, Any]) -> None:
    """Phases, lessons and steps of one release; only courses that are read have long pages."""
    release_id = release["id"]
    lesson_n = step_n = 0
    for phase_n in range(1, PHASES + 1):
        phase_id = (release_id - 1) * PHASES + phase_n
        tree[Phase].append({"id": phase_id, "release_id": release_id, "position": phase_n, "key": f"p{phase_n}"})
        for locale in release["languages"]:
            tree[PhaseText].append(
                {"phase_id": phase_id, "locale": locale, "release_id": release_id, "title": texts.title(phase_id, locale)}
            )
        for _ in range(LESSONS):
            lesson_n += 1
            lesson_id = (release_id - 1) * PHASES * LESSONS + lesson_n
            tree[Lesson].append(
                {"id": lesson_id, "release_id": release_id, "phase_id": phase_id, "position": lesson_n, "key": f"l{lesson_n:02d}",
                 "minutes": 25, "is_preview": lesson_n == 1}
            )  # fmt: skip
            for locale in release["languages"]:
                tree[LessonText].append(
                    {"lesson_id": lesson_id, "locale": locale, "release_id": release_id, "title": texts.title(lesson_id, locale),
                     "summary": texts.sentence(lesson_id, locale)}
                )  # fmt: skip
            for _ in range(STEPS):
                step_n += 1
                _step(tree, release, lesson_id, step_n)


def _step(tree: dict[Any, list[dict[str, Any]]], release: dict[str, Any], lesson_id: int, step_n: int) -> None:
    step_id = (release["id"] - 1) * PHASES * LESSONS * STEPS + step_n
    tree[Step].append(
        {"id": step_id, "release_id": release["id"], "lesson_id": lesson_id, "position": step_n, "key": f"s{step_n:02d}",
         "kind": "text", "definition": {}, "acceptance": {"rule": "read"}}
    )  # fmt: skip
    for locale in release["languages"]:
        tree[StepText].append(
            {"step_id": step_id, "locale": locale, "release_id": release["id"], "title": texts.title(step_id, locale), "page": "",
             "source": "", "html": texts.page(step_id, locale), "texts": {}, "texts_html": {}}
        )  # fmt: skip


def _skills(courses: list[dict[str, Any]]) -> None:
    with transaction():
        _insert(
            Skill,
            [
                {"id": n, "code": code, "name": {"zh-CN": zh, "en": en}, "synonyms": [], "parent_id": n - 6 if n > 6 else None,
                 "position": n}
                for n, (code, zh, en) in enumerate(texts.SKILLS, start=1)
            ],
        )  # fmt: skip
        taught = [
            {"release_id": row["id"], "skill_id": (row["id"] * step) % len(texts.SKILLS) + 1, "level": 1 + row["id"] % 4}
            for row in courses
            for step in (1, 5)
        ]
        _insert(ReleaseSkill, list({(row["release_id"], row["skill_id"]): row for row in taught}.values()))


def _terms(courses: list[dict[str, Any]], house: Organisation, partner: Organisation, at: datetime) -> Terms:
    """What Pia and Stan agree on for the courses that are sold in the bench."""
    covered = [{"id": row["public_id"], "title": row["slug"], "title_en": row["slug"]} for row in courses]
    parties = [
        {"id": side.public_id, "side": word, "name": side.name, "name_en": side.name_en}
        for side, word in ((house, "house"), (partner, "partner"))
    ]
    found = db.session.execute(sa.select(Course).where(Course.id.in_([row["id"] for row in courses]))).scalars().all()
    people = dict(db.session.execute(sa.select(PersonalRecord.display_name, PersonalRecord.person_id)).all())
    stan, pia = (actor_for(db.session.get_one(Person, people[name])) for name in ("Stan Zhou", "Pia Berg"))
    data = simple_split(parties, covered, currency="CNY")
    _contract, terms = agree_terms(
        courses=found, partners=[partner], title="合作", title_en="Together", terms=data, offered_by=pia,
        signed_by=[(pia, at), (stan, at)], at=at,
    )  # fmt: skip
    return terms


def _shelf(courses: list[dict[str, Any]], terms: Terms, at: datetime) -> None:
    """Freeze and list every release, open its listing and its offering."""
    with transaction():
        db.session.execute(
            sa.update(Release).values(state="listed", frozen_at=at, content_hash="0" * 64, listed_at=at, manifest={})
        )
        covered = set(db.session.execute(sa.select(TermsCourse.course_id)).scalars())
        assert covered, "the terms cover what is sold"
        _insert(
            Listing,
            [
                {"public_id": new_public_id(), "course_id": row["id"], "release_id": row["id"], "terms_hash": terms.terms_hash,
                 "opened_at": row["created_at"], "close_reason": ""}
                for row in courses
            ],
        )  # fmt: skip
        _insert(
            Offering,
            [
                {"id": row["id"], "public_id": new_public_id(), "course_id": row["id"],
                 "price_minor": 19_900 if row["id"] in covered else PRICES[row["id"] % len(PRICES)], "currency": "CNY",
                 "tax_bps": 600, "seats_limit": None, "refund_days": 7, "opened_at": row["created_at"]}
                for row in courses
            ],
        )  # fmt: skip
        if db.session.execute(sa.select(CatalogueRevision.id)).first() is None:
            _insert(CatalogueRevision, [{"id": 1, "number": 1}])


def _enrolments(courses: list[dict[str, Any]], learner: Person, at: datetime) -> list[str]:
    """The learner reads some courses, each left where the bench will open it."""
    steps = PHASES * LESSONS * STEPS
    rows = [
        {"id": n + 1, "public_id": new_public_id(), "person_id": learner.id, "course_id": row["id"], "release_id": row["id"],
         "source": "order", "locale": "en" if (row["id"] - 1) % 4 else "zh-CN", "opened_at": at,
         "last_step_key": f"s{n % steps + 1:02d}", "last_seen_at": at}
        for n, row in enumerate(courses)
    ]  # fmt: skip
    with transaction():
        _insert(Enrolment, rows)
        _insert(
            StepProgress,
            [
                {"enrolment_id": row["id"], "step_key": f"s{k:02d}", "opened_at": at, "last_seen_at": at, "done_at": at,
                 "position_seconds": 0, "furthest_seconds": 0}
                for row in rows
                for k in range(1, 7)
            ],
        )  # fmt: skip
    return [row["public_id"] for row in rows]


def _reviews(courses: list[dict[str, Any]], at: datetime, *, many: int) -> None:
    readers = _strangers(4, at, "reader")
    with transaction():
        _insert(
            CourseReview,
            [
                {"public_id": new_public_id(), "course_id": row["id"], "person_id": reader, "stars": 3 + (row["id"] + n) % 3,
                 "text": texts.sentence(row["id"] + n, "en"), "written_at": at}
                for row in courses[:many]
                for n, reader in enumerate(readers[: 1 + row["id"] % 4])
            ],
        )  # fmt: skip


def _strangers(many: int, at: datetime, word: str) -> list[int]:
    with transaction():
        first = db.session.execute(sa.select(sa.func.max(Person.id))).scalar_one() + 1
        ids = list(range(first, first + many))
        _insert(
            Person, [{"id": n, "public_id": new_public_id(), "locale": "en", "created_at": at, "confirmed_at": at} for n in ids]
        )
        _insert(
            PersonalRecord,
            [
                {
                    "person_id": n,
                    "display_name": f"{word} {n}",
                    "email": f"{word}{n}@example.org",
                    "email_key": f"{word}{n}@example.org",
                }
                for n in ids
            ],
        )
    return ids


def _orders(courses: list[dict[str, Any]], terms: Terms, at: datetime, *, many: int) -> list[int]:
    """Orders with an open pay page, one for each buyer and course."""
    buyers = _strangers(-(-many // len(courses)), at, "buyer")
    pairs = [(buyer, row) for buyer in buyers for row in courses][:many]
    rows = [
        {"id": n, "public_id": new_public_id(), "buyer_id": buyer, "offering_id": row["id"], "course_id": row["id"],
         "release_id": row["id"], "terms_hash": terms.terms_hash, "list_price_minor": 19_900, "discount_minor": 0,
         "gross_minor": 19_900, "tax_bps": 600, "tax_minor": 1_126, "currency": "CNY", "refund_days": 7, "channel": "platform",
         "locale": "en", "is_live": False, "state": "awaiting_payment", "session_id": f"cs_bench_{n}", "placed_at": at,
         "expires_at": at + timedelta(days=30), "trouble": ""}
        for n, (buyer, row) in enumerate(pairs, start=1)
    ]  # fmt: skip
    with transaction():
        _insert(Order, rows)
    return [row["id"] for row in rows]


def reset_sequences(app: Flask) -> None:
    """PostgreSQL: rows were written with their own ids; let the sequences go on behind them."""
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            return
        with db.engine.begin() as connection:
            for table in db.metadata.sorted_tables:
                found = (
                    connection.execute(sa.text("SELECT pg_get_serial_sequence(:t, 'id')"), {"t": f'"{table.name}"'}).scalar()
                    if "id" in table.c
                    else None
                )
                if found:
                    connection.execute(
                        sa.text(f"SELECT setval('{found}', (SELECT coalesce(max(id), 0) + 1 FROM \"{table.name}\"), false)")
                    )
