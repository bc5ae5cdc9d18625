"""One page about one's own data: take it along, or be forgotten."""

from flask import Blueprint, flash, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock, storage
from coursehub.db import db
from coursehub.people import sessions
from coursehub.people.views.browser import only_when_fresh
from coursehub.privacy import operations, queries
from coursehub.privacy.models import DataExport
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("privacy", __name__)


@bp.get("/account/data")
@access(SIGNED_IN)
def my_data() -> ResponseReturnValue:
    """What can be fetched, and the wish to be forgotten, if there is one."""
    actor = signed_in_actor()
    return page(
        "privacy/data.html", exports=list(db.session.execute(queries.exports_visible_to(actor)).scalars()),
        wish=queries.open_wish_of(actor.person_id), owned_alone=queries.owned_alone(actor.person_id),
        kept_days=operations.KEPT_FOR.days, cooling_days=operations.COOLING.days,
        is_fresh=sessions.fresh_sign_in(sessions.current_session(), clock.now()),
    )  # fmt: skip


@bp.post("/account/data/exports")
@access(SIGNED_IN)
@only_when_fresh
def ask_for_export() -> ResponseReturnValue:
    """Ask for everything."""
    operations.ask_for_export(by=signed_in_actor(), at=clock.now())
    flash(_("We are putting it together. You can leave this page; a letter tells you when it is ready."), "done")
    return see_other("privacy.my_data")


@bp.get("/account/data/exports/<public_id>")
@access(SIGNED_IN)
@only_when_fresh
def download(public_id: str) -> ResponseReturnValue:
    """Fetch an archive."""
    actor = signed_in_actor()
    export = one_or_404(queries.exports_visible_to(actor).where(DataExport.public_id == public_id))
    key = operations.fetch_export(export, by=actor, at=clock.now())
    answer = send_file(storage.path(key), mimetype="application/zip", as_attachment=True, download_name="my-data.zip", max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/account/data/forget")
@access(SIGNED_IN)
@only_when_fresh
def be_forgotten() -> ResponseReturnValue:
    """Ask to be forgotten."""
    operations.ask_to_be_forgotten(by=signed_in_actor(), at=clock.now())
    flash(_("Noted. Until that day you can take it back here."), "warning")
    return see_other("privacy.my_data")


@bp.post("/account/data/stay")
@access(SIGNED_IN)
def stay() -> ResponseReturnValue:
    """Take it back."""
    actor = signed_in_actor()
    wish = queries.open_wish_of(actor.person_id)
    if wish is not None:
        operations.stay_after_all(wish, by=actor, at=clock.now())
        flash(_("You stay. Nothing has changed."), "done")
    return see_other("privacy.my_data")
