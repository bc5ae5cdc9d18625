"""Questions and answers: beside a step for learners, in one list for the course's teachers."""

from flask import abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.learning import operations, queries
from coursehub.learning.forms import WordsForm
from coursehub.learning.models import Answer, Question
from coursehub.learning.views import bp
from coursehub.learning.views.finding import my_enrolment, open_step_or_404
from coursehub.learning.views.lesson_page import lesson_page
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor


@bp.post("/learn/<enrolment_id>/<step_key>/questions")
@access(SIGNED_IN)
def ask(enrolment_id: str, step_key: str) -> ResponseReturnValue:
    """Ask beside this step."""
    enrolment = my_enrolment(enrolment_id)
    step = open_step_or_404(enrolment, step_key)
    form = WordsForm()
    if not form.validate_on_submit():
        return lesson_page(enrolment, step, status=422, form=form)
    try:
        asked = operations.ask(enrolment, step_key, text=str(form.text.data), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return lesson_page(enrolment, step, status=refusal.status, form=form)
    flash(_("Your question is here now. You get a letter when somebody answers."), "done")
    return see_other("learning.lesson", enrolment_id=enrolment_id, step_key=step_key, _anchor=f"question-{asked.public_id}")


def _question(question_id: str) -> Question:
    """A standing question of a course that the reader learns in or teaches."""
    return one_or_404(queries.questions_readable_by(signed_in_actor()).where(Question.public_id == question_id))


def _answer(answer_id: str) -> Answer:
    standing = select(Answer).where(Answer.deleted_at.is_(None), Answer.hidden_at.is_(None))
    found = one_or_404(standing.where(Answer.public_id == answer_id))
    one_or_404(queries.questions_readable_by(signed_in_actor()).where(Question.id == found.question_id))
    return found


@bp.get("/questions/<question_id>")
@access(SIGNED_IN)
def question(question_id: str) -> ResponseReturnValue:
    """One question with its answers, on a page of its own; letters lead here."""
    return _question_page(_question(question_id), WordsForm())


def _question_page(asked: Question, form: WordsForm, *, status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    place = queries.place_of_question(asked, reader=actor)
    return page(
        "learning/question.html",
        status=status,
        question=queries.viewed([asked], reader=actor)[0],
        q_place=place,
        form=form,
        may_mark=place.may_mark,
    )


@bp.post("/questions/<question_id>/answers")
@access(SIGNED_IN)
def answer(question_id: str) -> ResponseReturnValue:
    """Answer a question, as a fellow learner or as a teacher."""
    asked = _question(question_id)
    form = WordsForm()
    if not form.validate_on_submit():
        return _question_page(asked, form, status=422)
    try:
        operations.answer(asked, text=str(form.text.data), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return _question_page(asked, form, status=refusal.status)
    flash(_("Your answer is here now."), "done")
    return see_other("learning.question", question_id=question_id)


@bp.route("/questions/<question_id>/words", methods=["GET", "POST"])
@access(SIGNED_IN)
def edit_question(question_id: str) -> ResponseReturnValue:
    """Change the words of one's own question."""
    asked = _question(question_id)
    if asked.person_id != signed_in_actor().person_id:
        abort(404)
    form = WordsForm(text=asked.text)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return page("learning/words.html", status=status, form=form, title=_("Edit your question"), question_id=question_id)
    operations.edit_question(asked, text=str(form.text.data), by=signed_in_actor(), at=clock.now())
    return see_other("learning.question", question_id=question_id)


@bp.post("/questions/<question_id>/delete")
@access(SIGNED_IN)
def delete_question(question_id: str) -> ResponseReturnValue:
    """Take back one's own question."""
    asked = _question(question_id)
    actor = signed_in_actor()
    place = queries.place_of_question(asked, reader=actor)
    operations.delete_question(asked, by=actor, at=clock.now())
    flash(_("Your question is gone, with its answers."), "done")
    return redirect(place.url, 303)


@bp.route("/answers/<answer_id>/words", methods=["GET", "POST"])
@access(SIGNED_IN)
def edit_answer(answer_id: str) -> ResponseReturnValue:
    """Change the words of one's own answer."""
    given = _answer(answer_id)
    if given.person_id != signed_in_actor().person_id:
        abort(404)
    asked = one_or_404(select(Question).where(Question.id == given.question_id))
    form = WordsForm(text=given.text)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return page("learning/words.html", status=status, form=form, title=_("Edit your answer"), question_id=asked.public_id)
    operations.edit_answer(given, text=str(form.text.data), by=signed_in_actor(), at=clock.now())
    return see_other("learning.question", question_id=asked.public_id)


@bp.post("/answers/<answer_id>/delete")
@access(SIGNED_IN)
def delete_answer(answer_id: str) -> ResponseReturnValue:
    """Take back one's own answer."""
    given = _answer(answer_id)
    operations.delete_answer(given, by=signed_in_actor(), at=clock.now())
    flash(_("Your answer is gone."), "done")
    return _back_to_question(given)


@bp.post("/answers/<answer_id>/mark")
@access(SIGNED_IN)
def mark_answer(answer_id: str) -> ResponseReturnValue:
    """This answer is the answer."""
    given = _answer(answer_id)
    operations.mark_answer(given, by=signed_in_actor(), at=clock.now())
    return _back_to_question(given)


@bp.post("/answers/<answer_id>/unmark")
@access(SIGNED_IN)
def unmark_answer(answer_id: str) -> ResponseReturnValue:
    """It is not the answer after all."""
    given = _answer(answer_id)
    operations.unmark_answer(given, by=signed_in_actor())
    return _back_to_question(given)


def _back_to_question(given: Answer) -> ResponseReturnValue:
    asked = one_or_404(select(Question).where(Question.id == given.question_id))
    return see_other("learning.question", question_id=asked.public_id)
