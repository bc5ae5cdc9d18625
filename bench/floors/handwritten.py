"""Hand-written Flask pages over our tables: plain SQL, compiled templates, no ORM, nothing cached between requests.

The HTML is ours to within a tenth of its bytes; whoever is signed in is checked by
the same cookie and the same row. `X-Statements` says how many statements a page took.
"""

import hashlib
import json
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from bench.floors import sale
from bench.floors import statements as sql
from bench.floors.database import IS_SQLITE, Row, as_datetime, data, database, moment, numbers

BASE = "http://localhost:8000"
LEVELS = {"beginner": "Beginner", "intermediate": "Intermediate", "advanced": "Advanced"}
LANGUAGES = {"zh-CN": "中文", "en": "English"}
SKILL_LEVELS = {1: "knows of it", 2: "can do it with help", 3: "can do it alone", 4: "can teach it"}

app = Flask(__name__, template_folder="pages")
app.config.update(
    SECRET_KEY=os.environ.get("COURSEHUB_SECRET_KEY", "only read when nothing is signed"),
    SESSION_COOKIE_NAME="__Host-session", SESSION_COOKIE_SECURE=True, TEMPLATES_AUTO_RELOAD=False,
)  # fmt: skip


def money(minor: int) -> str:
    """CN¥1,234.50."""
    return f"CN¥{minor / 100:,.2f}"


def duration(minutes: int) -> str:
    """2 h 30 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part)


def day(value: Any) -> str:
    """2 Mar 2026, in our zone."""
    local = as_datetime(value) + timedelta(hours=8)
    return f"{local.day} {local.strftime('%b %Y')}"


app.jinja_env.globals.update(
    money=money, duration=duration, day=day, levels=LEVELS, languages=LANGUAGES, skill_levels=SKILL_LEVELS, base=BASE
)


@app.before_request
def _begin() -> None:
    database().statements = 0


@app.after_request
def _end(answer: Response) -> Response:
    answer.headers["X-Statements"] = str(database().statements)
    answer.headers["Vary"] = "Cookie, Accept-Language"
    return answer


def reader() -> Row | None:
    """Who is signed in in this browser."""
    token = session.get("_user_id")
    if not token:
        return None
    at = datetime.now(UTC)
    known = hashlib.sha256(token.encode()).hexdigest()
    return database().row(sql.SESSION, known, moment(at - timedelta(days=14)), moment(at - timedelta(days=60)))


def page(template: str, who: Row | None, **context: Any) -> str:
    """A page for this reader."""
    token = generate_csrf() if who else ""
    return render_template(template, reader=who, token=token, here=request.full_path.rstrip("?"), **context)


_RUN = re.compile(r"[\u4e00-\u9fff]+|[^\W_\u4e00-\u9fff]+")


def wanted(words: str) -> str:
    """The search words as the database's own query language says them."""
    terms = []
    for run in _RUN.findall(words.casefold()):
        if "\u4e00" <= run[0] <= "\u9fff":
            pairs = [run[n : n + 2] for n in range(len(run) - 1)] or [run]
            terms += [f'"{pair}"' if IS_SQLITE else f"'{pair}'" for pair in pairs]
        else:
            terms.append(f'"{run}"*' if IS_SQLITE else f"'{run}':*")
    return (" AND " if IS_SQLITE else " & ").join(terms)


