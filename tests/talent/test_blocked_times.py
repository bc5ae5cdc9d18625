"""A blocked organisation cannot tell from the clock whether somebody is there: interleaved pairs, equal medians."""

import os
import time
from statistics import median

import pytest

from coursehub import clock
from coursehub.db import db, transaction
from coursehub.people.models import Organisation
from coursehub.talent.models import ProvenSkill
from coursehub.talent.operations import blocks
from tests.cast import sign_in
from tests.learning.course import make_course, make_release

from .hiring import credential_of, skill
from .test_consent import pool_profile

DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
PAIRS = 1000 if DRILL else 150
NOW = time.perf_counter if DRILL else time.thread_time
"""The wall's clock on a quiet machine; in the suite the work of our own thread, which a neighbour does not lengthen."""

ROUNDS = range(1 if DRILL else 5)
"""A neighbour's work may weigh on one round, not on all; a delay that is really there weighs on every one."""


def medians(first, second) -> tuple[float, float]:
    """Median milliseconds of two acts, taken in turns so that a busy machine troubles both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for n in range(PAIRS):
        for which in (0, 1) if n % 2 else (1, 0):
            began = NOW()
            (first, second)[which]()
            times[which].append((NOW() - began) * 1000)
    return median(times[0]), median(times[1])


def delay() -> None:
    """Work for 1 ms."""
    began = time.thread_time()
    while time.thread_time() - began < 0.001:
        pass


def equal(one: float, other: float) -> bool:
    """Within 2 % or 0.2 ms."""
    return abs(one - other) <= max(0.2, 0.02 * min(one, other))


@pytest.mark.slow
def test_the_page_of_somebody_who_blocks_us_takes_as_long_as_that_of_nobody(app, cast, at):
    profile = pool_profile(cast.ada, at)
    organisation: Organisation = cast.harbour
    blocks.block_organisation(organisation, by=cast.acting(cast.ada), at=at)
    emma = sign_in(app.test_client(), cast.emma)
    hidden, nobody = f"/hire/people/{profile.public_id}", "/hire/people/0123456789abcdef"
    assert emma.get(hidden).status_code == emma.get(nobody).status_code == 404
    assert any(equal(*medians(lambda: emma.get(hidden), lambda: emma.get(nobody))) for _ in ROUNDS)
    slow = [medians(lambda: (delay(), emma.get(hidden)), lambda: emma.get(nobody)) for _ in ROUNDS]
    assert not any(equal(*pair) for pair in slow), f"a planted delay of 1 ms was not noticed: {slow}"


@pytest.mark.slow
def test_a_search_for_what_only_somebody_who_blocks_us_can_do_takes_as_long_as_for_what_nobody_can(app, cast):
    at = clock.now()
    profile = pool_profile(cast.ada, at)
    held, free = skill("python", "Python"), skill("pythia", "Pythia")
    credential = credential_of(cast.ada, make_release(make_course(cast.northwind, at=at), at=at), at)
    with transaction():
        db.session.add(ProvenSkill(profile_id=profile.id, skill_id=held.id, level=3, proven_at=at, credential_id=credential.id))
    emma = sign_in(app.test_client(), cast.emma)
    hidden, nobody = (f"/hire/pool?skill={each.code}&level=1" for each in (held, free))
    assert profile.public_id in emma.get(hidden).text  # the search would find Ada
    blocks.block_organisation(cast.harbour, by=cast.acting(cast.ada), at=at)
    assert profile.public_id not in emma.get(hidden).text
    assert any(equal(*medians(lambda: emma.get(hidden), lambda: emma.get(nobody))) for _ in ROUNDS)
    slow = [medians(lambda: (delay(), emma.get(hidden)), lambda: emma.get(nobody)) for _ in ROUNDS]
    assert not any(equal(*pair) for pair in slow), f"a planted delay of 1 ms was not noticed: {slow}"
