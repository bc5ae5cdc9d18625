"""Which language a reader gets: their own choice, then their account's, then their browser's.

Each room keeps its Chinese in its own catalogue
(`translations/zh_Hans_CN/LC_MESSAGES/<room>.po`); English is the source. They are
merged into one compiled file when a catalogue has changed.
"""

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_domain, get_locale

from coursehub.config import current_settings
from coursehub.web.audiences import current_actor

LOCALES = ("zh-CN", "en")
LANGUAGE_COOKIE = "language"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations" / "zh_Hans_CN" / "LC_MESSAGES"
MERGED = CATALOGUES / "messages.mo"
SHOWN_ZONE = ZoneInfo("Asia/Shanghai")


def gettext_locale(locale: str) -> str:
    """Our language code as Babel names it."""
    return "en" if locale == "en" else "zh_Hans_CN"


def current_locale() -> str:
    """The reader's language as we name it: zh-CN or en."""
    return "en" if language_spoken() == "en" else "zh-CN"


def language_spoken() -> str:
    """The language of this request as Babel names it, forced ones included; worked out once, where Flask-Babel keeps it."""
    kept = g.get("_flask_babel") if g else None
    locale = getattr(kept, "babel_locale", None) or get_locale()
    return locale.language if locale else "en"


def _select() -> str:
    if not has_request_context():
        return gettext_locale(current_settings().default_locale)
    asked = request.cookies.get(LANGUAGE_COOKIE)
    if asked in LOCALES:
        return gettext_locale(asked)
    actor = current_actor()
    if actor is not None and actor.locale in LOCALES:
        return gettext_locale(actor.locale)
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    return gettext_locale(current_settings().default_locale if best is None else "en" if best == "en" else "zh-CN")


def compile_catalogues() -> bool:
    """Merge and compile the rooms' catalogues if one is newer than the result; says whether it did."""
    sources = sorted(CATALOGUES.glob("*.po"))
    newest = max((source.stat().st_mtime for source in sources), default=0.0)
    if not sources or (MERGED.exists() and MERGED.stat().st_mtime >= newest):
        return False
    merged = Catalog(locale="zh_Hans_CN")
    for source in sources:
        with source.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id and message.string and not message.fuzzy:
                    merged.add(message.id, message.string, context=message.context)
    fresh = MERGED.with_suffix(f".{os.getpid()}.tmp")
    with fresh.open("wb") as out:
        write_mo(out, merged)
    fresh.replace(MERGED)
    return True


def read_day(words: str) -> date | None:
    """The day that an address writes as 2026-11-28; None for anything else, or for a day far from any that matters."""
    try:
        found = date.fromisoformat(words)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2999, 12, 30) else None


def local_time(moment: datetime) -> datetime:
    """A moment in the time zone in which we show it."""
    return moment.astimezone(SHOWN_ZONE)


def init_app(app: Flask) -> None:
    """Compile what changed and teach Flask-Babel our languages and how to choose."""
    if os.access(CATALOGUES, os.W_OK):  # an installed wheel carries the compiled file and may be read-only
        compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES.parent.parent)
    app.config["BABEL_DEFAULT_LOCALE"] = gettext_locale(app.extensions["coursehub_settings"].default_locale)
    Babel(app, locale_selector=_select, default_timezone=SHOWN_ZONE.key)
    _quick_gettext(app)


def _quick_gettext(app: Flask) -> None:
    """Let templates look up a string in one step: a page asks a hundred times, and Flask-Babel walks six proxies each."""
    catalogues: dict[str, NullTranslations] = {}

    def spoken() -> NullTranslations:
        language = language_spoken()
        found = catalogues.get(language)
        if found is None:
            found = catalogues[language] = get_domain().get_translations()
        return found

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: spoken().gettext(message),
        ngettext=lambda one, many, n: spoken().ngettext(one, many, n),
        newstyle=True,
        pgettext=lambda context, message: spoken().pgettext(context, message),
        npgettext=lambda context, one, many, n: spoken().npgettext(context, one, many, n),
    )