@app.get("/courses")
def courses() -> str:
    """One page of the shelf with the counts beside the filters, all of it or what holds the words."""
    who, db = reader(), database()
    q = " ".join(request.args.get("q", "").split())[:100]
    number = max(1, request.args.get("page", 1, int))
    if q:
        ids = [row.id for row in db.rows(sql.FOUND, wanted(q))]
        shown = ids[(number - 1) * 24 : number * 24]
        kinds, skills = db.rows(sql.KINDS_FOUND, numbers(ids)), db.rows(sql.SKILLS_FOUND, numbers(ids))
        rows = sorted(db.rows(sql.ROWS_FOUND, numbers(shown)), key=lambda row: shown.index(row.id))
    else:
        kinds, skills, rows = db.rows(sql.KINDS), db.rows(sql.SKILLS), db.rows(sql.ROWS, (number - 1) * 24)
    ratings = {}
    if rows:
        marks = ",".join("?" * len(rows))
        ratings = {r.course_id: r for r in db.rows(sql.RATINGS.format(marks=marks), *[row.id for row in rows])}
    for row in rows:
        rating = ratings.get(row.id)
        row["languages"] = data(row.languages)
        row["rating"] = (f"{rating.stars / rating.n:.1f}", rating.n) if rating else None
    total = sum(kind.n for kind in kinds)
    orders = [("Best match", "relevance")] if q else []
    orders += [("Newest", "newest"), ("Best rated", "rating"), ("Lowest price", "price")]
    return page(
        "courses.html", who, q=q, number=number, total=total, pages=max(1, -(-total // 24)), rows=rows,
        skills=[(s.code, data(s.name)["en"], s.n) for s in skills], filters=_filters(kinds),
        sorts=[(words, f"/courses?{f'q={q}&' if q else ''}sort={key}", n == 0) for n, (words, key) in enumerate(orders)],
    )  # fmt: skip


def _filters(kinds: list[Row]) -> list[tuple[str, str, str, list[tuple[str, str, int]]]]:
    def count(column: str, value: Any) -> int:
        return sum(kind.n for kind in kinds if kind[column] == value)

    return [
        ("Level", "level", "", [(key, words, count("level", key)) for key, words in LEVELS.items()]),
        ("Price", "price", "Any price", [
            ("free", "Free", count("band", "free")), ("low", "Up to CN¥200", count("band", "low")),
            ("high", "Over CN¥200", count("band", "high")),
        ]),
        ("Offered by", "by", "Everybody", [
            ("house", "QuantTide Academy", count("is_house", True)), ("partners", "Partners", count("is_house", False)),
        ]),
        ("Language", "language", "Any language", [
            ("zh-CN", "中文", count("in_chinese", True)), ("en", "English", count("in_english", True)),
        ]),
    ]  # fmt: skip


def outline(release_id: int, locale: str, *, steps: bool = True) -> tuple[list[Row], list[Row]]:
    """Phases with their lessons, and all lessons, each with its steps."""
    db = database()
    phases, lessons = db.rows(sql.PHASES, locale, release_id), db.rows(sql.LESSONS, locale, release_id)
    by_lesson: dict[int, list[Row]] = {}
    for step in db.rows(sql.STEPS, locale, release_id) if steps else ():
        by_lesson.setdefault(step.lesson_id, []).append(step)
    by_phase: dict[int, list[Row]] = {}
    for lesson in lessons:
        lesson["steps"] = by_lesson.get(lesson.id, [])
        lesson["first_key"] = lesson["steps"][0].key if lesson["steps"] else ""
        by_phase.setdefault(lesson.phase_id, []).append(lesson)
    for phase in phases:
        phase["lessons"] = by_phase.get(phase.id, [])
    return phases, lessons


@app.get("/courses/<slug>")
def course(slug: str) -> str:
    """The page of one course."""
    who, db = reader(), database()
    c = db.row(sql.COURSE, slug)
    if c is None:
        abort(404)
    c["languages"], outcomes, teachers = data(c.languages), data(c.outcomes), data(c.teachers)
    phases, lessons = outline(c.release_id, c.locale)
    skills = [(s.code, data(s.name)[c.locale], s.level) for s in db.rows(sql.SKILLS_OF, c.release_id)]
    stars = {row.stars: row.n for row in db.rows(sql.STARS, c.id)}
    many = sum(stars.values())
    rating = f"{sum(s * n for s, n in stars.items()) / many:.1f}" if many else ""
    minutes = sum(lesson.minutes for lesson in lessons)
    url = f"{BASE}/courses/{slug}"
    return page(
        "course.html", who, c=c, url=url, outcomes=outcomes, teachers=teachers, phases=phases, lessons=len(lessons), skills=skills,
        minutes=minutes, many=many, rating=rating, tax=(2 * c.price_minor * c.tax_bps + 10_000 + c.tax_bps) // (20_000 + 2 * c.tax_bps),
        spread=[(s, stars.get(s, 0), round(100 * stars.get(s, 0) / many, 2)) for s in range(5, 0, -1)] if many else [],
        reviews=db.rows(sql.REVIEWS, c.id) if many else [], preview=next((n.first_key for n in lessons if n.is_preview), None),
        mine=db.row(sql.MINE, who.person_id, c.id, who.person_id, c.id) if who else None,
        json_ld=_json_ld(c, url, outcomes, teachers, skills, minutes, many, rating),
    )  # fmt: skip


def _json_ld(
    c: Row, url: str, outcomes: Any, teachers: Any, skills: list[tuple[str, str, int]], minutes: int, many: int, rating: str
) -> Markup:
    said: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Course", "@id": url, "url": url, "name": c.title, "description": c.summary,
        "provider": {"@type": "Organization", "name": c.organisation, "url": f"{BASE}/partners/{c.organisation_slug}"},
        "inLanguage": c.locale, "availableLanguage": c.languages, "educationalLevel": c.level, "version": c.version,
        "datePublished": as_datetime(c.listed_at).date().isoformat(),
        "hasCourseInstance": {
            "@type": "CourseInstance", "courseMode": "Online", "inLanguage": c.locale,
            "courseWorkload": f"PT{minutes // 60}H{minutes % 60}M", "instructor": [{"@type": "Person", "name": t} for t in teachers],
        },
        "teaches": outcomes, "about": [{"@type": "DefinedTerm", "name": name, "termCode": code} for code, name, _level in skills],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "offers": {
            "@type": "Offer", "url": url, "category": "Paid" if c.price_minor else "Free", "price": f"{c.price_minor / 100:.2f}",
            "priceCurrency": c.currency, "availability": "https://schema.org/InStock",
        },
        "isAccessibleForFree": c.price_minor == 0,
    }  # fmt: skip
    if many:
        rated = {"@type": "AggregateRating", "ratingValue": rating, "reviewCount": many, "bestRating": 5, "worstRating": 1}
        said["aggregateRating"] = rated
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@app.get("/courses/<slug>/preview/<key>")
def preview(slug: str, key: str) -> str:
    """A free lesson, for everybody."""
    step = database().row(sql.PREVIEW, key, slug)
    if step is None:
        abort(404)
    home = f"/courses/{slug}"
    return _lesson(step, reader(), base=f"{home}/preview", files=f"{home}/preview-files", home=home, done={}, preview=True)


@app.get("/learn/<public_id>/<key>")
def lesson(public_id: str, key: str) -> str:
    """A step of the learner's course."""
    who, db = reader(), database()
    step = db.row(sql.LESSON, key, public_id, who.person_id) if who else None
    if step is None:
        abort(404)
    done = {row.step_key: row.done_at for row in db.rows(sql.PROGRESS, step.id) if row.done_at is not None}
    home = f"/learn/{public_id}"
    return _lesson(
        step, who, base=home, files=f"/enrolments/{public_id}/files", home=home, done=done, preview=False,
        questions=db.rows(sql.QUESTIONS, step.course_id, key),
    )  # fmt: skip


def _lesson(step: Row, who: Row | None, *, base: str, files: str, home: str, done: dict[str, Any], **more: Any) -> str:
    step["languages"] = data(step.languages)
    phases, lessons = outline(step.release_id, step.locale)
    for each in lessons:
        open_keys = [s.key for s in each.steps if s.key not in done]
        each["state"] = "now" if each.key == step.lesson_key else "done" if not open_keys else "open"
        if more["preview"] and not each.is_preview:
            each["state"] = "closed"
        each["url_key"] = open_keys[0] if open_keys else each.first_key
        each["steps_shown"] = each["steps"]
        each["steps"] = [
            (s.key, s.title, "now" if s.key == step.key else "done" if s.key in done else "open") for s in each.steps
        ]
    steps = [s for each in lessons for s in each.steps_shown if not more["preview"] or each.is_preview]
    at = [s.key for s in steps].index(step.key)
    return page(
        "lesson.html", who, step=step, phases=phases, base=base, home=home, done=len(done),
        counted=sum(len(each["steps"]) for each in lessons), done_on=done.get(step.key),
        lesson_number=[each.key for each in lessons].index(step.lesson_key) + 1, lesson_count=len(lessons),
        before=steps[at - 1] if at else None, after=steps[at + 1] if at + 1 < len(steps) else None,
        html=step.html.replace('"/-/step/', f'"{base}/').replace('"/-/asset/', f'"{files}/'), **more,
    )  # fmt: skip


@app.post("/bench/sales/<int:order_id>")
def sell(order_id: int) -> dict[str, str]:
    """A payment came for an order: everything that follows, in one commit."""
    return {"state": sale.complete(database(), order_id)}
