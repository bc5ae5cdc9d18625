"""What a command of ours says when it has proved something: each fault on its line, and failure where there is one."""

from collections.abc import Iterable

import click


def tell(faults: Iterable[str], *, sound: str) -> None:
    """Print the faults as they are found, or else that all is sound. Raises ClickException (exit code 1) if there are any."""
    count = 0
    for fault in faults:
        click.echo(fault)
        count += 1
    if count:
        raise click.ClickException(f"{count} faults")
    click.echo(sound)
