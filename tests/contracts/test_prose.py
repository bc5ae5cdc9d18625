"""Terms as sentences: the same on every machine, in both languages, with every number alive."""

import hashlib

from hypothesis import given, settings

from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.diff import changes
from coursehub.contracts.prose import LOCALES, sections, sentence_at, text_of
from coursehub.contracts.waterfall import share_sale

from . import strategies
from .test_waterfall import JOINT, TERMS

GOLDEN = "9129386d0c42e4473e620c0d494537b6fb087dfd0de471b001cab377d7f024fb"
ENGLISH_SPLIT = """\
5. How the rest is divided
5.1 What then remains is divided by percentage:
    5.2 60% of it, for making the course, is divided among A and QuantTide Academy by the weight of the modules each made.
        5.3 As long as no module weight is recorded, this part goes to A.
    5.4 The rest, 40%, is divided among B by their approved teaching time.
        5.5 As long as no approved hours are recorded, this part goes to B.
"""
CHINESE_RATES = """\
4. 平台服务费
4.1 经合作方自己的链接成交的，量潮课堂收取余额的5%。
4.2 其他方式成交的，量潮课堂收取余额的30%。
"""


def test_terms_read_as_plain_sentences_in_both_languages():
    assert ENGLISH_SPLIT.strip() in text_of(TERMS, "en")
    assert CHINESE_RATES.strip() in text_of(TERMS, "zh-CN")
    assert "（平台方）" in text_of(TERMS, "zh-CN")


def test_changing_a_sentence_asks_for_a_new_version_of_the_meaning():
    """This hash belongs to coursehub-terms/1. Whoever changes a sentence changes what people signed:
    raise terms.SEMANTICS, and only then this number."""
    told = "".join(text_of(TERMS, locale) for locale in LOCALES)
    assert TERMS.semantics == "coursehub-terms/1"
    assert hashlib.sha256(told.encode()).hexdigest() == GOLDEN


@given(strategies.terms(), strategies.sales)
@settings(max_examples=80, deadline=None)
def test_every_line_of_money_finds_the_sentence_it_came_from(data, sale):
    terms = compile_terms(data)
    for line in share_sale(terms, sale):
        for locale in LOCALES:
            assert sentence_at(terms, line.path, locale) is not None, line.path


@given(strategies.terms())
@settings(max_examples=50, deadline=None)
def test_both_languages_say_the_same_clauses_in_the_same_order(data):
    terms = compile_terms(data)
    chinese, english = (
        [(sentence.path, sentence.number) for section in sections(terms, locale) for sentence in section.sentences]
        for locale in LOCALES
    )
    assert chinese == english


def test_a_number_that_changes_changes_the_text_and_is_found_by_the_diff():
    other = compile_terms(JOINT | {"rates": {**JOINT["rates"], "rest": {"share_bps": 3250, "cap_minor": 5000}}})
    assert "32.5% of what is left, at most 50.00 CNY per sale" in text_of(other, "en")
    assert [(change.path, change.old, change.new) for change in changes(TERMS, other)] == [
        ("/rates/rest/share_bps", 3000, 3250), ("/rates/rest/cap_minor", None, 5000),
    ]  # fmt: skip


def test_the_diff_matches_entries_by_what_they_are_about():
    channels = [{"channel": "coupon", "share_bps": 2000, "cap_minor": None}, *JOINT["rates"]["channels"]]
    other = compile_terms(JOINT | {"rates": {**JOINT["rates"], "channels": channels}})
    assert {change.path for change in changes(TERMS, other)} == {
        f"/rates/channels/channel=coupon/{name}" for name in ("channel", "share_bps", "cap_minor")
    }
    assert {(change.path, change.new) for change in changes(other, TERMS)} == {
        (f"/rates/channels/channel=coupon/{name}", None) for name in ("channel", "share_bps", "cap_minor")
    }
    assert changes(TERMS, TERMS) == []
