"""What the bar on top of every page shows to this reader."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import gettext as _

from coursehub.config import current_settings, package
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, PersonalRecord
from coursehub.web import current_actor, current_locale, local_path
from coursehub.web.audiences import from_loopback

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
SHEETS = ("tokens", "base", "bar", "components", "forms", "figures", "lesson", "places", "print")
ENDONYMS = {"zh-CN": "中文", "en": "English"}

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Addresses of our own files; each carries its content's hash, so browsers may keep them for ever."""

    stylesheets: tuple[str, ...]
    scripts: tuple[str, ...]
    icon: str
    pages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything `layout.html` needs, made once a page."""

    house_name: str
    language: str
    other_language: str
    theme: str
    here: str
    places: list[tuple[str, str, str]]
    personal: list[Link]
    foot: list[Link]
    organisations: list[tuple[str, str, bool]]
    person_name: str
    organisation_name: str
    looked_as: bool
    demo: bool
    on_this_machine: bool
    files: StaticFiles

    language_url = "/language"
    theme_url = "/theme"
    search_url = "/courses"
    sign_in_url = "/sign-in"
    sign_out_url = "/sign-out"
    switch_url = "/account/organisation"
    stop_looking_url = "/account/looking/end"

    @property
    def other_language_name(self) -> str:
        """The other language in its own words."""
        return ENDONYMS[self.other_language]

    @property
    def next_theme(self) -> str:
        """The theme that the switch leads to."""
        return THEMES[(THEMES.index(self.theme) + 1) % len(THEMES)]

    @property
    def theme_words(self) -> str:
        """What the switch would do."""
        words = {
            "light": _("Switch to light colours"),
            "dark": _("Switch to dark colours"),
            "auto": _("Use the colours of your system"),
        }
        return str(words[self.next_theme])

    @property
    def outbox_url(self) -> str | None:
        """Where a demo shows its letters, to whoever sits at the machine."""
        return "/outbox" if self.on_this_machine else None

    @property
    def components_url(self) -> str | None:
        """Where a demo shows its components."""
        return "/house/components" if self.on_this_machine else None


def the_bar(*, for_nobody: bool = False) -> Bar:
    """The bar for this request. for_nobody: ask nothing of the database, on pages that say it is away."""
    if "bar" not in g or for_nobody:
        g.bar = _bar(None if for_nobody or not has_request_context() else current_actor())
    found: Bar = g.bar
    return found


def _bar(actor: Actor | None) -> Bar:
    language = current_locale()
    settings = current_settings()
    files = static_files(current_app)
    organisation = actor.organisation if actor else None
    return Bar(
        house_name=settings.house_name_en if language == "en" else settings.house_name,
        language=language,
        other_language="zh-CN" if language == "en" else "en",
        theme=theme(),
        here=_here(),
        places=[place for place in _places(actor) if place[2] in files.pages],
        personal=[link for link in _personal() if link[1] in files.pages] if actor else [],
        foot=[link for link in _foot() if link[1] in files.pages],
        organisations=_choices(actor, language) if actor else [],
        person_name=_display_name(actor.person_id) if actor else "",
        organisation_name=_name(organisation, language) if organisation else "",
        looked_as=actor is not None and actor.is_only_looking,
        demo=settings.demo,
        on_this_machine=settings.demo and from_loopback(),
        files=files,
    )


def theme() -> str:
    """The colours this reader has chosen; "auto" follows their system."""
    asked = request.cookies.get(THEME_COOKIE)
    return asked if asked in THEMES else "auto"


def _here() -> str:
    """Where a switch of language or theme comes back to; after a POST the page it came from."""
    if request.method in ("GET", "HEAD"):
        return local_path(request.full_path.rstrip("?"))
    came_from = urlsplit(request.referrer or "")
    return local_path(came_from.path) if came_from.netloc == request.host else "/"


def _places(actor: Actor | None) -> list[tuple[str, str, str]]:
    rights = actor.rights if actor and actor.organisation else frozenset()
    found = [("courses", _("Courses"), "/courses")]
    if "sells" in rights:
        found.append(("studio", _("Studio"), "/studio"))
    if "hires" in rights:
        found.append(("hire", _("Hire"), "/hire"))
    found.append(("alliance", _("Alliance"), "/alliance"))
    if actor and actor.is_staff:
        found.append(("house", _("House"), "/house"))
    return found


def _personal() -> list[Link]:
    return [
        (_("My courses"), "/learn"),
        (_("My orders"), "/orders"),
        (_("My credentials"), "/credentials"),
        (_("Account"), "/account"),
    ]


def _foot() -> list[Link]:
    return [
        (_("Courses"), "/courses"),
        (_("Check a credential"), "/credentials/check"),
        (_("Become a partner"), "/organisations/new"),
        (_("Terms of use"), "/terms"),
        (_("Privacy"), "/privacy"),
    ]


def _name(organisation: Organisation, language: str) -> str:
    return organisation.name_en if language == "en" else organisation.name


def _choices(actor: Actor, language: str) -> list[tuple[str, str, bool]]:
    """The organisations between which a person can switch; one alone is no choice."""
    if len(actor.choices) < 2:
        return []
    return [(o.public_id, _name(o, language), o is actor.organisation) for o in actor.choices]


def _display_name(person_id: int) -> str:
    """The reader's own name, shown to themselves: nobody's grant is asked for that."""
    own = sa.select(PersonalRecord.display_name).where(PersonalRecord.person_id == person_id)
    return db.session.execute(own).scalar_one_or_none() or "—"


def static_files(app: Flask) -> StaticFiles:
    """Our own files with their hashes, and which plain pages this application has; worked out once."""
    found = app.extensions.get("coursehub_static_files")
    if not isinstance(found, StaticFiles):
        scripts = ["js/page.js"]
        if (package() / "static/vendor/htmx.min.js").is_file():
            scripts.insert(0, "vendor/htmx.min.js")
        found = StaticFiles(
            stylesheets=tuple(_address(f"css/{sheet}.css") for sheet in SHEETS),
            scripts=tuple(_address(script) for script in scripts),
            icon=_address("img/mark.svg"),
            pages=frozenset(
                rule.rule.rstrip("/") for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
            ),
        )
        app.extensions["coursehub_static_files"] = found
    return found


def _address(name: str) -> str:
    content = (package() / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"
