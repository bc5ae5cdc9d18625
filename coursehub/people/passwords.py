"""Password hashes: argon2id, and the same work whether an account exists or not."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

MIN_LENGTH = 10
MAX_LENGTH = 256

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


def warm() -> None:
    """Make the stand-in hash now, so that the first unknown address does not answer late."""
    _nobodys_hash()
