"""The certificate: one sheet in Chinese and English that leads back to the page which checks it."""

import io
from datetime import datetime

import segno
from babel.dates import format_date

from coursehub import pdf
from coursehub.learning.credentials import queries
from coursehub.learning.credentials.models import Credential
from coursehub.learning.queries.skills import proven_skills
from coursehub.web.locale import SHOWN_ZONE

_INK = "#14222e"


def certificate(credential: Credential) -> bytes:
    """The PDF of a credential; the name stands on it only while its holder shows it. Raises NoChineseFont."""
    what = queries.achievement_of(credential.release_id)
    house = queries.house_names()
    url = queries.places().credential(credential.public_id)
    title = what.title
    return pdf.render(
        "certificate",
        {
            "house_zh": house.name,
            "house_en": house.name_en,
            "holder": credential.holder_name if credential.name_shown else None,
            "course_zh": what.titles.get("zh-CN", title),
            "course_en": what.titles.get("en", title),
            "steps": what.steps,
            "graded": what.graded,
            "skills": _skills(credential.release_id),
            "issued_zh": _day(credential.issued_at, "zh_Hans_CN"),
            "issued_en": _day(credential.issued_at, "en_GB"),
            "author_zh": what.author.name,
            "author_en": what.author.name_en,
            "version": what.version,
            "url": url,
            "shown_url": url.partition("://")[2],
            "id": credential.public_id,
            "qr": _qr(url),
        },
        at=credential.signed_at,
    )


def _skills(release_id: int) -> list[dict[str, str | int]]:
    english = {skill.code: skill.name for skill in proven_skills(release_id, "en")}
    return [{"zh": skill.name, "en": english[skill.code], "level": skill.level} for skill in proven_skills(release_id, "zh-CN")]


def _day(at: datetime, locale: str) -> str:
    return format_date(at.astimezone(SHOWN_ZONE).date(), "long", locale=locale)


def _qr(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=0, dark=_INK)
    return drawn.getvalue().decode()
