"""Somebody else's software judges our credentials, and agrees with our own page each time."""

import copy

import pytest

from coursehub.learning.credentials import operations, verification

CHANGES = {
    "another course": lambda d: d["credentialSubject"]["achievement"].update(name="Brain surgery"),
    "another person": lambda d: d["credentialSubject"].update(id="urn:uuid:11111111-1111-4111-8111-111111111111"),
    "an earlier date": lambda d: d.update(validFrom="2020-01-01T00:00:00Z"),
    "another place in the status list": lambda d: d["credentialStatus"].update(statusListIndex="5"),
    "a name nobody signed": lambda d: d["credentialSubject"].update(
        identifier=[{"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": "Eve"}]
    ),
    "another issuer": lambda d: d["issuer"].update(id="https://elsewhere.example/issuers/house"),
    "a term that no context knows": lambda d: d.update(grade="A+"),
    "a type that no context knows": lambda d: d["type"].append("Doctorate"),
    "another moment of signing": lambda d: d["proof"].update(created="2020-01-01T00:00:00Z"),
    "a cut signature": lambda d: d["proof"].update(proofValue=d["proof"]["proofValue"][:-2]),
}


def test_the_foreign_verifier_accepts_what_we_issue(credential, later, foreign_verdict):
    assert foreign_verdict(credential.document, at=later) == {"verified": True, "problems": []}
    assert verification.check_credential(credential, at=later).counts


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_both_reject_a_changed_one(credential, later, foreign_verdict, change):
    changed = copy.deepcopy(credential.document)
    change(changed)
    assert foreign_verdict(changed, at=later)["verified"] is False
    assert not verification.check_document(changed, at=later).counts


def test_both_reject_a_revoked_one(credential, later, stan, foreign_verdict):
    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    verdict = foreign_verdict(credential.document, at=later)
    assert verdict["problems"] == ["revoked"]
    assert verdict["verified"] is False
    assert not verification.check_credential(credential, at=later).counts


def test_a_status_list_that_somebody_emptied_is_not_believed(credential, later, stan, foreign_verdict):
    from coursehub.learning.credentials.bits import encoded

    from .conftest import published

    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    forged = copy.deepcopy(published())
    address = credential.document["credentialStatus"]["statusListCredential"]
    forged[address]["credentialSubject"]["encodedList"] = encoded([])
    assert foreign_verdict(credential.document, at=later, documents=forged)["verified"] is False


def test_old_credentials_hold_after_the_key_was_changed(credential, later, foreign_verdict):
    operations.change_key(at=later)
    assert foreign_verdict(credential.document, at=later)["verified"] is True
    assert verification.check_credential(credential, at=later).counts


def test_nothing_signed_with_a_compromised_key_counts_until_it_is_signed_again(credential, later, foreign_verdict):
    operations.change_key(at=later, compromised=True)
    assert foreign_verdict(credential.document, at=later)["verified"] is False
    assert not verification.check_credential(credential, at=later).counts
    assert operations.sign_again(at=later) == 1
    assert foreign_verdict(credential.document, at=later)["verified"] is True
    assert verification.check_credential(credential, at=later).counts


def test_a_name_the_holder_shows_is_signed_too(credential, ada, later, foreign_verdict):
    operations.choose_name(credential, shown=True, by=ada, at=later)
    assert "Ada Chen" in str(credential.document)
    assert foreign_verdict(credential.document, at=later)["verified"] is True
