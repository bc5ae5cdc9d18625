"""How two versions of a text differ, sentence by sentence and word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

# A Chinese character is a word here; so is a number with its point or percent sign.
_WORDS = re.compile(r"\d[\d.,]*%?|[a-zA-Z']+|\s+|.", re.DOTALL)

Piece = tuple[bool, str]


class Line(NamedTuple):
    """One sentence: kept, only in the old text, or only in the new one; pieces say which words changed."""

    kind: Literal["kept", "out", "in"]
    pieces: list[Piece]


def compare(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """The new text in order, each sentence that went standing where it stood."""
    lines: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [Line("kept", [(False, text)]) for text in old[a:b]]
            continue
        pairs = min(b - a, d - c)
        for before, after in zip(old[a : a + pairs], new[c : c + pairs], strict=True):
            gone, come = _words(before, after)
            lines += [Line("out", gone), Line("in", come)]
        lines += [Line("out", [(False, text)]) for text in old[a + pairs : b]]
        lines += [Line("in", [(False, text)]) for text in new[c + pairs : d]]
    return lines


def _words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both sentences in pieces; when they share too little, marking words would only confuse."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.4:
        return [(False, before)], [(False, after)]
    gone: list[Piece] = []
    come: list[Piece] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if b > a:
            gone.append((kind != "equal", "".join(old[a:b])))
        if d > c:
            come.append((kind != "equal", "".join(new[c:d])))
    return gone, come
