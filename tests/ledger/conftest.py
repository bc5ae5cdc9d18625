"""What the tests of the books share: short ways to book, and the journal told in a docstring."""

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from coursehub.db import transaction
from coursehub.ledger import queries
from coursehub.ledger.models import Journal
from coursehub.ledger.operations import AccountRef, Leg, post

Book = Callable[..., Journal]


def leg(code: str, amount_minor: int, party: str | None = None, path: str | None = None) -> Leg:
    return Leg(AccountRef(code, party), amount_minor, path)


def a_sale() -> list[Leg]:
    return [
        leg("asset:rail:stripe", 4849),
        leg("liability:tax", -283),
        leg("liability:payable:held", -3302, "northwind", "split.makers"),
        leg("income:share", -1264, None, "split.rest"),
    ]


@pytest.fixture
def book(app: object, at: datetime) -> Book:
    """Book one journal in a transaction of its own; a sale unless told otherwise."""

    def booked(effect_key: str = "sale:pay_1", legs: list[Leg] | None = None, **others: Any) -> Journal:
        values: dict[str, Any] = {"kind": "sale", "occurred_at": at, "at": at, "currency": "EUR"} | others
        with transaction():
            return queries.journal(post(effect_key=effect_key, postings=a_sale() if legs is None else legs, **values).id)

    return booked


@pytest.fixture
def told(request: pytest.FixtureRequest) -> str:
    """The journal that the docstring of the test tells."""
    return inspect.cleandoc(request.function.__doc__)
