"""What the tests of sales stand on: a shop with one course on offer, and a rail that speaks to a sandbox."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from coursehub import jobs, rails
from coursehub.catalog.models import Course, Release
from coursehub.contracts.models import Listing, MoneyEvent
from coursehub.db import db, transaction
from coursehub.ledger.models import Account, Journal, Posting
from coursehub.people.models import Organisation, Person
from coursehub.rails.stripe import StripeRail
from coursehub.sales import operations, queries
from coursehub.sales.models import Offering, Order
from coursehub.sales.operations import OfferingDraft
from tests.contracts.rig import agree, course_of
from tests.sandbox.rig import KEY, SECRET, Sandbox

AShop = TypeVar("AShop", bound="Shop")


class Shop:
    """Northwind's course Python, 199.00 CNY with 6 % tax, sold under simple terms (the house takes 30 %)."""

    def __init__(self, cast: Any, sandbox: Sandbox, at: datetime) -> None:
        self.cast, self.sandbox, self.at = cast, sandbox, at
        self.rail = StripeRail(key=KEY, base_url=sandbox.url, secret=SECRET, retries=0)

    def course(self, slug: str = "python", **changes: Any) -> Course:
        """A course with terms in force and an open listing."""
        course = course_of(self.cast.northwind, slug, self.at, state="listed")
        _contract, terms = agree(self.cast, course, self.at, **changes)
        release = db.session.execute(sa.select(Release).where(Release.course_id == course.id)).scalar_one()
        with transaction():
            db.session.add(Listing(course_id=course.id, release_id=release.id, terms_hash=terms.terms_hash, opened_at=self.at))
        return course

    def offer(self, course: Course, price_minor: int = 19_900, **changes: Any) -> Offering:
        """The course's price, set by Pia."""
        draft = OfferingDraft(**{"price_minor": price_minor, "currency": "CNY", "tax_bps": 600, **changes})
        return operations.open_offering(course, draft, by=self.cast.acting(self.cast.pia), at=self.at)

    def order(self, offering: Offering, buyer: Person, **given: Any) -> Order:
        """Place an order and open its pay page."""
        return operations.start_checkout(offering, buyer=self.cast.acting(buyer), **{"at": self.at, **given})

    def pay(self, order: Order, method: str = "card") -> None:
        """The buyer pays on the rail's page."""
        self.sandbox.tell(f"sessions/{order.session_id}/pay", method=method)

    def buy(self, offering: Offering, buyer: Person, **given: Any) -> Order:
        """Order, pay, come back."""
        order = self.order(offering, buyer, **given)
        self.pay(order)
        return operations.settle_order(order, at=self.at)

    def work(self, at: datetime | None = None) -> None:
        """Do what the worker would do now."""
        jobs.run_due(at=at or self.at, strict=True)


def books(parties: Sequence[Organisation]) -> dict[str, int]:
    """The balance of every account that is not zero, partners by their English name."""
    names = {organisation.public_id: organisation.name_en for organisation in parties}
    rows = db.session.execute(
        sa.select(Account.code, Account.party, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .group_by(Account.code, Account.party)
        .order_by(Account.code, Account.party)
    )
    return {f"{code} {names.get(party, '')}".strip(): int(total) for code, party, total in rows if total}


def told(effect_key: str, parties: Sequence[Organisation]) -> str:
    """A journal as lines of account and amount, as docstrings write it."""
    names = {organisation.public_id: organisation.name_en for organisation in parties}
    rows = db.session.execute(
        sa.select(Account.code, Account.party, Posting.amount_minor)
        .join(Posting, Posting.account_id == Account.id)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Journal.effect_key == effect_key)
        .order_by(Posting.n)
    )
    return "\n".join(f"{(code + ' ' + names.get(party, '')).strip():38}{amount:8}" for code, party, amount in rows)


def expected(test: Any) -> str:
    """The journal in a test's docstring."""
    lines = (test.__doc__ or "").strip().splitlines()
    parts = (line.rsplit(None, 1) for line in lines if line.strip())
    return "\n".join(f"{name.strip():38}{int(amount):8}" for name, amount in parts)


def event_count() -> int:
    """How many money events the book holds."""
    return db.session.execute(sa.select(sa.func.count()).select_from(MoneyEvent)).scalar_one()


__all__ = ["Shop", "books", "event_count", "expected", "queries", "told"]


@contextmanager
def open_shop(kind: type[AShop], cast: Any, sandbox: Sandbox, at: datetime, *, is_stopped: bool = True) -> Iterator[AShop]:
    """A shop of a kind that pays through the sandbox, whose clock stands still unless pages need the present."""
    if is_stopped:
        sandbox.tell("clock", stopped_at=int(at.timestamp()))
    made = kind(cast, sandbox, at)
    with rails.use(made.rail):
        yield made
