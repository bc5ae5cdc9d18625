"""Letters about disputes, over orders and over passes: to finance of the house, and to partners whose share was taken."""

from datetime import datetime

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.waterfall import shares_of
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales import queries
from coursehub.sales.letters.writing import write
from coursehub.sales.models import Order, PaymentDispute
from coursehub.sales.passes import queries as passes
from coursehub.sales.queries import disputes


@on("sales.dispute_opened")
def send_dispute_opened(*, at: datetime, dispute_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """A buyer's bank wants a payment back: the house's finance has until a day to answer."""
    _to_finance("dispute_opened", db.session.get_one(PaymentDispute, dispute_id), at)


@on("sales.pass_dispute_opened")
def send_pass_dispute_opened(*, at: datetime, dispute_id: int) -> None:
    """The same for a payment of a pass."""
    _to_finance("dispute_opened", db.session.get_one(PaymentDispute, dispute_id), at)


@on("sales.dispute_withdrawn")
def send_dispute_withdrawn(*, at: datetime, dispute_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """A partner's share of a sale went back with the money that the buyer's bank took."""
    _to_partners("dispute_withdrawn", db.session.get_one(PaymentDispute, dispute_id), at)


@on("sales.pass_dispute_withdrawn")
def send_pass_dispute_withdrawn(*, at: datetime, dispute_id: int) -> None:
    """The same where the payment was for a pass whose month had been shared."""
    _to_partners("dispute_withdrawn", db.session.get_one(PaymentDispute, dispute_id), at)


@on("sales.dispute_closed")
def send_dispute_closed(*, at: datetime, dispute_id: int, order_id: int) -> None:  # noqa: ARG001 - the event's payload
    """The bank decided: finance of the house and each partner whose share was taken read how."""
    _of_the_end(dispute_id, at)


@on("sales.pass_dispute_closed")
def tell_end_of_pass_dispute(*, at: datetime, dispute_id: int) -> None:
    """The same for a payment of a pass."""
    _of_the_end(dispute_id, at)


def _of_the_end(dispute_id: int, at: datetime) -> None:
    dispute = db.session.get_one(PaymentDispute, dispute_id)
    _to_finance("dispute_closed", dispute, at)
    _to_partners("dispute_closed", dispute, at)


def _title(dispute: PaymentDispute, locale: str) -> str:
    """What was paid for: a course, a bundle or a pass."""
    if dispute.period_id is not None:
        return passes.names_of_periods([dispute.period_id], locale)[dispute.period_id]
    order = db.session.get_one(Order, dispute.order_id)
    return queries.titles_of([order], locale).get(order.id, "")


def _to_finance(name: str, dispute: PaymentDispute, at: datetime) -> None:
    for person_id in people.members_with_role(people.house().id, "staff_finance"):
        title, mark = _title(dispute, people.locale_of(person_id)), f"{dispute.public_id}:{person_id}"
        write(name, person_id=person_id, mark=mark, at=at, dispute=dispute, title=title, minor=0)


def _shares(dispute: PaymentDispute) -> list[tuple[Organisation, int, MoneyEvent]]:
    """What each partner gave back by a dispute, with an entry of the book that says so; the house is not among them."""
    gave: dict[str, tuple[int, MoneyEvent]] = {}
    for event in disputes.taken_by(dispute):
        for party, minor in shares_of([contracts.line_of(row) for row in event.lines]).items():
            gave[party] = (gave.get(party, (0, event))[0] - minor, event)
    found = ((people.organisation_by_public_id(party), *given) for party, given in gave.items() if given[0])
    return [(organisation, minor, event) for organisation, minor, event in found if organisation and not organisation.is_house]


def _to_partners(name: str, dispute: PaymentDispute, at: datetime) -> None:
    for organisation, minor, event in _shares(dispute):
        for person_id in people.members_with_role(organisation.id, "owner", "finance"):
            write(
                name, person_id=person_id, mark=f"{dispute.public_id}:{organisation.id}:{person_id}", at=at, dispute=dispute,
                title=_title(dispute, people.locale_of(person_id)), minor=minor, event=event, organisation=organisation,
                organisation_name=people.name_of,
            )  # fmt: skip
