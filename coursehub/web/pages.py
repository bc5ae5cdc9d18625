"""Small answers that views give: a page, a fragment of one, see other, not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from coursehub.config import current_settings
from coursehub.db import db
from coursehub.web.spoken import render

T = TypeVar("T")


def page(template: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
    """Render a template as the answer."""
    return make_response(render(template, context), status)


def page_or_fragment(page_template: str, fragment_template: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The whole page, or only its fragment when a live update asks for it."""
    fragment = request.headers.get("HX-Request") == "true"
    answer = make_response(render(fragment_template if fragment else page_template, context), status)
    answer.vary.add("HX-Request")
    return answer


def see_other(endpoint: str, **values: Any) -> Response:
    """After a POST: go and look there (303)."""
    return redirect(url_for(endpoint, **values), 303)


def one_or_404(select: "sa.Select[T]") -> T:
    """The one object a scoped query finds for this reader; a stranger gets 404."""
    found = db.session.execute(select).scalars().first()
    if found is None:
        abort(404)
    return found


def local_path(target: str | None, default: str = "/") -> str:
    """A path on this site to go on to, never another host's address."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target) or "\\" in target:
        return default
    return target


def external_url(endpoint: str, **values: Any) -> str:
    """A full address for letters and credentials, from configuration, never from the Host header."""
    given = {name: value for name, value in values.items() if value is not None}
    routes = current_app.url_map.bind("localhost")  # jobs and the command line have no request
    return current_settings().base_url + routes.build(endpoint, given)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its items, its number (from 1) and how many there are in all."""

    items: list[T]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))


def part_of(items: Sequence[T], number: int, *, per_page: int = 50) -> Page[T]:
    """One page of a list that is there already. Numbers outside the list give its first or last page."""
    number = min(max(1, number), max(1, -(-len(items) // per_page)))
    return Page(list(items[(number - 1) * per_page : number * per_page]), number, per_page, len(items))


def paginate(select: "sa.Select[Any]", number: int, *, per_page: int = 25, scalars: bool = True) -> Page[Any]:
    """One page of a query. Numbers outside the list give its first or last page.

    scalars: items are the first column (an entity); otherwise whole rows.
    """
    total = db.session.execute(sa.select(sa.func.count()).select_from(select.order_by(None).subquery())).scalar_one()
    last = max(1, -(-total // per_page))
    number = min(max(1, number), last)
    result = db.session.execute(select.limit(per_page).offset((number - 1) * per_page))
    return Page(list(result.scalars() if scalars else result), number, per_page, total)
