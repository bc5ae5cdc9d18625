"""The crash rig's flows of debts: a line of the bank pays what a partner owes, and a payment that was none is taken off again."""

from datetime import datetime
from typing import Any

from coursehub.billing import operations as billing
from coursehub.billing.models import BankEntry, EntryUse
from coursehub.db import db
from coursehub.payouts import operations as payouts
from coursehub.payouts import queries
from coursehub.payouts.debts import oldest_first
from coursehub.people.models import Organisation
from tests.cast import Cast
from tests.payouts.rig import came_in
from tests.rigs.flow import Facts
from tests.rigs.house_flows import BEGUN, DAY, claimed, flow, tried, work
from tests.rigs.world import acting


def _prepare_line() -> Facts:
    """Northwind owes something, and a transfer of a part of it waits in suspense."""
    cast = Cast()
    at = BEGUN + 40 * DAY
    entry = came_in(claimed(cast), 12_345, "B-1", by=cast.acting(cast.fay), at=at)
    work(at)
    return {"fay": cast.fay.id, "northwind": cast.northwind.id, "entry": entry.id}


def _pay_back(facts: Facts) -> datetime:
    """Fay books the line; once it is booked, nothing of it waits for her second try."""
    at = BEGUN + 41 * DAY
    northwind, entry = db.session.get_one(Organisation, facts["northwind"]), db.session.get_one(BankEntry, facts["entry"])
    parts = oldest_first(12_345, queries.claims_of(northwind.public_id, "CNY"))
    tried(lambda: payouts.book_debt_paid(entry, northwind, parts, by=acting(facts["fay"]), at=at))
    return at


def _prepare_booked() -> Facts:
    facts = _prepare_line()
    work(_pay_back(facts))
    return facts


def _take_off(facts: Facts) -> datetime:
    at = BEGUN + 42 * DAY
    use = db.session.query(EntryUse).filter_by(entry_id=facts["entry"], undoes_id=None).one()
    tried(lambda: payouts.undo_entry_use(use, words="It was another partner's", by=acting(facts["fay"]), at=at))
    return at


FLOWS = {
    "debt paid back": flow(_prepare_line, _pay_back),
    "repayment taken off again": flow(_prepare_booked, _take_off),
}


def keep_later() -> None:
    """A mistake to be planted: the money is booked before it is kept which claims it paid."""
    use_entry = billing.use_entry

    def careless(*told: Any, **more: Any) -> Any:
        use = use_entry(*told, **more)
        db.session.commit()
        db.session.connection().exec_driver_sql("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "BEGIN")
        return use

    billing.use_entry = careless
