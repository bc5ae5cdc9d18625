"""Shortlists: an employer's named lists of people from the pool, and what to do with those marked in a search."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people.forms import typed
from coursehub.people.queries import display_names
from coursehub.talent.forms.shortlists import RemarkForm, ShortlistForm
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Shortlist, ShortlistEntry
from coursehub.talent.models.shortlists import SCOPES
from coursehub.talent.operations import shortlists as operations
from coursehub.talent.queries import shortlists as queries
from coursehub.talent.queries.pool import MOST_PEOPLE
from coursehub.talent.undoing import UNDO
from coursehub.web import EMPLOYER, access, local_path, one_or_404, page, paginate, see_other, signed_in_actor

bp = Blueprint("talent_shortlists", __name__)


def _list(public_id: str, *, removed: bool = False) -> Shortlist:
    found = queries.shortlists_visible_to(signed_in_actor()).where(Shortlist.public_id == public_id)
    return one_or_404(found if removed else found.where(Shortlist.removed_at.is_(None)))


def _entry(shortlist: Shortlist, entry_id: str) -> ShortlistEntry:
    met = queries.entries_visible_to(signed_in_actor(), shortlist, clock.now())
    return one_or_404(met.where(ShortlistEntry.public_id == entry_id))


@bp.get("/hire/shortlists")
@access(EMPLOYER("hr", "owner"))
def shortlists() -> ResponseReturnValue:
    """Every list, with how many people one meets on it."""
    return _shortlists_page(ShortlistForm(formdata=None))


def _shortlists_page(form: ShortlistForm, *, status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    lists = queries.standing_lists(actor)
    return page(
        "talent/shortlists/shortlists.html", status=status, form=form, lists=lists, people=queries.people_on(lists, actor, at),
        removed=queries.removed_lists(actor, at), names=display_names(each.made_by_id for each in lists),
    )  # fmt: skip


@bp.post("/hire/shortlists")
@access(EMPLOYER("hr", "owner"))
def begin() -> ResponseReturnValue:
    """Begin a list."""
    form = ShortlistForm()
    if not form.validate_on_submit():
        return _shortlists_page(form, status=422)
    try:
        made = operations.begin_shortlist(title=typed(form.title), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        form.title.errors = [str(refusal)]
        return _shortlists_page(form, status=refusal.status)
    return see_other("talent_shortlists.shortlist", public_id=made.public_id)


@bp.get("/hire/shortlists/<public_id>")
@access(EMPLOYER("hr", "owner"))
def shortlist(public_id: str) -> ResponseReturnValue:
    """One list: who stands on it, what they have proven, what colleagues remark."""
    found = _list(public_id)
    return _shortlist_page(found, ShortlistForm(formdata=None, title=found.title))


def _shortlist_page(found: Shortlist, form: ShortlistForm, *, status: int = 200) -> ResponseReturnValue:
    actor, at = signed_in_actor(), clock.now()
    met = queries.entries_visible_to(actor, found, at)
    standing = paginate(met.where(ShortlistEntry.removed_at.is_(None)), request.args.get("page", 1, int))
    off = paginate(met.where(ShortlistEntry.removed_at > at - UNDO), 1)
    kept = queries.as_kept(standing.items, actor)
    notes = [note.by_id for row in kept for note in row.others]
    return page(
        "talent/shortlists/shortlist.html", status=status, shortlist=found, form=form, found=standing, kept=kept,
        off=queries.as_kept(off.items, actor), names=display_names([*notes, *(row.entry.added_by_id for row in kept)]),
        words=WORDS, scopes=SCOPES, most_people=MOST_PEOPLE,
        lists=[each for each in queries.standing_lists(actor) if each.id != found.id],
    )  # fmt: skip


@bp.post("/hire/shortlists/<public_id>")
@access(EMPLOYER("hr", "owner"))
def rename(public_id: str) -> ResponseReturnValue:
    """Give it another title."""
    found, form = _list(public_id), ShortlistForm()
    if not form.validate_on_submit():
        return _shortlist_page(found, form, status=422)
    operations.rename_shortlist(found, title=typed(form.title), by=signed_in_actor(), at=clock.now())
    return see_other("talent_shortlists.shortlist", public_id=public_id)


@bp.post("/hire/shortlists/<public_id>/remove")
@access(EMPLOYER("hr", "owner"))
def remove(public_id: str) -> ResponseReturnValue:
    """Put the list away."""
    operations.remove_shortlist(_list(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Removed. Within a day you can bring it back below."), "done")
    return see_other("talent_shortlists.shortlists")


@bp.post("/hire/shortlists/<public_id>/back")
@access(EMPLOYER("hr", "owner"))
def bring_back(public_id: str) -> ResponseReturnValue:
    """Undo that."""
    operations.bring_shortlist_back(_list(public_id, removed=True), by=signed_in_actor(), at=clock.now())
    return see_other("talent_shortlists.shortlist", public_id=public_id)


@bp.post("/hire/shortlists/<public_id>/people/<entry_id>/off")
@access(EMPLOYER("hr", "owner"))
def take_off(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Take one person off."""
    found = _list(public_id)
    operations.take_off(_entry(found, entry_id), found, by=signed_in_actor(), at=clock.now())
    flash(_("Taken off. Within a day you can put them back below."), "done")
    return see_other("talent_shortlists.shortlist", public_id=public_id)


