"""Search that finds two Chinese characters and whole or begun Latin words, on both databases.

We cut the text ourselves: runs of Chinese, Japanese and Korean characters become
pairs of neighbours (and single characters), everything else becomes lower-case
words. The database only ever sees such tokens: FTS5 on SQLite, a tsvector with a
GIN index on PostgreSQL. So both find the same things.
"""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, db, in_transaction

_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+[+#]*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_LONGEST = 60


class SearchEntry(Model):
    """The tokens of one thing in one language. `tokens` holds those of `head` too."""

    __tablename__ = "search_entry"
    __table_args__ = (
        sa.UniqueConstraint("kind", "ref_id", "locale", name="uq_search_entry_thing"),
        sa.Index("ix_search_entry_tokens", "tokens", postgresql_using="gin", postgresql_with={"fastupdate": "off"}).ddl_if(
            dialect="postgresql"
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(30))
    ref_id: Mapped[int] = mapped_column(sa.BigInteger)
    locale: Mapped[str] = mapped_column(sa.String(10))
    head: Mapped[str] = mapped_column(sa.Text)
    tokens: Mapped[Any] = mapped_column(sa.Text().with_variant(TSVECTOR(), "postgresql"))


_fts = sa.table("search_fts", sa.column("rowid"), sa.column("rank"), sa.column("search_fts"))


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [run.replace("+", "plus").replace("#", "sharp")[:_LONGEST] for run in _RUN.findall(plain)]


def bigrams(text: str) -> list[str]:
    """The tokens to look for: pairs of neighbouring Chinese characters, and Latin words.

    A single Chinese character standing alone stays as it is.
    """
    found: list[str] = []
    for run in _runs(text):
        if _IS_CJK.match(run) and len(run) > 1:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run)
    return found


def index_tokens(text: str) -> list[str]:
    """The tokens to store: the bigrams, and every single Chinese character as well."""
    singles = [char for run in _runs(text) if _IS_CJK.match(run) and len(run) > 1 for char in run]
    return bigrams(text) + singles


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def put(kind: str, id: int, locale: str, text: str, *, head: str = "") -> None:
    """Index one thing in one language; words of `head` (a title) weigh more. Inside a transaction."""
    if not in_transaction():
        raise RuntimeError("search.put() needs an open transaction()")
    titles, rest = " ".join(index_tokens(head)), " ".join(index_tokens(text))
    tokens: Any = f"{titles} {rest}".strip()
    if not _is_sqlite():
        tokens = sa.func.setweight(sa.func.to_tsvector(_simple(), titles), sa.literal_column("'A'")).op("||")(
            sa.func.setweight(sa.func.to_tsvector(_simple(), rest), sa.literal_column("'D'"))
        )
    drop(kind, id, locale)
    db.session.execute(sa.insert(SearchEntry).values(kind=kind, ref_id=id, locale=locale, head=titles, tokens=tokens))


def drop(kind: str, id: int, locale: str | None = None) -> None:
    """Forget one thing, in one language or in all. Inside a transaction."""
    if not in_transaction():
        raise RuntimeError("search.drop() needs an open transaction()")
    which = sa.delete(SearchEntry).where(SearchEntry.kind == kind, SearchEntry.ref_id == id)
    db.session.execute(which if locale is None else which.where(SearchEntry.locale == locale))


def forget_dropped() -> None:
    """Leave no word of what was dropped. SQLite only marks words as gone until it merges its lists; so all are merged now.

    For when somebody is forgotten: it reads the whole index. Inside a transaction.
    """
    if _is_sqlite():
        db.session.execute(sa.text("INSERT INTO search_fts(search_fts) VALUES ('optimize')"))


def wanted(query: str) -> str:
    """The words of a query as this database's own query language says them; empty if there are none."""
    terms = bigrams(query)[:20]
    if _is_sqlite():
        return " AND ".join(f'"{term}"' if _IS_CJK.match(term) else f'"{term}"*' for term in terms)
    return " & ".join(f"'{term}'" if _IS_CJK.match(term) else f"'{term}':*" for term in terms)


def matches(kind: str, query: "str | sa.BindParameter[str]", *, locale: str | None = None) -> sa.Select[int, float]:
    """The things of a kind that hold every word of the query: `ref_id` and `rank`, higher is better.

    An empty query, or one of punctuation only, matches nothing. A bound parameter in place of the
    query makes a statement that can be kept; its value is then `wanted(query)`, which must not be empty.
    """
    words = wanted(query) if isinstance(query, str) else query
    if isinstance(words, str) and not words:
        found = sa.select(SearchEntry.ref_id, sa.literal(0.0).label("rank")).where(sa.false())
    else:
        found = _matches_sqlite(words) if _is_sqlite() else _matches_postgresql(words)
    # Joined with nothing, the column has no index, so SQLite begins with the words and not with every entry of the kind.
    found = found.where((SearchEntry.kind.concat("") if _is_sqlite() else SearchEntry.kind) == kind)
    if locale is not None:
        found = found.where(SearchEntry.locale == locale)
    inner = found.subquery()
    return sa.select(inner.c.ref_id, sa.func.max(inner.c.rank).label("rank")).group_by(inner.c.ref_id)


def ids_matching(kind: str, query: str, *, locale: str | None = None, limit: int = 50) -> list[int]:
    """The ids of the best matches, best first."""
    found = matches(kind, query, locale=locale)
    ranked = found.order_by(sa.desc("rank"), found.selected_columns.ref_id).limit(limit)
    return [row.ref_id for row in db.session.execute(ranked)]


def _matches_sqlite(words: "str | sa.BindParameter[str]") -> sa.Select[Any]:
    found = sa.select(SearchEntry.ref_id, (-_fts.c.rank).label("rank")).join(_fts, _fts.c.rowid == SearchEntry.id)
    return found.where(_fts.c.search_fts.op("MATCH")(words))


def _matches_postgresql(words: "str | sa.BindParameter[str]") -> sa.Select[Any]:
    query = sa.func.to_tsquery(_simple(), words)
    found = sa.select(SearchEntry.ref_id, sa.func.ts_rank(SearchEntry.tokens, query).label("rank"))
    return found.where(SearchEntry.tokens.op("@@")(query))


def _simple() -> sa.ColumnElement[Any]:
    return sa.literal_column("'simple'::regconfig")
