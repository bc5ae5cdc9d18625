"""Which evidence counts for a placement: disclosed in time, asked for, and not too old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts.placement_fee import Band, PriceList, share_fee
from coursehub.talent.matched_evidence import COUNTS_FOR_DAYS, Disclosed, matched_evidence, weights_by_course

OFFERED_AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PRICES = PriceList("CNY", (Band(None, 600_001),), training_bps=4_000, tax_bps=600)


def proof(name="c1", course="k1", *, issued_at=OFFERED_AT - DAY, disclosed_at=OFFERED_AT - DAY, minutes=1_200, **skills):
    return Disclosed(name, course, skills or {"sql": 2}, minutes, issued_at, disclosed_at)


@st.composite
def proofs(draw):
    """Credentials of unlike age, course, skills and disclosure; no two issued at one moment."""
    ages = draw(st.lists(st.integers(-3, 900), unique=True, max_size=8))
    return [
        Disclosed(
            f"c{n}", draw(st.sampled_from("klmn")), draw(st.dictionaries(st.sampled_from(["sql", "git"]), st.integers(1, 4))),
            draw(st.integers(0, 6_000)), OFFERED_AT - age * DAY, OFFERED_AT - draw(st.integers(-3, 900)) * DAY,
        )
        for n, age in enumerate(ages)
    ]  # fmt: skip


def test_the_weights_worked_by_hand_in_the_docstring():
    hour = timedelta(hours=1)
    old = proof("c1", "k1", issued_at=OFFERED_AT - 365 * DAY, minutes=2_400, sql=3)
    new = proof("c2", "k2", issued_at=OFFERED_AT - hour, disclosed_at=OFFERED_AT - hour)
    found = matched_evidence({"sql": 2}, [new, old], offered_at=OFFERED_AT)
    assert weights_by_course(found) == {"k1": 876_000, "k2": 876_000}
    assert [each.skills for each in found] == [("sql",), ("sql",)]


@pytest.mark.parametrize(
    "late",
    [
        proof(disclosed_at=OFFERED_AT),
        proof(issued_at=OFFERED_AT + DAY),
        proof(sql=1),
        proof(git=4),
        proof(issued_at=OFFERED_AT - COUNTS_FOR_DAYS * DAY),
        proof(minutes=0),
    ],
)
def test_what_was_not_read_not_asked_for_or_too_old_does_not_count(late):
    assert matched_evidence({"sql": 2}, [late], offered_at=OFFERED_AT) == ()
    assert len(matched_evidence({"sql": 2}, [late, proof("c9")], offered_at=OFFERED_AT)) == 1


def test_a_course_taken_twice_counts_once_with_its_heavier_evidence():
    twice = [proof("c1", issued_at=OFFERED_AT - 400 * DAY, minutes=6_000), proof("c2", minutes=60)]
    assert [each.credential for each in matched_evidence({"sql": 2}, twice, offered_at=OFFERED_AT)] == ["c1"]


@given(proofs(), st.randoms())
def test_neither_the_order_of_the_input_nor_of_its_keys_changes_an_amount(disclosed, random):
    required = {"sql": 2, "git": 1}
    mixed = [replace(each, skills=dict(reversed(each.skills.items()))) for each in disclosed]
    random.shuffle(mixed)
    first = matched_evidence(required, disclosed, offered_at=OFFERED_AT)
    assert first == matched_evidence(dict(reversed(required.items())), mixed, offered_at=OFFERED_AT)
    legs = share_fee(PRICES, 600_001, weights_by_course(first))
    assert sum(legs.values()) == 600_001


@given(proofs())
def test_other_names_for_courses_and_credentials_change_no_amount(disclosed):
    names = dict(zip("klmn", ("z", "y", "x", "w"), strict=True))
    renamed = [replace(each, course=names[each.course], credential=f"{99 - n}") for n, each in enumerate(disclosed)]
    one, other = (
        list(share_fee(PRICES, 600_001, weights_by_course(matched_evidence({"sql": 2}, given, offered_at=OFFERED_AT))).values())
        for given in (disclosed, renamed)
    )
    assert one == other


@given(proofs(), st.integers(1, 60))
def test_a_later_offer_never_gives_old_evidence_more_weight(disclosed, days):
    before = weights_by_course(matched_evidence({"sql": 2}, disclosed, offered_at=OFFERED_AT + 3 * DAY + DAY))
    after = weights_by_course(matched_evidence({"sql": 2}, disclosed, offered_at=OFFERED_AT + (4 + days) * DAY))
    assert all(weight < before[course] for course, weight in after.items())
