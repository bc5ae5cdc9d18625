"""Letters about interviews: times proposed, a time agreed, other times asked for, called off, and nobody came."""

from datetime import datetime

from coursehub import events
from coursehub.db import db
from coursehub.talent.letters.hiring import to_person, to_team
from coursehub.talent.models import Application, Interview
from coursehub.web import external_url


@events.on("talent.interview_told")
def tell_of_interview(*, at: datetime, interview_id: int, what: str, n: int) -> None:
    """Each change once; what has changed again since is not told."""
    interview = db.session.get_one(Interview, interview_id)
    row = db.session.get_one(Application, interview.application_id)
    key = f"interview:{interview.public_id}:{n}"
    asked = interview.asked_other_times != ""
    match what, interview.state:
        case "proposed", "proposed" if not asked:
            to_person(row, key=key, template="times_proposed", at=at, interview=interview)
        case "other_times", "proposed" if asked:
            to_team(row, key=key, template="other_times", at=at, interview=interview)
        case "agreed", "agreed":
            file = external_url("talent_calendars.file", public_id=interview.public_id)
            to_person(row, key=key, template="time_agreed", at=at, interview=interview, file=file)
            to_team(row, key=key, template="time_agreed", at=at, interview=interview, file=file)
        case "cancelled", "cancelled":
            to_person(row, key=key, template="interview_off", at=at, interview=interview)


@events.on("talent.interview_missed")
def tell_it_was_missed(*, at: datetime, interview_id: int) -> None:
    """The employer says that nobody came; whoever was there can say so."""
    interview = db.session.get_one(Interview, interview_id)
    row = db.session.get_one(Application, interview.application_id)
    to_person(row, key=f"missed:{interview.public_id}", template="interview_missed", at=at, interview=interview)
