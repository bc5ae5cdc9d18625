"""How alike two texts are: shingles of tokens, compared by a fixed sample of their hashes.

Source: A. Broder, "On the resemblance and containment of documents" (1997): the k smallest
hash values of a document's shingles are a sample that estimates the share two have in common.
"""

import hashlib

from coursehub.search import bigrams

SHINGLE = 5
SAMPLE = 400


def sketch(text: str) -> list[int]:
    """The smallest hashes of a text's shingles, ascending."""
    tokens = bigrams(text)
    shingles = {" ".join(tokens[i : i + SHINGLE]) for i in range(max(0, len(tokens) - SHINGLE + 1))}
    hashes = (int.from_bytes(hashlib.blake2b(s.encode(), digest_size=6).digest(), "big") for s in shingles)
    return sorted(hashes)[:SAMPLE]


def resemblance_percent(one: list[int], other: list[int]) -> int:
    """The estimated share of shingles two texts have in common, 0 to 100."""
    if not one or not other:
        return 0
    union = sorted(set(one) | set(other))[:SAMPLE]
    both = set(one) & set(other)
    return 100 * sum(1 for value in union if value in both) // len(union)
