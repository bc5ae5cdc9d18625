"""Where else a course can be had: in bundles and passes, price against price."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from coursehub.db import look
from coursehub.sales.models import Bundle, BundleCourse, CoursePass, Offering, PassCourse


@dataclass(frozen=True)
class Together:
    """A bundle, or a pass at a price a month, in which a course stands now. courses: how many it holds, this one with them.

    alone_minor: what those cost singly now, in the same currency; None where not every one of them is sold so.
    """

    kind: Literal["bundle", "pass"]
    address: str
    name: str
    price_minor: int
    currency: str
    courses: int
    alone_minor: int | None


_PRICED = sa.and_(
    Offering.course_id == BundleCourse.course_id, Offering.closed_at.is_(None), Offering.currency == Bundle.currency
)
_COURSE: sa.BindParameter[int] = sa.bindparam("course_id")
_BUNDLES = (
    sa.select(
        sa.literal("bundle").label("kind"), Bundle.public_id.label("address"), Bundle.name, Bundle.name_en, Bundle.price_minor,
        Bundle.currency, sa.func.count(BundleCourse.course_id).label("many"), sa.func.count(Offering.id).label("priced"),
        sa.func.sum(Offering.price_minor).label("alone_minor"),
    )
    .join(BundleCourse, BundleCourse.bundle_id == Bundle.id)
    .outerjoin(Offering, _PRICED)
    .where(
        Bundle.closed_at.is_(None),
        Bundle.id.in_(sa.select(BundleCourse.bundle_id).where(BundleCourse.course_id == _COURSE)),
    )
    .group_by(Bundle.id)
)  # fmt: skip
_PASSES = (
    sa.select(
        sa.literal("pass"), CoursePass.slug, CoursePass.name, CoursePass.name_en, CoursePass.price_minor,
        CoursePass.currency, sa.func.count(PassCourse.id), sa.literal(0), sa.literal(0),
    )
    .join(PassCourse, sa.and_(PassCourse.pass_id == CoursePass.id, PassCourse.left_at.is_(None)))
    .where(
        CoursePass.closed_at.is_(None),
        CoursePass.id.in_(sa.select(PassCourse.pass_id).where(PassCourse.course_id == _COURSE, PassCourse.left_at.is_(None))),
    )
    .group_by(CoursePass.id)
)  # fmt: skip
_TOGETHER = sa.select(sa.union_all(_BUNDLES, _PASSES).subquery())  # one question, since every course page asks it


def together_with(course_id: int, locale: str) -> list[Together]:
    """Every bundle that is sold and every pass that can be taken now with this course in it, the cheapest first."""
    found = [
        Together(
            kind, f"/{'bundles' if kind == 'bundle' else 'passes'}/{address}", name_en if locale == "en" else name, price,
            currency, int(many), int(alone) if kind == "bundle" and priced == many else None,
        )
        for kind, address, name, name_en, price, currency, many, priced, alone in look(_TOGETHER, {"course_id": course_id}).all()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.kind, each.price_minor, each.address))
