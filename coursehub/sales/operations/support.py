"""Questions to the house, perhaps about an order, and their answers."""

from datetime import datetime

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales import policies
from coursehub.sales.models import Order, SupportMessage


class AnsweredAlready(Refusal):
    """Somebody has answered this message already."""


def ask_support(*, text: str, order: Order | None, by: Actor, at: datetime) -> SupportMessage:
    """Write to the house; an order of one's own can be attached."""
    require(policies.may_ask_support(by, order))
    with transaction():
        message = SupportMessage(person_id=by.person_id, order_id=order.id if order else None, text=text.strip(), written_at=at)
        db.session.add(message)
        db.session.flush()
        events.record("sales.support_asked", at=at, message_id=message.id)
    return message


def answer_support(message: SupportMessage, *, text: str, by: Actor, at: datetime) -> None:
    """Answer once; the person gets it by letter and on their page. Raises AnsweredAlready."""
    require(policies.may_answer_support(by))
    with transaction():
        lock(message)
        if message.answered_at is not None:
            raise AnsweredAlready
        message.answer, message.answered_at, message.answered_by_id = text.strip(), at, by.person_id
        events.record("sales.support_answered", at=at, message_id=message.id)
