"""Exports: what for, the file, and the log that the employer, staff and those in it can read."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people.forms import typed
from coursehub.people.queries import display_names, name_of, organisation_names
from coursehub.people.views.browser import add_problem
from coursehub.talent.export_file import rows_of
from coursehub.talent.forms.exports import ExportForm
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import PoolExport, Profile, Shortlist, ShortlistEntry
from coursehub.talent.operations import exports as operations
from coursehub.talent.pool_search import PoolSearch, read_search
from coursehub.talent.queries import exports as queries
from coursehub.talent.queries import shortlists
from coursehub.talent.queries.pool import hits_of
from coursehub.talent.queries.pool_finding import PER_PAGE, find
from coursehub.web import EMPLOYER, STAFF, access, external_url, one_or_404, page, paginate, signed_in_actor
from coursehub.web.sheets import as_csv

bp = Blueprint("talent_exports", __name__)


def _source() -> tuple[list[int], PoolSearch, Shortlist | None]:
    """Whom the address names: those on a list, or the first of a search."""
    actor, at, asked = signed_in_actor(), clock.now(), request.args
    wish = read_search(asked, asked.getlist("skill"), asked.getlist("level"))
    if "list" in asked:
        found = shortlists.shortlists_visible_to(actor).where(
            Shortlist.public_id == asked["list"], Shortlist.removed_at.is_(None)
        )
        shortlist = one_or_404(found)
        entries = shortlists.entries_visible_to(actor, shortlist, at).where(ShortlistEntry.removed_at.is_(None))
        return [row.profile_id for row in paginate(entries, 1, per_page=operations.MOST_AT_ONCE).items], PoolSearch(), shortlist
    ids: list[int] = []
    for number in range(1, operations.MOST_AT_ONCE // PER_PAGE + 1):
        ids += [row.id for row in find(actor, wish, at, number).page.items if row.id not in ids]
    return ids, wish, None


@bp.get("/hire/exports/new")
@access(EMPLOYER("hr", "owner"))
def ask() -> ResponseReturnValue:
    """What the file will hold, and the question what it is for."""
    return _ask_page(ExportForm(formdata=None))


def _ask_page(form: ExportForm, *, status: int = 200) -> ResponseReturnValue:
    ids, wish, shortlist = _source()
    actor = signed_in_actor()
    return page(
        "talent/exports/ask.html", status=status, form=form, many=len(ids), shortlist=shortlist,
        address={"list": shortlist.public_id} if shortlist else wish.address(), most=operations.MOST_AT_ONCE,
        left=operations.SEAT_LIMIT - operations.used_by(actor.person_id, clock.now()), limit=operations.SEAT_LIMIT,
    )  # fmt: skip


@bp.post("/hire/exports/new")
@access(EMPLOYER("hr", "owner"))
def take_out() -> ResponseReturnValue:
    """Write it down, then give the file."""
    form, actor = ExportForm(), signed_in_actor()
    if not form.validate_on_submit():
        return _ask_page(form, status=422)
    ids, wish, shortlist = _source()
    try:
        export, people = operations.export_people(
            ids, purpose=form.purpose.data, words=typed(form.words), source=shortlist.title if shortlist else "", by=actor,
            at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _ask_page(form, status=refusal.status)
    return _file(export, people, wish)


def _file(export: PoolExport, people: list[Profile], wish: PoolSearch) -> Response:
    actor = signed_in_actor()
    house = name_of(actor.organisation) if actor.organisation else ""
    heads = [
        _("Number in the pool"), _("Link"), _("Headline"), _("City"), _("remote as well"), _("Hours a week"), _("Available from"),
        _("Forms of work"), _("Proven skills, level and day"), _("Not to be approached"), _("Export"),
    ]  # fmt: skip
    rows = rows_of(
        hits_of(people, wish), mark=f"{export.public_id} · {house} · {actor.name} · {export.at:%Y-%m-%d %H:%M} UTC",
        link=lambda public_id: external_url("talent_candidates.candidate", public_id=public_id),
        day=lambda each: each.isoformat(), yes=_("yes"), form=lambda each: str(WORDS["form"][each]),
    )  # fmt: skip
    named = f'attachment; filename="people-{export.at:%Y%m%d}-{export.public_id}.csv"'
    return Response(
        as_csv(heads, rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": named, "Cache-Control": "no-store"},
    )  # fmt: skip


@bp.get("/hire/exports")
@access(EMPLOYER("hr", "owner"))
def exports() -> ResponseReturnValue:
    """Every file this employer took out."""
    return _log_page("hire")


@bp.get("/house/exports")
@access(STAFF("support"))
def house_exports() -> ResponseReturnValue:
    """Every file anybody took out."""
    return _log_page("house")


def _log_page(place: str) -> ResponseReturnValue:
    found = paginate(queries.exports_visible_to(signed_in_actor()), request.args.get("page", 1, int))
    return page(
        "talent/exports/log.html", place=place, found=found, words=WORDS, names=display_names(row.by_id for row in found.items),
        organisations=organisation_names(row.organisation_id for row in found.items),
    )  # fmt: skip
