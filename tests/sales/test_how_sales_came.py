"""A partner sees for each sale what decided its channel: the link and the day of its click, the coupon, or neither."""

import html
import re
from datetime import timedelta

from coursehub.db import db
from coursehub.sales import operations
from coursehub.sales.models import Order
from coursehub.sales.operations import Click, CouponDraft

from ..cast import sign_in

DAY = timedelta(days=1)


def shown(client):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get("/studio/links/sales").text)))


def test_the_page_tells_link_click_coupon_and_neither_and_never_who_bought(app, shop, cast, course, offering, at):
    pia = sign_in(app.test_client(), cast.pia)
    assert "No sale yet" in shown(pia)
    link = operations.make_link(name="the talk in May", course=course, by=cast.acting(cast.pia), at=at - 40 * DAY)
    operations.make_coupon(
        CouponDraft(code="TIDE-10", borne_by="partner", starts_at=at - DAY, off_bps=1000), by=cast.acting(cast.pia), at=at
    )
    general = operations.make_link(name="their blog", course=None, by=cast.acting(cast.eve), at=at - 40 * DAY)
    order = shop.buy(offering, cast.ada, click=Click(link.code, at - 3 * DAY))
    assert order.clicked_at == at - 3 * DAY
    page = shown(pia)
    assert "Your link “the talk in May”" in page and "3 days before the order" in page
    assert "Ada" not in page and "ada@" not in page
    shop.buy(offering, cast.bo, coupon_code="TIDE-10")
    assert "Your coupon TIDE-10" in shown(pia)
    shop.buy(offering, cast.theo, click=Click(general.code, at - DAY))
    page = shown(pia)
    assert "another partner's link or coupon" in page and "their blog" not in page
    shop.buy(offering, cast.emil)
    assert "no partner's link and no partner's coupon" in shown(pia)
    assert db.session.query(Order).filter(Order.clicked_at.is_not(None)).count() == 2
    order.clicked_at = None  # an order from before the click was kept
    db.session.commit()
    assert "the day of the click was not kept then" in shown(pia)
    assert "the talk in May" not in shown(sign_in(app.test_client(), cast.eve))
