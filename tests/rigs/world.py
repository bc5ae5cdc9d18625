"""A shop that is open: a partner's listed course with a price, buyers, and ways to pay and to tell of it."""

import json
import time
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from coursehub.config import current_settings
from coursehub.contracts.operations import list_course
from coursehub.db import db, transaction
from coursehub.people.actor import Actor, actor_for
from coursehub.people.models import Person
from coursehub.people.operations.persons import accept_texts, add_person
from coursehub.sales import operations
from coursehub.sales.models import Offering, Order
from coursehub.sales.operations.offerings import OfferingDraft
from coursehub.sandbox import payments
from coursehub.sandbox.delivery import signature
from coursehub.sandbox.store import Store
from tests.cast import Cast
from tests.contracts.rig import agree, course_of

PRICE_MINOR = 19_900


def open_shop(cast: Cast, *, at: datetime, slug: str = "async", **changes: Any) -> Offering:
    """Northwind's course, under terms, listed, and on sale for 199.00. changes: of the offering."""
    course = course_of(cast.northwind, slug, at)
    agree(cast, course, at)
    list_course(course, by=cast.acting(cast.stan), at=at)
    draft = OfferingDraft(price_minor=PRICE_MINOR, currency="CNY", tax_bps=600, refund_days=14, **changes)
    return operations.open_offering(course, draft, by=cast.acting(cast.pia), at=at)


def buyers(count: int, *, at: datetime, first: int = 0) -> list[int]:
    """So many people who may buy."""
    ids = []
    for n in range(first, first + count):
        with transaction():
            person = add_person(
                display_name=f"Buyer {n}", email=f"buyer{n}@example.org", password_hash="", locale="en", birth_on=None, at=at
            )
            person.confirmed_at = at
            accept_texts(person, locale="en", at=at)
        ids.append(person.id)
    return ids


def acting(person_id: int) -> Actor:
    """A person as an actor, read anew."""
    return actor_for(db.session.get_one(Person, person_id))


def start(offering_id: int, buyer_id: int, *, at: datetime, **others: Any) -> int:
    """Place an order and open its pay page; its id."""
    offering = db.session.get_one(Offering, offering_id)
    return operations.start_checkout(offering, buyer=acting(buyer_id), at=at, **others).id


def page_of(order_id: int) -> str | None:
    """The number of an order's pay page, read anew."""
    return db.session.get_one(Order, order_id, populate_existing=True).session_id


def pay(store: Store, order_id: int) -> None:
    """Pay at the sandbox, as a buyer does on its page."""
    session_id = page_of(order_id)
    assert session_id is not None
    payments.pay(store, session_id, method="card", at=store.now())


def settle(order_id: int, *, at: datetime) -> str:
    """What the return page does: ask the rail and do what follows; the order's state then."""
    return operations.settle_order(db.session.get_one(Order, order_id), at=at).state


def events_of(store: Store) -> list[dict[str, Any]]:
    """Every event of the sandbox, oldest first."""
    return store.matching("event")


def deliver(client: FlaskClient, event: dict[str, Any]) -> int:
    """Bring one event to our webhook, signed as the sandbox signs; the status of our answer."""
    raw = json.dumps(event).encode()
    secret = current_settings().stripe_webhook_secret
    headers = {"Stripe-Signature": signature(raw, secret, int(time.time())), "Content-Type": "application/json"}
    return client.post("/webhooks/stripe", data=raw, headers=headers).status_code


def speak_to(app: Flask, url: str) -> None:
    """Point the application's rail at a sandbox, with the application's own webhook secret."""
    from coursehub.rails.stripe import StripeRail

    settings = app.extensions["coursehub_settings"]
    app.extensions["coursehub_rail"] = StripeRail(
        key=settings.stripe_key, base_url=url, secret=settings.stripe_webhook_secret, retries=0
    )
