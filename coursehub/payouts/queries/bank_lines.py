"""Lines of the house's bank that are ours: payouts that left or came back, and money from the payment provider."""

import re
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from coursehub.billing.bank.queries import chunks
from coursehub.billing.bank.reading import Line, Read
from coursehub.db import db
from coursehub.payouts.models import Payout, PayoutRun, RailMovement

_NUMBER = re.compile(r"(?<![0-9a-z])[0-9a-z]{16}(?![0-9a-z])")
_BEFORE, _AFTER = timedelta(days=10), timedelta(days=2)
"""How long money of the provider is on its way to the bank, and by how much the provider's clock may be ahead."""


def own_lines(read: Read) -> dict[str, str]:
    """What the lines of a statement are that this room knows, by fingerprint; their money is booked by other ways."""
    said = {line.fingerprint: set(_NUMBER.findall(f"{line.end_to_end} {line.words}".casefold())) for line in read.lines}
    numbers = {number for found in said.values() for number in found}
    ours: set[str] = set()
    for some in chunks(sorted(numbers)):
        for column in (Payout.public_id, PayoutRun.public_id):
            ours.update(db.session.execute(sa.select(column).where(column.in_(some))).scalars())
    found = {line.fingerprint: "returned" if line.is_in else "payout" for line in read.lines if said[line.fingerprint] & ours}
    return found | dict(_from_the_provider([line for line in read.lines if line.fingerprint not in found and line.is_in], read))


def _from_the_provider(lines: list[Line], read: Read) -> Iterator[tuple[str, str]]:
    """Lines that name the provider and have the amount of money it sent in those days; each movement is one line."""
    sent = sa.select(RailMovement).where(RailMovement.kind == "payout", RailMovement.currency == read.currency)
    free = list(db.session.execute(sent.order_by(RailMovement.made_at)).scalars()) if lines else []
    for line in lines:
        said = f"{line.party} {line.words}".casefold()
        for movement in free:
            days = line.booked_on - movement.made_at.date()
            if -movement.amount_minor == line.amount_minor and movement.rail in said and -_AFTER <= days <= _BEFORE:
                free.remove(movement)
                yield line.fingerprint, "provider"
                break
