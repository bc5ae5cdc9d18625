"""Backup, restore, verify: one tar archive of the database's rows and of every file.

Rows travel as JSON lines per table, written by the schema the code knows, so an
archive made on SQLite can be restored on PostgreSQL and the other way round. A
manifest carries the count and the SHA-256 of every member.
"""

import base64
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from coursehub import schema
from coursehub.config import current_settings
from coursehub.db import db, transactional

FORMAT = "coursehub-backup/1"
BATCH = 2000


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return {"~": "moment" if isinstance(value, datetime) else "day", "v": value.isoformat()}
    if isinstance(value, bytes):
        return {"~": "bytes", "v": base64.b64encode(value).decode()}
    return value


def _live(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"~", "v"}:
        read: dict[str, Callable[[str], Any]] = {
            "moment": datetime.fromisoformat,
            "day": date.fromisoformat,
            "bytes": base64.b64decode,
        }
        return read[value["~"]](value["v"])
    return value


def _tables() -> list[sa.Table]:
    """Every table in an order in which rows can be written again."""
    return [table for table in db.metadata.sorted_tables if not table.name.startswith("search_")]


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    keys = list(table.primary_key.columns)
    result = connection.execution_options(yield_per=BATCH).execute(sa.select(table).order_by(*keys))
    for row in result:
        values = {name: _plain(value) for name, value in row._mapping.items()}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _add(tar: tarfile.TarFile, name: str, stream: Any, size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    tar.addfile(info, stream)


def back_up(target: str, *, at: datetime) -> str:
    """Write the archive to `target`; one consistent reading of the database, then the files it names.

    Files are never changed once written, so files stored meanwhile are only additions.
    """
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "revision": schema.revision(),
        "made_at": at.isoformat(),
        "tables": {},
        "files": {},
    }
    partial = Path(target + ".partial")
    with tarfile.open(partial, "w:gz", compresslevel=3) as tar, db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        for table in _tables():
            digest, count = hashlib.sha256(), 0
            with tempfile.TemporaryFile() as out:
                for line in _rows(connection, table):
                    digest.update(line)
                    count += 1
                    out.write(line)
                size = out.tell()
                out.seek(0)
                _add(tar, f"tables/{table.name}.jsonl", out, size)
            manifest["tables"][table.name] = {"rows": count, "sha256": digest.hexdigest()}
        files = current_settings().files
        for path in sorted(p for p in files.rglob("*") if p.is_file()) if files.is_dir() else []:
            name = path.relative_to(files).as_posix()
            manifest["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
            with path.open("rb") as stream:
                _add(tar, f"files/{name}", stream, path.stat().st_size)
        text = json.dumps(manifest, indent=1).encode()
        _add(tar, "manifest.json", io.BytesIO(text), len(text))
    partial.replace(target)
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    return f"{target}: {len(manifest['tables'])} tables with {rows} rows, {len(manifest['files'])} files."


def _manifest(tar: tarfile.TarFile, source: str) -> dict[str, Any]:
    try:
        member = tar.extractfile("manifest.json")
    except KeyError:
        member = None
    manifest: dict[str, Any] = json.loads(member.read()) if member else {}
    if manifest.get("format") != FORMAT:
        raise click.ClickException(f"{source} is not a coursehub backup.")
    return manifest


def _checked(tar: tarfile.TarFile, name: str, sha256: str) -> bytes:
    try:
        member = tar.extractfile(name)
    except KeyError:
        member = None
    data = member.read() if member else None
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise click.ClickException(f"The archive is damaged: {name} is not what was written.")
    return data


def verify(source: str) -> str:
    """Check every member of an archive against its manifest.

    Raises ClickException with the first thing that is wrong.
    """
    try:
        with tarfile.open(source, "r:gz") as tar:
            manifest = _manifest(tar, source)
            for table, entry in manifest["tables"].items():
                data = _checked(tar, f"tables/{table}.jsonl", entry["sha256"])
                if data.count(b"\n") != entry["rows"]:
                    raise click.ClickException(f"The archive is damaged: {table} has another number of rows.")
            for name, sha256 in manifest["files"].items():
                _checked(tar, f"files/{name}", sha256)
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise click.ClickException(f"{source} cannot be read to its end: {problem}.") from problem
    return f"{source} is whole: made {manifest['made_at']}, revision {manifest['revision']}."


def restore(source: str) -> str:
    """Read an archive into an empty installation at the same revision.

    Raises ClickException when the archive is damaged or the installation is not empty.
    """
    verify(source)
    if schema.revision() is None:
        schema.migrate()
    files = current_settings().files
    with tarfile.open(source, "r:gz") as tar:
        manifest = _manifest(tar, source)
        if manifest["revision"] != schema.revision():
            raise click.ClickException(f"The archive is at revision {manifest['revision']}, the database at {schema.revision()}.")
        with transactional().begin() as connection:
            _refuse_unless_empty(connection)
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            with _triggers_at_rest(connection):
                for table in _tables():
                    data = _checked(tar, f"tables/{table.name}.jsonl", manifest["tables"][table.name]["sha256"])
                    _write(connection, table, data)
            _restart_counters(connection)
        for name, sha256 in manifest["files"].items():
            target = files / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_checked(tar, f"files/{name}", sha256))
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    return f"Restored {rows} rows and {len(manifest['files'])} files from {source}."


@contextmanager
def _triggers_at_rest(connection: sa.Connection) -> Iterator[None]:
    """Rows come back as they were, not as new business: the ledger's guards would refuse them one by one.

    Inside the restoring transaction only; whoever restores checks the books afterwards.
    """
    if connection.dialect.name == "sqlite":
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name NOT LIKE 'search_%'"
        guards = connection.exec_driver_sql(found).all()
        for name, _sql in guards:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _name, sql in guards:
            connection.exec_driver_sql(sql)
        return
    for table in _tables():
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')
    yield
    for table in _tables():
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')


def _refuse_unless_empty(connection: sa.Connection) -> None:
    for table in _tables():
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise click.ClickException(f"This installation is not empty ({table.name} has rows); restore into a new one.")


def _write(connection: sa.Connection, table: sa.Table, data: bytes) -> None:
    rows = [{k: _live(v) for k, v in json.loads(line).items()} for line in data.splitlines()]
    for start in range(0, len(rows), BATCH):
        connection.execute(sa.insert(table), rows[start : start + BATCH])


def _restart_counters(connection: sa.Connection) -> None:
    """PostgreSQL's sequences do not follow rows that bring their own id."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        column = table.autoincrement_column
        if column is not None:
            connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', '{column.name}'), "
                    f'COALESCE((SELECT MAX("{column.name}") FROM "{table.name}"), 0) + 1, false)'
                )
            )
