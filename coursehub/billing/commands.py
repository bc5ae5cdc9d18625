"""`coursehub billing …`: prove that the paper agrees with the books."""

import click
from flask.cli import with_appcontext

from coursehub import proofs
from coursehub.billing import checks


@click.group()
def billing() -> None:
    """Prove that invoices and receipts agree with the books."""


@billing.command()
@with_appcontext
def check() -> None:
    """Numbers without gaps, and every member's balance told twice; fails when anything differs."""
    proofs.tell(checks.faults(), sound=checks.SOUND)


commands = [billing]
