"""The record of a negotiation: a chain in which any change is found, and which a party can take home."""

import copy
import random
import uuid

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import bundle
from coursehub.contracts.record import is_whole
from coursehub.contracts.terms import canonical, hash_of, parse

from .rig import agree, course_of


@pytest.fixture
def told(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at)
    operations.end_contract(contract, by=cast.acting(cast.stan), at=at, reason="done")
    return bundle(contract, party=cast.northwind.public_id)


def test_everything_that_happened_is_in_the_record_in_order(told):
    kinds = [entry["kind"] for entry in told["record"]["entries"]]
    assert kinds == ["opened", "proposed", "signed", "signed", "agreed", "ended"]
    assert is_whole(told["contract"], told["record"]["entries"])


def test_the_bundle_proves_its_hashes_and_names_nobody(cast, told):
    proposal = told["proposals"][0]
    assert hash_of(parse(proposal["terms"]), proposal["texts"]) == proposal["terms_hash"]
    assert all(signature["terms_hash"] == proposal["terms_hash"] for signature in proposal["signatures"])
    text = canonical(told).decode()
    assert "Pia" not in text
    assert "example.org" not in text


def test_any_edit_deletion_or_reordering_is_found(told):
    chance = random.Random(7)
    entries = told["record"]["entries"]
    for _turn in range(500):
        forged = copy.deepcopy(entries)
        n = chance.randrange(len(forged))
        match chance.choice(["edit", "delete", "swap", "repeat", "body"]):
            case "edit":
                key = chance.choice(["kind", "party", "person", "prev_hash", "hash"])
                forged[n][key] = uuid.uuid4().hex
            case "delete":
                if n == len(forged) - 1:
                    continue  # a cut tail shows against the head, which the other side holds
                del forged[n]
            case "swap":
                other = (n + 1) % len(forged)
                forged[n], forged[other] = forged[other], forged[n]
            case "repeat":
                forged.insert(n, copy.deepcopy(forged[n]))
            case "body":
                forged[n]["body"]["another"] = 1
        assert not is_whole(told["contract"], forged)


def test_two_contracts_do_not_share_a_beginning(cast, at, told):
    other, _terms = agree(cast, course_of(cast.northwind, "second", at), at)
    assert queries.entries_of(other.id)[0].prev_hash != told["record"]["begins_with"]
