"""How two versions of a contract are told apart."""

from coursehub.desks.comparison import compare


def test_a_changed_number_is_marked_and_the_rest_of_the_sentence_is_not():
    gone, come = compare(["The partner receives 65%."], ["The partner receives 70%."])
    assert (gone.kind, come.kind) == ("out", "in")
    assert [text for changed, text in gone.pieces if changed] == ["65%"]
    assert [text for changed, text in come.pieces if changed] == ["70%"]


def test_a_chinese_sentence_is_compared_by_characters():
    gone, come = compare(["余额中，合作方得65%。"], ["余额中，合作方得70%。"])
    assert "".join(text for changed, text in gone.pieces if not changed) == "余额中，合作方得。"
    assert [text for changed, text in come.pieces if changed] == ["70%"]


def test_what_was_struck_stands_where_it_stood():
    lines = compare(["one.", "two is here.", "three."], ["one.", "three.", "quite another thing altogether"])
    assert [line.kind for line in lines] == ["kept", "out", "kept", "in"]


def test_sentences_that_share_too_little_are_shown_whole():
    gone, come = compare(["abc def"], ["完全不同的一句话"])
    assert gone.pieces == [(False, "abc def")]
    assert come.pieces == [(False, "完全不同的一句话")]


def test_equal_texts_have_only_kept_sentences():
    assert {line.kind for line in compare(["a", "b"], ["a", "b"])} == {"kept"}
