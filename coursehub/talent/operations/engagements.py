"""Engagements: an employer proposes, the worker accepts within their capacity, the home rule is settled, work begins and ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.machines import APPLICATION, ENGAGEMENT
from coursehub.talent.models import Application, Employment, Engagement, HomeDocument, Opening, Profile
from coursehub.talent.operations.applications import close, lock_with_opening, move_on
from coursehub.talent.operations.blocks import note_employment
from coursehub.talent.operations.consent import end_grants_of_cause
from coursehub.talent.operations.moving import begin, move
from coursehub.talent.operations.timeline import note_fact
from coursehub.talent.operations.work_consent import USUAL_FIELDS, agree_to_be_seen
from coursehub.talent.policies import work as policies
from coursehub.talent.queries.blocks import is_blocked
from coursehub.talent.queries.consent import live_grants
from coursehub.talent.queries.profiles import blackouts_of
from coursehub.talent.queries.work import promised_minutes
from coursehub.talent.queries.working_days import due_after
from coursehub.talent.rule_packs import PACKS, promise_fits
from coursehub.talent.working_days import local_day

ANSWER_WITHIN_DAYS = 5
"""Working days a worker has to answer a proposal: as many as for an offer."""
LARGEST_DOCUMENT = 3_000_000
KINDS_OF_DOCUMENT = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class HoursAreOverTheCap(Refusal):
    """These are more hours a week than this form of work allows with one employer."""

    status = 422


class HoursAreOverYourCapacity(Refusal):
    """With this you would promise more hours a week than you said you have. Change your capacity, or end other work first."""


class NotReachable(Refusal):
    """You can propose work to people who applied to you, or who let you see something of them."""


class NotPartTime(Refusal):
    """This opening is a full hire, so it gets an offer. Part-time work needs a part-time opening."""


class StartIsPast(Refusal):
    """The first day is today or still to come."""

    status = 422


class TooLateToAnswer(Refusal):
    """The time to answer is over. Ask them to propose it again."""


class NotADocument(Refusal):
    """Attach a PDF, PNG or JPEG of at most 3 MB."""

    status = 422


class PaperIsNeeded(Refusal):
    """This form of work always needs the paper of your employer or school, so it cannot be left out."""


class PaperIsNotAsked(Refusal):
    """No paper is needed for this."""


class SayWhy(Refusal):
    """Say why. The other side reads it."""

    status = 422


class BlackoutComesFirst(Refusal):
    """You said that you cannot work on the first day of this. Take those days off your calendar, or ask for another start."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an employer proposes. hourly_minor in minor units of `currency`."""

    title: str
    about: str
    form: str
    weekly_minutes: int
    hourly_minor: int
    currency: str
    start_on: date
    approve_within_days: int = 5


def propose_to_applicant(application: Application, said: Proposal, *, by: Actor, at: datetime) -> Engagement:
    """Propose work to somebody who applied for a part-time opening; pay and form are at least what was advertised.

    Raises NotPartTime, HoursAreOverTheCap, StartIsPast, IllegalMove.
    """
    require(policies.may_decide_on_work(by, application))
    opening = db.session.get_one(Opening, application.opening_id)
    if opening.kind != "part_time":
        raise NotPartTime
    _checked(said, at)
    if (said.form, said.currency) != (opening.form, opening.currency):
        raise NotPartTime
    with transaction():
        lock_with_opening(application)
        if application.state in ("applied", "sourced"):
            move_on(application, "screen", mover=by, at=at)
        if application.answered_at is None:
            application.answered_at = at
        if application.state != "offer":
            move_on(application, "offer", mover=by, at=at, due_at=None)
        return _propose(application.person_id, said, opening.id, application.id, by=by, at=at)


def propose_to_person(profile: Profile, said: Proposal, *, by: Actor, at: datetime) -> Engagement:
    """Propose work to somebody who lets the organisation see something of them now.

    Raises NotReachable (also for whoever blocks it), HoursAreOverTheCap, StartIsPast.
    """
    require(policies.may_propose_work(by) and by.organisation_id is not None)
    organisation_id = by.organisation_id or 0
    _checked(said, at)
    with transaction():
        lock(profile)
        if is_blocked(profile.person_id, organisation_id) or not live_grants(profile.person_id, organisation_id, at):
            raise NotReachable
        return _propose(profile.person_id, said, None, None, by=by, at=at)


def _checked(said: Proposal, at: datetime) -> None:
    if not promise_fits(PACKS[said.form], said.weekly_minutes):
        raise HoursAreOverTheCap
    if said.start_on < local_day(at):
        raise StartIsPast


