"""Whose turn it is to be asked after at the rail."""

from typing import Any

from coursehub.sales.models import Order, PassSubscription, PaymentDispute


def by_turn(kind: type[Order | PassSubscription | PaymentDispute], *, newest_first: bool = False) -> tuple[Any, ...]:
    """The order in which these are asked after: whose turn is the longest ago or has never come first, or last."""
    turn = (kind.asked_at.is_not(None), kind.asked_at, kind.id)
    return tuple(each.desc() for each in turn) if newest_first else turn
