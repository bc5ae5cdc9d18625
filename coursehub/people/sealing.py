"""Texts that must be read again (second-step secrets, bank numbers), encrypted at rest.

The key is derived from the installation's secret, one per purpose, so a copy of the
database alone opens nothing. Who changes the secret loses these texts: people then
set up their second step again and organisations give their bank details again.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from coursehub.config import current_settings
from coursehub.errors import Refusal


class SealBroken(Refusal):
    """This can no longer be read, because the installation's secret was changed. Please enter it again."""


def seal(purpose: str, text: str) -> str:
    """Encrypt a text for one purpose."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Decrypt what `seal` made for the same purpose. Raises SealBroken."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as broken:
        raise SealBroken from broken


def _box(purpose: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"coursehub/{purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derive.derive(current_settings().secret_key.encode())))
