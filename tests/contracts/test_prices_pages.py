"""Prices for everybody to read, and for finance to announce."""

import pytest

from coursehub import clock
from coursehub.contracts import queries
from tests.cast import sign_in

TYPED = {
    "currency": "CNY", "bands": "120000: 6000\n*: 9000", "training_percent": "40", "tax_percent": "6", "hour_percent": "8",
}  # fmt: skip


@pytest.fixture
def fay(app, cast):
    return sign_in(app.test_client(), cast.fay)


def test_finance_announces_prices_and_everybody_reads_them(app, fay):
    assert "No prices yet" in app.test_client().get("/alliance/prices", headers={"Accept-Language": "en"}).text
    assert fay.post("/house/prices", data=TYPED).status_code == 303
    row = queries.prices_in_force("CNY", clock.now())
    assert row is not None and [band["price_minor"] for band in row.body["bands"]] == [600_000, 900_000]
    public = app.test_client().get("/alliance/prices", headers={"Accept-Language": "en"}).text
    assert "6,000.00" in public and row.body_hash in public and "40%" in public


def test_a_share_of_the_fee_on_hours_is_announced_and_read(app, fay):
    assert fay.post("/house/prices", data=TYPED | {"hour_training_percent": "25"}).status_code == 303
    row = queries.prices_in_force("CNY", clock.now())
    assert row is not None and row.body["hour_training_bps"] == 2_500
    assert "25%" in app.test_client().get("/alliance/prices", headers={"Accept-Language": "en"}).text


def test_new_prices_need_notice(fay):
    fay.post("/house/prices", data=TYPED)
    answer = fay.post("/house/prices", data=TYPED | {"bands": "*: 7000"})
    assert answer.status_code == 422 and "14 days" in answer.text and "*: 7000" in answer.text


@pytest.mark.parametrize("bands", ["", "*", "100: 5\n50: 6\n*: 7", "100: 5", "x: 5\n*: 6", "100: 1.005\n*: 2", "*: -5", "*: NaN"])
def test_wrong_bands_get_a_clear_error_and_keep_what_was_typed(fay, bands):
    answer = fay.post("/house/prices", data=TYPED | {"bands": bands, "hour_percent": "7.5"})
    assert answer.status_code == 422 and 'value="7.5"' in answer.text
    assert queries.prices_in_force("CNY", clock.now()) is None
