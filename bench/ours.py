"""`python -m bench.ours --port N`: our own application as it is served, with one address more: a payment comes for an order that waits.

The address stands for the worker's job behind a webhook, so that the very operation is
measured through the same server as its floor. `X-Statements` counts what was sent.
"""

import argparse
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, g
from flask.typing import ResponseReturnValue

from coursehub import clock, serving
from coursehub.app import create_app
from coursehub.db import db
from coursehub.rails.facts import PaymentFacts
from coursehub.sales.models import Order
from coursehub.sales.operations.completion import complete_order
from coursehub.web import SIGNED_CALL, access

bp = Blueprint("bench", __name__)


@bp.post("/bench/sales/<int:order_id>")
@access(SIGNED_CALL)
def sell(order_id: int) -> ResponseReturnValue:
    """Complete one order, as the event of its payment would."""
    at = clock.now()
    order = db.session.get_one(Order, order_id)
    payment = PaymentFacts(
        id=f"pi_bench_{order_id}", charge_id=f"ch_bench_{order_id}", amount_minor=order.gross_minor, currency=order.currency,
        fee_minor=603, method="card", paid_at=at,
    )  # fmt: skip
    return {"state": complete_order(order, payment=payment, at=at).state}


def create() -> Flask:
    """The application, counting its statements."""
    app = create_app()
    app.register_blueprint(bp)
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", _count)
    app.after_request(_say)
    return app


def _count(*_event: Any) -> None:
    if g:
        g.statements = g.get("statements", 0) + 1


def _say(answer: Response) -> Response:
    answer.headers["X-Statements"] = str(g.get("statements", 0))
    return answer


def main() -> None:
    """Serve as `coursehub serve` does, with one worker and one thread."""
    parser = argparse.ArgumentParser(prog="python -m bench.ours", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    serving.serve(create, host="127.0.0.1", port=parser.parse_args().port, workers=1, threads=1)


if __name__ == "__main__":
    main()
