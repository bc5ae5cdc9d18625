"""The home page, the page of components, and the two choices every reader has."""

from datetime import timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from coursehub import clock
from coursehub.config import current_settings
from coursehub.desks import queries, specimens
from coursehub.desks.bar import THEME_COOKIE, THEMES, the_bar
from coursehub.desks.comparison import compare
from coursehub.desks.frame import address_of, keep_for_ever
from coursehub.web import HOUSE_OR_DEMO, OUR_PAGES, PUBLIC, access, current_locale, local_path, page, see_other
from coursehub.web.locale import LANGUAGE_COOKIE, LOCALES

bp = Blueprint("desks", __name__)
bp.add_app_template_global(the_bar, "the_bar")
bp.add_app_template_global(compare, "compare")
bp.add_app_template_global(address_of, "address_of")
bp.after_app_request(keep_for_ever)


@bp.get("/")
@access(PUBLIC)
def home() -> ResponseReturnValue:
    """What coursehub is and for whom, with what is really there."""
    return page("desks/home.html", front=queries.front(current_locale(), at=clock.now()), sale=specimens.sale())


@bp.get("/house/components")
@access(HOUSE_OR_DEMO)
def components() -> ResponseReturnValue:
    """Every component in both themes, with invented content."""
    now = clock.now()
    form = specimens.wrong_form()
    return page("desks/components.html", form=form, specimens=specimens, now=now, hours=lambda n: now + timedelta(hours=n))


@bp.post("/language")
@access(OUR_PAGES)
def choose_language() -> ResponseReturnValue:
    """Remember the language in a cookie and go back."""
    return _remember(LANGUAGE_COOKIE, request.form.get("language", ""), LOCALES)


@bp.post("/theme")
@access(OUR_PAGES)
def choose_theme() -> ResponseReturnValue:
    """Remember the colours in a cookie and go back."""
    return _remember(THEME_COOKIE, request.form.get("theme", ""), THEMES)


def _remember(cookie: str, choice: str, choices: tuple[str, ...]) -> Response:
    answer = see_other("desks.home")
    answer.location = local_path(request.form.get("next"))
    if choice in choices:
        answer.set_cookie(
            cookie, choice, max_age=timedelta(days=365), secure=current_settings().https, httponly=True, samesite="Lax"
        )  # fmt: skip
    return answer


# The desks register themselves on bp, which must exist first.
from coursehub.desks.views import house, learner, searching, studio  # noqa: E402

__all__ = ["bp", "house", "learner", "searching", "studio"]
