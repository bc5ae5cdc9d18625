"""Proving the books: everything that the triggers promise, computed again from the rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, bindparam, select
from sqlalchemy import func as sql

from coursehub.ledger import chain, links, queries
from coursehub.ledger.merkle import Tree
from coursehub.ledger.models import Account, Balance, ChainHead, DayRoot, Journal, Posting
from coursehub.ledger.sealing import DAY
from coursehub.money import as_decimal
from coursehub.plans import plan_of

FAULTS_SHOWN = 200
SOUND = "Every journal adds up to zero, every balance is the sum of its postings, the chain is whole, and every day has its root."


@dataclass(frozen=True)
class BooksCheck:
    """What a check looked at, and every fault it found as a plain sentence."""

    journals: int
    postings: int
    accounts: int
    days: int
    faults: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One sentence: what was checked and how it stands."""
        counts = {"journals": self.journals, "postings": self.postings, "accounts": self.accounts, "days": self.days}
        if self.faults:
            faulty: str = _(
                "The books are not sound: %(faults)s faults in %(journals)s journals, %(postings)s postings, "
                "%(accounts)s accounts and %(days)s sealed days.",
                faults=len(self.faults),
                **counts,
            )
            return faulty
        sound: str = _(
            "The books are sound: %(journals)s journals, %(postings)s postings, %(accounts)s accounts and %(days)s sealed days. "
            "Every journal adds up to zero, every balance is the sum of its postings, the chain is whole, and every day has "
            "its root.",
            **counts,
        )
        return sound


def check_books() -> BooksCheck:
    """Compute sums, balances and hashes again, all at one moment."""
    with queries.at_one_moment() as connection:
        counted = [
            connection.execute(select(sql.count()).select_from(table)).scalar_one()
            for table in (Journal, Posting, Account, DayRoot)
        ]
        faults = list(faults_in(connection))
    journals, postings, accounts, days = counted
    return BooksCheck(journals, postings, accounts, days, tuple(faults))


def faults() -> Iterator[str]:
    """Every fault of the books as they are at one moment."""
    with queries.at_one_moment() as connection:
        yield from faults_in(connection)


def faults_in(connection: Connection) -> Iterator[str]:
    """Every fault as this connection sees the books, one after the other: whoever wants to know only whether takes the first."""
    for looked in (_orphans, _unbalanced, _wrong_balances, _broken_links, _wrong_days):
        yield from looked(connection)


def _orphans(connection: Connection) -> Iterator[str]:
    lost = (
        select(Posting.journal_id, Posting.n)
        .outerjoin(Journal, Journal.id == Posting.journal_id)
        .outerjoin(Account, (Account.id == Posting.account_id) & (Account.currency == Posting.currency))
        .where(Journal.id.is_(None) | Account.id.is_(None))
        .order_by(Posting.journal_id, Posting.n)
        .limit(FAULTS_SHOWN)
    )
    for row in connection.execute(lost):
        yield _(
            "Posting %(n)s of journal %(journal)s hangs in the air: its journal or account is not there.",
            n=row.n,
            journal=row.journal_id,
        )


def _unbalanced(connection: Connection) -> Iterator[str]:
    total = sql.sum(Posting.amount_minor)
    off = (
        select(Posting.journal_id, Posting.currency, total.label("total"))
        .group_by(Posting.journal_id, Posting.currency)
        .having(total != 0)
        .order_by(Posting.journal_id)
        .limit(FAULTS_SHOWN)
    )
    for row in connection.execute(off):
        amount = as_decimal(int(row.total), row.currency)
        yield _(
            "Journal %(journal)s does not add up to zero: %(amount)s %(currency)s is left over.",
            journal=row.journal_id,
            amount=amount,
            currency=row.currency,
        )
    empty = select(Journal.id).where(~select(Posting.n).where(Posting.journal_id == Journal.id).exists())
    for journal_id in connection.execute(empty.order_by(Journal.id).limit(FAULTS_SHOWN)).scalars():
        yield _("Journal %(journal)s has no postings.", journal=journal_id)


