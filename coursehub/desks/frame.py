"""What every page of one language has in common: addresses of our own files, and links with their words."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

from coursehub.config import current_settings, package
from coursehub.web import current_locale
from coursehub.web.spoken import fragment

SHEETS = ("tokens", "base", "bar", "components", "forms", "figures", "lesson", "places", "desks", "print")

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Worked out once for each language; links lead only to pages that this application has."""

    files: Markup
    places: list[tuple[str, str, str]]
    personal: list[Link]
    foot: Markup
    theme_words: dict[str, str]


def frame_for(language: str) -> Frame:
    """The frame in the language of this request."""
    frames: dict[str, Frame] = current_app.extensions.setdefault("coursehub_frames", {})
    if language not in frames:
        frames[language] = _frame(current_app)
    return frames[language]


def _frame(app: Flask) -> Frame:
    pages = {rule.rule.rstrip("/") for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())}
    settings = current_settings()
    scripts = [name for name in ("vendor/htmx.min.js", "js/page.js") if (package() / "static" / name).is_file()]
    return Frame(
        files=fragment(
            "components/_files.html",
            icon=address_of("img/mark.svg"),
            scripts=tuple(address_of(name) for name in scripts),
            stylesheets=tuple(address_of(f"css/{sheet}.css") for sheet in SHEETS),
        ),
        places=[place for place in _places() if place[2] in pages],
        personal=[link for link in _personal() if link[1] in pages],
        foot=fragment(
            "components/_foot.html",
            links=tuple(link for link in _foot() if link[1] in pages),
            house_name=settings.house_name_en if current_locale() == "en" else settings.house_name,
        ),
        theme_words={
            "light": _("Switch to light colours"),
            "dark": _("Switch to dark colours"),
            "auto": _("Use the colours of your system"),
        },
    )


def _places() -> list[tuple[str, str, str]]:
    return [
        ("courses", _("Courses"), "/courses"),
        ("learn", _("Learn"), "/desk"),
        ("career", _("Career"), "/career"),
        ("studio", _("Studio"), "/studio"),
        ("hire", _("Hire"), "/hire"),
        ("alliance", _("Alliance"), "/alliance"),
        ("house", _("House"), "/house"),
    ]


def _personal() -> list[Link]:
    return [
        (_("My courses"), "/learn"),
        (_("My orders"), "/orders"),
        (_("My passes"), "/subscriptions"),
        (_("My credentials"), "/credentials"),
        (_("My organisations"), "/account/organisations"),
        (_("Account"), "/account"),
    ]


def _foot() -> list[Link]:
    return [
        (_("Courses"), "/courses"),
        (_("Openings"), "/openings"),
        (_("Check a credential"), "/credentials/check"),
        (_("Become a partner"), "/organisations/new"),
        (_("Terms of use"), "/terms"),
        (_("Privacy"), "/privacy"),
    ]


@lru_cache(maxsize=256)
def address_of(name: str) -> str:
    """The address of one of our own files, with its content's hash, so that browsers may keep it for ever."""
    content = (package() / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def keep_for_ever(response: Response) -> Response:
    """Let browsers keep a file whose address changes with its content."""
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
