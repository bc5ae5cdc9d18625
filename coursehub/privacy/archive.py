"""The archive a person takes with them: what every room knows, as JSON, credentials and resume as foreign programs read them."""

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.queries.resumes import resume_of

README = """\
What is known of you here.
people.json, learning.json, sales.json, talent.json: everything, room by room. Amounts are in minor units; times are UTC.
events.json: the facts of your career here. credentials/: your credentials as signed, for any Open Badges 3.0 verifier.
resume.json: your profile as a JSON Resume (jsonresume.org).

这里是本平台所知的关于你的全部信息。
people.json、learning.json、sales.json、talent.json：按部分列出的全部内容。金额以最小货币单位计；时间为 UTC。
events.json：你在这里的职业经历。credentials/：已签名的学习凭证，任何 Open Badges 3.0 校验程序都可核验。
resume.json：以 JSON Resume（jsonresume.org）格式给出的档案。
"""


def packed(person_id: int, parts: dict[str, Any], mark: str) -> bytes:
    """A zip of the parts. mark: the export's own id, so that no two archives are the same file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("export.txt", f"{mark}\n")
        for room, found in parts.items():
            archive.writestr(f"{room}.json", _text(found))
        archive.writestr("events.json", _text(parts["talent"]["profile"]["events"]))
        for credential in parts["learning"]["credentials"]:
            archive.writestr(f"credentials/{credential['public_id']}.json", _text(credential["document"]))
        profile = profile_of(person_id)
        if profile is not None:
            archive.writestr("resume.json", _text(resume_of(profile)))
    return out.getvalue()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value)} cannot stand in an export")
