"""Contests of how a sale came, for both sides: the partner's page of its sales, and the house's page of sales by links."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.prose import channel_name
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.forms import ContestSaleForm, ContestWordForm
from coursehub.sales.models import CORRECTED, AttributionContest
from coursehub.sales.operations import ATTRIBUTION, attribution
from coursehub.sales.views import bp
from coursehub.sales.views.audience import ANSWER_FOR_SALES
from coursehub.sales.views.selling import course_titles
from coursehub.web import PARTNER, STAFF, access, current_locale, one_or_404, page, paginate, see_other, signed_in_actor


@bp.get("/studio/links/sales")
@access(PARTNER("owner", "finance", "author"))
def how_sales_came() -> ResponseReturnValue:
    """Every sale with its channel and what decided it: the link and the day of the click, the coupon, or neither."""
    reader = signed_in_actor()
    listed = paginate(queries.sales_visible_to(reader), request.args.get("page", 1, int))
    return page(
        "sales/studio/how_sales_came.html",
        sales=listed,
        came=queries.came_by(listed.items, reader.organisation_id or 0),
        days=ATTRIBUTION.days,
        **_shown(reader, listed.items),
    )


@bp.get("/house/attributions")
@access(STAFF("finance"))
def house_attributions() -> ResponseReturnValue:
    """Contests in which the house is a side, and the sales that came by partners' links."""
    reader = signed_in_actor()
    by_link = queries.sales_visible_to(reader).where(MoneyEvent.channel == "partner_link")
    listed = paginate(by_link, request.args.get("page", 1, int))
    return page("sales/house/attributions.html", sales=listed, **_shown(reader, listed.items))


@bp.post("/sales/<event_id>/contests")
@access(ANSWER_FOR_SALES)
def contest_sale(event_id: str) -> ResponseReturnValue:
    """Say that a sale came otherwise."""
    reader = signed_in_actor()
    sale = one_or_404(queries.sales_visible_to(reader).where(MoneyEvent.public_id == event_id))
    form = ContestSaleForm()
    if not form.validate_on_submit():
        flash(_("Say what is not so, then contest the sale."), "warning")
        return _back(reader)
    return _then_back(
        reader, lambda: attribution.contest_attribution(sale, reason=form.reason.data or "", by=reader, at=clock.now()),
        _("Contested. The other side has 14 days to answer; without an answer the sale is shared anew."),
    )  # fmt: skip


@bp.post("/sales/contests/<public_id>/answers")
@access(ANSWER_FOR_SALES)
def answer_sale_contest(public_id: str) -> ResponseReturnValue:
    """Stand by how the sale came."""
    reader, contest = _find(public_id)
    form = ContestWordForm()
    if not form.validate_on_submit():
        flash(_("Say why it came as it is booked, then answer."), "warning")
        return _back(reader)
    return _then_back(
        reader, lambda: attribution.answer_attribution(contest, answer=form.answer.data or "", by=reader, at=clock.now()),
        _("Answered. The other side has 14 days; after that the sale stays as it is."),
    )  # fmt: skip


@bp.post("/sales/contests/<public_id>/corrections")
@access(ANSWER_FOR_SALES)
def give_way(public_id: str) -> ResponseReturnValue:
    """Agree: the sale is shared anew."""
    reader, contest = _find(public_id)
    return _then_back(
        reader, lambda: attribution.give_way(contest, by=reader, at=clock.now()),
        _("Agreed. The sale is shared anew, in this month's books."),
    )  # fmt: skip


@bp.post("/sales/contests/<public_id>/acceptances")
@access(ANSWER_FOR_SALES)
def accept_sale(public_id: str) -> ResponseReturnValue:
    """Accept after all how it came."""
    reader, contest = _find(public_id)
    return _then_back(
        reader, lambda: attribution.accept_attribution(contest, by=reader, at=clock.now()),
        _("Accepted. The sale stays as it is."),
    )  # fmt: skip


def _find(public_id: str) -> tuple[Actor, AttributionContest]:
    reader = signed_in_actor()
    return reader, one_or_404(queries.contests_visible_to(reader).where(AttributionContest.public_id == public_id))


def _then_back(reader: Actor, act: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        act()
        flash(done, "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return _back(reader)


def _back(reader: Actor) -> ResponseReturnValue:
    return see_other("sales.house_attributions" if reader.is_staff else "sales.how_sales_came")


def _shown(reader: Actor, events: Sequence[MoneyEvent]) -> dict[str, Any]:
    """What both pages show: the sales, every contest of this side, whose turn it is, and what may be done."""
    locale, now = current_locale(), clock.now()
    listed = paginate(queries.contests_visible_to(reader), request.args.get("contests", 1, int))
    contests = listed.items
    told = {event.id: event for event in events}
    told |= {each.event_id: db.session.get_one(MoneyEvent, each.event_id) for each in contests}
    found = sa.select(Course).where(Course.id.in_({event.course_id for event in told.values()}))
    contracts = {number: db.session.get_one(Contract, number) for number in {event.contract_id for event in told.values()}}
    parties = {party.party: party.organisation_id for contract in contracts.values() for party in contract.parties}
    named = {party: people.organisation_by_public_id(party) for party in parties}
    of = {each.id: contracts[told[each.event_id].contract_id] for each in contests}
    known = queries.contests_of(list(told.values()))
    return {
        "events": list(events),
        "contests": contests,
        "contests_listed": listed,
        "contest_of": known,
        "told": told,
        "titles": course_titles(list(db.session.execute(found).scalars())),
        "channels": {event.channel: channel_name(event.channel, locale) for event in told.values()},
        "names": {party: people.name_of(one) for party, one in named.items() if one is not None},
        "own": reader.organisation.public_id if reader.organisation else "",
        "may_contest": {
            event.id: event.id not in known
            and now <= event.occurred_at + attribution.CONTESTABLE
            and policies.may_contest_attribution(reader, event, contracts[event.contract_id])
            for event in events
        },
        "may_answer": {each.id: policies.may_answer_attribution(reader, each, of[each.id]) for each in contests},
        "may_accept": {each.id: policies.may_accept_attribution(reader, each, of[each.id]) for each in contests},
        "corrected": CORRECTED,
        "now": now,
    }
