"""`coursehub payouts …`: prove that payouts agree with the books."""

import click
from flask.cli import with_appcontext

from coursehub import proofs
from coursehub.payouts import checks


@click.group()
def payouts() -> None:
    """Prove that payouts agree with the books."""


@payouts.command()
@with_appcontext
def check() -> None:
    """Every payout, every step and every claim told twice; fails when anything differs."""
    proofs.tell(checks.faults(), sound=checks.SOUND)


commands = [payouts]
