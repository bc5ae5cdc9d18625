"""Markdown to HTML: what is kept, where links lead, and that nothing dangerous comes through."""

import re
from html.parser import HTMLParser

import pytest

from coursehub import text
from tests.catalog.payloads import PAYLOADS

PLACES = {
    "other.md": "/-/step/other", "img/a.png": "/-/asset/img/a.png", "ref:away": "/-/step/other#t-away", "图.png": "/-/asset/x.png",
}  # fmt: skip


def rendered(markdown: str, locale: str = "en") -> text.Rendered:
    """With the few places of these tests."""
    return text.render(markdown, resolve=PLACES.get, locale=locale)


def test_headings_begin_below_the_page_and_skip_no_level() -> None:
    done = rendered("# One\n\n#### Deep\n\n## Two\n\n## Two\n")
    assert [(h.level, h.id) for h in done.headings] == [(2, "h-one"), (3, "h-deep"), (2, "h-two"), (2, "h-two-2")]
    assert '<h3 id="h-deep">Deep</h3>' in done.html


def test_code_carries_pygments_classes_and_unknown_languages_stay_plain() -> None:
    assert '<span class="nb">print</span>' in rendered("```python\nprint(1)\n```").html
    assert "<code>x = y" in rendered("```nosuchlanguage\nx = y\n```").html
    assert '<span class="nb">print</span>' in rendered("```{code-cell} ipython3\n:tags: [a]\nprint(1)\n```").html
    assert '<div class="output"><pre tabindex="0"><code>1' in rendered("```output\n1\n```").html


def test_maths_becomes_mathml_and_broken_maths_stays_readable() -> None:
    html = rendered("$a^2 < b$ and\n\n$$\n\\frac{1}{2}\n$$\n\nand {math}`x_1`").html
    assert html.count("<math") == 3 and '<math display="block">' in html and "<msup>" in html and "&lt;" in html
    broken = rendered("$\\frac{$")
    assert "<code>" in broken.html and broken.problems[0].kind == "formula"


def test_tables_footnotes_definitions_and_tasks_are_kept() -> None:
    html = rendered("|a|b|\n|-|-|\n|1|2|\n\nWord[^1]\n\n[^1]: note\n\nTerm\n: Meaning\n\n- [x] done\n").html
    for part in ('<table tabindex="0">', '<li id="fn1"', "<dd>Meaning</dd>", 'type="checkbox"', 'disabled=""'):
        assert part in html


def test_boxes_nest_and_speak_the_language_of_the_text() -> None:
    source = "::::{tip}\nOuter\n\n:::{note}\nInner\n:::\n::::\n\n:::{solution}\n42\n:::\n"
    assert rendered(source).html.count('class="admonition ') == 2
    assert "<summary>Solution</summary>" in rendered(source).html
    assert "<summary>参考答案</summary>" in rendered(source, "zh-CN").html and "小贴士" in rendered(source, "zh-CN").html


def test_images_keep_their_words_and_figures_their_captions() -> None:
    done = rendered(
        '![a gauge](img/a.png "High water")\n\n```{figure} 图.png\n:alt: words\nA *caption*\n```\n\n![](img/a.png){alt="said"} x'
    )
    assert "<figcaption>High water</figcaption>" in done.html and "<figcaption><p>A <em>caption</em></p>" in done.html
    assert [image.alt for image in done.images] == ["a gauge", "words", "said"]
    assert done.images[1].target == "图.png"


def test_links_go_through_the_caller_and_broken_ones_are_named() -> None:
    done = rendered("[a](other.md) [b](gone.md) [c](https://example.org/?q=1) {doc}`words <other.md>` {ref}`away` [d](#none)")
    assert done.html.count('href="/-/step/other"') == 2 and 'href="/-/step/other#t-away"' in done.html
    assert "gone.md" not in done.html
    assert [(link.target, link.is_external) for link in done.links if link.address is None] == [
        ("gone.md", False),
        ("#none", False),
    ]
    assert 'href="https://example.org/?q=1" rel="noopener noreferrer"' in done.html


def test_labels_of_the_same_page_are_found() -> None:
    html = rendered("(here)=\n## Part\n\n{ref}`here` [x](#here) [y](#part)").html
    assert html.count('href="#t-here"') == 2 and 'href="#h-part"' in html


def test_images_from_elsewhere_are_not_loaded() -> None:
    done = rendered("![spy](https://example.org/pixel.gif) ![x](//example.org/p.gif) ![y](data:image/png;base64,AA)")
    assert "<img" not in done.html
    assert {problem.kind for problem in done.problems} == {"outside_image"}


def test_what_is_unknown_keeps_its_words() -> None:
    done = rendered("{nosuch}`words`\n\n```{nosuch} a\ncontent\n```\n")
    assert "words" in done.html and "content" in done.html
    assert [problem.kind for problem in done.problems] == ["unknown_role", "unknown_directive"]


_TAGS = set("script iframe object embed svg style link meta base form video audio frame frameset applet template body select "
            "button textarea marquee area annotation-xml foreignobject mglyph noscript title xmp isindex maction".split())  # fmt: skip
_ADDRESSES = {"href", "src", "xlink:href", "action", "formaction", "srcset", "data", "background", "poster", "ping"}


class _Watch(HTMLParser):
    """Notes every tag and attribute that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TAGS:
            self.found.append(tag)
        for name, value in attrs:
            said = re.sub(r"[\x00-\x20]", "", value or "").lower()
            outside = said.startswith(("javascript:", "data:", "vbscript:", "file:", "//"))
            if name.startswith("on") or name in ("style", "srcdoc") or (name in _ADDRESSES and outside):
                self.found.append(f"{tag} {name}={value}")


def active_parts(html: str) -> list[str]:
    """What in this HTML could run or reach out by itself."""
    watch = _Watch()
    watch.feed(html)
    watch.close()
    return watch.found


def test_the_checker_itself_sees_what_is_active() -> None:
    for bad in ("<script>", '<img src="x" onerror="a">', "<a href='java\tscript:x'>", '<p style="x">', "<svg/onload=x>"):
        assert active_parts(bad), bad
    assert not active_parts('<abbr title="&lt;img src=x onerror=a&gt;">a</abbr>')


@pytest.mark.parametrize("frame", ["{}", "[x]({})", "![x]({})", "{}\n=====", "| a |\n|---|\n| {} |", "```{{note}} {}\n{}\n```",
                                   "```{{output-html}}\n{}\n```", "${}$", "{{ref}}`{}`", "> {}", "```{{figure}} {}\n:alt: {}\n```",
                                   "- [ ] {}", "[^1]\n\n[^1]: {}", ":::{{admonition}} {}\n:class: {}\n:::", "{{abbr}}`a ({})`"])  # fmt: skip
def test_script_payloads_are_inert_wherever_they_stand(frame: str) -> None:
    for payload in PAYLOADS:
        html = text.render(frame.replace("{}", payload).replace("{{", "{").replace("}}", "}"), resolve=PLACES.get).html
        assert not active_parts(html), (payload, html)


def test_a_thousand_nested_boxes_are_drawn_in_time() -> None:
    source = "".join(":" * (1000 - n) + "{note}\n" for n in range(300)) + "deep\n"
    assert "deep" in rendered(source).html
    rendered("[" * 5000)
    rendered("> " * 2000 + "x")
    rendered("*a **b " * 3000)


def test_plain_text_has_one_block_a_line() -> None:
    assert text.plain_text("<h2>A</h2><p>b <em>c</em> &amp; d</p>") == "A\nb c & d"
