"""Reading the books."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Row, Select, and_, select, union_all
from sqlalchemy import func as sql
from sqlalchemy.orm import aliased

from coursehub.db import db
from coursehub.ledger import sealing
from coursehub.ledger.chain import Line
from coursehub.ledger.merkle import Tree
from coursehub.ledger.models import Account, Balance, DayRoot, Journal, Posting
from coursehub.money import as_decimal


class StandingAccount(NamedTuple):
    """An account with what stands on it."""

    id: int
    code: str
    party: str
    currency: str
    kind: str
    posted_minor: int
    version: int


class Inclusion(NamedTuple):
    """The proof that a journal is among those of a sealed day: its place from 0, how many there are, and the audit path."""

    day: date
    root: str
    place: int
    size: int
    path: list[str]


def journal(journal_id: int) -> Journal:
    """One journal that must exist."""
    return db.session.get_one(Journal, journal_id)


def journal_for(effect_key: str) -> Journal | None:
    """The journal of a business effect, or None if it has not been booked."""
    return db.session.execute(select(Journal).where(Journal.effect_key == effect_key)).scalar_one_or_none()


def lines_of(journal_id: int) -> list[Line]:
    """The legs of a journal by account name, in their order."""
    rows = db.session.execute(
        select(Account.code, Account.party, Posting.currency, Posting.amount_minor, Posting.term_path)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.journal_id == journal_id)
        .order_by(Posting.n)
    )
    return [Line(*row) for row in rows]


def reversals_of(journal_id: int) -> Sequence[Journal]:
    """The journals that take this one back, oldest first."""
    return db.session.execute(select(Journal).where(Journal.reverses == journal_id).order_by(Journal.id)).scalars().all()


def left_on(effect_keys: Sequence[str], code: str, *, party: str = "") -> dict[str, int]:
    """By effect: what its journal moved on an account, less what reversals took back of it, and with what in turn undid those."""
    whole, step, undone = aliased(Journal), aliased(Journal), aliased(Journal)
    links = union_all(
        select(whole.effect_key.label("key"), whole.id.label("id")).where(whole.effect_key.in_(effect_keys)),
        select(whole.effect_key, step.id).join(step, step.reverses == whole.id).where(whole.effect_key.in_(effect_keys)),
        select(whole.effect_key, undone.id)
        .join(step, step.reverses == whole.id)
        .join(undone, undone.reverses == step.id)
        .where(whole.effect_key.in_(effect_keys)),
    ).subquery()
    found = (
        select(links.c.key, sql.sum(Posting.amount_minor))
        .join(Posting, Posting.journal_id == links.c.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == code, Account.party == party)
        .group_by(links.c.key)
    )
    return {key: int(amount) for key, amount in db.session.execute(found)}


def balance_of(code: str, currency: str, *, party: str | None = None) -> int:
    """What stands on an account in minor units: debit positive, 0 if it was never used."""
    standing = (
        select(Balance.posted_minor)
        .join(Account, Account.id == Balance.account_id)
        .where(Account.code == code, Account.currency == currency, Account.party == (party or ""))
    )
    return db.session.execute(standing).scalar_one_or_none() or 0


def standing_accounts(words: str = "", *, parties: Sequence[str] = ()) -> Select[Any]:
    """Accounts with their balances as `StandingAccount` columns, by code, party and currency.

    words: each must be part of the code, or be the party or the currency; accounts of
    `parties`, whom the words may name as a whole, are found as well.
    """
    found = select(
        Account.id,
        Account.code,
        Account.party,
        Account.currency,
        Account.kind,
        Balance.posted_minor,
        Balance.version,
    ).join(Balance, Balance.account_id == Account.id)
    each = [
        Account.code.contains(word.lower(), autoescape=True) | (Account.party == word) | (Account.currency == word.upper())
        for word in words.split()
    ]
    if each:
        found = found.where(and_(*each) | Account.party.in_(parties))
    return cast("Select[Any]", found.order_by(Account.code, Account.party, Account.currency))


def journals_matching(words: str = "", *, account_id: int | None = None) -> Select[Any]:
    """Journals, latest first: by number, kind, part of the effect key, terms, or hash; of one account."""
    found = select(Journal).order_by(Journal.id.desc())
    if account_id is not None:
        found = found.where(Journal.id.in_(select(Posting.journal_id).where(Posting.account_id == account_id)))
    for word in words.split():
        like = Journal.effect_key.contains(word, autoescape=True)
        exact = (Journal.kind == word) | (Journal.terms_hash == word) | (Journal.hash == word)
        found = found.where(like | exact | (Journal.id == int(word)) if _is_number(word) else like | exact)
    return found


def as_text(journal_id: int) -> str:
    """A journal as people write it: one line per leg, account, party and amount in columns.

    Tests tell the journal they expect in their docstring and compare it with this.
    """
    names = [(f"{line.code} {line.party}".rstrip(), line) for line in lines_of(journal_id)]
    wide = max((len(name) for name, _line in names), default=0)
    return "\n".join(
        f"{name:<{wide}}  {as_decimal(line.amount_minor, line.currency):>10,} {line.currency}" for name, line in names
    )


def moved_by(journal_ids: Sequence[int], *, account_id: int | None = None) -> dict[int, list[tuple[str, int]]]:
    """What each journal moved: (currency, sum of its debits), or its amount on one account."""
    wanted = select(Posting.journal_id, Posting.currency, sql.sum(Posting.amount_minor)).where(
        Posting.journal_id.in_(journal_ids),
        Posting.amount_minor > 0 if account_id is None else Posting.account_id == account_id,
    )
    moved: dict[int, list[tuple[str, int]]] = {journal_id: [] for journal_id in journal_ids}
    for journal_id, currency, amount in db.session.execute(wanted.group_by(Posting.journal_id, Posting.currency)):
        moved[journal_id].append((currency, int(amount)))
    return moved


def last_sealed_day() -> DayRoot | None:
    """The latest day that has its root."""
    return db.session.execute(select(DayRoot).order_by(DayRoot.day.desc()).limit(1)).scalar_one_or_none()


def sealed_day(day: date) -> DayRoot | None:
    """The root of a day, or None while it has none."""
    return db.session.get(DayRoot, day)


def sealed_days() -> Select[DayRoot]:
    """Every sealed day, the latest first."""
    return select(DayRoot).order_by(DayRoot.day.desc())


def last_number_before(day: date) -> int:
    """The number of the last journal that belongs to the days before `day`.

    Fixed once the day before is sealed; until then what it will be if nothing comes late.
    """
    sealed = db.session.execute(
        select(DayRoot).where(DayRoot.day < day).order_by(DayRoot.day.desc()).limit(1)
    ).scalar_one_or_none()
    if sealed is not None and sealed.day == day - sealing.DAY:
        return sealed.through_id
    if sealed is None and db.session.execute(select(DayRoot.day).limit(1)).first():
        return 0  # the first journal came later
    after = sealed.through_id if sealed else 0
    coming = select(sql.max(Journal.id)).where(Journal.id > after, Journal.recorded_at < sealing.begin_of(day))
    return db.session.execute(coming).scalar() or after


def hashes_between(after_id: int, through_id: int) -> list[str]:
    """The hashes of the journals with these numbers, in their order."""
    found = select(Journal.hash).where(Journal.id > after_id, Journal.id <= through_id).order_by(Journal.id)
    return list(db.session.execute(found).scalars())


def inclusions(journal_ids: Sequence[int]) -> dict[int, Inclusion]:
    """For each of these journals whose day is sealed, the proof that it is in that day's tree."""
    found: dict[int, Inclusion] = {}
    if not journal_ids:
        return found
    wanted = sorted(set(journal_ids))
    reached = select(DayRoot).where(DayRoot.through_id >= wanted[0], DayRoot.after_id < wanted[-1]).order_by(DayRoot.day)
    for day in db.session.execute(reached).scalars():
        mine = [number for number in wanted if day.after_id < number <= day.through_id]
        if mine:
            tree = Tree([bytes.fromhex(each) for each in hashes_between(day.after_id, day.through_id)])
            for number in mine:
                index = number - day.after_id - 1
                found[number] = Inclusion(day.day, day.root, index, tree.size, [each.hex() for each in tree.path(index)])
    return found


