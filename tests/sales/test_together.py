"""A course page names the bundles and passes with this course in them, price against price."""

import html
import re

from coursehub.sales import operations
from coursehub.sales.shop.together import together_with
from tests.sales.test_bundles import bundle, courses

__all__ = ["bundle", "courses"]


def shown(client, slug):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(f"/courses/{slug}").text)))


def test_a_bundle_stands_on_the_page_of_each_of_its_courses_until_it_is_closed(shop, cast, courses, bundle, client, at):
    (found,) = together_with(courses[0].id, "en")
    assert (found.kind, found.courses, found.price_minor) == ("bundle", len(courses), bundle.price_minor)
    assert found.alone_minor is not None and found.alone_minor > found.price_minor
    assert f"/bundles/{bundle.public_id}" in client.get(f"/courses/{courses[0].slug}").text
    assert "Also in" in shown(client, courses[1].slug) and "singly" in shown(client, courses[1].slug)
    operations.close_offering(courses[2], by=cast.acting(cast.pia), at=at)
    assert together_with(courses[0].id, "en")[0].alone_minor is None, "not every course has a price of its own now"
    operations.close_bundle(bundle, by=cast.acting(cast.pia), at=at)
    assert together_with(courses[0].id, "en") == [] and "Also in" not in shown(client, courses[0].slug)
