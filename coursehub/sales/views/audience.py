"""Audiences that only the pages of sales need."""

from coursehub.people.actor import Actor
from coursehub.sales import policies
from coursehub.web.audiences import Audience


def _sells(actor: Actor | None) -> bool:
    return actor is not None and policies.may_see_selling(actor)


def _answers_for_sales(actor: Actor | None) -> bool:
    return actor is not None and actor.organisation_id is not None and policies.may_answer_for_sales(actor)


ANSWER_FOR_SALES = Audience("owner or finance of a partner, or finance staff", _answers_for_sales)
SELLERS = Audience("owner or finance of a partner, or catalogue or finance staff", _sells)
