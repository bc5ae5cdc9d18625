"""Which files of a release everybody may fetch: those that its preview lessons show."""

import re
from urllib.parse import unquote

import sqlalchemy as sa

from coursehub.catalog.models import Asset, Lesson, Step, StepText
from coursehub.catalog.queries.content import ASSET_LINK
from coursehub.db import db

_ASSETS = re.compile(rf'"{re.escape(ASSET_LINK)}([^"#?]+)')


def mark_public_files(release_id: int) -> None:
    """Bring `asset.is_public` in line with the preview lessons of a draft. Inside a transaction."""
    rows = db.session.execute(
        sa.select(Step.definition, StepText.html, StepText.texts_html)
        .join(Lesson, Lesson.id == Step.lesson_id)
        .join(StepText, StepText.step_id == Step.id)
        .where(Step.release_id == release_id, Lesson.is_preview)
    )
    shown: set[str] = set()
    for definition, html, texts_html in rows:
        shown |= {unquote(path) for text in (html, *texts_html.values()) for path in _ASSETS.findall(text)}
        shown |= {path for path in (definition.get("video"), definition.get("poster")) if path}
        shown |= set((definition.get("captions") or {}).values())
    for asset in db.session.execute(sa.select(Asset).where(Asset.release_id == release_id)).scalars():
        asset.is_public = asset.path in shown
