"""The ledger peer: django-hordak on a PostgreSQL database of its own."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def settings(url: str) -> dict[str, Any]:
    """Django's settings for one database."""
    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.strip("/"), "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""), "HOST": host, "PORT": str(parts.port or ""), "CONN_MAX_AGE": None,
    }  # fmt: skip
    return {
        "DATABASES": {"default": database}, "SECRET_KEY": "only a bench", "USE_TZ": True, "DEFAULT_CURRENCY": "CNY",
        "CURRENCIES": ["CNY"], "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
        "INSTALLED_APPS": ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
    }  # fmt: skip


def booker() -> Any:
    """Migrate, open four accounts, and give back what books one transaction of four legs."""
    from datetime import UTC, datetime

    from django.core.management import call_command
    from django.db import transaction
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    call_command("migrate", verbosity=0)
    kinds = (AccountType.asset, AccountType.liability, AccountType.income, AccountType.liability)
    accounts = [
        Account.objects.create(name=f"bench {n}", code=str(n), type=kind, currencies=["CNY"])
        for n, kind in enumerate(kinds, start=1)
    ]

    def book(_key: str, n: int) -> None:
        gross = 10_000 + n % 997
        with transaction.atomic():
            made = Transaction.objects.create(date=datetime.now(UTC).date(), description="sale")
            amounts = (gross - 300, 600, 2_700, gross - 3_600)
            for place, (account, minor) in enumerate(zip(accounts, amounts, strict=True)):
                side = {"debit": Money(minor / 100, "CNY")} if place == 0 else {"credit": Money(minor / 100, "CNY")}
                Leg.objects.create(transaction=made, account=account, **side)

    return book
