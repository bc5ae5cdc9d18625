"""Who may do what in the learning room: sentences, no queries."""

from coursehub.learning.models import Answer, CourseReview, Enrolment, Question, Report
from coursehub.people.actor import Actor

TEACHING_ROLES = ("owner", "author", "teacher")


def may_learn(by: Actor, enrolment: Enrolment) -> bool:
    """The learner themselves, never somebody who looks as them."""
    return by.person_id == enrolment.person_id and by.looked_as_by_id is None


def may_ask(by: Actor, enrolment: Enrolment) -> bool:
    """A learner with an open enrolment in the course."""
    return may_learn(by, enrolment) and enrolment.ended_at is None


def teaches_for(by: Actor, organisation_id: int) -> bool:
    """Somebody who acts for the organisation as owner, author or teacher."""
    return by.looked_as_by_id is None and by.acts_for(organisation_id) and by.has_role(*TEACHING_ROLES)


def may_answer(by: Actor, *, organisation_id: int, is_learner: bool) -> bool:
    """The course's teachers, and those who learn in it now."""
    return by.looked_as_by_id is None and (is_learner or teaches_for(by, organisation_id))


def may_edit_question(by: Actor, question: Question) -> bool:
    """Whoever asked it, while it still stands."""
    return by.looked_as_by_id is None and by.person_id == question.person_id and question.deleted_at is None


def may_edit_answer(by: Actor, answer: Answer) -> bool:
    """Whoever gave it, while it still stands."""
    return by.looked_as_by_id is None and by.person_id == answer.person_id and answer.deleted_at is None


def may_mark_answer(by: Actor, question: Question, *, organisation_id: int) -> bool:
    """Whoever asked, or a teacher of the course."""
    return may_edit_question(by, question) or teaches_for(by, organisation_id)


def may_review(by: Actor, *, has_enrolled: bool) -> bool:
    """Only somebody who has been enrolled in the course."""
    return has_enrolled and by.looked_as_by_id is None


def may_edit_review(by: Actor, review: CourseReview) -> bool:
    """Whoever wrote it."""
    return by.looked_as_by_id is None and by.person_id == review.person_id


def may_reply_to_review(by: Actor, *, organisation_id: int) -> bool:
    """The course's organisation, by its owner, authors or teachers."""
    return teaches_for(by, organisation_id)


def may_report(by: Actor, *, author_id: int | None) -> bool:
    """Anybody signed in, except about their own words."""
    return by.looked_as_by_id is None and by.person_id != author_id


def may_judge(by: Actor, report: Report) -> bool:
    """Staff for the catalogue or for support, but not about their own report."""
    return by.is_staff and bool(by.staff_roles & {"catalogue", "support"}) and by.person_id != report.reporter_id


def may_see_learners(by: Actor, *, organisation_id: int) -> bool:
    """Everybody who acts for the course's organisation sees counts."""
    return by.acts_for(organisation_id)


def may_see_work(by: Actor, *, organisation_id: int) -> bool:
    """Names and work are for those who teach, through the grant that enrolling gives."""
    return teaches_for(by, organisation_id)
