"""Reading the books of one party for one month, and what was issued."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import TAKEN_BACK, MoneyEvent, MoneyLine
from coursehub.contracts.record import stamp
from coursehub.db import db
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_OWES, PARTNER_RESERVE
from coursehub.ledger.models import Account, ChainHead, Journal, Posting
from coursehub.ledger.sealing import day_of
from coursehub.people.models import Organisation
from coursehub.statements import reckoning, reserves
from coursehub.statements.bundle import event_data, told_histories
from coursehub.statements.mix import Sold
from coursehub.statements.models import Statement
from coursehub.statements.months import Month, month_at
from coursehub.statements.reckoning import FORMAT, CourseLine, Held, Move
from coursehub.web.locale import SHOWN_ZONE

PAYABLE = "liability:payable:"
WORKER = "liability:payable:worker"
_AS_PARTNER = Account.code.startswith(PAYABLE, autoescape=True) | (Account.code == PARTNER_OWES), Account.code != WORKER


def accounts_of(party: str, currency: str | None = None) -> dict[int, tuple[str, str]]:
    """A party's accounts, account number -> (code, currency): what the house owes it as a partner, and what it owes back."""
    found = select(Account.id, Account.code, Account.currency).where(Account.party == party, *_AS_PARTNER)
    if currency is not None:
        found = found.where(Account.currency == currency)
    return {number: (code, held) for number, code, held in db.session.execute(found.order_by(Account.code))}


def currencies_of(party: str) -> list[str]:
    """The currencies in which anything was ever booked for a party."""
    return sorted({currency for _code, currency in accounts_of(party).values()})


def parties_with_accounts() -> list[tuple[Organisation, str]]:
    """Every organisation with the currencies in which it has accounts as a partner."""
    found = (
        select(Organisation, Account.currency)
        .join(Account, Account.party == Organisation.public_id)
        .where(*_AS_PARTNER)
        .distinct()
        .order_by(Organisation.id, Account.currency)
    )
    return [(organisation, currency) for organisation, currency in db.session.execute(found)]


def parties_named(words: str) -> sa.Select[*tuple[Any, ...]]:
    """(organisation, currency) of partners with accounts whose name has these words in it, to be read page by page."""
    named = Organisation.name.icontains(words, autoescape=True) | Organisation.name_en.icontains(words, autoescape=True)
    return (
        select(Organisation.id, Account.currency)
        .join(Account, Account.party == Organisation.public_id)
        .where(*_AS_PARTNER, named)
        .distinct()
        .order_by(Organisation.id, Account.currency)
    )


def first_journals() -> dict[tuple[str, str], int]:
    """By party and currency: the number of the first journal on any of its accounts as a partner."""
    first = select(sa.func.min(Posting.journal_id)).where(Posting.account_id == Account.id).scalar_subquery()
    found: dict[tuple[str, str], int] = {}
    for party, currency, number in db.session.execute(select(Account.party, Account.currency, first).where(*_AS_PARTNER)):
        if number is not None:
            found[party, currency] = min(number, found.get((party, currency), number))
    return found


def first_month(party: str, currency: str) -> Month | None:
    """The month of the first journal on any of a party's accounts."""
    numbers = list(accounts_of(party, currency))
    first = db.session.execute(select(sa.func.min(Posting.journal_id)).where(Posting.account_id.in_(numbers))).scalar()
    return None if first is None else month_at(ledger.journal(first).recorded_at)


def journals_of(month: Month, at: datetime) -> tuple[int, int]:
    """The journals for which a month answers: numbers after the first, up to the second; up to now while it is not over."""
    after = ledger.last_number_before(month.first)
    if month.is_over(at):
        return after, ledger.last_number_before(month.next.first)
    return after, db.session.execute(select(ChainHead.height)).scalar() or 0


def reckon(
    organisation: Organisation, month: Month, currency: str, *, at: datetime, for_issue: bool = False, form: str = FORMAT
) -> dict[str, Any]:
    """The canonical data of a statement as the books say it now; of a month that is not over, so far.

    for_issue: bind the events with their facts into it as well, and the histories of contracts, by their number and one hash.
    form: how it is told; statements issued before are reckoned again in theirs.
    """
    party = organisation.public_id
    after, through = journals_of(month, at)
    accounts = {number: code for number, (code, _currency) in accounts_of(party, currency).items()}
    ends = min(month.ends, at)
    head = {
        "format": form, "party": party, "currency": currency, "month": str(month), "zone": SHOWN_ZONE.key,
        "begins": stamp(month.begins), "ends": stamp(ends), "journals": {"after": after, "through": through},
        "chain": _chain(month, through),
    }  # fmt: skip
    events = event_data(party, currency, after, through, ends, form=form) if for_issue else None
    histories = None if events is None else told_histories(head, events)
    return reckoning.statement_data(
        {**head, "events": _bound(events)} | ({"history": _bound(histories)} if form == FORMAT else {}),
        opening=_standing(accounts, after),
        closing=_standing(accounts, through),
        lines=_lines(party, currency, after, through),
        moves=_moves(accounts, after, through),
        held=_held(party, currency, through, ends),
        reserved=_reserved(party, currency, through, ends, form),
    )


