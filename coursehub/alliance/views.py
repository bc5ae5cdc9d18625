"""The pages of the alliance: open to everybody, but for the open book, which its members and partners read."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, json, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from coursehub import clock
from coursehub.alliance import conduct, figures, flow, queries, selection
from coursehub.alliance.suppression import SMALLEST
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import MatchingRound
from coursehub.talent.queries import rounds as matching
from coursehub.talent.queries.conduct import applications_since, offers_since
from coursehub.talent.queries.selections import compared_skills
from coursehub.talent.round_words import PHASES, timetable_of
from coursehub.web import ALLIANCE, PUBLIC, access, current_actor, current_locale, one_or_404, page, paginate

bp = Blueprint("alliance", __name__)
blueprints = [bp]

PLACES = {
    flow.NEW: _l("New here"),
    flow.LEARNING: _l("Learning"),
    flow.OUTSIDE: _l("Outside the alliance"),
    flow.UNKNOWN: _l("Unknown"),
}
EXITS = {"moved": _l("Moved to another member"), flow.OUTSIDE: _l("Left the alliance"), flow.UNKNOWN: _l("Unknown")}
CURVE = (600.0, 200.0, 400)
"""Width and height of a curve, and how many days it shows."""
PERIODS = (3, 6, 12)
"""Months that a scoreboard can cover."""
DAYS_A_YEAR, MONTHS_A_YEAR = 365, 12
STEP_HEADS = {
    "exposure": _l("Were written to"), "screen": _l("Came to screening"), "interview": _l("Came to an interview"),
    "offer": _l("Came to an offer"), "hired": _l("Were hired"),
}  # fmt: skip


@bp.get("/alliance")
@access(PUBLIC)
def overview() -> ResponseReturnValue:
    """Who the members are, and how many people are still inside."""
    now, locale = clock.now(), current_locale()
    facts = queries.career_facts(known_at=now)
    _with_employer, inside = figures.as_of(now, queries.ever_members(), facts)
    return page(
        "alliance/overview.html", members=queries.members(locale), inside=inside, smallest=SMALLEST,
        reads_terms=ALLIANCE.admits(current_actor()),
    )  # fmt: skip


@bp.get("/alliance/flows")
@access(PUBLIC)
def flows() -> ResponseReturnValue:
    """Where people went, quarter by quarter: opening + in - out = closing for every place."""
    now, locale = clock.now(), current_locale()
    facts = queries.career_facts(known_at=now)
    periods = queries.periods(facts, now)
    period = next((each for each in periods if each.key == request.args.get("period")), periods[0])
    if "period" in request.args and period.key != request.args["period"]:
        abort(404)
    everybody = flow.paths(facts)
    found = flow.ledger(everybody, period.begins, period.ends)
    names = {member.public_id: member.name for member in queries.members(locale)} | PLACES
    own = [place for place in names if place in found.lines and place not in PLACES]
    figure = figures.flow_figure(found, own)
    return page("alliance/flows.html", periods=periods, period=period, figure=figure, names=names, smallest=SMALLEST)


@bp.get("/alliance/retention")
@access(PUBLIC)
def retention() -> ResponseReturnValue:
    """How long people stay, with their first employer and inside the alliance."""
    now = clock.now()
    with_employer, inside = figures.as_of(now, queries.ever_members(), queries.career_facts(known_at=now))
    width, height, days = CURVE
    curves = [
        (name, found, figures.curve(found.points, width=width, height=height, days=days))
        for name, found in ((_l("Still inside the alliance"), inside), (_l("Still with the first employer"), with_employer))
    ]
    return page("alliance/retention.html", curves=curves, exits=EXITS, smallest=SMALLEST)


@bp.get("/alliance/courses")
@access(PUBLIC)
def courses() -> ResponseReturnValue:
    """Course and hire: what goes together, which is not what causes what."""
    locale = current_locale()
    certified, enrolled, hired = queries.course_outcomes(known_at=clock.now())
    titles = queries.course_titles(locale)
    known = [course for course in titles if course in enrolled]
    found = figures.course_outcomes(certified, enrolled, hired, known)
    return page("alliance/courses.html", outcomes=found, titles=titles, smallest=SMALLEST)


def _since(months: int) -> datetime:
    return clock.now() - timedelta(days=DAYS_A_YEAR * months // MONTHS_A_YEAR)


def _months() -> int:
    asked = request.args.get("months", 12, int)
    return asked if asked in PERIODS else PERIODS[-1]


@bp.get("/alliance/scoreboards")
@access(PUBLIC)
def scoreboards() -> ResponseReturnValue:
    """How soon members answer, and whether they stand by their offers."""
    names = {member.public_id: member.name for member in queries.members(current_locale())}
    months, order = _months(), request.args.get("order", "name")
    rows = conduct.scoreboard(
        sorted(names, key=lambda each: names[each]), applications_since(_since(months)), offers_since(_since(months)),
        at=clock.now(),
    )  # fmt: skip
    return page(
        "alliance/scoreboards.html", rows=conduct.ordered(rows, order), names=names, months=months, periods=PERIODS,
        order=order if order in conduct.ORDERS else "name", smallest=SMALLEST,
    )  # fmt: skip


@bp.get("/alliance/selection")
@access(PUBLIC)
def selections() -> ResponseReturnValue:
    """Whether those who have proven a required skill come further than others."""
    months, locale = _months(), current_locale()
    found = compared_skills(_since(months), clock.now())
    names = {each.code: each.name.get(locale) or next(iter(each.name.values()), each.code) for each in found}
    return page(
        "alliance/selection.html", months=months, periods=PERIODS, names=names, steps=STEP_HEADS, smallest=SMALLEST,
        found=[selection.selection(each.code, reached=each.reached, pool=each.pool) for each in found],
    )  # fmt: skip


@bp.get("/alliance/rosters")
@access(PUBLIC)
def rosters() -> ResponseReturnValue:
    """The hash of every cohort's roster, published before its results could be known."""
    found = paginate(queries.published_rosters(), request.args.get("page", 1, int))
    return page("alliance/rosters.html", rosters=found, titles=queries.course_titles(current_locale()))


