"""Booking: the only way anything enters the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, insert, select, text
from sqlalchemy import func as sql
from sqlalchemy.orm import make_transient_to_detached

from coursehub.db import db, new_public_id, transaction
from coursehub.ledger import chain, queries
from coursehub.ledger.chain import Header, Line
from coursehub.ledger.models import Account, ChainHead, Journal, Posting


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
    """One leg to be posted: debit positive, credit negative; a leg of zero is left out."""

    account: AccountRef
    amount_minor: int
    term_path: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """Where the chain ends now, under lock, and what else was there to see."""

    height: int
    hash: str
    booked_as: int | None
    accounts: dict[tuple[str, str], int]


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
) -> Journal:
    """Book one balanced journal in the open transaction, once per `effect_key`.

    The same key with the same content gives back the journal of the first time.
    From here to the commit everyone else who books waits in the queue of the chain
    head: let this be the last lock that an operation takes.

    kind:     what happened, one word: `sale`, `refund`, `correction`, ...
    reverses: the id of the journal that this one takes back, wholly or in part.

    Raises EffectAlreadyBooked if the key was used for something else, ValueError if
    nothing moves, and the database's IntegrityError if the legs do not balance or
    take back too much.
    """
    lines = [
        Line(leg.account.code, leg.account.party or "", currency, leg.amount_minor, leg.term_path)
        for leg in postings
        if leg.amount_minor
    ]
    if not lines:
        raise ValueError(f"{effect_key} moves nothing")
    with transaction():
        connection = db.session.connection()
        head = _take_head(connection, effect_key, lines)
        header = Header(head.height + 1, kind, effect_key, occurred_at, at, terms_hash, reverses)
        if head.booked_as is not None:
            return _booked_before(head.booked_as, header, lines)
        accounts = head.accounts
        if any((line.code, line.party) not in accounts for line in lines):
            accounts = _open_accounts(connection, lines)
        values = header._asdict() | {
            "prev_hash": head.hash,
            "hash": chain.link(header, lines, prev_hash=head.hash),
        }
        connection.execute(_POSTINGS, _rows(header.id, lines, accounts))
        connection.execute(_JOURNAL, values)  # closes the journal: see the triggers
        return _detached(values)


_ACCOUNT: Table = Account.__table__  # type: ignore[assignment]
_POSTINGS = insert(Posting.__table__)  # type: ignore[arg-type]
_JOURNAL = insert(Journal.__table__)  # type: ignore[arg-type]
_BOOKED_AS = select(Journal.id).where(Journal.effect_key == bindparam("effect_key"))
_NAMED = and_(
    Account.currency == bindparam("currency"),
    Account.code.in_(bindparam("codes", expanding=True)),
    Account.party.in_(bindparam("parties", expanding=True)),
)
# One round trip: lock the head, look for the effect, find the accounts.
_HEAD = (
    select(
        ChainHead.height,
        ChainHead.hash,
        _BOOKED_AS.scalar_subquery().label("booked_as"),
        select(sql.max(Journal.id)).scalar_subquery().label("seen"),
        Account.id,
        Account.code,
        Account.party,
    )
    .select_from(ChainHead)
    .outerjoin(Account, _NAMED)
    .with_for_update(of=ChainHead)
)
_BEGIN_BOOK = text(
    "INSERT INTO chain_head (id, book, height, hash) SELECT 1, :book, 0, :hash "
    "WHERE NOT EXISTS (SELECT 1 FROM chain_head) ON CONFLICT DO NOTHING"
)


def _take_head(connection: Connection, effect_key: str, lines: Sequence[Line]) -> _Head:
    wanted = _names(lines) | {"effect_key": effect_key}
    rows = connection.execute(_HEAD, wanted).all()
    if not rows:
        book = new_public_id()
        connection.execute(_BEGIN_BOOK, {"book": book, "hash": chain.genesis(book)})
        rows = connection.execute(_HEAD, wanted).all()
    first = rows[0]
    booked_as = first.booked_as
    if (first.seen or 0) < first.height:  # we waited for the lock: what was seen beside it is older than it
        booked_as = connection.execute(_BOOKED_AS, wanted).scalar()
    accounts = {(row.code, row.party): row.id for row in rows if row.id is not None}
    return _Head(first.height, first.hash, booked_as, accounts)


def _names(lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "currency": lines[0].currency,
        "codes": list({line.code for line in lines}),
        "parties": list({line.party for line in lines}),
    }


def _open_accounts(connection: Connection, lines: Sequence[Line]) -> dict[tuple[str, str], int]:
    """Open what is missing. Under the lock of the head nobody else opens any."""
    known = _known_accounts(connection, lines)
    missing = {(line.code, line.party): line.currency for line in lines if (line.code, line.party) not in known}
    if not missing:
        return known
    connection.execute(
        insert(_ACCOUNT),
        [
            {"code": code, "party": party, "currency": currency, "kind": code.partition(":")[0]}
            for (code, party), currency in missing.items()
        ],
    )
    return _known_accounts(connection, lines)


def _known_accounts(connection: Connection, lines: Sequence[Line]) -> dict[tuple[str, str], int]:
    rows = connection.execute(select(Account.id, Account.code, Account.party).where(_NAMED), _names(lines))
    return {(row.code, row.party): row.id for row in rows}


def _rows(journal_id: int, lines: Sequence[Line], accounts: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {
            "journal_id": journal_id,
            "n": n,
            "account_id": accounts[line.code, line.party],
            "currency": line.currency,
            "amount_minor": line.amount_minor,
            "term_path": line.term_path,
        }
        for n, line in enumerate(lines, start=1)
    ]


def _booked_before(journal_id: int, header: Header, lines: Sequence[Line]) -> Journal:
    journal = queries.journal(journal_id)
    before = (journal.kind, journal.occurred_at, journal.terms_hash, journal.reverses, queries.lines_of(journal_id))
    now = (header.kind, header.occurred_at, header.terms_hash, header.reverses, list(lines))
    if before != now:
        raise EffectAlreadyBooked(f"{header.effect_key} is journal {journal_id}, whose content differs")
    return journal


def _detached(values: dict[str, Any]) -> Journal:
    """The journal as an object, without asking the database again."""
    journal = Journal(**values)
    make_transient_to_detached(journal)
    return journal
