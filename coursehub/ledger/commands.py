"""`coursehub books …`: prove the books, and hand them to other programs."""

import sys
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from coursehub.ledger import checks, exports


@click.group()
def books() -> None:
    """Prove the books, and hand them to other programs."""


@books.command()
@with_appcontext
def check() -> None:
    """Compute sums, balances and hashes again; exit 1 when anything is wrong."""
    result = checks.check_books()
    for fault in result.faults:
        click.echo(fault)
    click.echo(result.summary)
    if result.faults:
        sys.exit(1)


@books.command()
@click.option("--format", "name", type=click.Choice(sorted(exports.FORMATS)), required=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Leave out what occurred on this day (UTC) or later.")
@with_appcontext
def export(name: str, until: datetime | None) -> None:
    """Write the books to standard output."""
    for line in exports.FORMATS[name](until=until.replace(tzinfo=UTC) if until else None):
        click.echo(line)


commands = [books]
