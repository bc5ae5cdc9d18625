"""Computing every link of the chain again, fast enough for millions: the driver's own rows become the canonical form."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, select, type_coerce

from coursehub.ledger.chain import account_text, document, leg_text, moment_text, words
from coursehub.ledger.models import Account, Journal, Posting
from coursehub.plans import plan_of

AT_ONCE = 2000
"""So many journals are in memory at a time."""


class Link(NamedTuple):
    """A journal's number, the hash it says stands before it, its own as it is kept, and the one that what it says gives."""

    number: int
    prev_hash: str
    kept: str
    computed: str


class _Texts(dict[str | None, str]):
    """Words as JSON writes them, for those that come again and again: kinds, currencies, terms and their clauses."""

    def __missing__(self, said: str | None) -> str:
        self[said] = text = words(said)
        return text


def computed(connection: Connection) -> Iterator[Link]:
    """Every link in the order of the chain."""
    journals, postings = plan_of(_JOURNALS, connection.dialect), plan_of(_POSTINGS, connection.dialect)
    named = connection.execute(select(Account.id, Account.code, Account.party))
    accounts = {number: account_text(code, party) for number, code, party in named}
    moment = _stored_moment if connection.dialect.name == "sqlite" else moment_text
    texts, last = _Texts(), 0
    while rows := journals.unread(connection, {"after": last}):
        first, last = rows[0][0], rows[-1][0]
        legs = {
            number: [
                leg_text(accounts.get(account, ""), texts[currency], minor, texts[path])
                for _number, account, currency, minor, path in group
            ]
            for number, group in groupby(postings.unread(connection, {"first": first, "last": last}), itemgetter(0))
        }
        yield from (_link(row, legs.get(row[0], []), texts, moment) for row in rows)


def _link(row: Any, legs: list[str], texts: _Texts, moment: Callable[[Any], str]) -> Link:
    number, kind, effect_key, occurred_at, recorded_at, terms_hash, reverses, prev_hash, kept = row
    moments = moment(occurred_at), moment(recorded_at)
    header = (number, texts[kind], words(effect_key), *moments, texts[terms_hash], reverses)
    said = document(header, legs, words(prev_hash))
    return Link(number, prev_hash, kept, sha256(said).hexdigest())


def _stored_moment(stored: str) -> str:
    """SQLite keeps a moment as text, in UTC to the microsecond: `2026-03-02 09:00:00.000000`."""
    return f"{stored[:10]}T{stored[11:]}+00:00"


# Moments are taken as they are stored: making objects of them and text again is a third of the work.
_JOURNALS = (
    select(
        Journal.id, Journal.kind, Journal.effect_key, type_coerce(Journal.occurred_at, String),
        type_coerce(Journal.recorded_at, String), Journal.terms_hash, Journal.reverses, Journal.prev_hash, Journal.hash,
    )
    .where(Journal.id > bindparam("after"))
    .order_by(Journal.id)
    .limit(AT_ONCE)
)  # fmt: skip
_POSTINGS = (
    select(Posting.journal_id, Posting.account_id, Posting.currency, Posting.amount_minor, Posting.term_path)
    .where(Posting.journal_id.between(bindparam("first"), bindparam("last")))
    .order_by(Posting.journal_id, Posting.n)
)
