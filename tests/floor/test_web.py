"""What is true of every answer: hosts, headers, forgery, paths to go on to, tokens."""

import pytest

from coursehub.web import external_url, local_path, read_token, sign_token

from ..cast import sign_in


def test_a_strange_host_is_refused(client):
    assert client.get("/healthz", base_url="https://evil.example").status_code == 400
    assert client.get("/healthz", base_url="https://localhost").status_code == 200


def test_every_page_forbids_inline_script_and_framing(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_personal_page_is_kept_by_nobody(client, cast):
    sign_in(client, cast.stan)
    assert client.get("/house/jobs").headers["Cache-Control"] == "no-store"


def test_a_form_without_its_token_changes_nothing(app, client, cast):
    sign_in(client, cast.stan)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/house/jobs/1/replay").status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "/a\\b",
        "/a\nb",
        "",
        None,
        "evil",
        "///evil.example",
    ],
)
def test_only_a_path_of_ours_is_gone_on_to(target):
    assert local_path(target, "/home") == "/home"


def test_a_path_of_ours_is_kept():
    assert local_path("/orders?page=2#x") == "/orders?page=2#x"


def test_a_link_in_a_letter_comes_from_configuration_never_from_the_request(app):
    with app.test_request_context("/", base_url="https://evil.example"):
        assert external_url("health.healthz") == "https://localhost/healthz"


def test_a_token_is_good_for_its_purpose_and_its_time_only(app):
    token = sign_token("a", {"x": 1})
    assert read_token("a", token, 60) == {"x": 1}
    assert read_token("b", token, 60) is None
    assert read_token("a", token + "x", 60) is None
    assert read_token("a", token, -1) is None


def test_a_page_that_is_not_there_says_so_in_both_languages(client):
    assert "There is nothing at this address" in client.get("/nowhere", headers={"Accept-Language": "en"}).text
    assert "这个地址没有内容" in client.get("/nowhere", headers={"Accept-Language": "zh-CN"}).text


def test_ready_means_the_database_takes_writes_and_has_the_right_shape(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert answer.json["checks"]["schema"] is True


@pytest.mark.parametrize("path", ["/courses?q=%00", "/search?q=a%00b", "/house/orders?q=%00", "/courses/%00"])
def test_a_null_character_is_refused_before_a_database_sees_it(client, cast, path):
    sign_in(client, cast.stan)
    assert client.get(path).status_code == 400


def test_a_null_character_in_a_form_is_refused(client, cast):
    sign_in(client, cast.ada)
    assert client.post("/account/name", data={"display_name": "A\x00da"}).status_code == 400
