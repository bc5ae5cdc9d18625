"""The pages of credentials, as strangers, holders and staff meet them."""

import json

import pytest

from coursehub.learning.credentials import operations

from ...cast import sign_in


@pytest.fixture
def page(credential):
    return f"/credentials/{credential.public_id}"


def test_a_stranger_reads_that_it_counts_and_no_name(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert "This credential counts" in answer.text
    assert 'data-counts="yes"' in answer.text
    assert "Small tools" in answer.text
    assert "Ada" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_revoked_one_says_so_with_its_reason(client, page, credential, stan, later):
    operations.revoke_credential(credential, reason="Issued by mistake.", by=stan, at=later)
    text = client.get(page).text
    assert "This credential does not count" in text
    assert "Issued by mistake." in text
    assert 'data-finding="status" data-holds="no"' in text
    assert client.get(page + ".pdf").status_code == 410


def test_a_changed_row_in_our_own_database_shows_on_the_page(client, page, credential):
    from coursehub.db import transaction

    with transaction():
        credential.document = {**credential.document, "name": "Brain surgery"}
    assert 'data-finding="signature" data-holds="no"' in client.get(page).text


def test_the_holder_shows_their_name_and_hides_it_again(client, page, cast):
    sign_in(client, cast.ada)
    client.post(page + "/name", data={"shown": "1"})
    assert "Ada Chen" in client.get(page).text
    assert "Ada Chen" in client.get(page + ".json").text
    client.post(page + "/name", data={"shown": "0"})
    assert "Ada Chen" not in client.get(page + ".json").text


def test_nobody_else_changes_the_name(client, page, cast):
    assert client.post(page + "/name", data={"shown": "1"}).status_code == 403
    sign_in(client, cast.bo)
    assert client.post(page + "/name", data={"shown": "1"}).status_code == 404


def test_the_signed_file_is_readable_from_any_site(client, page, credential):
    answer = client.get(page + ".json")
    assert answer.mimetype == "application/vc"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.text) == credential.document
    assert client.get(page, headers={"Accept": "application/vc"}).text == answer.text


def test_issuer_and_status_list_are_where_the_credential_says(client, credential):
    key = credential.document["proof"]["verificationMethod"]
    issuer = json.loads(client.get("/issuers/house").text)
    assert key in issuer["assertionMethod"]
    listed = client.get(credential.document["credentialStatus"]["statusListCredential"].removeprefix("https://localhost"))
    assert json.loads(listed.text)["credentialSubject"]["type"] == "BitstringStatusList"
    author = credential.document["credentialSubject"]["achievement"]["creator"]["id"].removeprefix("https://localhost")
    assert json.loads(client.get(author).text)["name"] == "北风编程 · Northwind"
    for nowhere in (
        "/issuers/northwind",
        "/status/77",
        "/credentials/nothing",
        "/credentials/nothing.json",
        "/credentials/nothing.pdf",
    ):
        assert client.get(nowhere).status_code == 404


def test_an_organisation_without_credentials_is_not_listed_as_author(client, credential, cast):
    assert client.get(f"/issuers/{cast.lumen.public_id}").status_code == 404


def test_the_certificate_is_a_pdf_in_both_languages(client, page):
    answer = client.get(page + ".pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert len(answer.data) > 10_000


def test_the_same_credential_prints_the_same_bytes(client, page):
    assert client.get(page + ".pdf").data == client.get(page + ".pdf").data


def test_a_pasted_credential_is_checked_as_it_stands(client, credential):
    good = client.post("/credentials/check", data={"what": json.dumps(credential.document)})
    assert "This credential counts" in good.text
    changed = {**credential.document, "name": "Brain surgery"}
    bad = client.post("/credentials/check", data={"what": json.dumps(changed)})
    assert "This credential does not count" in bad.text
    assert 'data-finding="signature" data-holds="no"' in bad.text


def test_an_address_or_a_number_leads_to_the_page(client, credential, page):
    for what in (credential.public_id, f"https://localhost{page}", f"https://localhost{page}.pdf", f" {page}?x=1 "):
        answer = client.post("/credentials/check", data={"what": what})
        assert (answer.status_code, answer.headers.get("Location")) == (303, page), what


@pytest.mark.parametrize("what", ["", "nothing", "{", "[" * 5000, '{"a":' * 5000, "{}x"])
def test_what_cannot_be_checked_is_said_and_kept(client, cast, what):
    _ = cast.house
    answer = client.post("/credentials/check", data={"what": what})
    assert answer.status_code == 422


def test_somebody_elses_credential_is_not_ours(client, credential):
    foreign = {**credential.document, "id": "https://elsewhere.example/1", "issuer": "https://elsewhere.example"}
    answer = client.post("/credentials/check", data={"what": json.dumps(foreign)})
    assert 'data-finding="issuer" data-holds="no"' in answer.text


def test_a_learner_sees_what_they_hold(client, credential, cast):
    assert client.get("/credentials").status_code == 303
    sign_in(client, cast.ada)
    assert credential.public_id in client.get("/credentials").text
    sign_in(client, cast.pia)
    assert credential.public_id not in client.get("/credentials").text
    assert "No credential yet" in client.get("/credentials").text


def test_staff_find_and_revoke_one(client, credential, page, cast):
    sign_in(client, cast.stan)
    assert credential.public_id in client.get("/house/credentials").text
    client.post(f"/house{page}/revocation", data={"reason": ""})
    assert "This credential counts" in client.get(page).text
    client.post(f"/house{page}/revocation", data={"reason": "Issued by mistake."})
    assert "This credential does not count" in client.get(page).text


def test_a_learner_cannot_reach_the_staff_page(client, credential, page, cast):
    sign_in(client, cast.ada)
    assert client.get("/house/credentials").status_code == 403
    assert client.post(f"/house{page}/revocation", data={"reason": "x"}).status_code == 403
