"""The living part of the home page: courses that are open now, in the reader's language."""

from datetime import timedelta

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.desks import queries
from coursehub.people.models import Organisation
from coursehub.sales.models import Offering


def open_course(slug: str, owner: Organisation, at, **texts: str) -> Course:
    """A course with a listed release, terms in force and an open offering; texts: titles by language, the first its own."""
    languages = [locale.replace("_", "-") for locale in texts]
    with transaction():
        course = Course(slug=slug, organisation_id=owner.id, original_locale=languages[0], created_at=at)
        db.session.add(course)
        db.session.flush()
        release = Release(
            course_id=course.id, number=1, version="1.0.0", state="draft", languages=languages, source_format="test", created_at=at,
        )  # fmt: skip
        db.session.add(release)
        db.session.flush()
        for locale, title in zip(languages, texts.values(), strict=True):
            db.session.add(
                ReleaseText(
                    release_id=release.id, locale=locale, title=title, summary=f"{title}.", outcomes=[], search_text=title
                )
            )
        db.session.flush()
        release.state, release.content_hash, release.manifest = "listed", "0" * 64, {}
        release.frozen_at = release.listed_at = at
        db.session.add(Listing(course_id=course.id, release_id=release.id, terms_hash="0" * 64, opened_at=at))
        db.session.add(Offering(course_id=course.id, price_minor=29900, currency="CNY", opened_at=at))
    return course


def test_a_new_installation_has_a_quiet_front(client, at):
    assert queries.front("en", at=at) == queries.Front([], 0, 0, None)
    assert "Open now" not in client.get("/").text


def test_the_front_lists_what_can_be_bought_newest_first_in_the_readers_language(client, cast, at):
    open_course("python", cast.house, at, zh_CN="Python编程", en="Programming with Python")
    open_course("rust", cast.northwind, at + timedelta(days=1), en="Rust from the ground up")
    front = queries.front("zh-CN", at=at)
    assert [line.title for line in front.courses] == ["Rust from the ground up", "Python编程"]
    assert [line.organisation for line in front.courses] == ["北风编程", "量潮课堂"]
    assert (front.course_count, front.partner_count) == (2, 1)
    html = client.get("/", headers={"Accept-Language": "en"}).text
    assert "2 courses are open now" in html
    assert 'href="/courses/python"' in html
    assert "Programming with Python" in html


def test_a_course_that_is_not_sold_or_has_no_terms_does_not_stand_on_the_front(cast, at):
    unsold = open_course("unsold", cast.house, at, en="Unsold")
    ended = open_course("ended", cast.house, at, en="Ended")
    with transaction():
        db.session.query(Offering).filter_by(course_id=unsold.id).update({"closed_at": at})
        db.session.query(Listing).filter_by(course_id=ended.id).update({"closed_at": at, "close_reason": "terms_ended"})
    assert queries.front("en", at=at).course_count == 0
