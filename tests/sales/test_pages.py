"""The pages of sales, as buyer, partner and staff meet them; the pay page is the sandbox's own."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs, rails
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.sales import operations
from coursehub.sales.models import Coupon, LinkVisit, Offering, Order, PartnerLink, Refund, RefundRequest, SupportMessage
from tests.cast import sign_in
from tests.sales.rig import Shop

LANGUAGES = ("zh-CN", "en")


@pytest.fixture
def shop(app, cast, sandbox, at):
    """The sandbox's clock runs: pages know only the present."""
    made = Shop(cast, sandbox, at)
    with rails.use(made.rail):
        yield made


@pytest.fixture
def browser(app):
    """A new browser of somebody."""

    def made(person, language="en"):
        client = sign_in(app.test_client(), person)
        client.set_cookie("language", language, domain="localhost")
        return client

    return made


def pay_on_the_page(shop, answer, outcome="pay"):
    """Follow a redirect to the pay page, choose there, and come back with the path of our site."""
    path = answer.location.removeprefix(shop.sandbox.url)
    assert "SANDBOX" in shop.sandbox.browser.get(path).text
    back = shop.sandbox.browser.post(path, data={"outcome": outcome, "method": "card"})
    assert back.status_code == 303
    return back.location.removeprefix("https://localhost")


def latest(model):
    return db.session.execute(sa.select(model).order_by(model.id.desc()).limit(1)).scalar_one()


def test_a_buyer_goes_from_checkout_to_lessons_in_both_languages(shop, cast, offering, browser):
    for person, language, words in ((cast.ada, "en", "Go to payment"), (cast.bo, "zh-CN", "去付款")):
        client = browser(person, language)
        page = client.get("/courses/python/checkout")
        assert page.status_code == 200 and words in page.text and "199.00" in page.text
        answer = client.post("/courses/python/orders")
        assert answer.status_code == 303 and answer.location.startswith(shop.sandbox.url)
        waiting = client.get(f"/orders/{latest(Order).public_id}")
        assert ("This order waits to be paid." if language == "en" else "订单等待付款。") in waiting.text
        back = client.get(pay_on_the_page(shop, answer))
        order = latest(Order)
        assert back.status_code == 303 and back.location == f"/orders/{order.public_id}"
        page = client.get(back.location)
        assert f"/learn/{db.session.get_one(Enrolment, order.enrolment_id).public_id}" in page.text
        receipt = client.get(f"/orders/{order.public_id}/receipt")
        assert receipt.status_code == 200 and "11.26" in receipt.text and "pi_" in receipt.text
        assert "12,598" not in page.text + receipt.text and "53.99" not in page.text + receipt.text, "no split is shown"
        assert ("You have this course already." if language == "en" else "您已经拥有这门课程。") in client.get(
            "/courses/python/checkout"
        ).text


def test_leaving_the_pay_page_leads_back_to_an_order_that_can_be_paid_or_cancelled(shop, cast, offering, browser):
    client = browser(cast.ada)
    path = pay_on_the_page(shop, client.post("/courses/python/orders"), "leave")
    order = latest(Order)
    assert path == f"/orders/{order.public_id}"
    again = client.post(f"/orders/{order.public_id}/pay")
    assert again.location == order.session_url
    assert client.post(f"/orders/{order.public_id}/cancellations").status_code == 303
    assert "This order is cancelled." in client.get(path).text
    assert client.get("/orders").text.count("Cancelled") == 1


def test_a_declined_and_then_confirmed_card_ends_in_a_paid_order(shop, cast, offering, browser):
    client = browser(cast.ada)
    answer = client.post("/courses/python/orders")
    path = answer.location.removeprefix(shop.sandbox.url)
    assert shop.sandbox.browser.post(path, data={"outcome": "decline"}).status_code == 402
    step = shop.sandbox.browser.post(path, data={"outcome": "authenticate"})
    back = shop.sandbox.browser.post(step.location, data={"answer": "confirm"})
    assert client.get(back.location.removeprefix("https://localhost")).status_code == 303
    assert latest(Order).state == "paid"


