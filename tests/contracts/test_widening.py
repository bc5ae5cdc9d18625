"""Courses that join a contract later: named by the next terms, and free to leave while no terms speak of them."""

from datetime import timedelta

import pytest

from coursehub.catalog.models import Course
from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import bundle
from coursehub.contracts.operations.negotiation import CoursesBelongToOthers
from coursehub.contracts.operations.widening import CourseHasTerms, CourseIsSpokenOf, LastCourse
from coursehub.contracts.record import is_whole
from coursehub.db import db
from coursehub.errors import NotAllowed

from ..cast import sign_in
from .rig import agree, course_of, terms_data
from .test_pages import text_of

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def contract(cast, at):
    """Northwind's contract about one course, in force."""
    return agree(cast, course_of(cast.northwind, "sql", at), at)[0]


@pytest.fixture
def second(cast, at):
    return course_of(cast.northwind, "git", at)


def test_a_course_joins_a_contract_and_is_sold_once_terms_name_it(cast, at, contract, second):
    pia, stan = cast.acting(cast.pia), cast.acting(cast.stan)
    assert operations.add_courses(contract, [second], by=pia, at=at) == 1
    assert operations.add_courses(contract, [second], by=pia, at=at) == 0, "it is there already"
    assert queries.terms_in_force(second.id, at) is None, "nobody has signed anything about it"
    data = terms_data(cast.house, cast.northwind, second)
    both = [*queries.latest_terms(contract).body["scope"]["courses"], *data["scope"]["courses"]]
    offered = operations.propose_terms(contract, by=stan, terms={**data, "scope": data["scope"] | {"courses": both}}, at=at)
    later = at + timedelta(hours=1)
    for who in (pia, stan):
        operations.sign_proposal(offered, by=who, terms_hash=offered.terms_hash, reauthenticated_at=later, at=later)
    assert queries.terms_in_force(second.id, later) is not None
    assert [entry.kind for entry in queries.entries_of(contract.id)].count("course_added") == 1
    assert is_whole(contract.public_id, bundle(contract, party=None)["record"]["entries"])


def test_a_course_leaves_again_while_no_terms_speak_of_it(cast, at, contract, second):
    pia = cast.acting(cast.pia)
    (first,) = queries.course_ids_of(contract.id)
    operations.add_courses(contract, [second], by=pia, at=at)
    operations.take_course_off(contract, second, by=pia, at=at)
    operations.take_course_off(contract, second, by=pia, at=at)
    assert queries.course_ids_of(contract.id) == [first]


def test_what_terms_a_proposal_or_a_contribution_speak_of_stays(cast, at, contract, second):
    pia = cast.acting(cast.pia)
    first = course_in(contract)
    operations.add_courses(contract, [second], by=pia, at=at)
    with pytest.raises(CourseHasTerms):
        operations.take_course_off(contract, first, by=pia, at=at)
    operations.record_fact(
        contract,
        course_id=second.id,
        kind="module_weight",
        party=cast.northwind.public_id,
        value=100,
        holds_from=at,
        by=pia,
        at=at,
    )
    with pytest.raises(CourseIsSpokenOf):
        operations.take_course_off(contract, second, by=pia, at=at)


def test_a_proposal_keeps_its_course_and_a_contract_its_last_one(cast, at, second):
    pia, third = cast.acting(cast.pia), course_of(cast.northwind, "py", at)
    opened = operations.open_contract(courses=[second], partners=[cast.northwind], title="a", title_en="a", by=pia, at=at)
    with pytest.raises(LastCourse):
        operations.take_course_off(opened, second, by=pia, at=at)
    operations.add_courses(opened, [third], by=pia, at=at)
    offered = operations.propose_terms(opened, by=pia, terms=terms_data(cast.house, cast.northwind, third), at=at)
    with pytest.raises(CourseIsSpokenOf):
        operations.take_course_off(opened, third, by=pia, at=at)
    operations.withdraw_proposal(offered, by=pia, at=at)
    operations.take_course_off(opened, third, by=pia, at=at)


def test_courses_of_strangers_or_under_other_terms_do_not_join(cast, at, contract, second):
    pia = cast.acting(cast.pia)
    with pytest.raises(CoursesBelongToOthers):
        operations.add_courses(contract, [course_of(cast.lumen, "data", at)], by=pia, at=at)
    agree(cast, second, at)
    with pytest.raises(CourseHasTerms):
        operations.add_courses(contract, [second], by=pia, at=at)
    with pytest.raises(NotAllowed):
        operations.add_courses(contract, [second], by=cast.acting(cast.eve), at=at)


def test_the_page_offers_ones_own_courses_and_says_what_follows(app, cast, contract, second):
    pia = sign_in(app.test_client(), cast.pia)
    base = f"/studio/contracts/{contract.public_id}"
    assert f'value="{second.public_id}"' in pia.get(base).text
    answer = pia.post(f"{base}/courses", data={"course": [second.public_id]}, follow_redirects=True)
    assert "no terms yet" in text_of(answer) and "once signed terms name it" in text_of(answer)
    assert "Choose the courses to add" in text_of(pia.post(f"{base}/courses", follow_redirects=True))
    gone = pia.post(f"{base}/courses/{second.public_id}/take-off", follow_redirects=True)
    assert "no terms yet" not in text_of(gone) and "Course taken off" in text_of(gone)


def course_in(contract):
    return db.session.get_one(Course, queries.course_ids_of(contract.id)[0])
