"""The house's desk: what needs doing today, by role."""

from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.config import current_settings
from coursehub.desks.navigation import may_open
from coursehub.desks.queries import house as queries
from coursehub.desks.views import bp
from coursehub.web import STAFF, access, page, signed_in_actor


@bp.get("/house")
@access(STAFF())
def house() -> ResponseReturnValue:
    """What waits for this member of staff, then the last thirty days."""
    actor, at = signed_in_actor(), clock.now()
    steps = queries.set_up()
    return page(
        "desks/house.html",
        queues=queries.queues(actor, at=at),
        books=queries.books() if may_open("books.accounts", actor) else None,
        month=queries.last_month(at=at),
        money=may_open("books.accounts", actor),
        set_up=steps if steps.is_new and not current_settings().demo else None,
        smtp=bool(current_settings().smtp_url),
        now=at,
    )
