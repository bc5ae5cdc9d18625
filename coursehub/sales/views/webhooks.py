"""Where the rail tells us what happened: verify the raw bytes, keep, answer."""

import logging

from flask import request
from flask.typing import ResponseReturnValue

from coursehub import clock, rails
from coursehub.sales import operations
from coursehub.sales.views import bp
from coursehub.web import SIGNED_CALL, access

log = logging.getLogger(__name__)


@bp.post("/webhooks/stripe")
@access(SIGNED_CALL)
def stripe_webhook() -> ResponseReturnValue:
    """200 for what is kept or was kept before, 400 for what is not signed by the rail."""
    try:
        event = rails.current().verified_event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except rails.ForgedEvent as problem:
        log.warning("a webhook without a good signature: %s", problem)
        return {"error": "bad signature"}, 400
    except rails.PaymentsNotSetUp:
        return {"error": "payments are not set up"}, 503
    kept = operations.keep_event(event, source="webhook", at=clock.now())
    return {"kept": kept}, 200
