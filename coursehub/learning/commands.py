"""`coursehub exercises` and `coursehub credentials`: what operators and authors do from the command line."""

import sys
from pathlib import Path

import click
from flask_babel import force_locale

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.learning.credentials import operations
from coursehub.learning.grading.exercises import check_course


@click.group()
def exercises() -> None:
    """Code exercises of a course."""


@exercises.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path) -> None:
    """Run every exercise of a course folder: references must pass, wrong answers must fail and say why."""
    try:
        checked = check_course(folder)
    except Refusal as refusal:
        with force_locale("en"):
            click.echo(str(refusal), err=True)
        sys.exit(2)
    for exercise in checked:
        click.echo(f"{exercise.step}: {exercise.cases} cases, {exercise.wrong_answers} wrong answers")
        for problem in exercise.problems:
            click.echo(f"  {problem}")
    broken = sum(bool(exercise.problems) for exercise in checked)
    click.echo(f"{len(checked)} exercises, {broken} with problems.")
    if broken:
        sys.exit(1)


@click.group()
def credentials() -> None:
    """Credentials and the keys that sign them."""


@credentials.command("change-key")
@click.option("--compromised", is_flag=True, help="Somebody else may have the old key: nothing signed with it counts any more.")
def change_key(compromised: bool) -> None:
    """Sign with a new key from now on. The private half of the old one is destroyed."""
    key = operations.change_key(at=clock.now(), compromised=compromised)
    click.echo(f"New credentials are signed with {key.public_multibase}.")
    if compromised:
        click.echo("The worker now signs the credentials of the old key again.")


commands = [exercises, credentials]
