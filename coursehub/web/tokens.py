"""Signed values for links and cookies, each for one purpose only."""

from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from coursehub.config import current_settings


def sign_token(purpose: str, value: Any) -> str:
    """A text that carries `value` and that only we could have made for `purpose`."""
    return str(URLSafeTimedSerializer(current_settings().secret_key, salt=f"coursehub/{purpose}").dumps(value))


def read_token(purpose: str, token: str, max_age: int) -> Any | None:
    """The value, or None if the token is not ours, for something else, or older than `max_age` seconds."""
    try:
        return URLSafeTimedSerializer(current_settings().secret_key, salt=f"coursehub/{purpose}").loads(token, max_age=max_age)
    except BadSignature:
        return None
