"""Letters about campaigns of the house: to partners whose terms let them join one."""

from datetime import datetime

from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.sales import queries
from coursehub.sales.letters.writing import course_title, write
from coursehub.sales.models import Coupon


@on("sales.coupon_made")
def send_campaign_open(*, at: datetime, coupon_id: int, **_more: object) -> None:
    """Whoever answers for a partner reads which campaign it may join, for which of its courses; one letter for all contracts."""
    coupon, house = db.session.get_one(Coupon, coupon_id), people.house()
    if coupon.organisation_id != house.id or coupon.borne_by != "terms" or coupon.closed_at is not None:
        return
    may_join: dict[str, set[int]] = {}
    for each in queries.campaigns_of(house, at):
        if each.coupon.id == coupon.id and each.floor_minor is not None and each.since is None:
            may_join.setdefault(each.party, set()).update(each.courses)
    for party, courses in sorted(may_join.items()):
        partner = people.organisation_by_public_id(party)
        if partner is None:
            continue
        for person_id in people.members_with_role(partner.id, "owner", "finance"):
            locale = people.locale_of(person_id)
            write(
                "campaign_open", person_id=person_id, mark=f"{coupon.public_id}:{person_id}", at=at, kind="contracts",
                coupon=coupon, titles=[course_title(course, locale) for course in sorted(courses)],
                partner=_name(partner, locale), house=_name(house, locale),
            )  # fmt: skip


def _name(organisation: Organisation, locale: str) -> str:
    return organisation.name_en if locale == "en" else organisation.name
