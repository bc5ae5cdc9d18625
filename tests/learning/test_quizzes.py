"""Quizzes: what is shown, what is right, and what is said about it."""

import copy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.learning import operations, queries, quiz
from coursehub.learning.patterns import is_tame, matches

from .course import QUIZ, RIGHT, WRONG


def verdicts(answers: dict[str, Any]) -> dict[str, str]:
    return {v.id: v.verdict for v in quiz.grade(QUIZ, answers).verdicts}


def test_all_right_is_everything_and_all_wrong_is_nothing():
    assert (quiz.grade(QUIZ, RIGHT).score_bps, quiz.grade(QUIZ, RIGHT).passed) == (10_000, True)
    assert (quiz.grade(QUIZ, WRONG).score_bps, quiz.grade(QUIZ, WRONG).passed) == (0, False)


def test_four_of_five_reach_eighty_percent_and_three_do_not():
    four = {**RIGHT, "one": "b"}
    assert quiz.grade(QUIZ, four).passed
    assert not quiz.grade(QUIZ, {**four, "word": "echo"}).passed


def test_feedback_fits_the_answer_that_was_given():
    notes = {v.id: v.notes for v in quiz.grade(QUIZ, WRONG).verdicts}
    assert notes == {"one": ("b",), "many": ("a", "c"), "number": ("mistake-0",), "word": ("mistake-0",), "order": ()}


@pytest.mark.parametrize(("answer", "verdict"), [("3.14", "right"), ("3.15", "right"), ("3.1501", "wrong"), ("３．１４", "right"), (" 3.14 ", "right"), ("-3.14", "wrong"), ("3,14", "wrong"), ("1e999999", "wrong"), ("nan", "wrong"), ("inf", "wrong")])  # fmt: skip
def test_a_number_is_right_within_its_tolerance_however_it_is_typed(answer, verdict):
    assert verdicts({**RIGHT, "number": answer})["number"] == verdict


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("print", "right"), ("PRINT", "right"), ("ｐｒｉｎｔ", "right"), ("  print ", "right"), ("print()", "wrong")],
)
def test_a_word_is_right_whatever_its_width_and_case(answer, verdict):
    assert verdicts({**RIGHT, "word": answer})["word"] == verdict


@pytest.mark.parametrize(
    ("picked", "verdict"),
    [
        (["a", "b"], "right"),
        (["b", "a"], "right"),
        (["a"], "partly"),
        (["a", "b", "c"], "partly"),
        (["a", "c"], "wrong"),
        (["c"], "wrong"),
        ([], "wrong"),
    ],
)
def test_several_choices_are_right_only_together(picked, verdict):
    assert verdicts({**RIGHT, "many": picked})["many"] == verdict


def test_an_order_is_right_only_whole():
    assert verdicts({**RIGHT, "order": ["x", "z", "y"]})["order"] == "wrong"
    assert verdicts({**RIGHT, "order": ["x", "y"]})["order"] != "right"


def keys_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {k for v in value.values() for k in keys_in(v)}
    return {k for v in value for k in keys_in(v)} if isinstance(value, list | tuple) else set()


def test_what_is_shown_holds_no_key_and_never_the_right_order():
    for seed in range(60):
        shown = quiz.shown(QUIZ, seed=str(seed))
        assert {field for q in shown for field in vars(q)} == {"id", "kind", "points", "options"}
        assert shown[4].options != ("x", "y", "z") and set(shown[4].options) == {"x", "y", "z"}


@given(st.dictionaries(st.sampled_from(list(RIGHT)), st.one_of(st.text(max_size=50), st.lists(st.text(max_size=3), max_size=4))))
def test_whatever_is_sent_a_verdict_comes_back_within_its_bounds(answers):
    result = quiz.grade(QUIZ, answers)
    assert 0 <= result.score_bps <= 10_000
    quiz.problems(QUIZ, answers)


def test_a_pattern_that_could_run_away_matches_nothing_at_once():
    for wild in ("(a+)+$", "(a|a)*b", "(.*)*x", r"(\w+)\1", "a*" * 9 + "b", "(" * 500):
        assert not is_tame(wild)
        assert not matches(wild, "a" * 200, True)


def test_a_plain_pattern_works_as_written():
    assert matches(r"print\((1|2)\)", "print(2)", True) and matches("[ab]+", "ABBA", False)
    assert not matches("[ab]+", "ABBA", True)
    definition = copy.deepcopy(QUIZ)
    definition["questions"][3]["pattern"] = r"print ?\(.*\)"
    assert quiz.grade(definition, {**RIGHT, "word": "print (x)"}).passed


def test_a_number_is_read_without_a_float():
    assert quiz.as_number("0.1") == Decimal("0.1") and quiz.as_number("−2") == Decimal(-2)


def test_three_attempts_then_a_pause_of_a_day(enrolment, ada, at):
    for n in range(3):
        operations.answer_quiz(enrolment, "l2-quiz", answers=WRONG, by=ada, at=at + timedelta(hours=n))
    left = queries.attempts_left(enrolment.id, "l2-quiz", 3, at=at + timedelta(hours=3))
    assert left is not None and (left.count, left.opens_at) == (0, at + timedelta(hours=24))
    with pytest.raises(operations.NoAttemptsLeft):
        operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at + timedelta(hours=23, minutes=59))
    assert operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at + timedelta(hours=24)).passed


def test_an_unanswered_question_uses_up_nothing(enrolment, ada, at):
    with pytest.raises(operations.AnswersMissing):
        operations.answer_quiz(enrolment, "l2-quiz", answers={"one": "a"}, by=ada, at=at)
    assert queries.attempts(enrolment.id, "l2-quiz") == []


def test_a_passed_quiz_is_done_and_takes_no_more(enrolment, ada, at):
    operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at)
    assert queries.progress_of(enrolment.id)["l2-quiz"] == at
    with pytest.raises(operations.AlreadyPassed):
        operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at)


def test_a_quiz_cannot_be_declared_read(enrolment, ada, at):
    with pytest.raises(operations.AcceptedOtherwise):
        operations.mark_read(enrolment, "l2-quiz", by=ada, at=at)
    with pytest.raises(operations.NoSuchStep):
        operations.mark_read(enrolment, "l9-none", by=ada, at=at)
