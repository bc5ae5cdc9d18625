"""Bitstring status lists (W3C): one bit per credential, the first is the leftmost, compressed and in base64url."""

import base64
import gzip
import zlib
from collections.abc import Iterable

LENGTH = 131_072
"""The least length the standard allows, so that one bit hides among many."""


def encoded(revoked: Iterable[int], length: int = LENGTH) -> str:
    """The list in which exactly these positions are set, as a multibase text."""
    bits = bytearray(length // 8)
    for position in revoked:
        if not 0 <= position < length:
            raise ValueError(f"position {position} lies outside of the list")
        bits[position // 8] |= 0x80 >> (position % 8)
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def is_set(text: str, position: int, length: int = LENGTH) -> bool:
    """Whether that position is set.

    Raises ValueError for a text that is no such list.
    """
    if not text.startswith("u") or len(text) > length:
        raise ValueError("not an encoded status list")
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    try:
        bits = zlib.decompressobj(wbits=31).decompress(packed, length // 8 + 1)
    except zlib.error as problem:
        raise ValueError("not an encoded status list") from problem
    if len(bits) != length // 8 or not 0 <= position < length:
        raise ValueError("the status list has another length")
    return bool(bits[position // 8] & (0x80 >> (position % 8)))
