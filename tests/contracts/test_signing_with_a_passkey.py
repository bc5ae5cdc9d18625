"""A signature by a passkey: over the very hash of the terms, kept with them, checked by anybody with the standard library."""

import copy
import html
import importlib.util
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import coursehub
from coursehub import clock
from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import bundle, entry_data
from coursehub.contracts.models import Proposal, Signature
from coursehub.contracts.operations.signing import AlreadySigned, ProveItIsYou
from coursehub.contracts.record import is_whole
from coursehub.db import db
from coursehub.people import passkeys
from coursehub.people.operations import PasskeyRefused, add_passkey
from tests.cast import sign_in
from tests.people.device import Device

from .rig import course_of, terms_data

_SPEC = importlib.util.spec_from_file_location("checker", Path(coursehub.__file__).parent / "static" / "check_statement.py")
checker = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(checker)


def offered(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="合作", title_en="Together", by=cast.acting(cast.stan), at=at
    )
    return operations.propose_terms(
        contract, by=cast.acting(cast.stan), terms=terms_data(cast.house, cast.northwind, course), at=at
    )


def device_of(cast, person, at):
    """A device whose key this person has added."""
    device = Device()
    challenge = passkeys.new_challenge("add", "s1", at=at)
    told = passkeys.creation_options(challenge, person="p", email="p@example.org", name="P", house="H", known=[])
    add_passkey(device.create(told), name="Phone", session="s1", by=cast.acting(person), at=at)
    return device


def over(terms_hash):
    return passkeys.request_options(bytes.fromhex(terms_hash), known=[])


@pytest.fixture
def signed(cast, at):
    """Pia signs with her passkey, long after her password; Stan with his password."""
    proposal = offered(cast, at)
    device = device_of(cast, cast.pia, at)
    operations.sign_proposal(
        proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=at.replace(year=2020), at=at,
        passkey=device.get(over(proposal.terms_hash)),
    )  # fmt: skip
    return proposal


def test_the_passkey_stands_in_for_the_password_and_its_proof_is_kept_in_the_record(cast, signed, at):
    proof = signed.signatures[0]
    assert (proof.method, proof.reauthenticated_at, proof.party) == ("passkey", at, cast.northwind.public_id)
    entry = queries.entries_of(signed.contract_id)[-1]
    assert entry.kind == "signed" and entry.body["assertion"] == proof.assertion
    assert is_whole(signed.contract.public_id, [entry_data(one) for one in queries.entries_of(signed.contract_id)])
    terms = operations.sign_proposal(
        signed, by=cast.acting(cast.stan), terms_hash=signed.terms_hash, reauthenticated_at=at, at=at
    )
    assert terms is not None and [one.method for one in signed.signatures] == ["passkey", "password"]


def test_a_proof_over_other_terms_or_by_another_key_signs_nothing(cast, at):
    proposal = offered(cast, at)
    device = device_of(cast, cast.pia, at)
    for answer in (device.get(over("0" * 64)), Device().get(over(proposal.terms_hash)), "{}"):
        with pytest.raises(PasskeyRefused):
            operations.sign_proposal(
                proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=at, at=at, passkey=answer
            )
    assert db.session.query(Signature).count() == 0
    with pytest.raises(ProveItIsYou):
        operations.sign_proposal(
            proposal, by=cast.acting(cast.pia), terms_hash=proposal.terms_hash, reauthenticated_at=at.replace(year=2020), at=at
        )


def test_a_proof_is_no_second_signature(cast, signed, at):
    with pytest.raises(AlreadySigned):
        operations.sign_proposal(
            signed, by=cast.acting(cast.pia), terms_hash=signed.terms_hash, reauthenticated_at=at, at=at, passkey="{}"
        )


