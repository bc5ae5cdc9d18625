"""What every test of hiring begins with: an opening that is open, somebody who applied, an offer that is out."""

from datetime import date, timedelta

from coursehub.catalog.models import Skill
from coursehub.db import db, new_public_id, transaction
from coursehub.learning.credentials.operations import issue_credential
from coursehub.learning.models import Completion
from coursehub.learning.operations import enrol
from coursehub.people.operations.organisations import add_member
from coursehub.talent.models import Application, Offer, Opening, Profile
from coursehub.talent.operations import advancing, applications, offers, openings
from coursehub.talent.queries.openings import has_open_opening
from coursehub.talent.queries.working_days import due_after

DAYS = timedelta(days=1)
TERMS = openings.Terms(
    kind="hire", title="初级数据工程师", about="You build pipelines with us. 你将与我们一起搭建数据管道。", form="employee",
    pay_minor=900_000, currency="CNY", pay_period="month", weekly_hours=40, city="深圳", remote=False, places=1,
    answer_within_days=3, guarantee_days=90,
)  # fmt: skip


def skill(code: str, name: str = "") -> Skill:
    """A skill of the graph."""
    with transaction():
        row = Skill(code=code, name={"en": name or code, "zh-CN": name or code}, synonyms=[])
        db.session.add(row)
        db.session.flush()
    return row


def wanted(*pairs: tuple[Skill, int]) -> list[openings.Wanted]:
    """Skills as an opening asks for them."""
    return [openings.Wanted(row.id, level) for row, level in pairs]


def opened(cast, at, *, by=None, terms=TERMS, skills=None) -> Opening:
    """An opening of Harbour that staff have published."""
    by = by or cast.acting(cast.emma)
    opening = openings.draft_opening(terms, skills or wanted((skill(f"py-{new_public_id()[:6]}"), 2)), by=by, at=at)
    openings.submit_opening(opening, by=by, at=at)
    openings.publish_opening(opening, by=cast.acting(cast.cato), at=at)
    return opening


def hiring_now(cast, at, hr=None) -> None:
    """The employer of this recruiter has an opening that is open, so that it may ask people."""
    by = cast.acting(hr or cast.emma)
    if not has_open_opening(by.organisation_id):
        opened(cast, at, by=by)


def applied(cast, opening, person, at, *, fields=("display_name", "email")) -> Application:
    """Somebody applied."""
    return applications.apply(opening, fields=fields, message="Hello", by=cast.acting(person), at=at)


def screened(cast, application, at, *, by=None) -> Application:
    """The employer has had a look."""
    advancing.advance([application], "screen", by=by or cast.acting(cast.emma), at=at)
    return application


def said(**values) -> offers.Said:
    """What an offer says, unless told otherwise."""
    first = {
        "pay_minor": 950_000, "currency": "CNY", "pay_period": "month", "weekly_hours": 40, "place": "深圳", "form": "employee",
        "start_on": date(2026, 4, 1),
    }  # fmt: skip
    return offers.Said(**(first | values))


def offered(cast, application, at, *, by=None) -> Offer:
    """An offer that is out, with five working days to decide."""
    by = by or cast.acting(cast.emma)
    if application.state in ("applied", "sourced"):
        screened(cast, application, at, by=by)
    offer = offers.draft_offer(application, said(), by=by, at=at)
    offers.approve_offer(offer, by=by, at=at)
    offers.extend_offer(offer, decide_by_at=due_after(at, 5), by=by, at=at)
    return offer


def second_recruiter(cast):
    """Somebody else who hires at Harbour."""
    add_member(cast.harbour, cast.tara, "hr", at=cast.harbour.created_at)
    from coursehub.people.actor import actor_for

    return actor_for(cast.tara, cast.harbour.id)


def in_pool(person, at, **values) -> Profile:
    """A profile that employers find."""
    with transaction():
        row = Profile(
            public_id=new_public_id(),
            person_id=person.id,
            visibility="anonymous",
            begun_at=at,
            changed_at=at,
            confirmed_at=at,
            **values,
        )
        db.session.add(row)
        db.session.flush()
    return row


def credential_of(person, release, at):
    """A live credential of this person for this release."""
    enrolment = enrol(person_id=person.id, release_id=release.id, at=at)
    with transaction():
        completion = Completion(enrolment_id=enrolment.id, release_id=release.id, at=at)
        db.session.add(completion)
    return issue_credential(completion.id, at=at)
