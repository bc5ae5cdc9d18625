"""`coursehub statements …`: prove that what was issued is what the books say, and tell what a month did to every partner."""

import csv
import sys

import click
from flask.cli import with_appcontext

from coursehub import clock, proofs
from coursehub.money import as_decimal
from coursehub.statements import checks, queries
from coursehub.statements.months import read_month


@click.group()
def statements() -> None:
    """Prove the statements of partners."""


@statements.command()
@with_appcontext
def check() -> None:
    """Reckon every statement again; fails when anything differs."""
    proofs.tell(checks.faults(), sound=checks.SOUND)


@statements.command()
@click.argument("month")
@with_appcontext
def totals(month: str) -> None:
    """What a month (2026-03) did to every partner's accounts, as CSV: a row for each partner, currency and kind of journal."""
    asked = read_month(month)
    if asked is None:
        raise click.BadParameter("a month is written like 2026-03", param_hint="MONTH")
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["party", "currency", "kind", "amount"])
    for (party, currency), moved in sorted(queries.moved_by_party(asked, clock.now()).items()):
        rows.writerows([party, currency, kind, as_decimal(amount, currency)] for kind, amount in sorted(moved.items()))


commands = [statements]
