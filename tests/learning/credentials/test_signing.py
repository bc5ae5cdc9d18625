"""The signature itself: contexts pinned, nothing left out, other people's numbers."""

import copy
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coursehub import signing

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCUMENT = {
    "@context": [signing.CREDENTIALS_CONTEXT, signing.OPEN_BADGES_CONTEXT],
    "id": "https://localhost/credentials/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Small tools",
    "issuer": "https://localhost/issuers/house",
    "credentialSubject": {"id": "urn:uuid:0", "type": ["AchievementSubject"]},
}
PRIVATE, PUBLIC = signing.new_key()


def signed(document=DOCUMENT):
    return signing.sign(document, private=PRIVATE, verification_method="https://localhost/issuers/house#k", at=AT)


def test_what_was_signed_verifies_with_that_key_only():
    assert signing.verifies(signed(), public=PUBLIC)
    assert not signing.verifies(signed(), public=signing.new_key()[1])


def test_the_order_of_fields_does_not_matter():
    document = signed()
    assert signing.verifies(dict(reversed(document.items())), public=PUBLIC)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(secret="x"),
        lambda d: d["type"].append("Nowhere"),
        lambda d: d["credentialSubject"].update(points=5),
        lambda d: d.update(id="relative"),
        lambda d: d["@context"].append("https://elsewhere.example/context"),
        lambda d: d["@context"].append({"secret": "https://elsewhere.example/secret", "@vocab": 5}),
        lambda d: d.pop("@context"),
    ],
)
def test_what_a_signature_would_not_cover_is_refused(change):
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(signing.NotSignable):
        signed(document)


@pytest.mark.parametrize("value", ["", "z", "z0OIl", "m" + "A" * 80, 5, None, "z" + "1" * 500])
def test_odd_proof_values_do_not_verify(value):
    document = signed()
    document["proof"]["proofValue"] = value
    assert not signing.verifies(document, public=PUBLIC)


def test_the_pinned_contexts_are_the_files_in_the_repository(monkeypatch):
    folder = Path(signing.__file__).parent / "contexts"
    for url, (name, digest) in signing._CONTEXTS.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        assert url in (folder / "README.md").read_text()


def test_a_changed_context_file_is_refused(monkeypatch):
    name, _digest = signing._CONTEXTS[signing.CREDENTIALS_CONTEXT]
    monkeypatch.setitem(signing._CONTEXTS, signing.CREDENTIALS_CONTEXT, (name, "0" * 64))
    signing.context.cache_clear()
    with pytest.raises(signing.NotSignable):
        signing.context(signing.CREDENTIALS_CONTEXT)
    signing.context.cache_clear()


def test_base58_agrees_with_the_published_examples():
    assert signing._base58(b"Hello World!") == "2NEpo7TZRRrLZSi2U"
    assert signing._unbase58("2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert signing._base58(bytes.fromhex("0000287fb4cd")) == "11233QC4"


def test_a_document_nested_without_end_is_refused():
    deep = "x"
    for _n in range(3000):
        deep = [deep]
    with pytest.raises((signing.NotSignable, RecursionError)):
        signing.canonical({**DOCUMENT, "name": deep})
    with pytest.raises(signing.NotSignable):
        signing.canonical({**DOCUMENT, "name": "x" * 300_000})


def test_signing_is_quick():
    import time

    signed()
    begun = time.perf_counter()
    signed()
    assert time.perf_counter() - begun < 0.1


def test_a_document_survives_json():
    assert signing.verifies(json.loads(json.dumps(signed())), public=PUBLIC)
