"""What pages say of a course that somebody has for good, or that their pass opens."""

from typing import Any

from coursehub.learning.queries.enrolments import open_enrolment
from coursehub.sales import queries
from coursehub.sales.models import Order
from coursehub.sales.queries import holding


def who_holds(person_id: int | None, course_id: int | None) -> dict[str, Any]:
    """`enrolment` where somebody has a course for good, `lent` where only a pass opens it to them; neither without both."""
    found = None
    if person_id is not None and course_id is not None:
        found = open_enrolment(person_id=person_id, course_id=course_id)
    lent = found if found is not None and found.source == "pass" else None
    return {"enrolment": None if lent else found, "lent": lent}


def goes_to_pass(order: Order) -> bool:
    """Whether a pass would open something of an order again if its money went back. A gift is another person's."""
    enrolments = [order.enrolment_id, *(part.enrolment_id for part in queries.parts_of(order.id))]
    return order.gift_id is None and any(each is not None and holding.passes_behind(each) for each in enrolments)