@contextmanager
def at_one_moment() -> Iterator[Connection]:
    """A connection of its own whose reads all see the same moment, however long they take."""
    options = {} if db.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**options) as connection:
        if not options:
            connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()


def walk(connection: Connection, *, until: datetime | None = None, at_once: int = 2000) -> Iterator[tuple[Row[Any], list[Line]]]:
    """Every journal in the order of the chain with its legs, a few thousand in memory at a time.

    until: only what occurred before this moment.
    """
    wanted = select(Journal.__table__).order_by(Journal.id).limit(at_once)
    if until is not None:
        wanted = wanted.where(Journal.occurred_at < until)
    last, names = None, _names(connection)
    while journals := connection.execute(wanted if last is None else wanted.where(Journal.id > last)).all():
        last = journals[-1].id
        lines: dict[int, list[Line]] = {row.id: [] for row in journals}
        for journal_id, account_id, *rest in _postings_between(connection, journals[0].id, last):
            if journal_id in lines and account_id in names:
                lines[journal_id].append(Line._make((*names[account_id], *rest)))
        for row in journals:
            yield row, lines[row.id]


def journals_with_lines(numbers: Sequence[int], *, at_once: int = 1000) -> Iterator[tuple[Journal, list[Line]]]:
    """These journals in their order with their legs, asked for a thousand at a time."""
    wanted = sorted(set(numbers))
    for first in range(0, len(wanted), at_once):
        some = wanted[first : first + at_once]
        lines: dict[int, list[Line]] = {number: [] for number in some}
        rows = db.session.execute(
            select(Posting.journal_id, Account.code, Account.party, Posting.currency, Posting.amount_minor, Posting.term_path)
            .join(Account, Account.id == Posting.account_id)
            .where(Posting.journal_id.in_(some))
            .order_by(Posting.journal_id, Posting.n)
        )
        for row in rows:
            lines[row[0]].append(Line(*row[1:]))
        for found in db.session.execute(select(Journal).where(Journal.id.in_(some)).order_by(Journal.id)).scalars():
            yield found, lines[found.id]


def _names(connection: Connection) -> dict[int, tuple[str, str]]:
    """Every account's code and party: looked up here instead of joined to each of a million postings."""
    return {number: (code, party) for number, code, party in connection.execute(select(Account.id, Account.code, Account.party))}


def _postings_between(connection: Connection, first: int, last: int) -> Sequence[Any]:
    return connection.execute(
        select(Posting.journal_id, Posting.account_id, Posting.currency, Posting.amount_minor, Posting.term_path)
        .where(Posting.journal_id.between(first, last))
        .order_by(Posting.journal_id, Posting.n)
    ).all()


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18
