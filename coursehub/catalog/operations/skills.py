"""Loading the skill graph from its data file; safe to run again."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Skill
from coursehub.db import db, transaction

SKILLS_FILE = Path(__file__).resolve().parent.parent / "skills.toml"


def load_skills(*, at: datetime, file: Path = SKILLS_FILE) -> int:
    """Bring the skill graph in line with the file; says how many skills were added or changed.

    A skill that left the file stays, since releases and credentials name it.
    """
    wanted: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["skills"]
    changed = 0
    with transaction():
        known = {skill.code: skill for skill in db.session.execute(sa.select(Skill)).scalars()}
        for position, entry in enumerate(wanted, 1):
            code = entry["code"]
            parent = known.get(entry["parent"]) if "parent" in entry else None
            if "parent" in entry and parent is None:
                raise ValueError(f"{code}: its parent {entry['parent']} must stand above it")
            values = {
                "name": {"zh-CN": entry["zh"], "en": entry["en"]},
                "synonyms": entry.get("synonyms", []),
                "parent_id": parent.id if parent else None,
                "position": position,
            }
            skill = known.get(code)
            if skill is None:
                skill = known[code] = Skill(code=code, **values)
                db.session.add(skill)
            elif all(getattr(skill, name) == value for name, value in values.items()):
                continue
            else:
                for name, value in values.items():
                    setattr(skill, name, value)
            db.session.flush()
            changed += 1
        if changed:
            events.record("catalog.skills_loaded", at=at, changed=changed)
    return changed
