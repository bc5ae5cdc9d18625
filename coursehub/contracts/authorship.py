"""Authorship: who wrote what of a course, out of the history of its releases. Pure, and nothing but the standard library.

A course is read as words, module by module (a module is a lesson). Whoever is named as the maker of a module in a release
has written the words that are new there; words that stayed keep whoever wrote them. A run of fewer than LEAST words that
stayed inside a changed text counts as rewritten, since every text of a language shares its small words. What is deleted
counts for nobody any more: so a contribution decays as it is rewritten, and a whole rewrite moves all of it.

    python3 authorship.py authorship.json      computes the parts again from the releases in a downloaded file
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

METHOD = "coursehub-authorship/1"
LEAST = 4
"""So many words in a row must have stayed to be counted as kept."""
WHOLE_BPS = 10_000

# A Chinese character is a word; else what stands between spaces.
_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")

Place = tuple[str, str, str]
"""A step, a language (empty for what all languages share), and which of its texts."""


@dataclass(frozen=True)
class Version:
    """A release as words. makers: by module, whose the new words of it are."""

    version: str
    content_hash: str
    modules: Mapping[Place, str]
    texts: Mapping[Place, str]
    makers: Mapping[str, str]
    owner: str


@dataclass(frozen=True)
class Standing:
    """How things stood with one release: words by module and maker, and what was kept, came and went since the one before."""

    version: str
    content_hash: str
    words: Mapping[str, Mapping[str, int]]
    kept: int
    added: int
    removed: int

    def totals(self) -> dict[str, int]:
        """Words of the whole course by maker, in the order in which the makers first appear."""
        found: dict[str, int] = {}
        for makers in self.words.values():
            for maker, count in makers.items():
                found[maker] = found.get(maker, 0) + count
        return found


def version_of(manifest: Mapping[str, Any], *, content_hash: str, owner: str) -> Version:
    """Read a release's manifest. owner: whose the words are where the release names nobody else."""
    modules: dict[Place, str] = {}
    texts: dict[Place, str] = {}
    for step in manifest.get("steps", []):
        found = {("", "definition"): "\n".join(_strings(step["definition"]))}
        for locale, said in step["texts"].items():
            found |= {(locale, "title"): said["title"], (locale, "source"): said["source"]}
            found |= {(locale, f"text {name}"): text for name, text in said["texts"].items()}
        for (locale, part), text in sorted(found.items()):
            if text.strip():
                modules[step["key"], locale, part], texts[step["key"], locale, part] = step["lesson"], text
    return Version(str(manifest.get("version", "")), content_hash, modules, texts, manifest.get("makers", {}), owner)


def history(versions: Sequence[Version]) -> list[Standing]:
    """How the words of a course stood with each of its releases, the oldest first.

    By hand: A writes ten words; in the next release B replaces the last four. A has 6, B has 4: 60 % and 40 %.
    """
    before: dict[Place, list[tuple[str, str]]] = {}
    standings = []
    for version in versions:
        moved = {_joined(text): place for place, text in version.texts.items() if place not in before}
        gone = {_joined_words(words): place for place, words in before.items() if place not in version.texts}
        origin = {place: gone[same] for same, place in moved.items() if same in gone}
        now, kept = {}, 0
        for place, text in version.texts.items():
            maker = version.makers.get(version.modules[place], version.owner)
            old = before.get(origin.get(place, place), [])
            now[place], stayed = _merge(old, text, maker)
            kept += stayed
        size, was = sum(map(len, now.values())), sum(map(len, before.values()))
        standings.append(
            Standing(version.version, version.content_hash, _by_module(now, version.modules), kept, size - kept, was - kept)
        )
        before = now
    return standings


def parts_bps(words: Mapping[str, int]) -> dict[str, int]:
    """Parts of ten thousand by largest remainder; equal remainders go in the order given. Nothing where there are no words."""
    total = sum(words.values())
    if not total:
        return {}
    parts = {maker: count * WHOLE_BPS // total for maker, count in words.items()}
    rest = sorted(words, key=lambda maker: -(words[maker] * WHOLE_BPS % total))
    for maker in rest[: WHOLE_BPS - sum(parts.values())]:
        parts[maker] += 1
    return parts


def words_of(text: str) -> list[str]:
    """A text as words: what stands between spaces, and each Chinese character."""
    return _WORD.findall(text)


def _merge(old: list[tuple[str, str]], text: str, maker: str) -> tuple[list[tuple[str, str]], int]:
    """The words of a text with who wrote each, and how many of them stayed."""
    if _joined_words(old) == _joined(text):
        return old, len(old)
    words = words_of(text)
    merged = [(word, maker) for word in words]
    kept = 0
    matcher = SequenceMatcher(None, [word for word, _maker in old], words, autojunk=False)
    for start, begins, length in matcher.get_matching_blocks():
        if length >= LEAST:
            merged[begins : begins + length] = old[start : start + length]
            kept += length
    return merged, kept


def _by_module(now: Mapping[Place, list[tuple[str, str]]], modules: Mapping[Place, str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for place, words in now.items():
        makers = found.setdefault(modules[place], {})
        for maker, count in Counter(maker for _word, maker in words).items():
            makers[maker] = makers.get(maker, 0) + count
    return found


def _joined(text: str) -> str:
    return "".join(text.split())


def _joined_words(words: list[tuple[str, str]]) -> str:
    return "".join(word for word, _maker in words)


def _strings(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for name in sorted(thing):
            yield from _strings(thing[name])
    elif isinstance(thing, list):
        for item in thing:
            yield from _strings(item)


def computed(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a downloaded file should say: the words of its last release by maker, and their parts."""
    owner = document["owner"]
    standings = history(
        [version_of(one["manifest"], content_hash=one["content_hash"], owner=owner) for one in document["releases"]]
    )
    totals = standings[-1].totals() if standings else {}
    return {"words": totals, "parts_bps": parts_bps(totals)}


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = computed(told)
    print(json.dumps(found, indent=1, ensure_ascii=False))  # noqa: T201 - run by hand, by whoever checks
    sys.exit(found != {name: told[name] for name in found})