def _wrong_balances(connection: Connection) -> Iterator[str]:
    sums = (
        select(
            Posting.account_id,
            sql.sum(Posting.amount_minor).label("posted"),
            sql.count(Posting.journal_id.distinct()).label("journals"),
        )
        .group_by(Posting.account_id)
        .subquery()
    )
    posted, journals = sql.coalesce(sums.c.posted, 0), sql.coalesce(sums.c.journals, 0)
    wrong = (
        select(
            Account.code,
            Account.party,
            Account.currency,
            Balance.posted_minor.label("shown"),
            Balance.version,
            posted.label("posted"),
            journals.label("journals"),
        )
        .outerjoin(Balance, Balance.account_id == Account.id)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Balance.account_id.is_(None) | (Balance.posted_minor != posted) | (Balance.version != journals))
        .order_by(Account.id)
        .limit(FAULTS_SHOWN)
    )
    for row in connection.execute(wrong):
        name = f"{row.code} {row.party}".rstrip()
        if row.shown is None:
            yield _("Account %(account)s (%(currency)s) has no balance.", account=name, currency=row.currency)
            continue
        yield _(
            "Account %(account)s shows %(shown)s %(currency)s after %(version)s journals; its postings add up to "
            "%(posted)s after %(journals)s.",
            account=name,
            currency=row.currency,
            shown=as_decimal(row.shown, row.currency),
            version=row.version,
            posted=as_decimal(int(row.posted), row.currency),
            journals=row.journals,
        )


def _broken_links(connection: Connection) -> Iterator[str]:
    head = connection.execute(select(ChainHead.__table__)).one_or_none()
    height, last = 0, chain.genesis(head.book) if head else ""
    for number, prev_hash, kept, computed in links.computed(connection):
        if number != height + 1:
            yield _(
                "After journal %(before)s comes journal %(journal)s: something between them is missing.",
                before=height,
                journal=number,
            )
        elif prev_hash != last:
            yield _("Journal %(journal)s does not follow the journal before it: the link is broken.", journal=number)
        if computed != kept:
            yield _("Journal %(journal)s was altered: what it says does not give its hash.", journal=number)
        height, last = number, kept
    if head is None:
        if height:
            yield _("The head of the chain is missing.")
    elif (head.height, head.hash) != (height, last):
        yield _(
            "The chain ends at journal %(height)s, its head says %(head)s: the end is missing or was exchanged.",
            height=height,
            head=head.height,
        )


def _wrong_days(connection: Connection) -> Iterator[str]:
    """Days that do not follow each other, or whose root is not that of their journals."""
    days = connection.execute(select(DayRoot.__table__).order_by(DayRoot.day)).all()
    if not days:
        return
    hashes = _hashes(connection)
    ahead = next(hashes, None)
    before: Any = None
    for day in days:
        if day.after_id != (before.through_id if before else 0) or (before and day.day != before.day + DAY):
            yield _("The sealed day %(day)s does not follow the one before it.", day=day.day.isoformat())
        inside = []
        while ahead and ahead[0] <= day.through_id:
            inside += [bytes.fromhex(ahead[1])] if ahead[0] > day.after_id else []
            ahead = next(hashes, None)
        if len(inside) != day.through_id - day.after_id or Tree(inside).root.hex() != day.root:
            yield _("The journals of %(day)s do not give the root under which that day was sealed.", day=day.day.isoformat())
        before = day


def _hashes(connection: Connection) -> Iterator[tuple[int, str]]:
    """Every journal's number and hash in order, a few thousand in memory at a time."""
    plan, last = plan_of(_HASHES, connection.dialect), 0
    while rows := plan.unread(connection, {"after": last}):
        yield from rows
        last = rows[-1][0]


_HASHES = select(Journal.id, Journal.hash).where(Journal.id > bindparam("after")).order_by(Journal.id).limit(5000)
