"""Earnings of a partner: what sold, through which door, what each sale gave and why. Never who bought."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts import queries
from coursehub.contracts.cascade import arithmetic, cascade, number
from coursehub.contracts.instalments import part_words
from coursehub.contracts.models import Contract, MoneyEvent, MoneyLine, Proposal, Terms
from coursehub.contracts.prose import channel_name, sections, sentence_at
from coursehub.contracts.steps import steps_of
from coursehub.contracts.views import earning_filters, looking
from coursehub.contracts.views.earning_filters import Filters
from coursehub.db import db
from coursehub.ledger import names
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.ledger.models import Account, Balance
from coursehub.money import as_decimal
from coursehub.web import PARTNER, access, current_locale, one_or_404, page, paginate, signed_in_actor
from coursehub.web.locale import local_time
from coursehub.web.sheets import as_csv

bp = Blueprint("contracts_earnings", __name__, url_prefix="/studio/earnings")
RECENT = timedelta(days=30)
STEPS = {
    "paid": _l("paid by the buyer"),
    "tax": _l("less tax"),
    "fee": _l("less the fee of the payment provider"),
    "discount": _l("plus the discount that one side bears"),
    "fixed": _l("less a fixed amount"),
    "rate": _l("less the platform's part"),
    "recoup": _l("less costs that come back first"),
    "left": _l("is left to divide"),
}
KINDS = {
    "sale": _l("sales"), "refund": _l("refunds"), "dispute": _l("taken by a bank"), "reinstated": _l("given back by a bank"),
    "reshared": _l("shared anew"),
    "hire": _l("hires"), "hour": _l("hours"), "period": _l("passes"), "rebate": _l("rebates"),
    "true_up": _l("true-ups"), "guarantee": _l("guarantees"),
}  # fmt: skip
OF = {
    "dispute": "dispute", "reinstated": "reinstated", "reshared": "contest", "hire": "fee", "hour": "fee", "period": "fee",
    "rebate": "fee",
    "true_up": "close", "guarantee": "close",
}  # fmt: skip
"""What the picture of an event begins with; a sale where it is not said."""


@bp.get("")
@access(PARTNER("owner", "finance", "author"))
def earnings() -> ResponseReturnValue:
    """Every event that gave the organisation something or took it back, with filters that stay in the address."""
    party = _party()
    at = clock.now()
    courses = _courses(party)
    filters, found = _found(party, courses)
    locale = current_locale()
    return page(
        "contracts/earnings.html",
        part_words=part_words,
        events=paginate(found, request.args.get("page", 1, int), scalars=False),
        titles=looking.course_titles(courses),
        courses=courses,
        chosen=filters,
        shown=earning_filters.sums(found) if filters.are_any else [],
        kinds=KINDS,
        channels=[(channel, channel_name(channel, locale)) for channel in looking.CHANNELS],
        channel_names={channel: channel_name(channel, locale) for channel in looking.CHANNELS},
        recent=_totals(party, since=at - RECENT),
        whole=_totals(party, since=None),
        held=_held(party, at),
        owed=_owed(party),
        by_channel=_by_channel(party),
        now=at,
    )


@bp.get("/csv")
@access(PARTNER("owner", "finance", "author"))
def earnings_table() -> ResponseReturnValue:
    """The same for a spreadsheet: everything that the filters leave, one row for each event."""
    party, locale = _party(), current_locale()
    courses = _courses(party)
    _filters, found = _found(party, courses)
    titles = looking.course_titles(courses)
    rows = (
        [
            event.public_id, local_time(event.occurred_at).isoformat(timespec="seconds"), str(KINDS.get(event.kind, event.kind)),
            titles[event.course_id], channel_name(event.channel, locale), as_decimal(event.amount_minor, event.currency),
            as_decimal(minor, event.currency), event.currency,
        ]
        for event, minor in db.session.execute(found)
    )  # fmt: skip
    heads = [_("Number"), _("When"), _("Kind"), _("Course"), _("How it came"), _("Price"), _("Your share"), _("Currency")]
    answer = Response(as_csv(heads, rows), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="earnings.csv"'
    return answer


def _found(party: str, courses: list[Course]) -> tuple[Filters, "sa.Select[Any]"]:
    filters = earning_filters.chosen(request.args, courses=courses, channels=looking.CHANNELS, kinds=list(KINDS))
    return filters, earning_filters.narrowed(queries.events_for_party(party), filters)


@bp.get("/<event_id>")
@access(PARTNER("owner", "finance", "author"))
def earning(event_id: str) -> ResponseReturnValue:
    """Why an event gave what it gave: clause, facts, arithmetic, and its place in the books."""
    party = _party()
    own = sa.select(MoneyLine.event_id).where(MoneyLine.party == party)
    event = one_or_404(sa.select(MoneyEvent).where(MoneyEvent.public_id == event_id, MoneyEvent.id.in_(own)))
    terms = queries.terms_with_hash(event.terms_hash)
    if terms is None:
        raise LookupError(f"money event {event.id} names terms that are not here")
    body = queries.body_of(terms)
    locale = current_locale()
    clauses = _clause_page(terms)
    lines = [queries.line_of(row) for row in event.lines]
    course = db.session.get_one(Course, event.course_id)
    sale = db.session.get(MoneyEvent, event.reverses_id) if event.reverses_id else None
    refunds = db.session.execute(
        sa.select(MoneyEvent).where(MoneyEvent.reverses_id == event.id).order_by(MoneyEvent.id)
    ).scalars()
    journal = ledger.journal(event.journal_id) if event.journal_id else None
    proof = ledger.inclusions([journal.id]).get(journal.id) if journal else None
    booked_on = proof.day if proof else local_time(journal.recorded_at).date() if journal else None
    return page(
        "contracts/earning.html",
        part_words=part_words,
        event=event,
        course_title=looking.course_titles([course])[course.id],
        channel=channel_name(event.channel, locale),
        lines=cascade(
            body,
            lines,
            locale=locale,
            clause_url=lambda path: f"{clauses}#{looking.anchor(path)}",
            of="contest" if event.facts.get("limit") else OF.get(event.kind, "sale"),
        ),
        own=[
            (line, sentence_at(body, line.path, locale), arithmetic(line, body.currency)) for line in lines if line.party == party
        ],
        steps=[(STEPS[step.what], number(step.amount, body.currency), step.what) for step in steps_of(lines)],
        clause_of=lambda sentence: f"{clauses}#{looking.anchor(sentence.path)}",
        own_minor=sum(line.amount_minor for line in lines if line.party == party),
        names={one.id: one.name_en if locale == "en" else one.name for one in body.parties},
        terms=terms,
        clauses=clauses,
        proposal=db.session.get_one(Proposal, terms.proposal_id),
        contract=db.session.get_one(Contract, event.contract_id),
        journal=journal,
        legs=[leg for leg in ledger.lines_of(journal.id) if leg.party == party] if journal else [],
        proof=proof,
        account_name=names.account_name,
        statement_month=f"{booked_on:%Y-%m}" if booked_on else None,
        sale=sale,
        refunds=list(refunds),
        sections=sections(body, locale),
        now=clock.now(),
    )


def _party() -> str:
    organisation = signed_in_actor().organisation
    return organisation.public_id if organisation else ""


def _clause_page(terms: Terms) -> str:
    contract = db.session.get_one(Contract, terms.contract_id)
    proposal = db.session.get_one(Proposal, terms.proposal_id)
    return url_for("contracts_studio.proposal", contract_id=contract.public_id, proposal_id=proposal.public_id)


def _mine(party: str) -> Any:
    return sa.select(
        MoneyEvent.currency, sa.func.sum(MoneyLine.amount_minor).label("amount_minor"),
        sa.func.count(sa.distinct(MoneyEvent.id)).label("events"),
    ).join(MoneyLine, MoneyLine.event_id == MoneyEvent.id).where(MoneyLine.party == party)  # fmt: skip


def _totals(party: str, *, since: datetime | None) -> list[Any]:
    """What stands with the party per currency, refunds taken off."""
    found = _mine(party).group_by(MoneyEvent.currency).order_by(MoneyEvent.currency)
    if since is not None:
        found = found.where(MoneyEvent.occurred_at >= since)
    return list(db.session.execute(found).all())


def _held(party: str, at: datetime) -> list[Any]:
    """What is still held at that moment."""
    found = _mine(party).where(MoneyEvent.held_until > at).group_by(MoneyEvent.currency).order_by(MoneyEvent.currency)
    return list(db.session.execute(found).all())


def _owed(party: str) -> list[Any]:
    """(currency, minor units) of what the party has to give back, such as shares that were paid out and refunded after."""
    found = (
        sa.select(Account.currency, Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == PARTNER_OWES, Account.party == party, Balance.posted_minor > 0)
        .order_by(Account.currency)
    )
    return list(db.session.execute(found).all())


def _by_channel(party: str) -> list[Any]:
    found = (
        sa.select(
            MoneyEvent.channel,
            MoneyEvent.currency,
            sa.func.count(sa.distinct(sa.case((MoneyEvent.kind == "sale", MoneyEvent.id)))).label("sales"),
            sa.func.sum(MoneyLine.amount_minor).label("amount_minor"),
        )
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(MoneyLine.party == party)
        .group_by(MoneyEvent.channel, MoneyEvent.currency)
        .order_by(sa.desc("amount_minor"))
    )
    return list(db.session.execute(found).all())


def _courses(party: str) -> list[Course]:
    """The courses that gave this party anything."""
    ids = (
        sa.select(MoneyEvent.course_id)
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(MoneyLine.party == party)
        .distinct()
    )
    return list(db.session.execute(sa.select(Course).where(Course.id.in_(ids)).order_by(Course.id)).scalars())
