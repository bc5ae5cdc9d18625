"""Pages of statements: a partner's own, everybody's for the house's finance, and the roots of the days for all."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from coursehub.statements.views import days, house, own, periods, showing
from coursehub.web import PARTNER, STAFF, access
from coursehub.web.audiences import Audience

PAGES: tuple[tuple[str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("/<month>/<currency>", "statement", own.statement),
    ("/<month>/<currency>/lines/<int:n>", "line", own.line),
    ("/<month>/<currency>/moves/<int:n>", "move", own.move),
    ("/<month>/<currency>/held/<until>", "held", own.held),
    ("/<month>/<currency>/mix", "mix", own.mix),
    ("/<month>/<currency>/<any(pdf, csv, beancount, zip):form>", "file", own.file),
)


def _desk(name: str, prefix: str, audience: Audience, below: str, first: Callable[..., ResponseReturnValue]) -> Blueprint:
    """The pages of one party's statements under one prefix, for one audience; links inside stay under it."""
    desk = Blueprint(name, __name__, url_prefix=prefix)
    desk.context_processor(showing.words)
    desk.add_url_rule(below, "statements", access(audience)(first))
    for rule, endpoint, view in PAGES:
        desk.add_url_rule(below + rule, endpoint, access(audience)(view))
    return desk


FINANCE = STAFF("finance")
studio = _desk("statements", "/studio/statements", PARTNER("owner", "finance"), "", own.statements)
back = _desk("statements_house", "/house/statements", FINANCE, "/<party>", own.statements)
back.add_url_rule("", "partners", access(FINANCE)(house.partners))
blueprints = [studio, back, days.bp, periods.bp]
