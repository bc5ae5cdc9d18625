"""Booking: the only way anything enters the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy import func as sql

from coursehub.db import db, look, new_public_id, session_connection, transaction
from coursehub.ledger import chain, queries, sealing
from coursehub.ledger.accounts import OpenedAccounts, account_id
from coursehub.ledger.chain import Header, Line
from coursehub.ledger.merkle import Tree
from coursehub.ledger.models import ChainHead, DayRoot, Journal, Posting
from coursehub.ledger.sealing import Written
from coursehub.prepared import Prepared


class EffectAlreadyBooked(RuntimeError):
    """The same effect key came with other content: two parts of the program disagree about one effect."""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account by name; it is opened when something is first posted to it.

    code: `asset:bank`, `liability:payable:held`, ...; its first word is the kind.
    party: the public id of an organisation, or None.
    """

    code: str
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg to be posted: debit positive, credit negative; a leg of zero is left out.

    currency: if it is another than the journal's, whose legs of each currency balance by themselves.
    """

    account: AccountRef
    amount_minor: int
    term_path: str | None = None
    currency: str | None = None


class Booked(NamedTuple):
    """A journal that stands in the books: its number, and the hash it is chained with."""

    id: int
    hash: str


def post(
    *,
    kind: str,
    effect_key: str,
    occurred_at: datetime,
    at: datetime,
    postings: Sequence[Leg],
    currency: str,
    terms_hash: str | None = None,
    reverses: int | None = None,
) -> Booked:
    """Book one balanced journal in the open transaction, once per `effect_key`.

    The same key with the same content gives back what was booked the first time.
    From here to the commit everyone else who books waits in the queue of the chain
    head: let this be the last lock that an operation takes.

    kind:     what happened, one word: `sale`, `refund`, `correction`, ...
    reverses: the id of the journal that this one takes back, wholly or in part.

    Raises EffectAlreadyBooked if the key was used for something else, ValueError if
    nothing moves, and the database's IntegrityError if the legs do not balance or
    take back too much.
    """
    lines = _lines(effect_key, postings, currency)
    with transaction():
        connection = session_connection()
        head = _take_head(connection, effect_key)
        header = Header(head.height + 1, kind, effect_key, occurred_at, at, terms_hash, reverses)
        if head.booked_as is not None:
            return _booked_before(head.booked_as, header, lines)
        _opened.ensure(connection, head.book, lines)
        return _write(connection, header, lines, prev_hash=head.hash)


class Effect(NamedTuple):
    """A journal that `post_new` is to book; see `post`."""

    kind: str
    effect_key: str
    occurred_at: datetime
    postings: Sequence[Leg]
    currency: str


def post_new(effects: Sequence[Effect], *, at: datetime) -> list[Booked]:
    """Book many effects that nobody can have booked before, in their order: the end of the chain is asked for once.

    Their keys carry numbers that were made just now; one that was booked raises the database's IntegrityError. Otherwise as
    `post`.
    """
    every = [_lines(effect.effect_key, effect.postings, effect.currency) for effect in effects]
    booked: list[Booked] = []
    with transaction():
        connection = session_connection()
        head = _take_head(connection, "")
        _opened.ensure(connection, head.book, list({line[:3]: line for lines in every for line in lines}.values()))
        last = Booked(head.height, head.hash)
        for effect, lines in zip(effects, every, strict=True):
            header = Header(last.id + 1, effect.kind, effect.effect_key, effect.occurred_at, at, None, None)
            last = _write(connection, header, lines, prev_hash=last.hash)
            booked.append(last)
    return booked


def seal_days(*, at: datetime) -> int:
    """Give every day that is over its root, oldest first; how many days that were.

    A journal that is booked later, whatever moment it says, belongs to a day that is sealed later.
    """
    with transaction():
        if db.engine.dialect.name == "postgresql":  # on SQLite the transaction holds the write lock
            db.session.execute(_WAIT, {"number": _SEALING})
        last = queries.last_sealed_day()
        after = last.through_id if last else 0
        unsealed = select(Journal.id, Journal.recorded_at, Journal.hash).where(Journal.id > after).order_by(Journal.id)
        written = [Written(*row) for row in db.session.execute(unsealed)]
        if last is None and not written:
            return 0
        since = last.day + sealing.DAY if last else min(sealing.day_of(journal.recorded_at) for journal in written)
        sealed = []
        for day, journals in sealing.days_of(written, since=since, until=sealing.day_of(at)):
            tree = Tree([bytes.fromhex(journal.hash) for journal in journals])
            through = after + len(journals)
            sealed.append({"day": day, "after_id": after, "through_id": through, "root": tree.root.hex(), "sealed_at": at})
            after = through
        if sealed:
            db.session.execute(insert(DayRoot), sealed)
    return len(sealed)


def stand_in_line() -> None:
    """Wait for everyone who books, in the open transaction: what is read of the books from here to the commit stays so.

    For an operation that books what it reads. Like `post`, let this be the last lock that it takes.
    """
    with transaction():
        _take_head(session_connection(), "")


_SEALING = 0x5EA1_DA75  # one seals at a time; any number that no other lock uses
_BEGINNING = 0xB001_BE61  # one begins the book
_WAIT = text("SELECT pg_advisory_xact_lock(:number)")
_opened = OpenedAccounts()
_POSTINGS = Prepared(insert(Posting.__table__))  # type: ignore[arg-type]
_JOURNAL = Prepared(insert(Journal.__table__))  # type: ignore[arg-type]
_BOOKED_AS = select(Journal.id).where(Journal.effect_key == bindparam("effect_key"))
# One round trip: lock the head and look for the effect.
_HEAD = select(
    ChainHead.height,
    ChainHead.hash,
    ChainHead.book,
    _BOOKED_AS.scalar_subquery().label("booked_as"),
    select(sql.max(Journal.id)).scalar_subquery().label("seen"),
).with_for_update(of=ChainHead)
_BEGIN_BOOK = text(
    "INSERT INTO chain_head (id, book, height, hash) SELECT 1, :book, 0, :hash "
    "WHERE NOT EXISTS (SELECT 1 FROM chain_head) ON CONFLICT DO NOTHING"
)


class _Head(NamedTuple):
    """Where the chain ends now, under lock, and as which journal the effect was booked before."""

    height: int
    hash: str
    book: str
    booked_as: int | None


def _take_head(connection: Connection, effect_key: str) -> _Head:
    wanted = {"effect_key": effect_key}
    row = look(_HEAD, wanted).one_or_none()
    if row is None:  # the very first journal: who comes second waits here, and then finds the book begun
        if connection.dialect.name == "postgresql":
            connection.execute(_WAIT, {"number": _BEGINNING})
        row = look(_HEAD, wanted).one_or_none()
    if row is None:
        book = new_public_id()
        connection.execute(_BEGIN_BOOK, {"book": book, "hash": chain.genesis(book)})
        row = look(_HEAD, wanted).one()
    height, head_hash, book, booked_as, seen = row
    if (seen or 0) < height:  # we waited for the lock: what was seen beside it is older than it
        booked_as = connection.execute(_BOOKED_AS, wanted).scalar()
    return _Head(height, head_hash, book, booked_as)


def _lines(effect_key: str, postings: Sequence[Leg], currency: str) -> list[Line]:
    lines = [
        Line(leg.account.code, leg.account.party or "", leg.currency or currency, leg.amount_minor, leg.term_path)
        for leg in postings
        if leg.amount_minor
    ]
    if not lines:
        raise ValueError(f"{effect_key} moves nothing")
    return lines


def _write(connection: Connection, header: Header, lines: Sequence[Line], *, prev_hash: str) -> Booked:
    linked = chain.link(header, lines, prev_hash=prev_hash)
    _POSTINGS.rows([_row(header.id, n, line) for n, line in enumerate(lines, start=1)], connection)
    # The header closes the journal: see the triggers.
    _JOURNAL({**header._asdict(), "prev_hash": prev_hash, "hash": linked}, connection)
    return Booked(header.id, linked)


def _row(journal_id: int, n: int, line: Line) -> dict[str, Any]:
    return {
        "journal_id": journal_id,
        "n": n,
        "account_id": account_id(line.code, line.party, line.currency),
        "currency": line.currency,
        "amount_minor": line.amount_minor,
        "term_path": line.term_path,
    }


def _booked_before(journal_id: int, header: Header, lines: Sequence[Line]) -> Booked:
    journal = queries.journal(journal_id)
    before = (journal.kind, journal.occurred_at, journal.terms_hash, journal.reverses, queries.lines_of(journal_id))
    now = (header.kind, header.occurred_at, header.terms_hash, header.reverses, list(lines))
    if before != now:
        raise EffectAlreadyBooked(f"{header.effect_key} is journal {journal_id}, whose content differs")
    return Booked(journal.id, journal.hash)