def test_a_coupon_is_tried_on_the_page_before_it_is_used(shop, cast, offering, browser):
    draft = operations.CouponDraft(code="SPRING", borne_by="terms", starts_at=shop.at, off_bps=1_000)
    operations.make_coupon(draft, by=cast.acting(cast.pia), at=shop.at)
    client = browser(cast.ada)
    shown = client.get("/courses/python/checkout?coupon=spring")
    assert "179.10" in shown.text and 'name="coupon" value="SPRING"' in shown.text
    wrong = client.get("/courses/python/checkout?coupon=winter")
    assert wrong.status_code == 409 and "There is no coupon with this code." in wrong.text and "199.00" in wrong.text
    client.post("/courses/python/orders", data={"coupon": "SPRING"})
    assert latest(Order).gross_minor == 17_910


def test_a_free_course_is_enrolled_at_once(shop, cast, course, browser):
    shop.offer(course, 0)
    client = browser(cast.ada)
    assert "Enrol for free" in client.get("/courses/python/checkout").text
    answer = client.post("/courses/python/orders", follow_redirects=True)
    assert "You are enrolled." in answer.text and latest(Order).state == "free"


def test_when_the_rail_is_away_the_page_says_so_and_nothing_is_lost(shop, cast, offering, browser):
    draft = operations.CouponDraft(code="SPRING", borne_by="terms", starts_at=shop.at, off_bps=1_000)
    operations.make_coupon(draft, by=cast.acting(cast.pia), at=shop.at)
    client = browser(cast.ada)
    shop.sandbox.tell("chaos", lose_reply=1)
    answer = client.post("/courses/python/orders", data={"coupon": "SPRING"})
    assert answer.status_code == 503 and "Nothing was charged" in answer.text
    order = latest(Order)
    assert client.post(f"/orders/{order.public_id}/pay").location.startswith(shop.sandbox.url)
    db.session.expire_all()
    assert (latest(Order).id, order.state, order.gross_minor) == (order.id, "awaiting_payment", 17_910)


def test_a_partners_link_is_remembered_by_the_browser_and_kept_with_the_order(app, shop, cast, course, offering, browser):
    link = operations.make_link(name="talk", course=course, by=cast.acting(cast.pia), at=shop.at)
    client = browser(cast.ada)
    answer = client.get(f"/r/{link.code}")
    assert (answer.status_code, answer.location) == (303, "/courses/python")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" in cookie and link.code not in cookie
    client.post("/courses/python/orders")
    assert (latest(Order).channel, latest(Order).partner_link_id) == ("partner_link", link.id)
    other = app.test_client()
    other.get(f"/r/{link.code}")
    assert db.session.execute(sa.select(LinkVisit.visits)).scalar_one() == 2
    assert app.test_client().get("/r/nonsense").status_code == 404


def test_a_forged_cookie_attributes_nothing(shop, cast, course, offering, browser):
    client = browser(cast.ada)
    client.set_cookie("came-by", "eyJsaW5rIjoieCJ9.forged.cookie", domain="localhost")
    client.post("/courses/python/orders")
    assert latest(Order).channel == "platform"


def test_a_refund_is_asked_for_on_the_order_page_and_made_at_once_within_the_window(shop, cast, offering, browser):
    client = browser(cast.ada)
    client.get(pay_on_the_page(shop, client.post("/courses/python/orders")))
    order = latest(Order)
    assert "within the refund window" in client.get(f"/orders/{order.public_id}").text
    answer = client.post(f"/orders/{order.public_id}/refund-requests", data={"reason": ""}, follow_redirects=True)
    assert "on its way back" in answer.text
    jobs.run_due(at=clock.now(), strict=True)
    assert "refunded in full" in client.get(f"/orders/{order.public_id}").text
    again = client.post(f"/orders/{order.public_id}/refund-requests", data={"reason": ""}, follow_redirects=True)
    assert "Nothing of this order is left to refund." in again.text


