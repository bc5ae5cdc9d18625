"""`python -m bench.posting ours|raw|hordak`: reads how many journals to write and how many of them in one transaction (one,
unless it is said), answers how long each transaction took.

A journal has four legs: what the rail owes, tax, the house's share, a partner's.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime

Booker = tuple[Callable[[str, int], None], Callable[[], AbstractContextManager[object]]]
"""What books one journal under an effect key, whose number picks the amount; and the transaction in which it does."""


def ours() -> Booker:
    """Our ledger's own operation."""
    from coursehub.app import create_app
    from coursehub.db import transaction
    from coursehub.ledger.operations import AccountRef, Leg, post

    create_app().app_context().push()

    def book(key: str, n: int) -> None:
        gross, at = 10_000 + n % 997, datetime.now(UTC)
        post(
            kind="sale", effect_key=key, occurred_at=at, at=at, currency="CNY",
            postings=[
                Leg(AccountRef("asset:rail:stripe"), gross - 300), Leg(AccountRef("liability:tax"), -600, "/base"),
                Leg(AccountRef("income:share"), -2_700, "/rates/rest"),
                Leg(AccountRef("liability:payable:held", "benchpartner"), -(gross - 3_600), "/split"),
            ],
        )  # fmt: skip

    return book, transaction


def raw() -> Booker:
    """The same tables by raw SQL."""
    from bench.floors import journals
    from bench.floors.database import database

    db = database()

    def book(key: str, n: int) -> None:
        gross = 10_000 + n % 997
        journals.book(
            db, "sale", key, "CNY",
            [("asset:rail:stripe", "", gross - 300, None), ("liability:tax", "", -600, "/base"),
             ("income:share", "", -2_700, "/rates/rest"), ("liability:payable:held", "benchpartner", -(gross - 3_600), "/split")],
            datetime.now(UTC), terms_hash=None,
        )  # fmt: skip

    @contextmanager
    def committed() -> Iterator[None]:
        db.begin()
        yield
        db.commit()

    return book, committed


def hordak() -> Booker:
    """django-hordak, the peer: one transaction with four legs, the way its documents show."""
    import django
    from django.conf import settings

    from bench import peer

    settings.configure(**peer.settings(os.environ["DATABASE_URL"]))
    django.setup()
    return peer.booker(), nullcontext


def main() -> None:
    """Answer line by line until there are no more."""
    book, committed = {"ours": ours, "raw": raw, "hordak": hordak}[sys.argv[1]]()
    print(json.dumps("ready"), flush=True)
    for run, line in enumerate(sys.stdin, start=1):
        took = []
        many, at_once = (*map(int, line.split()), 1)[:2]
        for first in range(0, many, at_once):
            began = time.perf_counter()
            with committed():
                for n in range(first, first + at_once):
                    book(f"bench:{sys.argv[1]}:{run}:{n}", n)
            took.append(time.perf_counter() - began)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
