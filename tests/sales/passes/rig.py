"""What the tests of passes stand on: two of Northwind's courses in a pass of 99.00 a month, and time that moves."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Course, Release
from coursehub.contracts.clauses import Pool
from coursehub.contracts.models import Listing
from coursehub.db import db, transaction
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import note_active
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import POOL
from coursehub.ledger.allocation import reversal_step
from coursehub.people.models import Person
from coursehub.sales.models import CoursePass, PassPeriod, PassSubscription, PoolMonth
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import PassDraft
from tests.contracts.rig import agree, course_of, terms_data
from tests.sales.rig import Shop
from tests.sandbox.rig import Sandbox

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RULE = Pool("minutes_each", 5, "house")
AS_DATA = {"rule": RULE.rule, "floor_minutes": RULE.floor_minutes, "unused": RULE.unused}


def left_in_pool(period: PassPeriod, gone_minor: int) -> int:
    """What of a period is in the pool after so much of it went back in steps that all stand."""
    parts = period.paid("").legs()
    return parts["pool"] - reversal_step(parts, before_minor=0, amount_minor=gone_minor)["pool"]


class Story(Shop):
    """A shop whose pass is taken, learned with, paid, failed, stopped and shared; `now` is its clock."""

    def __init__(self, cast: Any, sandbox: Sandbox, at: datetime) -> None:
        super().__init__(cast, sandbox, at)
        self.now = at

    def open(self, **changes: Any) -> CoursePass:
        """The sandbox's clock is ours, and the pass is on offer."""
        self.sandbox.tell("clock", stopped_at=int(self.now.timestamp()))
        return self.open_pass(**changes)

    def open_pass(self, **changes: Any) -> CoursePass:
        """The pass, with both courses in it."""
        self.courses = [self.agreeing(slug) for slug in ("python", "sql")]
        draft: dict[str, Any] = {
            "slug": "all", "name": "畅学卡", "name_en": "Learn all", "about": "两门课", "about_en": "Two courses", "price_minor": 9_900,
            "currency": "CNY", "tax_bps": 600, "pool": RULE, "trial_days": 0,
        }  # fmt: skip
        self.on_offer = operations.open_pass(PassDraft(**draft | changes), by=self.house, at=self.now)
        for course in self.courses:
            operations.add_course(self.on_offer, course, by=self.house, at=self.now)
        return self.on_offer

    @property
    def house(self) -> Any:
        """Stan, who may do everything in the house."""
        return self.cast.acting(self.cast.stan)

    def agreeing(self, slug: str) -> Course:
        """A course on sale whose terms name the rule of the pass."""
        course = course_of(self.cast.northwind, slug, self.now, state="listed")
        scope = terms_data(self.cast.house, self.cast.northwind, course)["scope"]
        events = [*scope["events"], "period"]
        _contract, terms = agree(self.cast, course, self.now, scope=scope | {"events": events}, pool=AS_DATA)
        release = db.session.execute(sa.select(Release).where(Release.course_id == course.id)).scalar_one()
        with transaction():
            db.session.add(Listing(course_id=course.id, release_id=release.id, terms_hash=terms.terms_hash, opened_at=self.now))
        return course

    def take(self, person: Person) -> PassSubscription:
        """Somebody takes the pass, agrees on the rail's page and comes back."""
        mine = operations.subscribe(self.on_offer, by=self.cast.acting(person), at=self.now)
        self.sandbox.tell(f"sessions/{mine.session_id}/pay")
        return operations.settle(mine, at=self.now)

    def learn(self, mine: PassSubscription, course: Course, minutes: int) -> Enrolment:
        """Somebody opens a course of the pass and is active in it; a sign of life each minute."""
        by = self.cast.acting(db.session.get_one(Person, mine.person_id))
        enrolment = operations.open_course(mine, course, by=by, at=self.now)
        begins = self.now + timedelta(hours=1)
        for n in range(minutes + 1):
            note_active(enrolment, by=by, at=begins + n * MINUTE)
        self.now = begins + minutes * MINUTE
        return enrolment

    def wait(self, days: int, *mine: PassSubscription, declines: PassSubscription | None = None) -> None:
        """Days go by; the rail renews, and we read what became of these subscriptions."""
        self.now += days * DAY
        self.sandbox.tell("clock", stopped_at=int(self.now.timestamp()))
        wish = {"subscription": declines.rail_subscription_id, "declines": True} if declines else {}
        self.sandbox.tell("renew", **wish)
        for each in mine:
            operations.follow(each, at=self.now)

    def draw_up(self, month: str) -> PoolMonth:
        """The facts of a month."""
        made = operations.draw_up(self.on_offer, month, at=self.now)
        assert made is not None
        return made

    def share(self, month: PoolMonth) -> PoolMonth:
        """Three days later Stan shares it."""
        self.now = max(self.now, month.drawn_up_at + operations.TIME_TO_CONTEST)
        return operations.share_month(month, by=self.house, at=self.now)

    def standing(self, code: str, party: str | None = None) -> int:
        """What stands on an account."""
        return ledger.balance_of(code, "CNY", party=party)

    @property
    def pooled(self) -> int:
        """What is in the pool, as money owed."""
        return -self.standing(POOL, self.on_offer.public_id)

    def open_courses(self, mine: PassSubscription) -> list[bool]:
        """Which of the enrolments of a pass are open."""
        return [each.ended_at is None for each in queries.enrolments_of(mine.id)]