def bought_long_ago(shop, cast, offering):
    order = shop.buy(offering, cast.ada, at=clock.now())
    with transaction():
        order.paid_at = clock.now() - timedelta(days=40)
    return order


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_answer_a_request_against_its_clock(shop, cast, offering, browser, language):
    order = bought_long_ago(shop, cast, offering)
    client, staff = browser(cast.ada, language), browser(cast.fay, language)
    empty = client.post(f"/orders/{order.public_id}/refund-requests", data={"reason": " "})
    assert empty.status_code == 422
    client.post(f"/orders/{order.public_id}/refund-requests", data={"reason": "It was too easy & short."})
    queue = staff.get("/house/refunds")
    assert "It was too easy &amp; short." in queue.text and "199.00" in queue.text
    assert "Ada" not in queue.text and "ada@" not in queue.text, "finance sees numbers, not people"
    target = f"/house/refund-requests/{latest(RefundRequest).public_id}/answers"
    wrong = staff.post(target, data={"decision": "approved", "amount": "1.234", "answer": "Part of it."})
    assert wrong.status_code == 422 and 'value="1.234"' in wrong.text and "Part of it." in wrong.text
    more = staff.post(target, data={"decision": "approved", "amount": "500", "answer": "More than it cost."})
    assert more.status_code == 409 and 'value="500"' in more.text and "More than it cost." in more.text
    assert staff.post(target, data={"decision": "approved", "answer": ""}).status_code == 422
    assert staff.post(target, data={"decision": "approved", "amount": "50", "answer": "Part of it."}).status_code == 303
    jobs.run_due(at=clock.now(), strict=True)
    db.session.expire_all()
    assert latest(Refund).amount_minor == 5_000 and latest(Order).state == "paid"
    page = staff.get(f"/house/orders/{order.public_id}")
    assert page.status_code == 200 and "50.00" in page.text and "It was too easy" in page.text
    assert staff.get("/house/refunds").status_code == 200


def test_a_declined_request_is_told_on_the_order_page(shop, cast, offering, browser):
    order = bought_long_ago(shop, cast, offering)
    client, staff = browser(cast.ada), browser(cast.susi)
    client.post(f"/orders/{order.public_id}/refund-requests", data={"reason": "No time."})
    target = f"/house/refund-requests/{latest(RefundRequest).public_id}/answers"
    staff.post(target, data={"decision": "declined", "answer": "You have finished it."})
    assert "You have finished it." in client.get(f"/orders/{order.public_id}").text
    assert "answered already" in staff.post(target, data={"decision": "approved", "answer": "Yes"}, follow_redirects=True).text


def test_a_failed_refund_is_shown_to_finance_who_try_again(shop, cast, offering, browser):
    order = shop.buy(offering, cast.ada, at=clock.now())
    from coursehub.sales import queries

    shop.sandbox.tell("disputes", charge=queries.sold_payment(order.id).rail_charge_id)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=clock.now())
    jobs.run_due(at=clock.now(), strict=True)
    finance, support = browser(cast.fay), browser(cast.susi)
    assert "charge_disputed" in finance.get("/house/refunds").text
    assert order.public_id in finance.get("/house/orders?trouble=1").text
    target = f"/house/refunds/{latest(Refund).public_id}/tries"
    assert support.post(target).status_code == 403
    assert finance.post(target).status_code == 303
    db.session.expire_all()
    assert latest(Refund).state == "wanted"


