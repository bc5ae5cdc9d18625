"""`coursehub contracts check` holds every signature against what the record says was given, and every passkey's proof against its key."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.contracts import checks, operations
from coursehub.contracts.models import Signature
from coursehub.db import db, transaction
from coursehub.people import passkeys
from coursehub.people.models import Passkey
from tests.money.test_tampering import Undone, lift_the_guards
from tests.people.device import Device

from .test_signing_with_a_passkey import device_of, offered, over


@pytest.fixture
def signed(cast, at):
    """Pia signs with her passkey, Stan with his password, and the terms hold."""
    proposal = offered(cast, at)
    answer = device_of(cast, cast.pia, at).get(over(proposal.terms_hash))
    told = {"terms_hash": proposal.terms_hash, "reauthenticated_at": at}
    operations.sign_proposal(proposal, by=cast.acting(cast.pia), at=at, passkey=answer, **told)
    operations.sign_proposal(proposal, by=cast.acting(cast.stan), at=at + timedelta(minutes=3), **told)
    assert list(checks.faults()) == []
    return proposal


def tampered(which, statement):
    """What is found once rows of `signature` were edited by somebody with all rights over the database; then they are as before."""
    try:
        with transaction():
            lift_the_guards()
            db.session.execute(statement.where(Signature.method == which))
            db.session.expire_all()
            found = " ".join(checks.faults())
            raise Undone
    except Undone:
        db.session.rollback()
    assert list(checks.faults()) == []
    return found


@pytest.mark.parametrize("which", ["passkey", "password"])
def test_a_signature_that_its_record_does_not_know_is_found(cast, signed, at, which):
    for values in (
        {"person_id": cast.ada.id}, {"person_id": None}, {"party": "somebodyelse"}, {"terms_hash": "0" * 64},
        {"method": "stamp"}, {"signed_at": at + timedelta(minutes=1)}, {"assertion": {}},
    ):  # fmt: skip
        said = tampered(which, sa.update(Signature).values(**values))
        assert "are not those that its record says were given" in said, values
    assert "signs something else" in tampered(which, sa.update(Signature).values(terms_hash="0" * 64))


def test_a_signature_that_is_missing_or_under_nothing_is_found(signed):
    assert "are not those that its record says were given" in tampered("password", sa.delete(Signature))
    if db.engine.dialect.name == "postgresql":  # SQLite keeps this key even so, until the end
        assert "The proposal of 1 signatures is not there" in tampered("password", sa.update(Signature).values(proposal_id=99))


def test_the_moment_at_which_the_signer_proved_who_they_are_is_in_the_record(signed, at):
    for moved in (at + timedelta(seconds=1), at - timedelta(days=1)):
        assert "another moment" in tampered("password", sa.update(Signature).values(reauthenticated_at=moved))


def test_a_proof_by_another_key_is_found(signed):
    kept = next(one.assertion for one in signed.signatures if one.assertion)
    other = json.loads(Device().get(over(signed.terms_hash)))["response"]["signature"]
    for name, value in (
        ("signature", other),
        ("key", {"curve": "P-256", "x": "1" * 64, "y": "2" * 64}),
        ("rp_id", "evil.example"),
    ):
        said = tampered("passkey", sa.update(Signature).values(assertion={**kept, name: value}))
        assert "was not given by the passkey that it names" in said, name


def test_a_key_that_is_another_persons_is_found_and_one_that_was_thrown_away_is_not_missed(cast, signed, at):
    key = db.session.execute(sa.select(Passkey)).scalar_one()
    with transaction():
        key.person_id = cast.stan.id
    assert "was not given by the passkey that it names" in " ".join(checks.faults())
    with transaction():
        db.session.delete(key)
    assert list(checks.faults()) == []


def test_evidence_is_proof_of_one_challenge_only(cast, signed):
    kept = next(one.assertion for one in signed.signatures if one.assertion)
    assert passkeys.is_proof(kept, challenge=bytes.fromhex(signed.terms_hash))
    assert not passkeys.is_proof(kept, challenge=bytes(32))
    assert not passkeys.is_proof({}, challenge=bytes(32))
    assert not passkeys.is_proof({**kept, "authenticator_data": ""}, challenge=bytes.fromhex(signed.terms_hash))
