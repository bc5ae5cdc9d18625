"""The automatic checks before a review: what stops a submission, and what a reviewer should look at.

A finding has a kind, a weight (`stops` or `look`), the step it is about if any, and a detail
in the author's own words. The words for each kind are the templates' business.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

from coursehub import storage, text
from coursehub.catalog.importers.opening import is_stub
from coursehub.catalog.models import Asset, Course, Release, ReleaseText, Step, StepText
from coursehub.catalog.queries.content import StepView, steps_of
from coursehub.catalog.queries.skills import skills_of
from coursehub.catalog.similarity import resemblance_percent, sketch
from coursehub.db import db

SIMILAR_PERCENT = 40
_IMG = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')
_DEAD = re.compile(r"<a(?![^>]*\shref=)[^>]*>(.*?)</a>|<span class=\"missing\">(.*?)</span>", re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One thing a check has found."""

    kind: str
    weight: str
    step_key: str | None = None
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for storage with the review."""
        return asdict(self)


def check_release(release: Release, *, compare: bool = True) -> list[Finding]:
    """All findings of a release, those that stop it first.

    compare: also hold its words against every course on offer, which takes longer.
    """
    findings = [*_facts(release), *_notebooks(release)]
    for locale in release.languages:
        for step in steps_of(release.id, locale):
            findings += _step(release, step)
    if compare:
        findings += _similar(release)
    unique = list(dict.fromkeys(findings))
    return sorted(unique, key=lambda finding: finding.weight != "stops")


def _facts(release: Release) -> list[Finding]:
    findings = []
    if not release.licence.strip():
        findings.append(Finding("licence", "stops"))
    for row in db.session.execute(sa.select(ReleaseText).where(ReleaseText.release_id == release.id)).scalars():
        if not row.summary.strip():
            findings.append(Finding("summary", "stops", detail=row.locale))
        if not row.outcomes:
            findings.append(Finding("outcomes", "look", detail=row.locale))
    findings += _skills(release)
    earlier = sa.select(Release.number).where(
        Release.course_id == release.course_id,
        Release.version == release.version,
        Release.id != release.id,
        Release.state.in_(("approved", "listed", "retired")),
    )
    if db.session.execute(earlier).first():
        findings.append(Finding("version_used", "stops", detail=release.version))
    return findings


def _skills(release: Release) -> list[Finding]:
    """A skill above the first level must rest on work that somebody else than the learner judges."""
    stated = skills_of(release.id, release.languages[0])
    if not stated:
        return [Finding("skills", "stops")]
    judged = sa.select(Step.acceptance).where(Step.release_id == release.id, Step.kind.in_(("quiz", "code")))
    if any((acceptance or {}).get("rule") == "passed" for acceptance in db.session.execute(judged).scalars()):
        return []
    return [Finding("ungraded_skill", "stops", detail=skill.name) for skill in stated if skill.level > 1]


def _notebooks(release: Release) -> list[Finding]:
    remarks = release.report.get("remarks", [])
    return [Finding("notebook", "stops", detail=one["page"]) for one in remarks if one["kind"] == "unreadable_notebook"]


def _step(release: Release, step: StepView) -> list[Finding]:
    findings = []
    html = "".join([step.html, *step.texts_html.values()])
    if step.kind == "text" and is_stub(step.source):
        findings.append(Finding("stub", "stops", step.key))
    for tag in _IMG.findall(html):
        alt = _ALT.search(tag)
        if alt is None or not alt[1].strip():
            name = unquote(re.sub(r'.*\bsrc="[^"]*?([^"/]+)".*', r"\1", tag))
            findings.append(Finding("missing_alt", "look", step.key, name))
    for link, image in _DEAD.findall(html):
        findings.append(Finding("dead_link", "stops", step.key, text.plain_text(link or image)[:80]))
    if step.kind == "video":
        captions = step.definition.get("captions") or {}
        findings += [Finding("missing_captions", "stops", step.key, loc) for loc in release.languages if loc not in captions]
        findings += [Finding("empty_captions", "stops", step.key, loc) for loc in captions if _is_empty(release, captions[loc])]
    return findings


def _is_empty(release: Release, path: str) -> bool:
    """Whether a caption file holds no cue."""
    asset = db.session.execute(sa.select(Asset).where(Asset.release_id == release.id, Asset.path == path)).scalar_one_or_none()
    if asset is None:
        return True
    with storage.open(asset.storage_key) as file:
        return b"-->" not in file.read(1 << 20)


def sketch_of(release_id: int) -> list[int]:
    """The sketch of all words of a release, as a learner reads them."""
    rows = sa.select(StepText.html).join(Step, Step.id == StepText.step_id).where(StepText.release_id == release_id)
    pages = db.session.execute(rows.order_by(Step.position, StepText.locale)).scalars()
    return sketch("\n".join(text.plain_text(html) for html in pages))


def _similar(release: Release) -> list[Finding]:
    """Other courses on offer whose words are much the same."""
    own = sketch_of(release.id)
    others = db.session.execute(
        sa.select(Course.slug, Release.sketch)
        .join(Course, Course.id == Release.course_id)
        .where(Release.state == "listed", Release.course_id != release.course_id)
    )
    findings = []
    for slug, other in others:
        percent = resemblance_percent(own, other or [])
        if percent >= SIMILAR_PERCENT:
            findings.append(Finding("similar", "look", detail=f"{slug} ({percent} %)"))
    return findings