def test_house_orders_are_searched_and_filtered_by_what_stands_in_the_address(shop, cast, course, offering, browser):
    paid = shop.buy(offering, cast.ada, at=clock.now())
    waiting = shop.order(offering, cast.bo, at=clock.now())
    from coursehub.sales import queries

    staff = browser(cast.fay)

    def found(query):
        text = staff.get(f"/house/orders?{query}").text
        return [order for order in (paid, waiting) if order.public_id in text]

    assert found("") == [paid, waiting]
    assert found("state=paid") == [paid]
    assert found(f"q={waiting.public_id[:8]}") == [waiting]
    assert found(f"q={queries.sold_payment(paid.id).rail_payment_id}") == [paid]
    assert found("q=%25") == [] and found("trouble=1") == []
    for language in LANGUAGES:
        page = browser(cast.fay, language).get(f"/house/orders/{paid.public_id}")
        assert page.status_code == 200 and "Ada" not in page.text and paid.terms_hash[:16] in page.text


def test_support_goes_from_a_question_with_an_order_to_an_answer(shop, cast, offering, browser):
    order = shop.buy(offering, cast.ada, at=clock.now())
    client, staff = browser(cast.ada), browser(cast.susi)
    assert client.post(f"/orders/{order.public_id}/messages", data={"text": " "}).status_code == 422
    client.post(f"/orders/{order.public_id}/messages", data={"text": "Where is my <b>invoice</b>?"})
    client.post("/support", data={"text": "And in general?", "order": ""})
    assert client.post("/support", data={"text": "", "order": ""}).status_code == 422
    queue = staff.get("/house/support").text
    assert "&lt;b&gt;invoice" in queue and order.public_id in queue and queue.index("invoice") < queue.index("in general")
    first = db.session.execute(sa.select(SupportMessage).order_by(SupportMessage.id)).scalars().first()
    assert staff.post(f"/house/support/{first.public_id}/answers", data={"text": ""}).status_code == 422
    staff.post(f"/house/support/{first.public_id}/answers", data={"text": "On the page of your order."})
    assert "On the page of your order." in client.get(f"/orders/{order.public_id}").text
    assert "On the page of your order." in client.get("/support").text
    assert "On the page of your order." in staff.get("/house/support?answered=1").text
    twice = staff.post(f"/house/support/{first.public_id}/answers", data={"text": "Again."}, follow_redirects=True)
    assert "answered this message already" in twice.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partner_prices_a_course_and_sees_what_it_cost_before(shop, cast, course, browser, language):
    client = browser(cast.finn, language)
    path = f"/studio/courses/{course.public_id}/offering"
    assert client.get(path).status_code == 200
    typed = {"price": "199.00", "currency": "CNY", "tax_percent": "6", "seats_limit": "20", "refund_days": "14"}
    assert client.post(path, data=typed).status_code == 303
    offering = latest(Offering)
    assert (offering.price_minor, offering.tax_bps, offering.seats_limit, offering.refund_days) == (19_900, 600, 20, 14)
    for wrong in (
        {"price": "-1"},
        {"price": "1.999"},
        {"price": ""},
        {"price": "1"},
        {"tax_percent": "200"},
        {"currency": "USD"},
    ):
        answer = client.post(path, data=typed | wrong)
        assert answer.status_code == 422, wrong
    client.post(path, data=typed | {"price": "299"})
    assert "199.00" in client.get(path).text and "299.00" in client.get(path).text
    assert client.post(f"{path}/closings").status_code == 303
    assert browser(cast.ada).get("/courses/python/checkout").status_code == 404


