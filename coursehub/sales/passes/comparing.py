"""What a month of a pool comes to under each of the three rules, for courses and for the sides of their terms."""

from dataclasses import dataclass
from datetime import datetime

from coursehub.contracts import queries as contracts
from coursehub.contracts.counters import written
from coursehub.contracts.models import Terms
from coursehub.contracts.pools import RULES as POOL_RULES
from coursehub.contracts.pools import side_by_side
from coursehub.contracts.waterfall import Sale, share_sale, shares_of
from coursehub.sales.models import CoursePass
from coursehub.sales.passes.queries import Sharing


@dataclass(frozen=True)
class Compared:
    """What a month comes to under each rule: by course, and by party once each course's terms have run; minor units."""

    courses: dict[int, list[int]]
    parties: dict[str, list[int]]
    unused: list[int]


def compare(pass_: CoursePass, sharing: Sharing, *, at: datetime) -> Compared:
    """The three rules over the same facts, each course's part run through the course's terms; counters are left aside."""
    courses: dict[int, list[int]] = {}
    parties: dict[str, list[int]] = {}
    divided = side_by_side(pass_.pool, sharing.periods, sharing.courses)
    for n, rule in enumerate(POOL_RULES):
        for course_id, terms in sharing.terms.items():
            amount = divided[rule].by_course.get(str(course_id), 0)
            courses.setdefault(course_id, [0] * len(POOL_RULES))[n] = amount
            for party, share in _shares(course_id, terms, amount, at).items():
                parties.setdefault(party, [0] * len(POOL_RULES))[n] += share
    return Compared(courses, parties, [divided[rule].undistributed_minor for rule in POOL_RULES])


def _shares(course_id: int, terms: Terms, amount: int, at: datetime) -> dict[str, int]:
    known = contracts.contribution(terms.contract_id, course_id, at)
    sale = Sale(
        gross_minor=amount, module_weights=known["module_weights"], approved_minutes=known["approved_minutes"],
        occurred_at=written(at),
    )  # fmt: skip
    return shares_of(share_sale(contracts.body_of(terms), sale))
