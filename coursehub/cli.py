"""`coursehub …`: run it, look after it, import courses, check the books.

An error that a person can mend is one sentence on stderr and exit code 2.
"""

import os
import sys
import time

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup

from coursehub import __version__, clock, config, processes
from coursehub.config import OddSetting


def _create() -> Flask:
    from coursehub.app import create_app  # takes a second: not for `--help`, not for the parent of `run`

    return create_app()


class Commands(FlaskGroup):
    """The floor's commands and those of every room, found by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, sorted."""
        return sorted({*super().list_commands(ctx), *self._of_rooms()})

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """A command by its name; rooms' commands are imported only when asked for."""
        own = self.commands.get(name)
        return own or self._of_rooms().get(name)

    @staticmethod
    def _of_rooms() -> dict[str, click.Command]:
        from coursehub.app import parts

        return {str(command.name): command for module in parts("commands") for command in module.commands}


@click.group(cls=Commands, create_app=_create, add_default_commands=False, add_version_option=False)
@click.version_option(__version__, prog_name="coursehub")
def cli() -> None:
    """Host courses, share what they earn by signed terms, and let learners prove what they can do."""


@cli.command(with_appcontext=False)
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", envvar="COURSEHUB_WORKERS", default=0, help="Processes; 0 means one per core, or one on SQLite.")
@click.option(
    "--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Requests that a process answers at a time."
)
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the web pages (granian)."""
    from coursehub import serving

    settings = config.read()
    if not workers:
        workers = 1 if settings.database_url.startswith("sqlite") else (os.cpu_count() or 1)
    serving.serve(_create, host=host, port=port, workers=workers, threads=threads)


@cli.command(name="worker", with_appcontext=False)
def run_worker() -> None:
    """Do the work that requests leave for later: letters, webhooks, grading, schedules."""
    from coursehub import worker

    stop = worker.Stop()
    stop.listen()
    worker.work(_create(), stop)


@cli.command(with_appcontext=False)
def sandbox() -> None:
    """Run the payment sandbox on 127.0.0.1, for machines without Stripe keys."""
    from coursehub.sandbox import serving

    settings = config.read()
    serving.serve(
        port=settings.sandbox_port,
        state=settings.instance / "sandbox.sqlite3",
        webhook_url=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/webhooks/stripe",
        webhook_secret=settings.stripe_webhook_secret,
        public_url=f"http://localhost:{settings.sandbox_port}",
    )


@cli.command()
def migrate() -> None:
    """Bring the database to the shape this version needs."""
    from coursehub import schema

    schema.migrate()
    click.echo(f"The database is at revision {schema.revision()}.")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print a machine-readable report.")
@click.option("--books", is_flag=True, help="Prove as well all that is kept about money; minutes for a large book.")
def check(*, as_json: bool, books: bool) -> None:
    """Say in plain words whether this installation is ready, and what is missing."""
    from coursehub import preflight

    findings = preflight.look(current_app, at=clock.now())
    if books:
        findings += preflight.prove()
    click.echo(preflight.as_json(findings) if as_json else preflight.as_text(findings))
    if any(finding.severity == "stop" for finding in findings):
        sys.exit(1)


@cli.command()
@click.argument("target", type=click.Path(dir_okay=False))
def backup(target: str) -> None:
    """Write database and files into one archive."""
    from coursehub import archive

    report = archive.back_up(target, at=clock.now())
    click.echo(report)


@cli.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
def restore(source: str) -> None:
    """Read an archive into this installation, which must be empty."""
    from coursehub import archive
    from coursehub.catalog.operations.listing import index_listed_courses
    from coursehub.ledger.checks import check_books

    click.echo(archive.restore(source))
    click.echo(f"{index_listed_courses()} courses were put back into the search.")
    found = check_books()
    if found.faults:
        raise click.ClickException(f"The books of this archive do not verify: {found.faults[0]}")


@cli.command(with_appcontext=False)
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
def verify(source: str) -> None:
    """Check that a backup is whole: every file's hash, every table's count."""
    from coursehub import archive

    click.echo(archive.verify(source))


@cli.command(with_appcontext=False)
@click.option("--rebuild", is_flag=True, help="Throw the present demo away first.")
def demo(*, rebuild: bool) -> None:
    """Build the demo: twelve months of a lived-in platform, ending now."""
    from coursehub.demo import build

    build.build(rebuild=rebuild, tell=click.echo)


@cli.command(with_appcontext=False)
@click.option("--host", envvar="HOST", default="127.0.0.1")
@click.option("--port", envvar="PORT", default=8000, type=click.IntRange(1, 65535))
def run(host: str, port: int) -> None:
    """Everything at once on this machine: database, demo if empty, sandbox, worker and server."""
    begun = float(os.environ.get("COURSEHUB_STARTED_AT", time.time()))
    phases = [("install", time.time() - begun)] if "COURSEHUB_STARTED_AT" in os.environ else []
    mark = time.time()

    def phase(name: str) -> None:
        nonlocal mark
        phases.append((name, time.time() - mark))
        mark = time.time()

    os.environ["PORT"] = str(port)
    os.environ["COURSEHUB_DEMO"] = os.environ.get("COURSEHUB_DEMO", "1")
    settings = config.read()
    for taken in (port, settings.sandbox_port) if settings.uses_sandbox else (port,):
        if processes.is_taken("127.0.0.1", taken):
            raise click.ClickException(f"Port {taken} is in use by another program. Choose another with PORT=8010 make run.")
    for sentence in processes.missing_programs():
        click.echo(sentence)
    _prepare(settings)
    phase("database and demo")
    processes.end_on_signals()
    family = processes.Family()
    try:
        if settings.uses_sandbox:
            family.start("payment sandbox", "sandbox")
        family.start("worker", "worker")
        family.start("server", "serve", "--host", host, "--port", str(port))
        local = "127.0.0.1" if host in ("0.0.0.0", "localhost") else host  # noqa: S104 - compared, not bound
        if not processes.wait_until(f"http://{local}:{port}/healthz", family):
            raise click.ClickException(f"The {family.fallen() or 'server'} did not start; its message stands above.")
        phase("start")
        shares = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in phases)
        click.echo(f"coursehub is ready at http://localhost:{port} ({time.time() - begun:.0f} s: {shares})")
        while not (fallen := family.fallen()):
            time.sleep(0.3)
        raise click.ClickException(f"The {fallen} has stopped; its message stands above.")
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    finally:
        family.end()


def _prepare(settings: config.Settings) -> None:
    """Migrate, and on an empty database build the demo, in this process."""
    from coursehub import schema

    if schema.is_surely_current(settings):
        return
    from coursehub.app import create_app

    app = create_app(settings)
    with app.app_context():
        fresh = schema.revision() is None
        if schema.revision() != schema.newest_revision():
            schema.migrate()
    if settings.demo and fresh:
        from coursehub.demo import build

        build.build(rebuild=False, tell=click.echo, app=app)


def main() -> None:
    """The console command."""
    try:
        cli.main(prog_name="coursehub", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        click.echo(f"coursehub: {problem.format_message()}", err=True)
        sys.exit(2)
    except OddSetting as problem:
        click.echo(f"coursehub: {problem}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
