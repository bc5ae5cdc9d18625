"""Who wrote what: words that stayed keep their maker, new ones go to whoever is named, and nothing else moves them."""

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.contracts import authorship
from coursehub.contracts.authorship import LEAST, Version, history, parts_bps, version_of, words_of

WORDS = st.lists(st.sampled_from("tide sea wave shore sand moon pull high low table 潮 汐 海".split()), min_size=1, max_size=40)
MAKERS = st.sampled_from(["north", "house", "lumen"])
TEXTS = st.dictionaries(
    st.sampled_from([("a", "en", "source"), ("a", "zh-CN", "source"), ("b", "en", "source"), ("c", "en", "source")]),
    WORDS.map(" ".join),
    min_size=1,
)


def release(texts, makers=None, owner="north"):
    return Version("1", "0" * 64, {place: f"m-{place[0]}" for place in texts}, texts, makers or {}, owner)


RELEASES = st.lists(
    st.builds(release, TEXTS, st.dictionaries(st.sampled_from(["m-a", "m-b", "m-c"]), MAKERS)), min_size=1, max_size=4
)  # fmt: skip


def last(*versions):
    return history(versions)[-1].totals()


def test_the_example_by_hand_ten_words_of_which_four_are_replaced():
    first = release({("a", "en", "source"): "one two three four five six seven eight nine ten"})
    second = release({("a", "en", "source"): "one two three four five six G H I J"}, {"m-a": "house"})
    assert last(first, second) == {"north": 6, "house": 4}
    assert parts_bps({"north": 6, "house": 4}) == {"north": 6_000, "house": 4_000}
    stood = history([first, second])[-1]
    assert (stood.kept, stood.added, stood.removed) == (6, 4, 4)
    third = release({("a", "en", "source"): "G H I J"}, {"m-a": "lumen"})
    assert last(first, second, third) == {"house": 4}  # what is deleted counts for nobody


def test_small_words_that_every_text_shares_do_not_count_as_kept():
    first = release({("a", "en", "source"): "the sea rises and the sea falls because of the moon"})
    second = release({("a", "en", "source"): "why does the water of the harbour come and go? the pull"}, {"m-a": "house"})
    assert LEAST == 4 and last(first, second) == {"house": 12}


def test_chinese_is_counted_by_characters_and_a_step_that_moves_as_it_is_keeps_its_maker():
    assert words_of("潮汐 table,\n涨") == ["潮", "汐", "table,", "涨"]
    first = release({("a", "zh-CN", "source"): "潮汐是海水的涨落"})
    second = release({("b", "zh-CN", "source"): "潮汐 是海水\n的涨落"}, {"m-b": "house"})
    assert last(first, second) == {"north": 8}


@given(RELEASES)
@settings(max_examples=200)
def test_every_word_has_one_maker_and_the_parts_are_ten_thousand(versions):
    for version, stood in zip(versions, history(versions), strict=True):
        size = sum(len(words_of(text)) for text in version.texts.values())
        assert sum(stood.totals().values()) == size == stood.kept + stood.added
        parts = parts_bps(stood.totals())
        assert sum(parts.values()) == 10_000 and all(part >= 0 for part in parts.values())


@given(RELEASES)
def test_other_names_change_no_part_and_the_same_history_gives_the_same(versions):
    other = {"north": "zebra", "house": "alpha", "lumen": "middle"}
    renamed = [
        Version(v.version, v.content_hash, v.modules, v.texts, {m: other[p] for m, p in v.makers.items()}, other[v.owner])
        for v in versions
    ]
    parts = [parts_bps(one.totals()) for one in history(versions)]
    assert [parts_bps(one.totals()) for one in history(renamed)] == [
        {other[party]: part for party, part in each.items()} for each in parts
    ]
    assert [parts_bps(one.totals()) for one in history(versions)] == parts


@given(TEXTS, st.data())
def test_spaces_lines_and_indents_move_nothing(texts, data):
    def respaced(text):
        return "".join(word + data.draw(st.sampled_from([" ", "\n", "\t  ", "\n\n    "])) for word in text.split(" "))

    first = release(texts)
    second = release({place: respaced(text) for place, text in texts.items()}, dict.fromkeys(["m-a", "m-b", "m-c"], "house"))
    assert last(first, second) == last(first)
    assert history([first, second])[-1].added == 0


@given(TEXTS)
def test_a_whole_rewrite_moves_everything(texts):
    second = release({place: text.upper() + " X" for place, text in texts.items()}, dict.fromkeys(["m-a", "m-b", "m-c"], "house"))
    fresh = {
        place: "".join(chr(ord(c) + 1) if "\u4e00" <= c <= "\u9fff" else c for c in text) for place, text in second.texts.items()
    }
    assert set(last(release(texts), release(fresh, second.makers))) == {"house"}


@given(RELEASES, st.integers(0, 10**6))
def test_more_of_ones_own_words_never_lowers_ones_part(versions, at):
    version = versions[-1]
    grown = dict(version.texts) | {("d", "en", "source"): "new " * (at % 50 + 1)}
    more = Version(
        "2", "1" * 64, {**version.modules, ("d", "en", "source"): "m-d"}, grown, {**version.makers, "m-d": "house"}, "north"
    )
    before, after = (history([*versions[:-1], one])[-1].totals() for one in (version, more))
    assert after.get("house", 0) * sum(before.values()) >= before.get("house", 0) * sum(after.values())


def manifest(source, makers=None, version="1.0.0"):
    step = {"key": "s1", "lesson": "l1", "kind": "text", "definition": {"cases": ["1 + 1"]}, "acceptance": {},
            "texts": {"en": {"title": "Tides", "page": "", "source": source, "texts": {"q": "How high?"}}}}  # fmt: skip
    return {"version": version, "steps": [step]} | ({"makers": makers} if makers else {})


def test_a_manifest_is_read_with_titles_questions_and_code():
    read = version_of(manifest("The sea."), content_hash="h", owner="north")
    assert read.texts == {
        ("s1", "", "definition"): "1 + 1", ("s1", "en", "source"): "The sea.", ("s1", "en", "text q"): "How high?",
        ("s1", "en", "title"): "Tides",
    }  # fmt: skip
    assert history([read])[0].words == {"l1": {"north": 8}}


def test_the_program_alone_computes_a_downloaded_file_again_and_notices_a_change(tmp_path):
    document = {
        "owner": "north",
        "releases": [
            {"content_hash": "a", "manifest": manifest("The sea rises and falls.")},
            {"content_hash": "b", "manifest": manifest("The sea rises and falls. Twice a day, or nearly.", {"l1": "house"})},
        ],
    }
    document |= authorship.computed(document)
    assert document["words"] == {"north": 11, "house": 5}
    file = tmp_path / "authorship.json"
    for told, code in ((document, 0), (document | {"words": {"north": 12, "house": 4}}, 1)):
        file.write_text(json.dumps(told))
        answer = subprocess.run([sys.executable, "-I", Path(authorship.__file__), file], capture_output=True, check=False)
        assert answer.returncode == code, answer.stderr
