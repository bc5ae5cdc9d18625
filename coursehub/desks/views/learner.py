"""The learner's desk: go on where you stopped, and see what was answered."""

from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.desks.queries.learner import has_course_on_offer, learner_desk
from coursehub.desks.views import bp
from coursehub.web import SIGNED_IN, access, current_locale, page, signed_in_actor


@bp.get("/desk")
@access(SIGNED_IN)
def learner() -> ResponseReturnValue:
    """What a learner comes back for, the very next step on top."""
    at = clock.now()
    desk = learner_desk(signed_in_actor().person_id, current_locale(), at=at)
    nothing = desk.going is None and not desk.others
    return page("desks/learner.html", desk=desk, now=at, on_offer=has_course_on_offer() if nothing else True)
