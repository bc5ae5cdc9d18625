"""Password hashes: argon2id, and the same work whether an account exists or not."""

from collections.abc import Iterable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask_babel import gettext as _

MIN_LENGTH = 10
MAX_LENGTH = 256

_TOO_COMMON = frozenset(
    """
    password1234 password123 passw0rd1234 1234567890 12345678910 123456789012 0123456789 qwertyuiop qwerty123456
    qwertyuiop123 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc q1w2e3r4t5 asdfghjkl1 asdfghjkl123 zxcvbnm123 iloveyou123
    iloveyou1314 woaini1314 woaini520520 woaini5201314 a123456789 a1234567890 abc1234567 abcd123456 abc123456789
    aa123456789 qq123456789 5201314520 1314520520 1123581321 letmein1234 welcome1234 admin123456 administrator
    changeme123 football123 baseball123 superman123 sunshine123 princess123 trustno1trustno1 correcthorsebatterystaple
    """.split()
)

hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)  # at least OWASP's second line


def hash_password(password: str) -> str:
    """The argon2id hash that is kept instead of a password."""
    return hasher.hash(password)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return hasher.hash("nobody has this password")


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password fits; without a hash the same work is done and the answer is no."""
    try:
        fits = hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def is_dated(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than today's and should be made again."""
    return hasher.check_needs_rehash(password_hash)


def weakness(password: str, *, about: Iterable[str] = ()) -> str | None:
    """Why a password is too easy to guess, as a sentence, or None. about: words an attacker tries first."""
    if len(password) < MIN_LENGTH:
        return str(_("A password needs at least %(count)s characters. A short sentence works well.", count=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        return str(_("A password can have at most %(count)s characters.", count=MAX_LENGTH))
    folded = password.casefold().replace(" ", "")
    words = {part.casefold().replace(" ", "") for text in about for part in (text, text.split("@")[0])}
    if len(set(folded)) < 5 or folded in _TOO_COMMON or folded in words:
        return str(_("This password is among the first that are tried. Choose one that only you would think of."))
    return None


def warm() -> None:
    """Make the stand-in hash now, so that the first unknown address does not answer late."""
    _nobodys_hash()