def _propose(
    person_id: int, said: Proposal, opening_id: int | None, application_id: int | None, *, by: Actor, at: datetime
) -> Engagement:
    row = Engagement(
        public_id=new_public_id(), person_id=person_id, organisation_id=by.organisation_id, opening_id=opening_id,
        application_id=application_id, title=said.title.strip(), about=said.about.strip(), form=said.form,
        weekly_minutes=said.weekly_minutes, hourly_minor=said.hourly_minor, currency=said.currency, start_on=said.start_on,
        approve_within_days=said.approve_within_days, proposed_by_id=by.person_id, proposed_at=at,
        answer_by_at=due_after(at, ANSWER_WITHIN_DAYS),
    )  # fmt: skip
    begin(row, ENGAGEMENT, mover=by, at=at)
    events.record("talent.engagement_proposed", at=at, engagement_id=row.id)
    return row


def accept_work(
    engagement: Engagement, *, needs_paper: bool, fields: Iterable[str] = USUAL_FIELDS, until_at: datetime | None = None,
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """The worker says yes. Their promises over all employers stay within their weekly capacity, under lock.

    needs_paper: whether the worker's own contract wants the home employer's consent; forms that always need a paper say so.
    fields, until_at: what the employer may see from now on, the name at least, until the work ends or that moment comes.
    Raises HoursAreOverYourCapacity, BlackoutComesFirst, TooLateToAnswer, PaperIsNeeded, NameIsNeeded, ConsentOutlastsWork,
    IllegalMove.
    """
    require(policies.may_answer_work(by, engagement))
    always = PACKS[engagement.form].home_rule == "always"
    if always and not needs_paper:
        raise PaperIsNeeded
    with transaction():
        _lock_promises(by.person_id)
        _lock_in_order(engagement)
        if engagement.state == "proposed" and at > engagement.answer_by_at:
            raise TooLateToAnswer
        _fits(engagement)
        move(
            engagement,
            ENGAGEMENT,
            "accept",
            mover=by,
            at=at,
            accepted_at=at,
            home_rule="pending" if needs_paper else "not_needed",
        )
        agree_to_be_seen(engagement, fields, until_at, mover=by, at=at)
        if engagement.application_id is not None:
            application = db.session.get_one(Application, engagement.application_id)
            if application.ended_at is None and APPLICATION.allows(application.state, "hire"):
                close(application, "hire", mover=by, at=at)
        note_fact(
            "accepted", engagement.person_id, key=f"work_accepted:{engagement.id}", true_at=at, at=at, source="both",
            organisation_id=engagement.organisation_id, subject_id=engagement.id, detail="part_time",
        )  # fmt: skip
        _begin_if_ready(engagement, at=at)


def _lock_promises(person_id: int) -> None:
    """The person's profile, locked: whoever promises hours or changes the capacity takes turns here."""
    found = sa.select(Profile).where(Profile.person_id == person_id)
    profile = db.session.execute(found).scalar_one_or_none()
    if profile is None:
        raise HoursAreOverYourCapacity
    lock(profile)


def _lock_in_order(engagement: Engagement) -> None:
    """The application it came from first, then the engagement: both sides take turns, in one order."""
    if engagement.application_id is not None:
        lock_with_opening(db.session.get_one(Application, engagement.application_id))
    lock(engagement)


def _fits(engagement: Engagement) -> None:
    profile = db.session.execute(sa.select(Profile).where(Profile.person_id == engagement.person_id)).scalar_one()
    already = promised_minutes(engagement.person_id, apart_from=engagement.id)
    if already + engagement.weekly_minutes > profile.weekly_hours * 60:
        raise HoursAreOverYourCapacity
    away = blackouts_of(profile, engagement.start_on)
    if any(one.from_on <= engagement.start_on <= one.until_on for one in away):
        raise BlackoutComesFirst


def decline_work(engagement: Engagement, *, reason: str, by: Actor, at: datetime) -> None:
    """The worker says no. Nobody else learns of it. Raises IllegalMove."""
    require(policies.may_answer_work(by, engagement))
    with transaction():
        _lock_in_order(engagement)
        move(engagement, ENGAGEMENT, "decline", mover=by, at=at, ended_at=at, reason=reason.strip())
        engagement.reason = reason.strip()
        db.session.flush()
        _give_application_back(engagement, at=at)


def take_back_proposal(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """The employer takes a proposal back that nobody has answered. Raises IllegalMove."""
    require(policies.may_decide_on_work(by, engagement))
    with transaction():
        _lock_in_order(engagement)
        move(engagement, ENGAGEMENT, "take_back", mover=by, at=at, ended_at=at)
        _give_application_back(engagement, at=at)


def _give_application_back(engagement: Engagement, *, at: datetime) -> None:
    """The employer owes the applicant its next answer."""
    if engagement.application_id is None:
        return
    application = db.session.get_one(Application, engagement.application_id)
    if application.ended_at is None and application.state == "offer":
        opening = db.session.get_one(Opening, application.opening_id)
        application.due_at = due_after(at, opening.answer_within_days)
        db.session.flush()


def attach_home_document(engagement: Engagement, *, name: str, content: bytes, by: Actor, at: datetime) -> None:
    """The worker attaches the paper of the home employer or school; nobody but the worker can open it.

    Raises NotADocument, IllegalMove.
    """
    require(policies.may_answer_work(by, engagement))
    kind = next((kind for start, kind in KINDS_OF_DOCUMENT.items() if content.startswith(start)), None)
    if kind is None or len(content) > LARGEST_DOCUMENT:
        raise NotADocument
    with transaction():
        lock(engagement)
        if engagement.state != "home_rule" or engagement.home_rule not in ("pending", "attached"):
            ENGAGEMENT.after(engagement.state, "begin")  # says in its own words that this has moved on
            raise PaperIsNotAsked
        found = db.session.get(HomeDocument, engagement.id)
        if found is None:
            found = HomeDocument(engagement_id=engagement.id)
            db.session.add(found)
        found.name, found.kind, found.content, found.attached_at = name.strip()[:120] or "-", kind, content, at
        engagement.home_rule = "attached"
        events.record("talent.home_document_attached", at=at, engagement_id=engagement.id)
        db.session.flush()
        _begin_if_ready(engagement, at=at)


def _begin_if_ready(engagement: Engagement, *, at: datetime) -> bool:
    """Work begins on its first day once the home rule is settled; in the caller's transaction."""
    ready = engagement.state == "home_rule" and engagement.home_rule in ("not_needed", "attached")
    if not ready or local_day(at) < engagement.start_on:
        return False
    move(engagement, ENGAGEMENT, "begin", mover=None, at=at, started_at=at)
    note_employment(engagement.person_id, engagement.organisation_id, "engagement", since_at=at, at=at)
    return True


def let_work_begin(*, at: datetime) -> int:
    """Engagements whose first day has come and whose home rule is settled begin; how many."""
    ready = sa.select(Engagement.id).where(
        Engagement.state == "home_rule",
        Engagement.home_rule.in_(("not_needed", "attached")),
        Engagement.start_on <= local_day(at),
    )
    begun = 0
    for engagement_id in list(db.session.execute(ready.order_by(Engagement.id)).scalars()):
        with transaction():
            engagement = db.session.get_one(Engagement, engagement_id)
            lock(engagement)
            begun += _begin_if_ready(engagement, at=at)
    return begun


def let_proposals_expire(*, at: datetime) -> int:
    """Proposals that nobody answered in time end; how many."""
    late = sa.select(Engagement.id).where(Engagement.state == "proposed", Engagement.answer_by_at < at)
    expired = 0
    for engagement_id in list(db.session.execute(late.order_by(Engagement.id)).scalars()):
        with transaction():
            engagement = db.session.get_one(Engagement, engagement_id)
            _lock_in_order(engagement)
            if engagement.state != "proposed" or engagement.answer_by_at >= at:
                continue
            move(engagement, ENGAGEMENT, "expire", mover=None, at=at, ended_at=at)
            _give_application_back(engagement, at=at)
            expired += 1
    return expired


def pause_work(engagement: Engagement, *, reason: str, by: Actor, at: datetime) -> None:
    """Either side pauses; the hours stay promised. Raises SayWhy, IllegalMove."""
    require(policies.may_speak_about_work(by, engagement))
    _say(engagement, "pause", reason, by=by, at=at)


def resume_work(engagement: Engagement, *, by: Actor, at: datetime) -> None:
    """Either side takes it up again. Raises IllegalMove."""
    require(policies.may_speak_about_work(by, engagement))
    with transaction():
        move(engagement, ENGAGEMENT, "resume", mover=by, at=at)


def end_work(engagement: Engagement, *, reason: str, by: Actor, at: datetime) -> None:
    """Either side ends it: the hours are free again, and the employer sees nothing of the worker any more.

    Weeks already worked can still be handed in. Raises SayWhy, IllegalMove.
    """
    require(policies.may_speak_about_work(by, engagement))
    _say(engagement, "end", reason, by=by, at=at)


def _say(engagement: Engagement, step: str, reason: str, *, by: Actor, at: datetime) -> None:
    if not reason.strip():
        raise SayWhy
    with transaction():
        over = {"ended_at": at} if step == "end" else {}
        move(engagement, ENGAGEMENT, step, mover=by, at=at, reason=reason.strip(), **over)
        engagement.reason = reason.strip()
        db.session.flush()
        if step == "end":
            close_what_hangs_on(engagement, at=at)


def close_what_hangs_on(engagement: Engagement, *, at: datetime) -> None:
    """With an engagement its consent ends, and what it says about where the person works; in the caller's transaction."""
    end_grants_of_cause("engagement", engagement.id, at)
    others = sa.select(Engagement.id).where(
        Engagement.person_id == engagement.person_id, Engagement.organisation_id == engagement.organisation_id,
        Engagement.state.in_(("active", "paused")), Engagement.id != engagement.id,
    )  # fmt: skip
    if db.session.execute(others).first() is None:
        own = sa.select(Employment).where(
            Employment.person_id == engagement.person_id, Employment.organisation_id == engagement.organisation_id,
            Employment.source == "engagement", Employment.until_at.is_(None),
        )  # fmt: skip
        for row in db.session.execute(own).scalars():
            row.until_at = at
            events.record("talent.employment_ended", at=at, employment_id=row.id)
        db.session.flush()
