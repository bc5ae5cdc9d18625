"""JSON Resume (schema v1.0.0, https://jsonresume.org/schema): read one into what a profile can hold, and write one. No database.

Nothing in a file is executed or fetched. What a profile has no place for is named in the report with its reason.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.errors import Refusal
from coursehub.people.names import tidy

LARGEST_BYTES = 256 * 1024
SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
MOST_PARTS = 200
WRITTEN_ALREADY = _l("Not taken: you have written this already, and nothing of yours is written over.")
NO_ROOM = _l("Not taken: there are as many as a profile can hold.")


class NotAResume(Refusal):
    """This is not a JSON Resume: the file must be JSON text in UTF-8 that holds one object, as jsonresume.org describes it."""

    status = 422


class ResumeIsTooLarge(Refusal):
    """This file is too large. A JSON Resume can have at most 256 KB."""

    status = 422


@dataclass(frozen=True)
class Made:
    """Something made, for the portfolio."""

    title: str
    address: str
    text: str


@dataclass(frozen=True)
class Line:
    """One line of the report: which part of the file, how many, and what became of them."""

    name: str
    count: int
    state: str  # kept | converted | dropped
    notes: tuple[str, ...] = ()


@dataclass
class Resume:
    """What a profile can take from a file, and the report about all of it."""

    headline: str = ""
    about: str = ""
    city: str = ""
    claims: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    report: list[Line] = field(default_factory=list)


def read(data: bytes) -> Resume:
    """Read a file. Raises NotAResume, ResumeIsTooLarge."""
    if len(data) > LARGEST_BYTES:
        raise ResumeIsTooLarge
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise NotAResume from problem
    if not isinstance(whole, dict):
        raise NotAResume
    found = Resume()
    _basics(whole.get("basics"), found)
    _skills(whole.get("skills"), found)
    _projects(whole.get("projects"), found)
    _nothing_of(whole, found)
    return found


def _basics(basics: Any, found: Resume) -> None:
    if not isinstance(basics, dict):
        return
    place = basics.get("location")
    found.headline = _text(basics.get("label"), 120)
    found.about = _text(basics.get("summary"), 4000, lines=True)
    found.city = _text(place.get("city") if isinstance(place, dict) else None, 60)
    kept = [
        ("label", found.headline, _("Headline")),
        ("summary", found.about, _("About your work")),
        ("city", found.city, _("City")),
    ]
    for name, value, becomes in kept:
        if value:
            found.report.append(Line(f"basics.{name}", 1, "kept", (becomes,)))
    personal = [name for name in ("name", "email", "phone", "image", "url", "profiles") if basics.get(name)]
    if personal:
        why = _("Not taken: the pool is anonymous. Your name and address stand in your account, and open only where you agree.")
        found.report.append(Line(", ".join(f"basics.{name}" for name in personal), len(personal), "dropped", (why,)))


def _skills(skills: Any, found: Resume) -> None:
    for each in _list(skills):
        words = [each.get("name"), *_plain_list(each.get("keywords"))] if isinstance(each, dict) else [each]
        found.claims += [text for word in words if (text := _text(word, 60))]
    found.claims = list(dict.fromkeys(found.claims))[:MOST_PARTS]
    if found.claims:
        note = _("As claimed skills: nothing proves them, and everybody sees that. Levels are not taken.")
        found.report.append(Line("skills", len(found.claims), "converted", (note,)))


def _projects(projects: Any, found: Resume) -> None:
    odd = 0
    for each in _list(projects):
        title = _text(each.get("name"), 120) if isinstance(each, dict) else ""
        if not title:
            odd += 1
            continue
        told = [_text(each.get("description"), 2000, lines=True), *(_text(h, 400) for h in _plain_list(each.get("highlights")))]
        found.made.append(Made(title, _address(each.get("url")), "\n".join(line for line in told if line)[:4000]))
    if found.made:
        found.report.append(Line("projects", len(found.made), "converted", (_("Into your portfolio."),)))
    if odd:
        found.report.append(Line("projects", odd, "dropped", (_("They have no name."),)))


def _nothing_of(whole: dict[str, Any], found: Resume) -> None:
    reasons = {
        "work": _("Not taken: say on the page of blocks where you work now, so that your employer does not meet you."),
        "volunteer": _("Not taken: a profile has no place for it. Tell it in your own words."),
        "education": _("Not taken: what you learned is shown by credentials, which cannot be typed in."),
        "certificates": _("Not taken: only credentials that can be checked here count as proven."),
        "awards": _("Not taken: a profile has no place for it. Tell it in your own words."),
        "publications": _("Not taken: add them to your portfolio if you like."),
        "languages": _("Not taken: add them to the skills you claim if you like."),
        "interests": _("Not taken: a profile has no place for it. Tell it in your own words."),
        "references": _("Not taken: they name other people."),
    }
    for name, value in whole.items():
        if name in ("basics", "skills", "projects", "meta", "$schema"):
            continue
        count = len(value) if isinstance(value, list | dict) else 1
        why = reasons.get(name, _("Not taken: JSON Resume does not know this part."))
        found.report.append(Line(str(name)[:60], count, "dropped", (why,)))
        if len(found.report) > MOST_PARTS:
            break


def _text(value: Any, longest: int, *, lines: bool = False) -> str:
    if not isinstance(value, str):
        return ""
    if not lines:
        return tidy(value)[:longest].strip()
    return "\n".join(tidy(line) for line in value.splitlines()).strip()[:longest]


def _list(value: Any) -> list[Any]:
    return value[:MOST_PARTS] if isinstance(value, list) else []


def _plain_list(value: Any) -> list[Any]:
    return [each for each in _list(value) if isinstance(each, str)]


def _address(value: Any) -> str:
    text = _text(value, 400)
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc and " " not in text else ""


def write(
    *, name: str, email: str, headline: str, about: str, city: str,
    proven: list[tuple[str, int]], claims: list[str], certificates: list[dict[str, str]], made: list[Made], changed_on: str,
) -> dict[str, Any]:  # fmt: skip
    """A JSON Resume of one person. proven: (skill, level 1 to 4); certificates: name, date, issuer, url."""
    return {
        "$schema": SCHEMA,
        "basics": {"name": name, "label": headline, "email": email, "summary": about, "location": {"city": city}},
        "certificates": certificates,
        "skills": [
            *({"name": skill, "level": f"{level}/4, verified"} for skill, level in proven),
            *({"name": words, "level": "claimed, not verified"} for words in claims),
        ],
        "projects": [
            {"name": item.title, "description": item.text} | ({"url": item.address} if item.address else {}) for item in made
        ],
        "meta": {"canonical": SCHEMA, "version": "v1.0.0", "lastModified": changed_on},
    }
