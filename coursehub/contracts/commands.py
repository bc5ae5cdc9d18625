"""`coursehub contracts …`: prove that what sides wrote and signed is untouched."""

import click
from flask.cli import with_appcontext

from coursehub import proofs
from coursehub.contracts import checks


@click.group()
def contracts() -> None:
    """Prove the records of contracts."""


@contracts.command()
@with_appcontext
def check() -> None:
    """Compute every hash of every record, text and fact again, and every signature; fails when anything differs."""
    proofs.tell(checks.faults(), sound=checks.SOUND)


commands = [contracts]