def _bound(told: Sequence[Mapping[str, Any]] | None) -> dict[str, Any] | None:
    """How a statement binds what goes along with it."""
    return None if told is None else {"count": len(told), "hash": reckoning.hash_of(told)}


def _chain(month: Month, through: int) -> dict[str, Any]:
    """Where the book ends for this statement: the hash of its last journal, and the root of the last day once that is sealed."""
    head = db.session.get(Journal, through) if through else None
    sealed = ledger.sealed_day(month.last)
    book = db.session.execute(select(ChainHead.book)).scalar() or ""
    return {
        "book": book,
        "hash": head.hash if head else None,
        "root": {"day": sealed.day.isoformat(), "root": sealed.root} if sealed else None,
    }


def _standing(accounts: Mapping[int, str], through: int) -> dict[str, int]:
    """What stands to the party's credit on each account after that journal: the sum of all postings, whatever balances say."""
    found = (
        select(Posting.account_id, sa.func.sum(Posting.amount_minor))
        .where(Posting.account_id.in_(accounts), Posting.journal_id <= through)
        .group_by(Posting.account_id)
    )
    posted = {number: int(amount) for number, amount in db.session.execute(found)}
    return {code: -posted[number] for number, code in accounts.items() if number in posted}


def moved_by_party(month: Month, at: datetime) -> dict[tuple[str, str], dict[str, int]]:
    """What a month did to the accounts of every partner: (party, currency) -> kind of journal -> amount to its credit.

    One question for all of them, where a statement asks seven for each.
    """
    after, through = journals_of(month, at)
    found = (
        select(Account.party, Account.currency, Journal.kind, sa.func.sum(Posting.amount_minor))
        .select_from(Posting)
        .join(Account, Account.id == Posting.account_id)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(
            Posting.journal_id > after, Posting.journal_id <= through, Account.code != WORKER,
            Account.code.startswith(PAYABLE, autoescape=True) | (Account.code == PARTNER_OWES),
        )
        .group_by(Account.party, Account.currency, Journal.kind)
    )  # fmt: skip
    totals: dict[tuple[str, str], dict[str, int]] = {}
    for party, currency, kind, amount in db.session.execute(found):
        totals.setdefault((party, currency), {})[kind] = -int(amount)
    return totals


def _lines(party: str, currency: str, after: int, through: int) -> list[CourseLine]:
    found = (
        select(
            MoneyEvent.kind, Course.public_id, MoneyEvent.channel, MoneyEvent.terms_hash, MoneyLine.path, MoneyLine.role,
            sa.func.count(sa.distinct(MoneyEvent.id)), sa.func.sum(MoneyLine.amount_minor),
        )
        .select_from(MoneyEvent)
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .join(Course, Course.id == MoneyEvent.course_id)
        .where(
            MoneyEvent.journal_id > after, MoneyEvent.journal_id <= through, MoneyEvent.currency == currency,
            MoneyLine.party == party,
        )
        .group_by(
            MoneyEvent.kind, Course.public_id, MoneyEvent.channel, MoneyEvent.terms_hash, MoneyLine.path, MoneyLine.role
        )
    )  # fmt: skip
    return [CourseLine(*row[:6], events=int(row[6]), amount_minor=int(row[7])) for row in db.session.execute(found)]


def _moves(accounts: Mapping[int, str], after: int, through: int) -> list[Move]:
    explained = sa.exists().where(MoneyEvent.journal_id == Journal.id).correlate(Journal)
    found = (
        select(Journal.kind, Posting.account_id, explained.label("explained"), sa.func.count(sa.distinct(Journal.id)),
               sa.func.sum(Posting.amount_minor))
        .select_from(Posting)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Posting.account_id.in_(accounts), Posting.journal_id > after, Posting.journal_id <= through)
        .group_by(Journal.kind, Posting.account_id, sa.text("explained"))
    )  # fmt: skip
    return [
        Move(kind, accounts[number], bool(by_lines), journals=int(many), amount_minor=-int(amount))
        for kind, number, by_lines, many, amount in db.session.execute(found)
    ]


