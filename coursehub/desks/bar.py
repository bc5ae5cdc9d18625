"""What the bar on top of every page shows to this reader."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import g, has_request_context, request

from coursehub.config import current_settings
from coursehub.desks.frame import Frame, Link, frame_for
from coursehub.desks.navigation import Way, ways_beside, ways_in, ways_of_course
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.web import current_actor, current_locale, local_path
from coursehub.web.audiences import from_loopback

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
LEARNING = ("/desk", "/learn", "/enrolments/", "/orders", "/subscriptions", "/credentials")
ENDONYMS = {"zh-CN": "中文", "en": "English"}


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
    organisations: list[tuple[str, str, bool]]
    person_name: str
    organisation_name: str
    looked_as: bool
    demo: bool
    on_this_machine: bool
    frame: Frame
    searches_everything: bool
    here_is_learning: bool

    language_url = "/language"
    theme_url = "/theme"
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
    def search_url(self) -> str:
        """Learners look for courses; partners and staff for everything they may see."""
        return "/search" if self.searches_everything else "/courses"

    @property
    def desk_url(self) -> str | None:
        """Where this reader's work is: the house, else the studio, else the learner's desk; nothing for strangers."""
        mine = [url for key, _label, url in self.places if key in ("learn", "studio", "house")]
        return mine[-1] if mine else None

    def is_here(self, place: str, set_by_page: str | None) -> bool:
        """Whether a place of the bar is the current one; a learner's own pages all belong to "learn"."""
        return place == ("learn" if self.here_is_learning else set_by_page)

    def ways_in(self, place: str | None) -> list[Way]:
        """The links inside the place of this page."""
        return ways_in(place or "", current_actor()) if self.person_name else []

    def ways_beside(self, place: str | None) -> list[Way]:
        """The pages of the group that this page belongs to."""
        return ways_beside(place or "", current_actor()) if self.person_name else []

    def ways_of_course(self) -> list[Way]:
        """The links between the pages of one course in the studio."""
        return ways_of_course(current_actor()) if self.person_name else []

    @property
    def theme_words(self) -> str:
        """What the switch would do."""
        return self.frame.theme_words[self.next_theme]

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
    frame = frame_for(language)
    organisation = actor.organisation if actor else None
    return Bar(
        house_name=settings.house_name_en if language == "en" else settings.house_name,
        language=language,
        other_language="zh-CN" if language == "en" else "en",
        theme=theme(),
        here=_here(),
        places=[place for place in frame.places if _has(actor, place[0])],
        personal=frame.personal if actor else [],
        organisations=_choices(actor, language) if actor else [],
        person_name=actor.name if actor else "",
        organisation_name=_name(organisation, language) if organisation else "",
        looked_as=actor is not None and actor.is_only_looking,
        demo=settings.demo,
        on_this_machine=settings.demo and from_loopback(),
        frame=frame,
        searches_everything=actor is not None and (actor.is_staff or "sells" in actor.rights),
        here_is_learning=actor is not None and request.path.startswith(LEARNING),
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


def _has(actor: Actor | None, place: str) -> bool:
    """Whether a place of the bar is this reader's."""
    if place in ("courses", "alliance"):
        return True
    if actor is None:
        return False
    if place in ("learn", "career"):
        return True
    return actor.is_staff if place == "house" else {"studio": "sells", "hire": "hires"}[place] in actor.rights


def _name(organisation: Organisation, language: str) -> str:
    return organisation.name_en if language == "en" else organisation.name


def _choices(actor: Actor, language: str) -> list[tuple[str, str, bool]]:
    """The organisations between which a person can switch; one alone is no choice."""
    if len(actor.choice_ids) < 2:
        return []
    return [(o.public_id, _name(o, language), o is actor.organisation) for o in actor.choices]
