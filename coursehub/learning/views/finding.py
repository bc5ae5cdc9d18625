"""Finding what an address names, for this reader; a stranger gets 404."""

from flask import abort

from coursehub.catalog.models import Asset, Release
from coursehub.catalog.queries import StepView, asset_for, step_for
from coursehub.db import db
from coursehub.learning import queries
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import EnrolmentEnded
from coursehub.web import one_or_404, signed_in_actor


def my_enrolment(public_id: str) -> Enrolment:
    """The reader's own enrolment with this id."""
    return one_or_404(queries.enrolments_visible_to(signed_in_actor()).where(Enrolment.public_id == public_id))


def step_or_404(enrolment: Enrolment, key: str) -> StepView:
    """A step of the enrolment's release, in the language the learner reads."""
    step = step_for(enrolment.release_id, key, enrolment.locale)
    if step is None:
        abort(404)
    return step


def open_step_or_404(enrolment: Enrolment, key: str) -> StepView:
    """A step on which the learner may still work.

    Raises EnrolmentEnded, so that no refused form shows a closed lesson again.
    """
    if enrolment.ended_at is not None:
        raise EnrolmentEnded
    return step_or_404(enrolment, key)


def asset_or_404(release_id: int, path: str) -> Asset:
    """A file of a release."""
    asset = asset_for(release_id, path)
    if asset is None:
        abort(404)
    return asset


def release_of(enrolment: Enrolment) -> Release:
    """The release an enrolment is on."""
    return db.session.get_one(Release, enrolment.release_id)
