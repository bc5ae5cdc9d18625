"""Who holds an enrolment open: whoever bought or was given the course, for good; or a pass, for as long as it is paid."""

from datetime import datetime

from coursehub import events
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.learning.operations.activity import settle_pulse
from coursehub.learning.operations.enrolments import reopen_enrolment


def keep_enrolment(enrolment: Enrolment, *, source: str, at: datetime) -> bool:
    """What a pass opened is held for good from now on: release, progress and evidence stay, minutes count no more. Joins.

    One that had ended is open again. False, and nothing happened, where the course is held by another enrolment.
    """
    with transaction():
        if not reopen_enrolment(enrolment, at=at):  # it locks and reads again
            return False
        if enrolment.source == "pass":
            settle_pulse(enrolment, at=at)
            enrolment.source = source
            db.session.flush()
            events.record("learning.enrolment_kept", at=at, enrolment_id=enrolment.id, course_id=enrolment.course_id)
    return True


def lend_enrolment(enrolment: Enrolment, *, at: datetime) -> bool:
    """What was held for good is held by a pass, and open; minutes count from now on. Joins.

    False, and nothing happened, where the course is held by another enrolment.
    """
    with transaction():
        if not reopen_enrolment(enrolment, at=at):
            return False
        if enrolment.source != "pass":
            settle_pulse(enrolment, at=at)
            enrolment.source = "pass"
            db.session.flush()
            events.record("learning.enrolment_lent", at=at, enrolment_id=enrolment.id, course_id=enrolment.course_id)
    return True
