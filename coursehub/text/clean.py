"""The last step: nh3 with closed lists. What is not named here does not reach a page."""

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from coursehub.text.links import Placer

TAGS = set(
    "a abbr aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp section small span strong sub summary sup "
    "table tbody td tfoot th thead tr tt u ul var".split()
)
MATHML = set(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt "
    "mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
_MATH_ATTRIBUTES = set(
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height "
    "largeop linethickness lspace mathvariant maxsize minsize movablelimits notation rowalign rowlines rowspacing "
    "rspace scriptlevel separator stretchy symmetric voffset width".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class"},
    "a": {"href", "id"},
    "abbr": {"title"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "div": {"id"},
    "img": {"src", "alt", "width", "height", "loading"},
    "input": {"type", "checked", "disabled"},
    "li": {"id"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "span": {"id", "lang"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    **dict.fromkeys(MATHML, _MATH_ATTRIBUTES),
}
CLASSES = set(
    "admonition admonition-title note tip hint important warning caution attention danger error seealso objectives "
    "questions keypoints callout prereq challenge exercise discussion instructor testimonial checklist aside "
    "highlight output output--error cell math-block footnotes footnotes-sep footnotes-list footnote-item footnote-ref "
    "footnote-backref contains-task-list task-list-item task-list-item-checkbox caption dataframe missing label "
    "align-left align-right align-center quote-by solution dropdown".split()
)
_LANGUAGE = re.compile(r"language-[a-z0-9+#-]{1,30}")
_PYGMENTS = re.compile(r"[a-z]{1,3}[0-9]?|err|hll")
_ID = re.compile(r"(?:h|t|fn|fnref)-?[\w:.-]{1,120}")
_SMALL = re.compile(r"[0-9]{1,4}(?:\.[0-9]+)?(?:px|%|em|rem|ex)?")


_placer: ContextVar["Placer"] = ContextVar("placer")


def _judge(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return _placer.get().href(value)
    if attribute == "src":
        return _placer.get().src(value)
    if attribute == "class":
        return _classes(tag, value)
    if attribute == "id":
        return value if _ID.fullmatch(value) else None
    if tag == "input":
        return {"type": "checkbox", "checked": "", "disabled": ""}.get(attribute)
    if attribute in ("width", "height") and tag == "img":
        return value if _SMALL.fullmatch(value) else None
    if attribute == "tabindex":
        return "0"
    return value


# Taking the lists in costs as much as cleaning a paragraph, so they are taken in once.
_cleaner = nh3.Cleaner(
    tags=TAGS | MATHML,
    clean_content_tags={"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "title"},
    attributes=ATTRIBUTES,
    attribute_filter=_judge,
    set_tag_attribute_values={"table": {"tabindex": "0"}},  # a wide one scrolls, also without a mouse
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
    strip_comments=True,
)


def clean(html: str, placer: "Placer") -> str:
    """Safe HTML; every href and src has been asked of the placer."""
    token = _placer.set(placer)
    try:
        return _cleaner.clean(html)
    finally:
        _placer.reset(token)


def _classes(tag: str, value: str) -> str | None:
    kept = [
        name
        for name in value.split()
        if name in CLASSES or _LANGUAGE.fullmatch(name) or (tag == "span" and _PYGMENTS.fullmatch(name))
    ]
    return " ".join(kept) or None
