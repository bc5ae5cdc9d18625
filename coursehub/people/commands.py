"""`coursehub people …`: what an installation needs before anybody can sign in."""

import click
from flask.cli import with_appcontext

from coursehub import clock, proofs
from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.people import checks, operations, passwords, queries
from coursehub.people.models.organisations import ROLES, STAFF_ROLES


@click.group("people")
def people() -> None:
    """Found the house, enter people, give staff their roles."""


@people.command("found-house")
@with_appcontext
def found_house() -> None:
    """Found the house under the names from the settings."""
    settings = current_settings()
    try:
        house = operations.found_organisation(
            name=settings.house_name, name_en=settings.house_name_en, slug=settings.house_slug, is_house=True, at=clock.now()
        )
        operations.grant_right(house, "sells", at=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"The house is {house.name} ({house.name_en}).")


@people.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name others see.")
@click.option("--locale", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
@click.password_option(help="Asked for when not given.")
@with_appcontext
def add(email: str, name: str, locale: str, password: str) -> None:
    """Enter a confirmed person."""
    if problem := passwords.weakness(password, about=[email, name]):
        raise click.ClickException(problem)
    try:
        operations.enter_person(display_name=name, email=email, password=password, locale=locale, at=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{name} can sign in.")


@people.command("give-role")
@click.argument("email")
@click.argument("role", type=click.Choice([*ROLES, *STAFF_ROLES]))
@click.option("--organisation", "slug", default=None, help="The organisation's short name; the house when not given.")
@with_appcontext
def give_role(email: str, role: str, slug: str | None) -> None:
    """Give somebody a role in the house, or in another organisation."""
    person = queries.person_by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody here has the address {email}.")
    try:
        organisation = queries.organisation_by_slug(slug) if slug else queries.house()
        if organisation is None:
            raise click.ClickException(f"There is no organisation {slug}.")
        operations.add_member(organisation, person, role, at=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{email} is now {role} of {organisation.name}.")


@people.command("check")
@with_appcontext
def check() -> None:
    """Compute the chain of audit lines again; fails when one was altered, deleted or put in between."""
    proofs.tell(checks.faults(), sound=checks.SOUND)


commands = [people]
