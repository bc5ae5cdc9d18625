"""Refusals that several operations of this room share."""

from coursehub.errors import Refusal


class EnrolmentEnded(Refusal):
    """This enrolment has ended, so its lessons are closed. Your evidence and credentials stay yours."""
