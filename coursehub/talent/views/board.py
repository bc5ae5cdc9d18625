"""One opening's applications as a board and as a table, and moving one or many of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
from coursehub.web import Page, access, one_or_404, page, see_other, signed_in_actor

bp = Blueprint("talent_board", __name__)
ORDERS: dict[str, Callable[[queries.Card], Any]] = {
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
    opening = _opening(public_id)
    cards = _ordered(queries.cards_of(opening, signed_in_actor()))
    columns = {name: [card for card in cards if _column(card.application) == name] for name in queries.COLUMNS}
    return _show("talent/hire/board.html", opening, cards, columns=columns, ended=False)


CHOICES: dict[str, Callable[[queries.Card, str, datetime], bool]] = {
    "stage": lambda card, value, _at: _column(card.application) == value,
    "source": lambda card, value, _at: card.application.source == value,
    "late": lambda card, _value, at: card.application.due_at is not None and card.application.due_at <= at,
    "met": lambda card, _value, _at: card.met[0] == card.met[1],
}
"""What the table can be narrowed down by, each with the test that a card passes."""
A_PAGE = 50


@bp.get("/hire/openings/<public_id>/table")
@access(HR)
def table(public_id: str) -> ResponseReturnValue:
    """The same as rows that can be narrowed down and put in order; with `ended=1` those that are over."""
    opening, at, ended = _opening(public_id), clock.now(), request.args.get("ended") == "1"
    every = _ordered(queries.cards_of(opening, signed_in_actor(), ended=ended))
    chosen = {name: request.args.get(name, "") for name in CHOICES}
    cards = [card for card in every if all(CHOICES[name](card, value, at) for name, value in chosen.items() if value)]
    number = min(max(1, request.args.get("page", 1, int)), max(1, -(-len(cards) // A_PAGE)))
    rows = Page(cards[(number - 1) * A_PAGE : number * A_PAGE], number, A_PAGE, len(cards))
    return _show("talent/hire/table.html", opening, rows.items, rows=rows, chosen=chosen, any_cards=bool(every), ended=ended)


def _ordered(cards: list[queries.Card]) -> list[queries.Card]:
    return sorted(cards, key=ORDERS[order]) if (order := request.args.get("order", "applied")) in ORDERS else cards


def _show(template: str, opening: Opening, cards: list[queries.Card], **values: Any) -> ResponseReturnValue:
    with_names = request.args.get("names") == "1"
    return page(
        template, opening=opening, cards=cards, words=WORDS, can_step=advancing.can_step, steps=advancing.STEPS,
        undo=queries.batch_to_undo(opening, clock.now()), with_names=with_names, order=request.args.get("order", "applied"),
        names=names_of([card.application for card in cards]) if with_names else {}, stages=queries.COLUMNS, **values,
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
