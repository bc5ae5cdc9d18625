"""Passkeys (WebAuthn): what a browser is asked and what its answer proves. No database.

Only P-256 keys (ES256) are taken, so that a signature made with one can be checked with the standard library alone, and
only with user verification: a touch alone is not enough. Source: W3C Web Authentication, levels 2 and 3; py_webauthn checks.
"""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.people.tokens import keyed_hash

LASTS = timedelta(minutes=10)
LONGEST_ANSWER = 20_000


class PasskeyRefused(Refusal):
    """The passkey could not be confirmed. Try again, or use your password."""

    status = 422


@dataclass(frozen=True)
class NewKey:
    """What a device has made: its name for the key, the public half, and how often it was used; texts are base64url."""

    credential_id: str
    public_key: str
    sign_count: int


def host() -> str:
    """The relying party: our host without its port, as the base address names it."""
    return urlsplit(current_settings().base_url).hostname or "localhost"


def new_challenge(purpose: str, session: str, *, at: datetime) -> bytes:
    """Something to be signed within ten minutes, for one purpose in one session. Nothing is kept of it."""
    issued, chance = str(int(at.timestamp() * 1000)), secrets.token_hex(8)
    return f"{issued}.{chance}.{_seal(purpose, session, issued, chance)}".encode()


def issued_ms(challenge: bytes, purpose: str, session: str, *, at: datetime) -> int:
    """When this challenge of ours was given, in milliseconds. Raises PasskeyRefused: not ours, for something else, or too old."""
    issued, chance, seal = [*challenge.decode("ascii", "replace").split("."), "", "", ""][:3]
    if not hmac.compare_digest(seal.encode(), _seal(purpose, session, issued, chance).encode()):
        raise PasskeyRefused
    if not 0 <= at.timestamp() * 1000 - int(issued) <= LASTS / timedelta(milliseconds=1):
        raise PasskeyRefused
    return int(issued)


def creation_options(challenge: bytes, *, person: str, email: str, name: str, house: str, known: Sequence[str]) -> str:
    """What `navigator.credentials.create` is given, as JSON. person: an opaque id; known: keys that are there already."""
    from webauthn import generate_registration_options, options_to_json  # large, and few pages want it
    from webauthn.helpers import structs
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    options = generate_registration_options(
        rp_id=host(), rp_name=house, user_id=person.encode(), user_name=email, user_display_name=name, challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known), supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
    )  # fmt: skip
    return options_to_json(options)


def request_options(challenge: bytes, *, known: Sequence[str]) -> str:
    """What `navigator.credentials.get` is given, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    options = generate_authentication_options(
        rp_id=host(), challenge=challenge, allow_credentials=_descriptors(known),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json(options)


def challenge_in(answer: str) -> bytes:
    """The challenge that an answer says it signed. Raises PasskeyRefused for what is no answer of a browser."""
    from webauthn.helpers import base64url_to_bytes

    try:
        said = json.loads(base64url_to_bytes(_parsed(answer)["response"]["clientDataJSON"]))
        return bytes(base64url_to_bytes(said["challenge"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused from problem


def read_new_key(answer: str, *, challenge: bytes) -> NewKey:
    """What a device made after it was asked with this challenge. Raises PasskeyRefused."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=_parsed(answer), expected_challenge=challenge, expected_rp_id=host(),
            expected_origin=current_settings().base_url, require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused from problem
    return NewKey(bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key), made.sign_count)


def credential_of(answer: str) -> str:
    """Which key an answer is of."""
    return str(_parsed(answer).get("id", ""))


def read_assertion(answer: str, *, challenge: bytes, public_key: str, sign_count: int) -> int:
    """Check that the holder of the key signed this challenge; gives the device's new count. Raises PasskeyRefused."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        proved = verify_authentication_response(
            credential=_parsed(answer), expected_challenge=challenge, expected_rp_id=host(),
            expected_origin=current_settings().base_url, credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise PasskeyRefused from problem
    return int(proved.new_sign_count)


def evidence_of(answer: str, public_key: str) -> dict[str, Any]:
    """What somebody else needs to check an assertion without us: the key as two numbers in hex, and what it signed."""
    response = _parsed(answer)["response"]
    return {
        "credential_id": credential_of(answer),
        "key": numbers_of(public_key),
        "rp_id": host(),
        "authenticator_data": response["authenticatorData"],
        "client_data_json": response["clientDataJSON"],
        "signature": response["signature"],
    }


def numbers_of(public_key: str) -> dict[str, str]:
    """A public key as two numbers in hex on their curve, as evidence tells it."""
    from webauthn.helpers import base64url_to_bytes, parse_cbor

    key = parse_cbor(base64url_to_bytes(public_key))
    return {"curve": "P-256", "x": key[-2].hex(), "y": key[-3].hex()}


def is_proof(evidence: Mapping[str, Any], *, challenge: bytes) -> bool:
    """Whether the key in this evidence signed this challenge, with its holder present and recognised by the device."""
    from webauthn.helpers import base64url_to_bytes

    try:
        device, client = (base64url_to_bytes(evidence[name]) for name in ("authenticator_data", "client_data_json"))
        said = json.loads(client)
        if said["type"] != "webauthn.get" or base64url_to_bytes(said["challenge"]) != challenge:
            return False
        if device[:32] != sha256(evidence["rp_id"].encode()).digest() or device[32] & 5 != 5:
            return False
        numbers = ec.EllipticCurvePublicNumbers(
            int(evidence["key"]["x"], 16), int(evidence["key"]["y"], 16), ec.SECP256R1()
        )  # fmt: skip
        signature = base64url_to_bytes(evidence["signature"])
        numbers.public_key().verify(signature, device + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False
    return True


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        parsed = json.loads(answer)
    except ValueError as problem:
        raise PasskeyRefused from problem
    if not isinstance(parsed, dict):
        raise PasskeyRefused
    return parsed


def _descriptors(known: Sequence[str]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def _seal(purpose: str, session: str, issued: str, chance: str) -> str:
    return keyed_hash("passkey", f"{purpose}\0{session}\0{issued}\0{chance}")