@bp.get("/alliance/terms")
@access(ALLIANCE)
def terms() -> ResponseReturnValue:
    """The open book: under which terms each course shares what it earns."""
    return page("alliance/terms.html", terms=queries.terms_in_force(current_locale()))


@bp.get("/alliance/rounds")
@access(PUBLIC)
def rounds() -> ResponseReturnValue:
    """Every matching round that was announced."""
    now = clock.now()
    found = paginate(matching.public_rounds(), request.args.get("page", 1, int))
    return page(
        "alliance/rounds.html", found=found, phases=PHASES, phase_of=lambda row: matching.phase_of(row, now),
        due_of=lambda row: matching.due_of(row, now),
    )  # fmt: skip


def _round(public_id: str) -> MatchingRound:
    return one_or_404(matching.public_rounds().where(MatchingRound.public_id == public_id))


@bp.get("/alliance/rounds/<public_id>")
@access(PUBLIC)
def round(public_id: str) -> ResponseReturnValue:
    """One round: rules and hash, dates, seats, what was published, and totals without small numbers."""
    row, now = _round(public_id), clock.now()
    runs = matching.runs_of(row)
    return page(
        "alliance/round.html", row=row, phase=matching.phase_of(row, now), phases=PHASES, due_at=matching.due_of(row, now),
        timetable=timetable_of(row), seats=matching.seats_of(row), runs=runs, words=WORDS, smallest=SMALLEST,
        totals=[figures.matched_of(run.n, run.learners, run.places, run.matched) for run in runs if run.ran_at],
    )  # fmt: skip


@bp.get("/alliance/rounds/<public_id>/rules.json")
@access(PUBLIC)
def round_rules(public_id: str) -> ResponseReturnValue:
    """The document that the hash of the rules is over, in the form in which it was hashed."""
    document = _round(public_id).announced
    return Response(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False), mimetype="application/json")
