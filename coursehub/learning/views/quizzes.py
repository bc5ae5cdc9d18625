"""Handing in a quiz."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from coursehub import clock
from coursehub.catalog.queries import StepView
from coursehub.errors import Refusal
from coursehub.learning import operations, quiz
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment, step_or_404
from coursehub.learning.views.lesson_page import lesson_page
from coursehub.web import SIGNED_IN, access, see_other, signed_in_actor

MOST_CHARACTERS = 1000


def answers_in(step: StepView, sent: "MultiDict[str, str]") -> dict[str, str | list[str]]:
    """The answers of a sent form by question id; only questions and options that exist."""
    answers: dict[str, str | list[str]] = {}
    for question in quiz.shown(step.definition, seed=""):
        name = f"q-{question.id}"
        if question.kind == "multiple":
            answers[question.id] = [option for option in question.options if option in sent.getlist(name)]
        elif question.kind == "ordering":
            answers[question.id] = _in_order(question, sent)
        elif question.kind == "single":
            given = sent.get(name, "")
            answers[question.id] = given if given in question.options else ""
        else:
            answers[question.id] = sent.get(name, "")[:MOST_CHARACTERS].strip()
    return answers


def _in_order(question: quiz.ShownQuestion, sent: "MultiDict[str, str]") -> list[str]:
    """Items by the place their select gives them; an item without a place, or two in one, make it incomplete."""
    places = {option: sent.get(f"q-{question.id}-{option}", "") for option in question.options}
    numbers = {option: int(place) for option, place in places.items() if place.isascii() and place.isdigit()}
    if len(set(numbers.values())) != len(question.options):
        return [option for option in numbers]
    return sorted(numbers, key=lambda option: numbers[option])


@bp.post("/learn/<enrolment_id>/<step_key>/answers")
@access(SIGNED_IN)
def answer_quiz(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """Judge the whole quiz; with an open question, show the form again with everything kept."""
    enrolment = my_enrolment(enrolment_id)
    step = step_or_404(enrolment, step_key)
    answers = answers_in(step, request.form)
    problems = quiz.problems(step.definition, answers)
    if step.kind == "quiz" and problems:
        return lesson_page(enrolment, step, status=422, answers=answers, problems=problems)
    try:
        attempt = operations.answer_quiz(enrolment, step_key, answers=answers, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key)
    if attempt.passed:
        flash(_("Passed. This step is done."), "done")
    return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, _anchor="result")