def _held(party: str, currency: str, through: int, moment: datetime) -> list[Held]:
    """What is held beyond a moment, by the day on which it matures; what the reserve keeps of it is not among it."""
    found = (
        select(MoneyEvent.held_until, sa.func.sum(MoneyLine.amount_minor))
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .where(
            MoneyLine.party == party, MoneyLine.role != "fee_cost", MoneyEvent.currency == currency,
            MoneyEvent.journal_id <= through, MoneyEvent.held_until > moment,
        )
        .group_by(MoneyEvent.held_until)
    )  # fmt: skip
    reserved = (
        select(MoneyEvent.held_until, sa.func.sum(Posting.amount_minor))
        .join(Posting, Posting.journal_id == MoneyEvent.journal_id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Account.code == PARTNER_RESERVE, Account.party == party, Account.currency == currency,
            MoneyEvent.kind.in_(("sale", "reshared", *TAKEN_BACK)), MoneyEvent.journal_id <= through,
            MoneyEvent.held_until > moment,
            MoneyEvent.terms_hash.in_(list(contracts.days_of_reserves())),  # of a bundle's courses the one that keeps something
        )
        .group_by(MoneyEvent.held_until)
    )  # fmt: skip
    return _by_day((until, int(amount)) for until, amount in (*db.session.execute(found), *db.session.execute(reserved)))


def _reserved(party: str, currency: str, through: int, moment: datetime, form: str) -> list[Held]:
    """What the reserve keeps, by the day on which it is let go of; as the form of the statement tells it."""
    if form == reckoning.WITHOUT_BANKS:
        return _by_day(reserves.kept_until_without_banks(party, currency, through, moment))
    return _by_day(reserves.kept_until(party, currency, through))


def _by_day(amounts: Iterable[tuple[datetime, int]]) -> list[Held]:
    by_day: dict[str, int] = {}
    for until, amount in amounts:
        day = day_of(until).isoformat()
        by_day[day] = by_day.get(day, 0) + amount
    return [Held(day, amount) for day, amount in by_day.items() if amount]


def statements_of(organisation_id: int) -> dict[tuple[str, str], Statement]:
    """What was issued to a party, by month and currency."""
    found = select(Statement).where(Statement.organisation_id == organisation_id)
    return {(each.month, each.currency): each for each in db.session.execute(found).scalars()}


def issued(organisation_id: int, month: Month, currency: str) -> Statement | None:
    """The statement that was issued, if it was."""
    found = select(Statement).where(
        Statement.organisation_id == organisation_id, Statement.month == str(month), Statement.currency == currency
    )
    return db.session.execute(found).scalar_one_or_none()


def issued_months() -> set[tuple[int, str, str]]:
    """Every (organisation, month, currency) that was issued."""
    found = select(Statement.organisation_id, Statement.month, Statement.currency)
    return {(one, month, currency) for one, month, currency in db.session.execute(found)}


def events_of_line(party: str, data: Mapping[str, Any], line: Mapping[str, Any]) -> sa.Select[*tuple[Any, ...]]:
    """The events behind one line of a statement with what the line's clause gave in each, the latest first."""
    return (
        select(MoneyEvent, sa.func.sum(MoneyLine.amount_minor).label("amount_minor"))
        .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
        .join(Course, Course.id == MoneyEvent.course_id)
        .where(
            MoneyEvent.journal_id > data["journals"]["after"], MoneyEvent.journal_id <= data["journals"]["through"],
            MoneyEvent.currency == data["currency"], MoneyEvent.kind == line["kind"], MoneyEvent.channel == line["channel"],
            MoneyEvent.terms_hash == line["terms_hash"], Course.public_id == line["course"], MoneyLine.party == party,
            MoneyLine.path == line["path"], MoneyLine.role == line["role"],
        )
        .group_by(MoneyEvent.id)
        .order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc())
    )  # fmt: skip


def sales_by_channel(party: str, currency: str, after: int, through: int) -> dict[str, Sold]:
    """What sold through each channel between two journals, and what the party got of it; refunds left aside."""
    mine = (
        select(MoneyLine.event_id, sa.func.sum(MoneyLine.amount_minor).label("income"))
        .where(MoneyLine.party == party)
        .group_by(MoneyLine.event_id)
        .subquery()
    )
    found = (
        select(
            MoneyEvent.channel, sa.func.count(MoneyEvent.id), sa.func.sum(MoneyEvent.amount_minor), sa.func.sum(mine.c.income)
        )
        .join(mine, mine.c.event_id == MoneyEvent.id)
        .where(
            MoneyEvent.kind == "sale", MoneyEvent.currency == currency,
            MoneyEvent.journal_id > after, MoneyEvent.journal_id <= through,
        )
        .group_by(MoneyEvent.channel)
        .order_by(MoneyEvent.channel)
    )  # fmt: skip
    return {channel: Sold(int(sales), int(paid), int(income)) for channel, sales, paid, income in db.session.execute(found)}


def courses_named(public_ids: Sequence[str]) -> list[Course]:
    """The courses with these public ids."""
    return list(db.session.execute(select(Course).where(Course.public_id.in_(public_ids)).order_by(Course.id)).scalars())


def last_issued(organisation_id: int, currency: str) -> Statement | None:
    """The latest statement of a party in a currency."""
    found = select(Statement).where(Statement.organisation_id == organisation_id, Statement.currency == currency)
    return db.session.execute(found.order_by(Statement.month.desc()).limit(1)).scalar_one_or_none()
