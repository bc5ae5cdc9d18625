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
from coursehub.learning.views.finding import my_enrolment, open_step_or_404
from coursehub.learning.views.lesson_page import lesson_page
from coursehub.web import SIGNED_IN, access, see_other, signed_in_actor

MOST_CHARACTERS = 1000


def answers_in(step: StepView, sent: "MultiDict[str, str]") -> dict[str, str | list[str]]:
    """The answers of a sent form by question id; only questions and options that exist."""
    answers: dict[str, str | list[str]] = {}
    places = places_in(step, sent)
    for question in quiz.shown(step.definition, seed=""):
        name = f"q-{question.id}"
        if question.kind == "multiple":
            answers[question.id] = [option for option in question.options if option in sent.getlist(name)]
        elif question.kind == "ordering":
            answers[question.id] = _in_order(places[question.id])
        elif question.kind == "single":
            given = sent.get(name, "")
            answers[question.id] = given if given in question.options else ""
        else:
            answers[question.id] = sent.get(name, "")[:MOST_CHARACTERS].strip()
    return answers


def places_in(step: StepView, sent: "MultiDict[str, str]") -> dict[str, dict[str, str]]:
    """What the selects of each ordering say, as sent, so that a refused form shows it again."""
    return {
        question.id: {option: sent.get(f"q-{question.id}-{option}", "") for option in question.options}
        for question in quiz.shown(step.definition, seed="")
        if question.kind == "ordering"
    }


def _in_order(places: dict[str, str]) -> list[str]:
    """Items by the place given to them; one without a place, or sharing it, is left out and makes the order incomplete."""
    given = list(places.values())
    whole = [item for item, place in places.items() if place.isascii() and place.isdigit() and given.count(place) == 1]
    return sorted(whole, key=lambda item: int(places[item]))


@bp.post("/learn/<enrolment_id>/<step_key>/answers")
@access(SIGNED_IN)
def answer_quiz(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """Judge the whole quiz; with an open question, show the form again with everything kept."""
    enrolment = my_enrolment(enrolment_id)
    step = open_step_or_404(enrolment, step_key)
    answers = answers_in(step, request.form)
    problems = quiz.problems(step.definition, answers)
    if step.kind == "quiz" and problems:
        return lesson_page(enrolment, step, status=422, answers=answers, problems=problems, places=places_in(step, request.form))
    try:
        attempt = operations.answer_quiz(enrolment, step_key, answers=answers, by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key)
    if attempt.passed:
        flash(_("Passed. This step is done."), "done")
    return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, _anchor="result")
