"""What all pages of statements look at: whose they are, which month, and the words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, request, url_for

from coursehub.people.models import Organisation
from coursehub.people.queries import name_of, organisation_by_public_id
from coursehub.statements import policies, queries, telling
from coursehub.statements.models import Statement
from coursehub.statements.months import Month, read_month
from coursehub.web import current_locale, signed_in_actor


def words() -> dict[str, Any]:
    """For the templates of both sides."""
    return {
        "account_words": telling.account_words,
        "kind_words": telling.kind_words,
        "role_words": telling.ROLES,
        "month_name": lambda month: telling.month_name(month, current_locale()),
        "month_from": read_month,
        "day_of_text": date.fromisoformat,
        "here": here,
        "place_of_statements": "house" if in_the_house() else "studio",
    }


def in_the_house() -> bool:
    """Whether this is the staff's side of the pages."""
    return request.blueprint == "statements_house"


def here(endpoint: str, **values: Any) -> str:
    """The address of a page on this side, of the same party."""
    kept = {"party": (request.view_args or {})["party"]} if in_the_house() else {}
    return url_for(f".{endpoint}", **kept, **values)


def whose(party: str | None) -> Organisation:
    """The party whose statements are asked for, if this reader may read them; a stranger gets 404."""
    actor = signed_in_actor()
    organisation = organisation_by_public_id(party) if party is not None else actor.organisation
    if organisation is None or not policies.may_read(actor, organisation.id):
        abort(404)
    return organisation


@dataclass(frozen=True)
class Shown:
    """One statement on a page. issued: None while it is reckoned anew each time."""

    organisation: Organisation
    month: Month
    currency: str
    data: dict[str, Any]
    issued: Statement | None
    at: datetime

    @property
    def is_over(self) -> bool:
        """Whether the month is over."""
        return self.month.is_over(self.at)

    @property
    def name(self) -> str:
        """Whose it is, in the reader's language."""
        return name_of(self.organisation)

    @property
    def file_name(self) -> str:
        """Without its ending."""
        return f"{self.organisation.slug}-{self.month}-{self.currency}"


def shown(party: str | None, month: str, currency: str, at: datetime) -> Shown:
    """The statement at this address: as issued, else as the books say it now. 404 for a month before the first or to come."""
    organisation, asked = whose(party), read_month(month)
    first = queries.first_month(organisation.public_id, currency)
    if asked is None or first is None or not first <= asked or at < asked.begins:
        abort(404)
    found = queries.issued(organisation.id, asked, currency)
    data = found.body if found else queries.reckon(organisation, asked, currency, at=at)
    return Shown(organisation, asked, currency, data, found, at)
