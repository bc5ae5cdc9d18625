"""What is known of the partners of a run, asked for all of them at once: a house pays thousands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from coursehub.db import db, in_parts
from coursehub.payouts.models import Payout, PayoutStep, PayoutTransfer, PayoutWay, RailAccount
from coursehub.payouts.queries.claims import owed_by_party
from coursehub.people.models import PayeeRecord
from coursehub.talent.queries.working_days import days_off


@dataclass(frozen=True, slots=True)
class Known:
    """payees: by organisation and currency, "" for every currency. ways: as chosen last. accounts: by organisation and rail.

    owing: (party, currency) of whoever owes anything. bounced: accounts from which money came back; giving the details
    again makes a new one.
    """

    payees: Mapping[tuple[int, str], PayeeRecord]
    ways: Mapping[int, PayoutWay]
    accounts: Mapping[tuple[int, str], RailAccount]
    owing: Collection[tuple[str, str]]
    bounced: Collection[int]
    days_off: Collection[date]

    def payee(self, organisation_id: int, currency: str) -> PayeeRecord | None:
        """The account for a currency: its own, else the one for every currency."""
        return self.payees.get((organisation_id, currency)) or self.payees.get((organisation_id, ""))


def known_of(organisation_ids: Sequence[int]) -> Known:
    """What is known of these."""
    payees, ways, accounts = dict[tuple[int, str], PayeeRecord](), dict[int, PayoutWay](), dict[tuple[int, str], RailAccount]()
    bounced: set[int] = set()
    wanted = sorted(set(organisation_ids))
    for few in in_parts(wanted):
        chosen = sa.select(sa.func.max(PayoutWay.id)).where(PayoutWay.organisation_id.in_(few))
        latest = PayoutWay.id.in_(chosen.group_by(PayoutWay.organisation_id))
        payees |= {
            (each.organisation_id, each.currency): each for each in _rows(PayeeRecord, few, PayeeRecord.ended_at.is_(None))
        }
        ways |= {each.organisation_id: each for each in _rows(PayoutWay, few, latest)}
        accounts |= {(each.organisation_id, each.rail): each for each in _rows(RailAccount, few)}
        bounced |= set(db.session.execute(_bounced(few)).scalars())
    owing = {(party, currency) for party, currency, _minor in owed_by_party()} if wanted else set()
    return Known(payees, ways, accounts, owing, bounced, days_off() if wanted else ())


def _rows(model: Any, organisation_ids: Sequence[int], *where: Any) -> Iterable[Any]:
    return db.session.execute(sa.select(model).where(model.organisation_id.in_(organisation_ids), *where)).scalars()


def _bounced(organisation_ids: Sequence[int]) -> "sa.Select[int]":
    return (
        sa.select(Payout.payee_record_id)
        .join(PayoutStep, PayoutStep.payout_id == Payout.id)
        .outerjoin(PayoutTransfer, PayoutTransfer.payout_id == Payout.id)
        .where(
            Payout.organisation_id.in_(organisation_ids), PayoutStep.kind.in_(("bounced", "returned")),
            PayoutTransfer.payout_id.is_(None),
        )
        .distinct()
    )  # fmt: skip