def test_partners_make_links_and_coupons_and_see_what_they_brought(shop, cast, course, offering, browser):
    client = browser(cast.pia)
    assert client.post("/studio/links", data={"name": "", "course": ""}).status_code == 422
    client.post("/studio/links", data={"name": "May talk", "course": course.public_id})
    link = latest(PartnerLink)
    buyer = browser(cast.ada)
    buyer.get(f"/r/{link.code}")
    buyer.get(pay_on_the_page(shop, buyer.post("/courses/python/orders")))
    page = client.get("/studio/links").text
    assert f"https://localhost/r/{link.code}" in page and re.search(r">1</td>[\s\S]*>1</td>[\s\S]*199\.00", page)
    typed = {
        "code": "MAY",
        "kind": "percent",
        "percent": "12.5",
        "borne_by": "terms",
        "starts_on": "2026-01-01",
        "currency": "CNY",
    }
    assert client.post("/studio/coupons", data=typed).status_code == 303
    coupon = latest(Coupon)
    assert (coupon.off_bps, coupon.uses_limit, coupon.ends_at) == (1_250, None, None)
    for wrong in (
        {"code": "may"}, {"code": "x"}, {"code": "a b c"}, {"percent": ""}, {"percent": "101"}, {"kind": "fixed", "code": "F1"},
        {"ends_on": "2025-01-01", "code": "F2"}, {"borne_by": "house", "code": "F3"},
    ):  # fmt: skip
        assert client.post("/studio/coupons", data=typed | wrong).status_code == 422, wrong
    fixed = {
        "code": "TEN",
        "kind": "fixed",
        "amount": "10",
        "courses": [course.public_id],
        "ends_on": "2026-12-31",
        "uses_limit": "5",
    }
    assert client.post("/studio/coupons", data=typed | fixed).status_code == 303
    for language in LANGUAGES:
        assert "12.5%" in browser(cast.finn, language).get("/studio/coupons").text
    assert client.post(f"/studio/coupons/{coupon.public_id}/closings").status_code == 303
    assert client.post(f"/studio/links/{link.public_id}/closings").status_code == 303
    db.session.expire_all()
    assert latest(PartnerLink).closed_at is not None


def test_nobody_reaches_what_is_anothers(app, shop, cast, course, offering, browser):
    order = shop.buy(offering, cast.ada, at=clock.now())
    link = operations.make_link(name="talk", course=course, by=cast.acting(cast.pia), at=shop.at)
    stranger, partner = browser(cast.bo), browser(cast.eve)
    for path in (f"/orders/{order.public_id}", f"/orders/{order.public_id}/receipt", f"/orders/{order.public_id}/return"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/orders/{order.public_id}/refund-requests", data={"reason": "x"}).status_code == 404
    assert partner.get(f"/studio/courses/{course.public_id}/offering").status_code == 404
    assert partner.post(f"/studio/links/{link.public_id}/closings").status_code == 404
    assert "talk" not in partner.get("/studio/links").text
    for path in ("/house/orders", "/house/refunds", "/house/support", f"/house/orders/{order.public_id}"):
        assert partner.get(path).status_code == 403
        assert app.test_client().get(path).status_code == 303
    for path in ("/studio/links", "/studio/coupons", f"/studio/courses/{course.public_id}/offering"):
        assert stranger.get(path).status_code == 403
    assert app.test_client().post("/courses/python/orders").status_code == 403
    assert app.test_client().get("/courses/python/checkout").status_code == 303
    assert browser(cast.fay).get("/house/support").status_code == 403


def test_forms_are_refused_without_their_token(app, shop, cast, offering, browser):
    client = browser(cast.ada)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/courses/python/orders").status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert db.session.execute(sa.select(Order)).first() is None


def test_an_order_in_trouble_is_closed_by_finance_after_a_look(shop, cast, offering, browser):
    order = shop.order(offering, cast.ada, at=clock.now())
    with transaction():
        order.trouble = "amount"
    assert "We are looking into it." in browser(cast.ada).get(f"/orders/{order.public_id}").text
    path = f"/house/orders/{order.public_id}"
    finance = browser(cast.fay)
    assert "The amount paid is not the amount asked for." in finance.get(path).text
    assert order.public_id in finance.get("/house/orders?trouble=1").text
    assert browser(cast.susi).post(f"{path}/trouble-closings").status_code == 403
    assert finance.post(f"{path}/trouble-closings").status_code == 303
    db.session.expire_all()
    assert (order.state, order.trouble) == ("cancelled", "")
