"""One opening's applications as a board and as a table, and moving one or many of them."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from coursehub import clock
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.talent.hiring_words import WORDS
from coursehub.talent.models import Application, Batch, Opening
from coursehub.talent.operations import advancing
from coursehub.talent.operations.opening_fields import open_person
from coursehub.talent.queries import applications as queries
from coursehub.talent.queries.openings import openings_visible_to
from coursehub.talent.views.hire import HR
from coursehub.web import access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("talent_board", __name__)
ORDERS = {
    "applied": lambda card: card.application.applied_at,
    "due": lambda card: (card.application.due_at is None, card.application.due_at or card.application.applied_at),
    "skills": lambda card: -card.met[0],
    "state": lambda card: (
        queries.COLUMNS.index("applied" if card.application.state == "sourced" else card.application.state)
        if card.application.ended_at is None and card.application.state != "rejected"
        else 9
    ),
}


def _opening(public_id: str) -> Opening:
    return one_or_404(openings_visible_to(signed_in_actor()).where(Opening.public_id == public_id))


def names_of(applications: list[Application]) -> dict[int, str]:
    """The names of those who let this employer see them now; every one is logged, and the person reads it."""
    found, at = {}, clock.now()
    for row in applications:
        if "display_name" not in queries.fields_shown(row, at):
            continue
        try:
            opened = open_person(row.person_id, by=signed_in_actor(), purpose="application", fields=["display_name"], at=at)
            found[row.id] = opened["display_name"]
        except Refusal:
            continue
    return found


@bp.get("/hire/openings/<public_id>/board")
@access(HR)
def board(public_id: str) -> ResponseReturnValue:
    """Columns of cards; names only when asked for."""
    return _show(public_id, "talent/hire/board.html")


@bp.get("/hire/openings/<public_id>/table")
@access(HR)
def table(public_id: str) -> ResponseReturnValue:
    """The same as rows that can be put in order; with `ended=1` those that are over."""
    return _show(public_id, "talent/hire/table.html")


def _show(public_id: str, template: str) -> ResponseReturnValue:
    opening, actor, at = _opening(public_id), signed_in_actor(), clock.now()
    ended = request.args.get("ended") == "1"
    cards = queries.cards_of(opening, actor, ended=ended)
    order = request.args.get("order", "applied")
    if order in ORDERS:
        cards.sort(key=ORDERS[order])
    with_names = request.args.get("names") == "1"
    columns = {name: [card for card in cards if _column(card.application) == name] for name in queries.COLUMNS}
    return page(
        template, opening=opening, cards=cards, columns=columns, words=WORDS, can_step=advancing.can_step,
        steps=advancing.STEPS, undo=queries.batch_to_undo(opening, at),
        names=names_of([card.application for card in cards]) if with_names else {},
        with_names=with_names, ended=ended, order=order, asked={},
    )  # fmt: skip


def _column(application: Application) -> str:
    return "applied" if application.state == "sourced" else application.state


def _chosen(opening: Opening, ids: list[str]) -> list[Application]:
    own = queries.applications_visible_to(signed_in_actor())
    found = own.where(Application.opening_id == opening.id, Application.public_id.in_(ids[:200]))
    return list(db.session.execute(found).scalars())


@bp.get("/hire/openings/<public_id>/moves")
@access(HR)
def preview(public_id: str) -> ResponseReturnValue:
    """What a move of the chosen ones would do, before it is done."""
    opening, step = _opening(public_id), request.args.get("step", "")
    chosen = _chosen(opening, request.args.getlist("id"))
    if step not in advancing.STEPS or not chosen:
        flash(_("Choose at least one application, and where it goes."), "warning")
        return see_other("talent_board.board", public_id=public_id)
    return _preview(opening, step, chosen)


def _preview(
    opening: Opening, step: str, chosen: list[Application], *, fault: str = "", status: int = 200
) -> ResponseReturnValue:
    return page(
        "talent/hire/preview.html", status=status, opening=opening, step=step, words=WORDS, fault=fault, code_of=queries.code_of,
        moving=[row for row in chosen if advancing.can_step(row, step)],
        staying=[row for row in chosen if not advancing.can_step(row, step)],
        reasons=advancing.REJECT_REASONS, minutes=int(advancing.UNDO.total_seconds() // 60), typed=request.form,
    )  # fmt: skip


@bp.post("/hire/openings/<public_id>/moves")
@access(HR)
def move(public_id: str) -> ResponseReturnValue:
    """Make the move; it can be undone for a while."""
    opening, step = _opening(public_id), request.form.get("step", "")
    chosen = _chosen(opening, request.form.getlist("id"))
    if step not in advancing.STEPS or not chosen:
        abort(404)
    if step == "reject" and "reason" not in request.form:
        return _preview(opening, step, chosen)
    try:
        batch = advancing.advance(
            chosen, step, reason=request.form.get("reason", ""), words=request.form.get("words", "")[:2000],
            by=signed_in_actor(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _preview(opening, step, chosen, fault=str(refusal), status=refusal.status)
    many = len(advancing.items_of(batch))
    flash(ngettext("%(num)s application moved.", "%(num)s applications moved.", many), "done")
    back = url_for("talent_board.board", public_id=public_id, names="1" if request.form.get("names") == "1" else None)
    return redirect(f"{back}#card-{chosen[0].public_id}" if len(chosen) == 1 and step != "reject" else back, 303)


@bp.post("/hire/batches/<public_id>/undo")
@access(HR)
def undo(public_id: str) -> ResponseReturnValue:
    """Take the latest act back."""
    batch = one_or_404(queries.batches_visible_to(signed_in_actor()).where(Batch.public_id == public_id))
    try:
        many = advancing.undo(batch, by=signed_in_actor(), at=clock.now())
        flash(
            ngettext("%(num)s application is back where it was.", "%(num)s applications are back where they were.", many), "done"
        )
    except Refusal as refusal:
        flash(str(refusal), "warning")
    opening = db.session.get_one(Opening, batch.opening_id)
    return see_other("talent_board.board", public_id=opening.public_id)
