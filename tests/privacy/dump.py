"""Everything that the database and the files folder hold, as text to search in."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from coursehub.config import current_settings
from coursehub.db import db


def traces(canaries: list[str]) -> list[str]:
    """Where any of these texts stands: `table.column: canary` for rows, the name for files (zips are looked into)."""
    found = []
    for place, text in [*_rows(), *_files(), *_bytes()]:
        found += [f"{place}: {canary}" for canary in canaries if canary.casefold() in text.casefold()]
    return sorted(set(found))


def _rows() -> Iterator[tuple[str, str]]:
    with db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        for name in names:
            for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings():
                for column, value in row.items():
                    if value is None or isinstance(value, int | float | bool):
                        continue
                    if isinstance(value, bytes):
                        yield f"{name}.{column}", value.decode("utf-8", "replace")
                    else:  # JSON in SQLite is text that may hold \uXXXX
                        yield f"{name}.{column}", json.dumps(value, ensure_ascii=False, default=str)
                        if isinstance(value, str) and "\\u" in value:
                            yield f"{name}.{column}", value.encode().decode("unicode_escape", "replace")


def _files() -> Iterator[tuple[str, str]]:
    folder = current_settings().files
    for path in sorted(folder.rglob("*")) if folder.exists() else []:
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path.name, data.decode("utf-8", "replace")
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.namelist():
                    yield f"{path.name}/{member}", archive.read(member).decode("utf-8", "replace")


def _bytes() -> Iterator[tuple[str, str]]:
    """The very bytes of SQLite's files, with what lingers in free pages and in the log."""
    if db.engine.dialect.name != "sqlite" or not db.engine.url.database:
        return
    whole = Path(db.engine.url.database)
    for path in (whole, whole.with_name(f"{whole.name}-wal")):
        if path.exists():
            yield f"bytes of {path.suffix}", path.read_bytes().decode("utf-8", "replace")
