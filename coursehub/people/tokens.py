"""Random tokens: what travels is random, what we keep is its hash."""

import hashlib
import hmac
import secrets

from coursehub.config import current_settings


def new_token() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """A hash that nobody can guess backwards without our key, for short or personal texts."""
    key = current_settings().secret_key.encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()
