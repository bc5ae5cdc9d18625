"""Twin organisations: what is private to one is nowhere to be seen for the people of the other."""

from datetime import timedelta

import pytest

from coursehub import clock

from ..cast import sign_in
from .twins import COMMON, OPAQUE, ROLES, everything, forms_of, found_twin, leaks, told

STARTS = [
    "/", "/desk", "/courses", f"/courses?q={COMMON}", f"/search?q={COMMON}", "/search?q=course", "/learn", "/orders", "/credentials",
    "/support", "/account", "/account/privacy", "/account/organisations", "/studio", "/studio/courses", "/studio/contracts",
    "/studio/earnings", "/studio/links", "/studio/coupons", "/house", "/sitemap.xml", "/courses/feed.xml",
    "/partners/quarry", "/partners/harvest",
]  # fmt: skip


@pytest.fixture
def twins(app, cast, tmp_path):
    at = clock.now() - timedelta(hours=2)
    return [
        found_twin(cast, mark=mark, slug=slug, folder=tmp_path, at=at, app=app)
        for mark, slug in (("Zyxaardwolf", "quarry"), ("Qwbandicoot", "harvest"))
    ]


def reader(app, twin, role):
    return sign_in(app.test_client(), twin.people[role])


@pytest.fixture
def seen(app, twins):
    """What each of each twin's people can reach."""
    return {(twin.mark, role): everything(reader(app, twin, role), STARTS) for twin in twins for role in ROLES}


def test_nobody_of_one_reads_anything_of_the_other(app, twins, seen):
    for twin, other in (twins, twins[::-1]):
        own = set().union(*(told(seen[twin.mark, role], twin.mark) for role in ROLES))
        assert len(own) > 25, "the marks must be there for those whom they belong to"
        for role in ROLES:
            assert leaks(seen[twin.mark, role], other.mark) == [], role
    nobody = everything(app.test_client(), STARTS)
    assert leaks(nobody, twins[0].mark) + leaks(nobody, twins[1].mark) == []


def test_the_addresses_of_one_are_closed_to_the_people_of_the_other(app, twins, seen):
    wrong = []
    for twin, other in (twins, twins[::-1]):
        theirs = set().union(*(told(seen[other.mark, role], other.mark) for role in ROLES))
        posts = set().union(*(forms_of(seen[other.mark, role]) for role in ROLES))
        assert len([path for path in theirs if OPAQUE.search(path)]) > 12
        assert len(posts) > 10
        for role in (*ROLES, None):
            client = reader(app, twin, role) if role else app.test_client()
            for path in sorted(theirs):
                answer = client.get(path)
                closed = answer.status_code in (403, 404) or (role is None and answer.status_code == 303)
                if OPAQUE.search(path) and not closed:
                    wrong.append(f"{role} GET {path}: {answer.status_code}")
                if other.mark.lower() in answer.text.lower() and role is not None:
                    wrong.append(f"{role} reads {other.mark} at {path}")
            for path in sorted(posts):
                status = client.post(path, data={"text": "x", "reason": "x", "name": "x"}).status_code
                if status not in (403, 404):
                    wrong.append(f"{role} POST {path}: {status}")
    assert wrong == [], "\n".join(wrong[:40])


def test_a_planted_leak_is_found(app, twins, monkeypatch):
    one, other = twins
    honest = app.view_functions["sales.links"]

    def leaking(**values):
        answer = app.make_response(honest(**values))
        answer.set_data(answer.get_data(as_text=True).replace("</main>", f"<p>{other.mark} {COMMON}</p></main>"))
        return answer

    monkeypatch.setitem(app.view_functions, "sales.links", leaking)
    pages = everything(reader(app, one, "owner"), ["/studio/links"], most=10)
    assert leaks(pages, other.mark) == ["/studio/links"]
