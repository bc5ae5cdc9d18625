"""A course is on offer while a release is approved and terms are in force."""

from datetime import timedelta

import pytest

from coursehub.catalog import queries as catalog_queries
from coursehub.contracts import operations, queries
from coursehub.contracts.models import Listing
from coursehub.contracts.operations.listings import NotApproved, NoTermsInForce, NotListed
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.jobs import run_due

from .rig import agree, course_of


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


def closings():
    return [(listing.close_reason, listing.terms_hash) for listing in db.session.query(Listing).order_by(Listing.id)]


def test_a_course_is_listed_only_with_approval_and_terms_in_force(cast, course, at):
    pia = cast.acting(cast.pia)
    with pytest.raises(NoTermsInForce):
        operations.list_course(course, by=pia, at=at)
    _contract, terms = agree(cast, course, at)
    listing = operations.list_course(course, by=pia, at=at)
    assert listing.terms_hash == terms.terms_hash
    assert catalog_queries.current_release(course.id).id == listing.release_id
    assert operations.list_course(course, by=pia, at=at).id == listing.id
    draft = course_of(cast.northwind, "draft", at, state="draft")
    with pytest.raises(NotApproved):
        operations.list_course(draft, by=pia, at=at)


def test_only_its_own_people_and_catalogue_staff_list_a_course(cast, course, at):
    agree(cast, course, at)
    for stranger in (cast.eve, cast.tara, cast.fay, cast.ada):
        with pytest.raises(NotAllowed):
            operations.list_course(course, by=cast.acting(stranger), at=at)
    operations.list_course(course, by=cast.acting(cast.cato), at=at)
    with pytest.raises(NotAllowed):
        operations.close_listing(course, by=cast.acting(cast.eve), at=at)


def test_a_listing_closes_when_terms_end_and_opens_again_under_new_ones(cast, course, at):
    contract, terms = agree(cast, course, at)
    operations.list_course(course, by=cast.acting(cast.pia), at=at)
    ends = operations.end_contract(contract, by=cast.acting(cast.stan), at=at)
    run_due(at=ends - timedelta(seconds=1), strict=True)
    assert queries.open_listing(course.id) is not None
    run_due(at=ends, strict=True)
    assert queries.open_listing(course.id) is None
    assert catalog_queries.current_release(course.id) is None
    assert closings() == [("terms_ended", terms.terms_hash)]
    agree(cast, course, ends)
    assert operations.list_course(course, by=cast.acting(cast.pia), at=ends) is not None


def test_a_listing_goes_on_under_the_terms_that_follow(cast, course, at):
    contract, old = agree(cast, course, at)
    operations.list_course(course, by=cast.acting(cast.pia), at=at)
    later = at + timedelta(days=5)
    _contract, new = agree(cast, course, later, contract=contract, hold={"days": 1})
    run_due(at=later, strict=True)
    assert queries.open_listing(course.id).terms_hash == new.terms_hash
    assert closings() == [("replaced", old.terms_hash), ("", new.terms_hash)]
    assert catalog_queries.current_release(course.id) is not None
    assert operations.follow_terms(at=later) == 0


def test_a_course_is_taken_off_the_offer_once(cast, course, at):
    agree(cast, course, at)
    pia = cast.acting(cast.pia)
    operations.list_course(course, by=pia, at=at)
    operations.close_listing(course, by=pia, at=at)
    with pytest.raises(NotListed):
        operations.close_listing(course, by=pia, at=at)
