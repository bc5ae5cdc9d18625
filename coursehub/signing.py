"""Signatures that strangers can check: W3C Data Integrity proofs, cryptosuite eddsa-rdfc-2022.

A document is turned into RDF, put into canonical order (RDFC-1.0), hashed together
with the options of its proof and signed with Ed25519. Contexts are files of ours
(`contexts/`); a term, type or context that we do not know is refused, since what
canonicalisation leaves out would be neither signed nor checked.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CREDENTIALS_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CRYPTOSUITE = "eddsa-rdfc-2022"

_CONTEXTS = {
    CREDENTIALS_CONTEXT: ("credentials-v2.jsonld", "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f"),
    OPEN_BADGES_CONTEXT: ("open-badges-3.0.3.jsonld", "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"),
}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PUBLIC = b"\xed\x01"
_LONGEST = 200_000
_NOWHERE = "http://relative.invalid/"  # where an address that is none would seem to lie

Document = dict[str, Any]


class NotSignable(ValueError):
    """This document says something that a signature would not cover; the message names it."""


def new_key() -> tuple[bytes, str]:
    """A fresh key: 32 private bytes, and the public half as a Multikey text."""
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
    return raw, public_half(raw)


def public_half(private: bytes) -> str:
    """The public Multikey text that belongs to 32 private bytes."""
    public = Ed25519PrivateKey.from_private_bytes(private).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return "z" + _base58(_ED25519_PUBLIC + raw)


def sign(document: Mapping[str, Any], *, private: bytes, verification_method: str, at: datetime) -> Document:
    """The document with a proof that whoever holds `private` said it at that moment.

    Raises NotSignable when a part of it would stay outside of the signature.
    """
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": moment(at),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_signed_bytes(unsigned, proof))
    return {**unsigned, "proof": {**proof, "proofValue": "z" + _base58(signature)}}


def verifies(document: Mapping[str, Any], *, public: str) -> bool:
    """Whether the proof of this document was made over exactly this content with that key.

    Raises NotSignable for a document that no signature of ours could cover.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("cryptosuite") != CRYPTOSUITE or proof.get("type") != "DataIntegrityProof":
        return False
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z") or len(value) > 120:
        return False
    unsigned = {name: part for name, part in document.items() if name != "proof"}
    options = {name: part for name, part in proof.items() if name != "proofValue"}
    try:
        key = Ed25519PublicKey.from_public_bytes(_public_bytes(public))
        key.verify(_unbase58(value[1:]), _signed_bytes(unsigned, options))
    except (InvalidSignature, ValueError) as problem:
        if isinstance(problem, NotSignable):
            raise
        return False
    return True


def moment(at: datetime) -> str:
    """A moment as credentials write it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(document: Mapping[str, Any]) -> str:
    """The document as canonical N-Quads. Raises NotSignable."""
    if len(json.dumps(document)) > _LONGEST:
        raise NotSignable("the document is too long")
    from pyld import jsonld  # only signing and checking need it, and it is large

    try:
        expanded = jsonld.JsonLdProcessor(on_property_dropped=_refuse_term).expand(dict(document), _options())
        _refuse_relative(expanded)
        quads: str = jsonld.JsonLdProcessor().normalize(expanded, {**_options(), "format": "application/n-quads"})
    except (jsonld.JsonLdError, RecursionError, TypeError, AttributeError, KeyError) as problem:
        raise NotSignable(_first_reason(problem)) from problem
    return quads


def _signed_bytes(unsigned: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    if "@context" not in unsigned:
        raise NotSignable("the document has no @context")
    proof = {"@context": unsigned["@context"], **options}
    return hashlib.sha256(canonical(proof).encode()).digest() + hashlib.sha256(canonical(unsigned).encode()).digest()


def _options() -> Document:
    return {"algorithm": "URDNA2015", "documentLoader": _load, "processingMode": "json-ld-1.1", "base": _NOWHERE}


def _load(url: str, _options: Mapping[str, Any] | None = None) -> Document:
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context(url)}


@cache
def context(url: str) -> Document:
    """One of the pinned contexts.

    Raises NotSignable for any other address, and when a pinned file was changed.
    """
    if url not in _CONTEXTS:
        raise NotSignable(f"the context {url[:200]} is not known here")
    name, digest = _CONTEXTS[url]
    raw = (Path(__file__).parent / "contexts" / name).read_bytes()
    if hashlib.sha256(raw).hexdigest() != digest:
        raise NotSignable(f"our copy of the context {url} was changed")
    loaded: Document = json.loads(raw)
    return loaded


def _refuse_term(name: object) -> None:
    raise NotSignable(f"the term {str(name)[:200]} is not defined by the document's contexts")


def _refuse_relative(expanded: Any) -> None:
    """Types and ids must be whole addresses: what is not would silently fall out of the signed graph."""
    if isinstance(expanded, list):
        for item in expanded:
            _refuse_relative(item)
        return
    if not isinstance(expanded, dict):
        return
    named = expanded.get("@type", [])
    for address in [*([named] if isinstance(named, str) else named), expanded.get("@id", "urn:x")]:
        if ":" not in address or address.startswith(_NOWHERE):
            raise NotSignable(f"{str(address)[:200]} is not defined by the document's contexts")
    for name, part in expanded.items():
        if name not in ("@type", "@id", "@value"):
            _refuse_relative(part)


def _first_reason(problem: BaseException) -> str:
    while problem.__cause__ is not None:
        problem = problem.__cause__
    cause = getattr(problem, "cause", None)
    return str(cause if isinstance(cause, NotSignable) else problem)[:300]


def _public_bytes(public: str) -> bytes:
    raw = _unbase58(public[1:]) if public.startswith("z") else b""
    if raw[:2] != _ED25519_PUBLIC:
        raise ValueError("not an Ed25519 public key")
    return raw[2:]


def _base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _unbase58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
