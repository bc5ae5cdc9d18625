"""What the documents name exists, and they speak of the project alone."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
NAMED = re.compile(r"`([a-z_]+(?:/[A-Za-z0-9_.-]+)+/?)(?::[^`]*)?`")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def missing(text: str) -> list[str]:
    """Files and folders that a document names and that are nowhere to be found."""
    places = (ROOT, ROOT / "coursehub", ROOT / "templates")
    return [name for name in NAMED.findall(text) if "<" not in name and not any((place / name).exists() for place in places)]


def test_every_file_that_a_document_names_exists():
    made_later = {"docs/screenshots/", "translations/zh_Hans_CN/LC_MESSAGES/<room>.po"}
    found = {
        str(path.relative_to(ROOT)): names
        for path in DOCUMENTS
        if (names := [n for n in missing(path.read_text(encoding="utf-8")) if n not in made_later])
    }
    assert found == {}


def test_a_file_that_does_not_exist_would_be_noticed():
    assert missing("see `sales/nowhere.py: nothing`") == ["sales/nowhere.py"]


def test_pictures_in_the_readme_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [p for p in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text) if not (ROOT / p).is_file()] == []


def test_decisions_are_numbered_once_and_say_what_they_cost():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert len(numbers) == len(set(numbers))
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), path.name


def test_every_dependency_is_pinned_with_its_hashes():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        pinned = [line for line in lines if re.match(r"^[a-zA-Z0-9._-]+(\[[a-z,]+\])?==", line)]
        assert len(pinned) > 30
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)
