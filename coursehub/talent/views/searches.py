"""Saved searches: one's own, with how many fit now, and letters about whoever is new."""

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.queries.skills import all_skills
from coursehub.errors import Refusal
from coursehub.people.forms import typed
from coursehub.talent.forms.searches import SearchForm
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.letters.searches import STOP
from coursehub.talent.models import SavedSearch
from coursehub.talent.operations import searches as operations
from coursehub.talent.pool_search import read_search
from coursehub.talent.queries import searches as queries
from coursehub.web import EMPLOYER, PUBLIC, access, current_locale, one_or_404, page, read_token, see_other, signed_in_actor

bp = Blueprint("talent_searches", __name__)
LINK_SECONDS = 90 * 86_400


def _mine(public_id: str, *, removed: bool = False) -> SavedSearch:
    found = queries.searches_visible_to(signed_in_actor()).where(SavedSearch.public_id == public_id)
    return one_or_404(found if removed else found.where(SavedSearch.removed_at.is_(None)))


@bp.get("/hire/searches")
@access(EMPLOYER("hr", "owner"))
def searches() -> ResponseReturnValue:
    """Every search one saved."""
    actor, at, most = signed_in_actor(), clock.now(), operations.MOST_PEOPLE
    saved = queries.standing_searches(actor, at)
    return page(
        "talent/searches/searches.html", saved=saved, removed=queries.removed_searches(actor, at),
        words=WORDS, skills=dict(all_skills(current_locale())), most=most,
        broad={each.search.id for each in saved if each.search.alert != "off" and each.people > most},
    )  # fmt: skip


@bp.post("/hire/searches")
@access(EMPLOYER("hr", "owner"))
def save() -> ResponseReturnValue:
    """Keep the search that stands in the address."""
    asked, form = request.args, SearchForm()
    wish = read_search(asked, asked.getlist("skill"), asked.getlist("level"))
    if not form.validate_on_submit():
        flash(_("Give the search a title of at most 80 characters."), "harm")
        return see_other("talent_pool.pool", **wish.address())
    try:
        operations.save_search(wish, title=typed(form.title), alert=form.alert.data, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "harm")
        return see_other("talent_pool.pool", **wish.address())
    flash(_("Saved. You find it under Saved searches."), "done")
    return see_other("talent_searches.searches")


@bp.post("/hire/searches/<public_id>")
@access(EMPLOYER("hr", "owner"))
def change(public_id: str) -> ResponseReturnValue:
    """Another title, letters or none."""
    found, form = _mine(public_id), SearchForm()
    if not form.validate_on_submit():
        flash(_("Give the search a title of at most 80 characters."), "harm")
        return see_other("talent_searches.searches")
    try:
        operations.change_search(found, title=typed(form.title), alert=form.alert.data, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other("talent_searches.searches")


@bp.post("/hire/searches/<public_id>/remove")
@access(EMPLOYER("hr", "owner"))
def remove(public_id: str) -> ResponseReturnValue:
    """Put it away."""
    operations.remove_search(_mine(public_id), by=signed_in_actor(), at=clock.now())
    flash(_("Removed. Within a day you can bring it back below."), "done")
    return see_other("talent_searches.searches")


@bp.post("/hire/searches/<public_id>/back")
@access(EMPLOYER("hr", "owner"))
def bring_back(public_id: str) -> ResponseReturnValue:
    """Undo that."""
    operations.bring_search_back(_mine(public_id, removed=True), by=signed_in_actor(), at=clock.now())
    return see_other("talent_searches.searches")


def _of_letter(token: str) -> SavedSearch:
    public_id = read_token(STOP, token, LINK_SECONDS)
    found = queries.search_of_letter(public_id) if isinstance(public_id, str) else None
    if found is None:
        abort(404)
    return found


@bp.get("/hire/searches/stop/<token>")
@access(PUBLIC)
def stop_page(token: str) -> ResponseReturnValue:
    """Ask for the one click; opening the link alone changes nothing."""
    return page("talent/searches/stop.html", token=token, search=_of_letter(token))


@bp.post("/hire/searches/stop/<token>")
@access(PUBLIC)
def stop(token: str) -> ResponseReturnValue:
    """No more letters about this search."""
    operations.stop_letters(_of_letter(token), at=clock.now())
    return see_other("talent_searches.stop_page", token=token)
