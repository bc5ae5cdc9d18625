"""`coursehub statements …`: prove that what was issued is what the books say."""

import click
from flask.cli import with_appcontext

from coursehub.statements import checks


@click.group()
def statements() -> None:
    """Prove the statements of partners."""


@statements.command()
@with_appcontext
def check() -> None:
    """Reckon every statement again; fails when anything differs."""
    found = list(checks.faults())
    for fault in found:
        click.echo(fault)
    if found:
        raise click.ClickException(f"{len(found)} faults")
    click.echo("Every statement is what the books say, adds up, and begins where the one before ended.")


commands = [statements]
