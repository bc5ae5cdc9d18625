"""A price in monthly parts: how much each is, when it is due, when a card is asked again. Pure arithmetic in minor units."""

from calendar import monthrange
from datetime import datetime, timedelta

from coursehub.money import share_out
from coursehub.web.locale import SHOWN_ZONE

MOST = 6
AGAIN_AFTER_DAYS = (3, 5, 7)
"""Days from one refusal of the bank to the next try; after the last the card is not asked any more."""
GRACE = timedelta(days=7)
"""For so long the course stays open while something due is unpaid."""
CLOSED_BY = "instalment_due"
"""Why an enrolment ended that waits for a part of its price."""


def amounts(gross_minor: int, parts: int) -> list[int]:
    """Equal parts that add up to the price; what does not divide goes to the first.

    19900 in 3: 6634, 6633, 6633.
    """
    each = gross_minor // parts
    return [gross_minor - each * (parts - 1), *[each] * (parts - 1)]


def discounts(discount_minor: int, gross_parts: list[int]) -> list[int]:
    """What of the discount belongs to each part, by largest remainder, so that the whole discount is told once."""
    if not discount_minor:
        return [0] * len(gross_parts)
    divided = share_out(discount_minor, {str(n): minor for n, minor in enumerate(gross_parts)})
    return [divided[str(n)] for n in range(len(gross_parts))]


def divided(gross_minor: int, discount_minor: int, parts: int) -> list[tuple[int, int]]:
    """A price with its discount in parts: (amount, discount) of each."""
    minor = amounts(gross_minor, parts)
    return list(zip(minor, discounts(discount_minor, minor), strict=True))


def due_at(first: datetime, months: int) -> datetime:
    """The same day so many months after the first payment, by the house's calendar; the last day of a shorter month."""
    day = first.astimezone(SHOWN_ZONE)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last)).astimezone(first.tzinfo)


def grace_ends(late_since: datetime | None) -> datetime | None:
    """Until when a course stays open of which something has been due and unpaid since then."""
    return late_since + GRACE if late_since is not None else None


def again_at(tries: int, at: datetime) -> datetime | None:
    """When a card that was refused is asked again, after so many tries; None once it is not."""
    return at + timedelta(days=AGAIN_AFTER_DAYS[tries - 1]) if tries <= len(AGAIN_AFTER_DAYS) else None
