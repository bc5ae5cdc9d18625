"""Search over everything the reader may see."""

from flask import request
from flask.typing import ResponseReturnValue

from coursehub.desks.navigation import may_open
from coursehub.desks.queries.search import find
from coursehub.desks.views import bp
from coursehub.web import PUBLIC, access, current_actor, current_locale, page


@bp.get("/search")
@access(PUBLIC)
def search() -> ResponseReturnValue:
    """Courses for everybody; orders, people, organisations and contracts for those who may see them."""
    actor = current_actor()
    words = request.args.get("q", "").replace("\0", " ").strip()  # PostgreSQL takes no null character
    return page(
        "desks/search.html",
        words=words,
        found=find(words, actor, current_locale()),
        wide=actor is not None and (actor.is_staff or "sells" in actor.rights),
        as_staff=actor is not None and actor.is_staff,
        may_open=lambda endpoint: actor is not None and may_open(endpoint, actor),
    )
