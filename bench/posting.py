"""`python -m bench.posting ours|raw|hordak`: reads how many journals to write, answers how long each took.

A journal has four legs: what the rail owes, tax, the house's share, a partner's.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

Booker = Callable[[str, int], None]
"""Books one journal under an effect key; the number picks the amount."""


def ours() -> Booker:
    """Our ledger's own operation."""
    from coursehub.app import create_app
    from coursehub.db import transaction
    from coursehub.ledger.operations import AccountRef, Leg, post

    create_app().app_context().push()

    def book(key: str, n: int) -> None:
        gross, at = 10_000 + n % 997, datetime.now(UTC)
        with transaction():
            post(
                kind="sale", effect_key=key, occurred_at=at, at=at, currency="CNY",
                postings=[
                    Leg(AccountRef("asset:rail:stripe"), gross - 300), Leg(AccountRef("liability:tax"), -600, "/base"),
                    Leg(AccountRef("income:share"), -2_700, "/rates/rest"),
                    Leg(AccountRef("liability:payable:held", "benchpartner"), -(gross - 3_600), "/split"),
                ],
            )  # fmt: skip

    return book


def raw() -> Booker:
    """The same tables by raw SQL."""
    from bench.floors import journals
    from bench.floors.database import database

    db = database()

    def book(key: str, n: int) -> None:
        gross = 10_000 + n % 997
        db.begin()
        journals.book(
            db, "sale", key, "CNY",
            [("asset:rail:stripe", "", gross - 300, None), ("liability:tax", "", -600, "/base"),
             ("income:share", "", -2_700, "/rates/rest"), ("liability:payable:held", "benchpartner", -(gross - 3_600), "/split")],
            datetime.now(UTC), terms_hash=None,
        )  # fmt: skip
        db.commit()

    return book


def hordak() -> Booker:
    """django-hordak, the peer: one transaction with four legs, the way its documents show."""
    import django
    from django.conf import settings

    from bench import peer

    settings.configure(**peer.settings(os.environ["DATABASE_URL"]))
    django.setup()
    return peer.booker()


def main() -> None:
    """Answer line by line until there are no more."""
    book = {"ours": ours, "raw": raw, "hordak": hordak}[sys.argv[1]]()
    print(json.dumps("ready"), flush=True)
    for run, line in enumerate(sys.stdin, start=1):
        took = []
        for n in range(int(line)):
            began = time.perf_counter()
            book(f"bench:{sys.argv[1]}:{run}:{n}", n)
            took.append(time.perf_counter() - began)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
