"""A headline or a text about oneself must not tell who one is."""

import pytest

from coursehub.talent.anonymity import tells_who


@pytest.mark.parametrize(
    "text",
    [
        "I am Ada Chen", "ada chen writes Python", "Ask ADA", "Ｃｈｅｎ, data", "chen.ada is me", "write to ada@example.org",
        "a.b @ example.com", "call +86 138 0013 8000", "13800138000", "(020) 1234 5678", "１３８００１３８０００", "see https://ada.dev",
        "www.example.org/ada",
    ],
)  # fmt: skip
def test_a_name_an_address_or_a_telephone_number_is_found(text):
    assert tells_who(text, name="Ada Chen", email="ada@example.org")


@pytest.mark.parametrize(
    "text",
    [
        "", "Junior data engineer", "Canada, chenille and adaptive systems", "2019-2023 at a bank", "2019.09-2023.06, then 3 years alone",
        "Python 3.12, SQL, 40 hours", "从 2019年9月 到 2023年6月 做数据", "12 to 24 hours a week",
    ],
)  # fmt: skip
def test_ordinary_words_and_dates_are_not(text):
    assert not tells_who(text, name="Ada Chen", email="ada@example.org")


def test_a_chinese_name_is_found_even_with_spaces_inside():
    assert tells_who("我是林 小 波", name="林小波", email="bo@example.org")
    assert not tells_who("树林里的小波浪", name="林小波", email="bo@example.org")
