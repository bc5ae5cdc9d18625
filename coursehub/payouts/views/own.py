"""A partner's payouts: when the next one leaves, what will be paid and why not, what was paid, and the account."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.db import db
from coursehub.payouts import queries
from coursehub.payouts.models import PayoutRun
from coursehub.payouts.views import showing
from coursehub.people.operations.partners import payees_of
from coursehub.web import PARTNER, access, page, paginate, signed_in_actor

bp = Blueprint("payouts", __name__)
bp.context_processor(showing.words)


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
    claims = [
        (currency, claim)
        for party, currency, _minor in queries.owed_by_party()
        if party == organisation.public_id
        for claim in queries.claims_of(party, currency)
    ]
    return page(
        "payouts/own.html", payouts=found, runs=runs, steps=queries.steps_of([each.id for each in found.items]), coming=coming,
        claims=claims, payees=payees_of(actor.organisation_id), organisation=organisation, now=at,
        next_on=min(showing.payday_after(at, rule) for rule in (house, *rules.values())),
        minimum_in=lambda currency: rules.get(currency, house).minimum_in(currency), held=queries.held_by(organisation.public_id),
        weekly=any(rule.weekly for rule in rules.values()),
    )  # fmt: skip
