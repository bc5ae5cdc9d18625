"""What partners owe, claim by claim: the books' receivables, less what payouts were set against them, what was paid back by
bank, and what was given up."""

from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.billing.models import EntryUse
from coursehub.contracts import queries as contracts
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.ledger.models import Account, Balance, Journal, Posting
from coursehub.payouts.models import ClaimPaid, PayoutOffset, PayoutStep
from coursehub.payouts.models import Payout as _Payout
from coursehub.payouts.offsets import Claim
from coursehub.people.models import Organisation

CLAWBACK = "/clawback"
"""The clause by which something is owed back, as the books name it beside the amount."""


def claims_of(party: str, currency: str, *, through: int | None = None) -> list[Claim]:
    """What a partner owes in a currency, the oldest first; party: its public id.

    through: as it stood after the journal of that number; None: as it stands now.
    """
    known = Journal.id <= through if through is not None else sa.true()
    taken = (
        sa.select(PayoutOffset.journal_id, sa.func.sum(PayoutOffset.amount_minor).label("minor"))
        .join(_Payout, _Payout.id == PayoutOffset.payout_id)
        .join(Organisation, Organisation.id == _Payout.organisation_id)
        .join(PayoutStep, sa.and_(PayoutStep.payout_id == _Payout.id, PayoutStep.kind == "ordered"))
        .join(Journal, Journal.effect_key == sa.literal("payout:") + _Payout.public_id)
        .where(Organisation.public_id == party, known)
        .group_by(PayoutOffset.journal_id)
        .subquery()
    )
    left = sa.func.sum(Posting.amount_minor) - sa.func.coalesce(taken.c.minor, 0)
    rows = db.session.execute(
        sa.select(
            Journal.id,
            Journal.kind,
            Journal.effect_key,
            Journal.occurred_at,
            Journal.terms_hash,
            sa.func.max(Posting.term_path).label("path"),
            left.label("left"),
        )
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(taken, taken.c.journal_id == Journal.id)
        .where(
            Account.code == PARTNER_OWES, Account.party == party, Account.currency == currency, Posting.amount_minor > 0, known,
            ~Journal.effect_key.startswith("bank_entry_use:", autoescape=True),  # paid back by mistake: the old claims stand
        )
        .group_by(Journal.id, taken.c.minor)
        .having(left > 0)
        .order_by(Journal.occurred_at, Journal.id)
    ).all()  # fmt: skip
    if not rows:
        return []
    gone = Counter(_paid_back(party, through)) + Counter(_given_up(party, currency, known))
    return [_claim(row, int(row.left) - gone[row.id]) for row in rows if row.left > gone[row.id]]


def _paid_back(party: str, through: int | None) -> dict[int, int]:
    """What was paid by bank of each claim, by its journal, and not found to be wrong."""
    undone = aliased(EntryUse)
    known = EntryUse.journal_id <= through if through is not None else sa.true()
    known_undone = undone.journal_id <= through if through is not None else sa.true()
    found = (
        sa.select(ClaimPaid.claim_id, sa.func.sum(ClaimPaid.amount_minor))
        .join(EntryUse, EntryUse.id == ClaimPaid.use_id)
        .join(Organisation, Organisation.id == ClaimPaid.organisation_id)
        .where(Organisation.public_id == party, known, ~sa.exists().where(undone.undoes_id == EntryUse.id, known_undone))
        .group_by(ClaimPaid.claim_id)
    )
    return {claim_id: int(minor) for claim_id, minor in db.session.execute(found)}


def _given_up(party: str, currency: str, known: "sa.ColumnElement[bool]") -> dict[int, int]:
    """What was given up of each claim, by its journal."""
    found = (
        sa.select(Journal.effect_key, Posting.amount_minor)
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Journal.kind == "write_off", Account.code == PARTNER_OWES, Account.party == party, Account.currency == currency, known
        )
    )  # fmt: skip
    given: dict[int, int] = {}
    for effect_key, minor in db.session.execute(found):
        claim_id = int(effect_key.split(":")[1])
        given[claim_id] = given.get(claim_id, 0) - int(minor)
    return given


def write_off_key(journal_id: int, party: str) -> str:
    """The effect key of giving up what is left of a claim; once more where a payment of it was found to be wrong since."""
    given = sa.select(sa.func.count(Journal.id)).where(
        Journal.kind == "write_off", Journal.effect_key.startswith(f"write_off:{journal_id}:{party}", autoescape=True)
    )
    before = db.session.execute(given).scalar_one()
    return f"write_off:{journal_id}:{party}" + (f":{before + 1}" if before else "")


def _claim(owed: Any, left_minor: int) -> Claim:
    """What was paid out and is owed back follows the clawback clause; a fee that the partner bears is taken whole, always.

    So is a share that the buyer's bank gave back meanwhile: what is ready to be paid is that very share.
    """
    if owed.path != CLAWBACK or owed.terms_hash is None:
        return Claim(owed.id, owed.occurred_at, left_minor, what="fee")
    if owed.kind == "clawback" and contracts.came_back(owed.effect_key.removeprefix("clawback:")):
        return Claim(owed.id, owed.occurred_at, left_minor)
    clause = contracts.body_hashed(owed.terms_hash).clawback
    return Claim(
        owed.id, owed.occurred_at, left_minor, limit_bps=clause.offset_limit_bps,
        ends_at=owed.occurred_at + timedelta(days=clause.max_age_days),
        what=_what(owed),
    )  # fmt: skip


def _what(owed: Any) -> str:
    if owed.kind != "clawback":
        return "true_up" if owed.kind in ("true_up", "guarantee") else "clawback"
    return "contest" if contracts.came_of_a_contest(owed.effect_key.removeprefix("clawback:")) else "clawback"


def owed_by_party() -> list[tuple[str, str, int]]:
    """(party, currency, minor units) of every partner that owes something."""
    found = (
        sa.select(Account.party, Account.currency, Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == PARTNER_OWES, Balance.posted_minor > 0)
        .order_by(Account.party, Account.currency)
    )
    return [(party, currency, int(minor)) for party, currency, minor in db.session.execute(found)]
