"""A partner's payouts: when the next one leaves, what will be paid and why not, what was paid, and the account."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.billing import queries as billing
from coursehub.catalog.models import Course
from coursehub.contracts.views.looking import course_titles
from coursehub.db import db
from coursehub.ledger.names import journal_kind
from coursehub.money import as_decimal
from coursehub.payouts import debts, queries
from coursehub.payouts.models import Payout, PayoutRun
from coursehub.payouts.views import showing
from coursehub.people.models import Organisation
from coursehub.people.operations.partners import payees_of
from coursehub.talent.working_days import local_day
from coursehub.web import PARTNER, access, one_or_404, page, paginate, signed_in_actor
from coursehub.web.sheets import as_csv

bp = Blueprint("payouts", __name__)
bp.context_processor(showing.words)
PAID_BACK = 12
"""So many of its repayments a partner sees beside what it owes; the statements have all of them."""


@bp.get("/studio/payouts")
@access(PARTNER("owner", "finance"))
def payouts() -> ResponseReturnValue:
    """Everything a partner asks about its money after the hold."""
    actor, at = signed_in_actor(), clock.now()
    organisation = actor.organisation
    if organisation is None or actor.organisation_id is None:
        raise LookupError("a partner acts for an organisation")
    found = paginate(queries.payouts_of_organisation(actor), request.args.get("page", 1, int))
    runs = {each.run_id: db.session.get_one(PayoutRun, each.run_id) for each in found.items}
    coming = queries.proposed_for(actor.organisation_id, at)
    house = queries.calendar()
    rules = {currency: rule for (number, currency), rule in queries.promised(at).items() if number == actor.organisation_id}
    owed = [(currency, minor) for party, currency, minor in queries.owed_by_party() if party == organisation.public_id]
    claims = [(currency, claim) for currency, _minor in owed for claim in queries.claims_of(organisation.public_id, currency)]
    return page(
        "payouts/own.html",
        owed=[(currency, minor, billing.collection_account(currency)) for currency, minor in owed],
        reference=debts.reference_of(organisation.id),
        paid_back=queries.paid_back(organisation_id=organisation.id, at_most=PAID_BACK),
        payouts=found, runs=runs, steps=queries.steps_of([each.id for each in found.items]), coming=coming,
        claims=claims, payees=payees_of(actor.organisation_id), organisation=organisation, now=at,
        next_on=min(showing.payday_after(at, rule) for rule in (house, *rules.values())),
        minimum_in=lambda currency: rules.get(currency, house).minimum_in(currency), held=queries.held_by(organisation.public_id),
        weekly=any(rule.weekly for rule in rules.values()),
    )  # fmt: skip


@bp.get("/studio/payouts/<public_id>")
@access(PARTNER("owner", "finance"))
def payout(public_id: str) -> ResponseReturnValue:
    """One payout: how far it is, which shares it is made of, and what it was set against."""
    found = one_or_404(queries.own_payout(signed_in_actor(), public_id))
    listed = paginate(_made_of(found), request.args.get("page", 1, int), scalars=False)
    parts, set_off = queries.parts_of(listed.items), queries.set_off_in(found)
    return page(
        "payouts/payout.html", payout=found, run=db.session.get_one(PayoutRun, found.run_id), listed=listed, parts=parts,
        set_off=set_off, steps=queries.steps_of([found.id])[found.id],
        titles=_titles([*parts, *(part for part, _minor in set_off)]),
        tail=queries.tails_of([found]).get(found.payee_record_id), by_rail=found.id in queries.transfers_of([found.id]),
        journal_kind=journal_kind,
    )  # fmt: skip


@bp.get("/studio/payouts/<public_id>/csv")
@access(PARTNER("owner", "finance"))
def payout_table(public_id: str) -> ResponseReturnValue:
    """The same for a spreadsheet: every share, and what was set off; the last row is what was paid."""
    found = one_or_404(queries.own_payout(signed_in_actor(), public_id))
    parts, set_off = queries.parts_of(db.session.execute(_made_of(found))), queries.set_off_in(found)
    titles = _titles([*parts, *(part for part, _minor in set_off)])

    def row(part: queries.Part, kind: str, minor: int) -> list[str | Decimal]:
        event = part.event
        course, number = (titles.get(event.course_id, ""), event.public_id) if event else ("", "")
        amount = as_decimal(minor, found.currency)
        return [local_day(part.occurred_at).isoformat(), kind, course, number, amount, found.currency]

    rows = [row(part, journal_kind(part.kind), part.amount_minor) for part in parts]
    rows += [row(part, _("Set against what was owed"), -minor) for part, minor in set_off]
    rows.append(["", _("Paid"), "", found.public_id, as_decimal(found.amount_minor, found.currency), found.currency])
    heads = [_("Happened on"), _("What it was"), _("Course"), _("Number"), _("Amount"), _("Currency")]
    answer = Response(as_csv(heads, rows), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="payout-{found.public_id}.csv"'
    return answer


def _made_of(found: Payout) -> "sa.Select[Any]":
    return queries.made_of(found, db.session.get_one(Organisation, found.organisation_id).public_id)


def _titles(parts: list[queries.Part]) -> dict[int, str]:
    """What the courses behind some parts are called, by their ids."""
    ids = {part.event.course_id for part in parts if part.event}
    return course_titles(db.session.execute(sa.select(Course).where(Course.id.in_(ids))).scalars().all())
