"""Reading the books."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, select

from coursehub.db import db
from coursehub.ledger.chain import Line
from coursehub.ledger.models import Account, Balance, Journal, Posting
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


def balance_of(code: str, currency: str, *, party: str | None = None) -> int:
    """What stands on an account in minor units: debit positive, 0 if it was never used."""
    standing = (
        select(Balance.posted_minor)
        .join(Account, Account.id == Balance.account_id)
        .where(Account.code == code, Account.currency == currency, Account.party == (party or ""))
    )
    return db.session.execute(standing).scalar_one_or_none() or 0


def standing_accounts() -> list[StandingAccount]:
    """Every account with its balance, by code, party and currency."""
    rows = db.session.execute(
        select(
            Account.id,
            Account.code,
            Account.party,
            Account.currency,
            Account.kind,
            Balance.posted_minor,
            Balance.version,
        )
        .join(Balance, Balance.account_id == Account.id)
        .order_by(Account.code, Account.party, Account.currency)
    )
    return [StandingAccount(*row) for row in rows]


def journals_matching(words: str = "", *, account_id: int | None = None) -> Select[tuple[Journal]]:
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


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18
