"""Personal certificates: "no seat you preferred would have preferred you".

A certificate says one person's own list, what they got, and that every seat above it was
given to people its employer preferred, or had not listed them: which of the two is
nobody's to read. It hangs below a root that is published with the result, so no two
people can be told different stories. Nothing of anybody else's list is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coursehub.talent.matching.market import NOBODY, Market, Outcome, blocking_pairs
from coursehub.talent.matching.sealing import leads_to, leaf_of, seal, tree_of


class Unstable(AssertionError):
    """Somebody and a seat would both rather have each other: the solver is wrong, and no certificate may be written."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """All certificates of one run, and the root over them."""

    root: str
    documents: list[dict[str, Any]]


def certify(
    market: Market,
    outcome: Outcome,
    place_in: Sequence[dict[int, int]],
    *,
    run: str,
    seed: str,
    learners: Sequence[str],
    programmes: Sequence[str],
    seals: Sequence[str],
) -> Certificates:
    """Write everybody's certificate, after checking that there is no blocking pair.

    run: what names this run (its round, its rules' hash and which run it is), as one hash.
    seals: each learner's commitment to their own list. Raises Unstable.
    """
    for learner, programme in blocking_pairs(market, outcome, place_in):
        raise Unstable(f"learner {learner} and programme {programme} block")
    got = ["" if programme == NOBODY else programmes[programme] for programme in outcome.matched]
    tree = tree_of([leaf_of(run, seed, *each) for each in zip(learners, seals, got, strict=True)])
    documents = [
        {"run": run, "seed": seed, "learner": learner, "seal": sealed, "matched": matched, "way": tree.way(n)}
        for n, (learner, sealed, matched) in enumerate(zip(learners, seals, got, strict=True))
    ]
    return Certificates(tree.root, documents)


def verify(document: dict[str, Any], *, wishes: Sequence[str], salt: str, root: str) -> list[str]:
    """What a person can check with their own list and the published root: the seats they preferred to what they got.

    `matched` of the document is "" for nobody.

    Raises ValueError with what does not fit: the list, the result, or its place below the root.
    """
    if seal(document["learner"], wishes, salt) != document["seal"]:
        raise ValueError("this is not the list that was sealed")
    matched = document["matched"]
    if matched and matched not in wishes:
        raise ValueError("the result names a seat that was not wished for")
    leaf = leaf_of(document["run"], document["seed"], document["learner"], document["seal"], matched)
    if not leads_to(leaf, document["way"], root):
        raise ValueError("this certificate is not the one that was published")
    return list(wishes) if not matched else list(wishes[: list(wishes).index(matched)])
