"""`coursehub privacy …`: hold the access log against the consents."""

import click
from flask.cli import with_appcontext

from coursehub.privacy.proof import violations


@click.group("privacy")
def privacy() -> None:
    """Prove that every opening of personal data had a right to it."""


@privacy.command("prove")
@with_appcontext
def prove() -> None:
    """Replay the access log; says nothing personal, and fails when an opening had no right at its instant."""
    found = violations()
    for violation in found:
        click.echo(f"opening {violation.opening_id} ({violation.purpose}): {violation.why}")
    if found:
        raise click.ClickException(f"{len(found)} openings had no right")
    click.echo("Every opening had a right to it at its instant.")


commands = [privacy]
