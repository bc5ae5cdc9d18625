"""Terms as data: one form, one hash, one schema that says what the parser takes."""

import json
from pathlib import Path

import jsonschema
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts import terms as module
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.prose import texts
from coursehub.contracts.terms import TermsRefused, canonical, hash_of, parse, schema, to_data

from . import strategies
from .test_waterfall import JOINT

SCHEMA = Path(module.__file__).with_name("terms.schema.json")


def test_the_kept_schema_is_the_one_the_parser_follows():
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()
    jsonschema.Draft202012Validator.check_schema(schema())


@given(strategies.terms())
@settings(max_examples=50, deadline=None)
def test_terms_survive_being_written_and_read(data):
    assert to_data(parse(data)) == data
    assert to_data(parse(json.loads(canonical(data)))) == data


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=4), below, max_size=4),
    max_leaves=12,
)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_the_quick_way_to_canonical_bytes_is_the_reference(data):
    try:
        reference = rfc8785.dumps(data)
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(data)
    else:
        assert canonical(data) == reference


@pytest.mark.parametrize("data", ["\ud800", {"\ue000": 1, "\U0001f600": 2}, 2**53, 1.5, '\x7f\u2028\x1f"\\/é', (1, [True])])
def test_corners_of_the_canonical_form(data):
    test_the_quick_way_to_canonical_bytes_is_the_reference.hypothesis.inner_test(data)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@given(strategies.terms(), st.data())
@settings(max_examples=80, deadline=None)
def test_parser_and_schema_accept_the_same_documents(data, draw):
    """Something somewhere is replaced, removed or added; both must say the same about the result."""
    path = draw.draw(st.sampled_from([place for place in places(data) if place]))
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    values = [
        None,
        "",
        "x",
        "house",
        0,
        -1,
        10_001,
        True,
        [],
        {},
        {"kind": "pay", "party": "house"},
        {"kind": "shared"},
        ["house"],
        "CNY",
    ]
    what = draw.draw(st.sampled_from(["replace", "remove", "add"]))
    if what == "replace":
        holder[path[-1]] = draw.draw(st.sampled_from(values))
    elif what == "remove":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["another"] = draw.draw(st.sampled_from(values))
    foreign = jsonschema.Draft202012Validator(schema()).is_valid(data)
    try:
        parse(data)
        ours = True
    except TermsRefused:
        ours = False
    assert ours == foreign


def test_the_hash_binds_terms_sentences_and_their_meaning(monkeypatch):
    body = compile_terms(JOINT)
    told = texts(body)
    signed = hash_of(body, told)
    shuffled = dict(reversed(list(JOINT.items())))
    assert hash_of(compile_terms(shuffled), told) == signed
    assert hash_of(compile_terms(JOINT | {"hold": {"days": 31}}), told) != signed
    assert hash_of(body, told | {"en": told["en"] + " "}) != signed
    monkeypatch.setattr(module, "SEMANTICS", "coursehub-terms/2")
    assert hash_of(body, told) != signed


def test_a_document_that_is_nested_without_end_is_refused_and_not_followed():
    node = {"kind": "pay", "party": "a"}
    for _turn in range(300):
        node = {"kind": "by_modules", "parties": ["a"], "rest": node}
    with pytest.raises(TermsRefused):
        parse(JOINT | {"split": node})
