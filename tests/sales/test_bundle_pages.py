"""The pages of bundles: the shelf, the studio, and what an order for one shows."""

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.sales import queries
from tests.cast import sign_in
from tests.sales.rig import Shop, open_shop
from tests.sales.test_bundles import bought, bundle, courses, made_of

__all__ = ["bundle", "courses"]


@pytest.fixture
def shop(app, cast, sandbox, at):
    """The sandbox's clock runs: pages know only the present."""
    with open_shop(Shop, cast, sandbox, at, is_stopped=False) as made:
        yield made


@pytest.fixture
def browser(app):
    def made(person, language="en"):
        client = sign_in(app.test_client(), person)
        client.set_cookie("language", language, domain="localhost")
        return client

    return made


def test_a_seller_makes_it_a_stranger_reads_it_and_a_learner_buys_it(app, shop, cast, courses, browser):
    pia = browser(cast.pia)
    fields = {
        "name": "入门三课", "name_en": "First three", "about": "先后相接。", "about_en": "They follow on.", "price": "999.00",
        "currency": "CNY", "refund_days": "7", "courses": [course.public_id for course in courses],
    }  # fmt: skip
    dear = pia.post("/studio/bundles", data=fields)
    assert dear.status_code == 422 and "One by one these courses cost 348.00 CNY." in dear.text
    assert pia.post("/studio/bundles", data=fields | {"price": "250.00"}).status_code == 303
    assert "First three" in pia.get("/studio/bundles").text
    stranger = app.test_client()
    stranger.set_cookie("language", "zh-CN", domain="localhost")
    shelf = stranger.get("/bundles")
    assert shelf.status_code == 200 and "入门三课" in shelf.text
    bundle = db.session.execute(queries.open_bundles()).scalars().one()
    assert "登录后购买" in stranger.get(f"/bundles/{bundle.public_id}").text
    ada = browser(cast.ada)
    assert "You save CN¥98.00" in ada.get(f"/bundles/{bundle.public_id}").text
    answer = ada.post(f"/bundles/{bundle.public_id}/orders", data={"seen_minor": "25000"})
    assert answer.status_code == 303 and answer.location.startswith(shop.sandbox.url)


def test_the_pages_of_an_order_name_each_course_with_its_part(shop, cast, bundle, browser):
    order = bought(shop, bundle, cast.ada, clock.now())
    ada, fay = browser(cast.ada), browser(cast.fay, "zh-CN")
    page = ada.get(f"/orders/{order.public_id}")
    assert "First three" in page.text and page.text.count("CN¥142.96") >= 1
    receipt = ada.get(f"/orders/{order.public_id}/receipt")
    assert "Course git" in receipt.text and "CN¥250.00" in receipt.text
    assert "入门三课" in fay.get(f"/house/orders/{order.public_id}").text
    assert "First three" in ada.get("/orders").text
    shop.work(clock.now())
    shop.work(clock.now())
    letter = db.session.execute(sa.select(Letter).where(Letter.key.startswith("sales.receipt"))).scalar_one()
    assert letter.subject == "Receipt for First three" and "- Course sql: CN¥35.92" in letter.body


def test_a_partner_sees_the_houses_bundle_with_its_course_and_cannot_close_it(shop, cast, courses, at, browser):
    made = made_of(shop, cast.stan, courses, at)
    pia, eve = browser(cast.pia), browser(cast.eve)
    page = pia.get("/studio/bundles")
    assert "First three" in page.text and "QuantTide Academy" in page.text
    assert f"/studio/bundles/{made.public_id}/closings" not in page.text
    assert pia.post(f"/studio/bundles/{made.public_id}/closings").status_code == 403
    assert "No bundles yet" in eve.get("/studio/bundles").text


def test_whoever_has_no_two_courses_for_sale_reads_so_instead_of_a_form(shop, cast, courses, browser):
    assert "Make the bundle" in browser(cast.stan).get("/studio/bundles").text
    without = browser(cast.eve).get("/studio/bundles").text
    assert "you need two courses" in without and "Make the bundle" not in without
