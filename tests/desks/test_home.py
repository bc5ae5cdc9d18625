"""The home page and the two choices that every reader has."""

import pytest

from ..cast import sign_in


def test_the_home_page_says_for_whom_it_is_in_both_languages(client):
    english = client.get("/", headers={"Accept-Language": "en"}).text
    chinese = client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert all(words in english for words in ("For students", "For partners", "For employers", "Learn it. Prove it."))
    assert all(words in chinese for words in ("学员", "合作方", "用人单位", "学得会，证得明，分得清。"))


def test_reading_the_home_page_starts_no_session(client):
    assert "Set-Cookie" not in client.get("/").headers


def test_a_chosen_language_is_remembered_and_leads_back(client):
    answer = client.post("/language", data={"language": "zh-CN", "next": "/?a=1"})
    assert (answer.status_code, answer.location) == (303, "/?a=1")
    assert '<html lang="zh-CN"' in client.get("/", headers={"Accept-Language": "en"}).text


def test_chosen_colours_are_remembered(client):
    assert 'data-theme="auto"' in client.get("/").text
    client.post("/theme", data={"theme": "dark", "next": "/"})
    assert 'data-theme="dark"' in client.get("/").text


@pytest.mark.parametrize(("path", "choice"), [("/language", "tlh"), ("/theme", "pink"), ("/theme", "")])
def test_a_choice_that_does_not_exist_is_not_remembered(client, path, choice):
    answer = client.post(path, data={path[1:]: choice, "next": "https://evil.example/"})
    assert answer.location == "/"
    assert "Set-Cookie" not in answer.headers


def test_a_choice_is_taken_from_our_own_pages_only(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for headers, status in (
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Sec-Fetch-Site": "cross-site"}, 400),
            ({"Origin": "https://localhost"}, 303),
            ({"Origin": "https://evil.example"}, 400),
            ({}, 400),
        ):
            assert client.post("/theme", data={"theme": "dark"}, headers=headers).status_code == status
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_bar_shows_the_places_a_person_has_and_for_whom_they_act(client, cast):
    anonymous = client.get("/").text
    assert "/sign-in" in anonymous
    assert "Pia" not in anonymous
    sign_in(client, cast.pia)
    html = client.get("/").text
    assert "Pia" in html
    assert "Northwind" in html
    assert "/sign-out" in html


def test_a_missing_page_answers_in_words_and_with_a_way_on(client):
    answer = client.get("/nothing-here", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert 'href="/courses"' in answer.text


def test_our_own_files_are_kept_for_ever_under_an_address_that_changes_with_them(client):
    address = client.get("/").text.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get(address.split("?")[0]).headers["Cache-Control"]