def test_the_program_checks_the_passkey_and_notices_every_forgery(signed, tmp_path, capsys):
    told = bundle(signed.contract, party=None)
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(told))
    assert checker.main([str(file)]) == 0
    assert "by a passkey" in capsys.readouterr().out
    other = Device().get(over(told["proposals"][0]["terms_hash"]))
    changes = {
        "signature": json.loads(other)["response"]["signature"],
        "authenticator_data": "A" + told["proposals"][0]["signatures"][0]["assertion"]["authenticator_data"][1:],
        "client_data_json": json.loads(other)["response"]["clientDataJSON"][:-8] + "AAAA",
        "rp_id": "evil.example",
        "key": {"curve": "P-256", "x": "1" * 64, "y": "2" * 64},
    }
    for name, value in changes.items():
        forged = copy.deepcopy(told)
        forged["proposals"][0]["signatures"][0]["assertion"][name] = value
        file.write_text(json.dumps(forged))
        assert checker.main([str(file)]) == 1, name
    moved = copy.deepcopy(told)  # an honest proof under other terms
    moved["proposals"][0]["terms"]["hold"]["days"] += 1
    moved["proposals"][0]["terms_hash"] = checker.digest({k: moved["proposals"][0][k] for k in ("semantics", "terms", "texts")})
    moved["proposals"][0]["signatures"][0]["terms_hash"] = moved["proposals"][0]["terms_hash"]
    file.write_text(json.dumps(moved))
    assert checker.main([str(file)]) == 1


# RFC 6979, appendix A.2.5: P-256 with SHA-256.
KEY = (
    0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
    0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
)
VECTORS = {
    b"sample": (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    b"test": (
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
}


def test_the_arithmetic_of_the_curve_agrees_with_the_published_vectors():
    for message, (r, s) in VECTORS.items():
        assert checker.is_signed(KEY, message, r, s)
        assert not checker.is_signed(KEY, message + b".", r, s)
        assert not checker.is_signed(KEY, message, s, r)
        assert not checker.is_signed((KEY[0], KEY[1] + 1), message, r, s)
        assert not checker.is_signed(KEY, message, r + checker.ORDER, s)
        assert not checker.is_signed(KEY, message, 0, s) and not checker.is_signed(KEY, message, r, 0)
    assert checker.multiplied(checker.BASE, checker.ORDER) is None


def test_it_agrees_with_a_library_on_keys_by_chance():
    for n in range(20):
        private = ec.generate_private_key(ec.SECP256R1())
        numbers = private.public_key().public_numbers()
        message = b"terms" * n
        der = private.sign(message, ec.ECDSA(hashes.SHA256()))
        assert checker.two_numbers(der) == list(decode_dss_signature(der))
        assert checker.is_signed((numbers.x, numbers.y), message, *checker.two_numbers(der))
    for broken in (b"", b"\x30\x00", der[:-1], der + b"\0", b"\x31" + der[1:]):
        with pytest.raises((ValueError, IndexError)):
            checker.two_numbers(broken)


def test_the_page_offers_it_to_those_who_hold_one(app, cast):
    at = clock.now()
    proposal = offered(cast, at)
    where = f"/studio/contracts/{proposal.contract.public_id}/proposals/{proposal.public_id}/sign"
    pia = sign_in(app.test_client(), cast.pia)
    assert "data-passkey-options" not in pia.get(where).text
    device = device_of(cast, cast.pia, at)
    told = html.unescape(re.search(r'data-passkey-options="([^"]*)"', pia.get(where).text)[1])
    form = {"terms_hash": proposal.terms_hash, "read": "yes", "answer": device.get(told)}
    assert pia.post(where, data=form | {"answer": "{}"}).status_code == 303
    assert db.session.query(Signature).count() == 0
    assert pia.post(where, data=form).status_code == 303
    assert db.session.query(Signature).one().method == "passkey"
    assert db.session.get_one(Proposal, proposal.id).state == "open"
    shown = pia.get(where.removesuffix("/sign")).text
    assert "by passkey" in shown
