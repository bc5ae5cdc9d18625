"""What machines read of the shop."""

from xml.etree import ElementTree

from tests.sales.shop.rig import course_on_shelf, later

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def test_the_sitemap_lists_every_public_page_with_its_languages(cast, client, at):
    course_on_shelf(cast.lumen, "charts", at, titles={"zh-CN": "图表"})
    course_on_shelf(cast.northwind, "unpriced", at, price_minor=None)
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    found = {url.findtext(f"{SITEMAP}loc"): url for url in root}
    assert set(found) == {"https://localhost/courses", "https://localhost/courses/charts", "https://localhost/partners/lumen"}
    course = found["https://localhost/courses/charts"]
    assert course.findtext(f"{SITEMAP}lastmod") == "2026-03-02"
    assert [link.get("hreflang") for link in course.iter(LINK)] == ["zh-CN", "x-default"]
    for address in found:
        assert client.get(address.removeprefix("https://localhost")).status_code == 200


def test_robots_are_told_what_is_private_and_where_the_sitemap_is(client):
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert "Disallow: /learn" in lines
    assert "Disallow: /courses?" in lines
    assert lines[-1] == "Sitemap: https://localhost/sitemap.xml"


def test_the_feed_tells_of_new_courses_newest_first_in_the_readers_language(cast, client, at):
    course_on_shelf(cast.lumen, "charts", at, titles={"zh-CN": "图表", "en": "Charts & <tables>"})
    course_on_shelf(cast.northwind, "clean", later(at, 1), summary="Rows")
    answer = client.get("/courses/feed.xml?lang=en")
    assert answer.mimetype == "application/atom+xml"
    assert answer.data.startswith(b"<?xml")
    root = ElementTree.fromstring(answer.data)
    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == ["Cleaning data", "Charts & <tables>"]
    assert root.findtext(f"{ATOM}updated") == "2026-03-03T09:00:00+00:00"
    assert root.find(f"{ATOM}link").get("href") == "https://localhost/courses/feed.xml?lang=en"
    assert len({entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")}) == 2
    chinese = client.get("/courses/feed.xml?lang=zh-CN").text
    assert "数据清洗" in chinese
    assert "北风编程" in chinese
