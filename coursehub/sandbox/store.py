"""Where the sandbox keeps its objects: one SQLite file, or memory."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coursehub.sandbox.errors import missing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_by_time ON object (kind, created, seq);
CREATE INDEX IF NOT EXISTS object_by_intent ON object (kind, json_extract(body, '$.payment_intent'), created, seq);
CREATE INDEX IF NOT EXISTS object_by_charge ON object (kind, json_extract(body, '$.charge'), created, seq);
CREATE INDEX IF NOT EXISTS object_by_source ON object (kind, json_extract(body, '$.source'), created, seq);
CREATE INDEX IF NOT EXISTS object_by_status ON object (kind, json_extract(body, '$.status'), created, seq);
CREATE TABLE IF NOT EXISTS replay (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
  id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, endpoint_id TEXT NOT NULL, due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending', answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due_at, id);
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event_id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

Body = dict[str, Any]


class Store:
    """Objects by id, lists by time, remembered answers, deliveries, settings and the clock."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10)
        self._lock = threading.RLock()
        self._depth = 0
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One writer at a time; blocks join, the outermost commits."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if outermost:
                    self._db.execute("COMMIT")
            except BaseException:
                if outermost:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # Objects

    def put(self, body: Body) -> Body:
        """Keep an object, new or changed."""
        with self._lock:
            self._db.execute(
                "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (body["id"], body["object"], body["created"], json.dumps(body, ensure_ascii=False)),
            )
        return body

    def find(self, kind: str, id: str) -> Body | None:
        """The object, or None."""
        found = self.rows("SELECT body FROM object WHERE id = ? AND kind = ?", id, kind)
        return json.loads(found[0][0]) if found else None

    def get(self, kind: str, id: str, param: str = "id") -> Body:
        """The object, or Stripe's refusal."""
        body = self.find(kind, id)
        if body is None:
            raise missing(kind, id, param)
        return body

    def matching(self, kind: str, **fields: object) -> list[Body]:
        """All objects of a kind whose fields have these values, oldest first."""
        where = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in fields)
        found = self.rows(f"SELECT body FROM object WHERE kind = ?{where} ORDER BY created, seq", kind, *fields.values())
        return [json.loads(body) for (body,) in found]

    def page(
        self,
        kind: str,
        *,
        fields: Mapping[str, object],
        created: Mapping[str, int],
        limit: int,
        starting_after: str | None,
        ending_before: str | None,
        extra: str = "",
    ) -> tuple[list[Body], bool]:
        """A page of a list, newest first, and whether more follow. `extra` is SQL of ours, never a caller's."""
        where, values = ["kind = ?"], [kind]  # type: tuple[list[str], list[object]]
        for name, value in fields.items():
            where.append(f"json_extract(body, '$.{name}') = ?")
            values.append(value)
        for word, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<="), ("is", "=")):
            if word in created:
                where.append(f"created {sign} ?")
                values.append(created[word])
        back = ending_before is not None
        cursor = ending_before or starting_after
        if cursor is not None:
            place = self.rows("SELECT created, seq FROM object WHERE id = ? AND kind = ?", cursor, kind)
            if not place:
                raise missing(kind, cursor, "ending_before" if back else "starting_after")
            where.append(f"(created, seq) {'>' if back else '<'} (?, ?)")
            values.extend(place[0])
        order = "created, seq" if back else "created DESC, seq DESC"
        found = self.rows(
            f"SELECT body FROM object WHERE {' AND '.join(where)}{extra} ORDER BY {order} LIMIT ?", *values, limit + 1
        )
        bodies = [json.loads(body) for (body,) in found[:limit]]
        return (bodies[::-1] if back else bodies), len(found) > limit

    def drop(self, id: str) -> None:
        """Forget an object (webhook endpoints can be deleted)."""
        self.rows("DELETE FROM object WHERE id = ?", id)

    # Settings and time

    def setting(self, name: str, default: Any = None) -> Any:
        """A kept setting."""
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def keep(self, name: str, value: Any) -> None:
        """Keep a setting."""
        self.rows("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, json.dumps(value))

    def now(self) -> int:
        """The sandbox's time in Unix seconds: the machine's, or the one that a test set."""
        stopped = self.setting("stopped_at")
        if stopped is not None:
            return int(stopped)
        return int(time.time()) + int(self.setting("clock_offset", 0))