@bp.post("/hire/shortlists/<public_id>/people/<entry_id>/back")
@access(EMPLOYER("hr", "owner"))
def put_back(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Undo that."""
    found = _list(public_id)
    operations.put_back(_entry(found, entry_id), found, by=signed_in_actor(), at=clock.now())
    return see_other("talent_shortlists.shortlist", public_id=public_id)


@bp.post("/hire/shortlists/<public_id>/people/<entry_id>/note")
@access(EMPLOYER("hr", "owner"))
def remark(public_id: str, entry_id: str) -> ResponseReturnValue:
    """Write one's own note."""
    found, form = _list(public_id), RemarkForm()
    entry = _entry(found, entry_id)
    if not form.validate_on_submit():
        flash(_("The note is too long or says nothing about who reads it. It was not kept."), "harm")
        return see_other("talent_shortlists.shortlist", public_id=public_id)
    operations.remark(entry, found, text=typed(form.text), scope=form.scope.data, by=signed_in_actor(), at=clock.now())
    return see_other("talent_shortlists.shortlist", public_id=public_id, _anchor=f"person-{entry_id}")


@bp.post("/hire/pool/marked")
@access(EMPLOYER("hr", "owner"))
def marked() -> ResponseReturnValue:
    """What to do with those marked in a search: set them side by side, or keep them on a list."""
    people, back = request.form.getlist("person"), local_path(request.form.get("back"), "/hire/pool")
    if not people:
        flash(_("Mark somebody first."), "harm")
        return redirect(back, 303)
    if request.form.get("act") == "compare":
        return see_other("talent_pool.compare", person=people[:MOST_PEOPLE])
    chosen, title = request.form.get("list", ""), request.form.get("title", "").strip()[:80]
    actor, at = signed_in_actor(), clock.now()
    if not chosen and not title:
        flash(_("Choose a list, or give a new one a title."), "harm")
        return redirect(back, 303)
    try:
        into = _list(chosen) if chosen else operations.begin_shortlist(title=title, by=actor, at=at)
        many = operations.keep(into, people, by=actor, at=at)
    except Refusal as refusal:
        flash(str(refusal), "harm")
        return redirect(back, 303)
    flash(
        ngettext("%(num)s person more stands on %(title)s.", "%(num)s people more stand on %(title)s.", many, title=into.title),
        "done",
    )
    return redirect(back, 303)
