"""Whether a text would tell who wrote it: a name, an address or a telephone number. No database."""

import re
import unicodedata

_ADDRESS = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(\.[\w-]+)*")
_LINK = re.compile(r"(https?://|www\.)\S+", re.I)
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)([./年-]\d{1,2}(?!\d))?([./月-]\d{1,2}(?!\d))?")
_NUMBER = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_HAN = re.compile(r"[㐀-鿿]")
DIGITS_OF_A_TELEPHONE = 7


def tells_who(text: str, *, name: str, email: str) -> bool:
    """Whether `text` names the person (their name, or a part of it as a word), holds an address, a link or a telephone number."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return bool(_ADDRESS.search(plain) or _LINK.search(plain)) or _has_telephone(plain) or _names(plain, name, email)


def _has_telephone(plain: str) -> bool:
    without_dates = _YEAR.sub(" ", plain)
    return any(sum(c.isdigit() for c in found.group()) >= DIGITS_OF_A_TELEPHONE for found in _NUMBER.finditer(without_dates))


def _names(plain: str, name: str, email: str) -> bool:
    whole = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    parts = [part for part in re.split(r"[\s·.]+", whole) if part]
    local = email.partition("@")[0].casefold()
    squeezed = re.sub(r"\s+", "", plain)
    if _HAN.search(whole):
        return len(whole.replace(" ", "")) > 1 and whole.replace(" ", "") in squeezed
    words = [*(part for part in parts if len(part) > 2), *([local] if len(local) > 3 else [])]
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain) for word in words)
