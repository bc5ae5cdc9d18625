"""Clocks of hiring: answers that never came, what ran out, guarantees that passed, and news that may go out."""

from datetime import datetime, timedelta

from coursehub.db import transaction
from coursehub.jobs import cron, enqueue, job
from coursehub.talent.letters.offers import remind_of_offer
from coursehub.talent.letters.placements import ask_to_confirm
from coursehub.talent.operations import advancing, applications, fees, introductions, offers, placements, searches
from coursehub.talent.queries.hiring import offers_ending, starts_to_confirm
from coursehub.talent.queries.searches import alerts_due

LAST_DAYS = timedelta(days=2)
"""So long before its end an offer is brought to mind."""


@job("talent.tell_of_batch")
def tell_of_batch(*, at: datetime, batch_id: int) -> None:
    """The time to undo is over."""
    advancing.tell_of_batch(batch_id, at=at)


@job("talent.let_applications_lapse")
def let_applications_lapse(*, at: datetime) -> None:
    """Employers who were silent for too long lose the application."""
    applications.let_applications_lapse(at=at)


@job("talent.let_offers_expire")
def let_offers_expire(*, at: datetime) -> None:
    """The time to decide is over."""
    offers.let_offers_expire(at=at)


@job("talent.let_introductions_end")
def let_introductions_end(*, at: datetime) -> None:
    """Nobody answered."""
    introductions.let_introductions_end(at=at)


@job("talent.release_what_is_paid")
def release_what_is_paid(*, at: datetime) -> None:
    """Fees that were paid after the guarantee had passed."""
    fees.release_what_is_paid(at=at)


@job("talent.let_guarantees_pass")
def let_guarantees_pass(*, at: datetime) -> None:
    """The last day of the guarantee is over."""
    placements.let_guarantees_pass(at=at)


@job("talent.remind_of_hiring")
def remind_of_hiring(*, at: datetime) -> None:
    """Offers that end soon, and starts whose day has come; one letter for each."""
    for offer in offers_ending(at, LAST_DAYS):
        remind_of_offer(offer, at=at)
    for placement in starts_to_confirm(at):
        ask_to_confirm(placement, at=at)


@job("talent.tell_of_searches")
def tell_of_searches(*, at: datetime) -> None:
    """Letters about saved searches, for whoever wished them daily or weekly: a job for each, so that none waits for another."""
    with transaction():
        for search_id in alerts_due(searches.EVERY, at):
            enqueue("talent.tell_of_search", at=at, dedupe_key=f"talent.tell_of_search:{search_id}", search_id=search_id)


@job("talent.tell_of_search")
def tell_of_search(*, at: datetime, search_id: int) -> None:
    """One of them."""
    searches.tell_of_search(search_id, at=at)


cron("talent.tell_of_searches", every=timedelta(hours=1))
for name in ("let_applications_lapse", "let_offers_expire", "let_introductions_end", "let_guarantees_pass", "remind_of_hiring"):
    cron(f"talent.{name}", every=timedelta(minutes=30))
cron("talent.release_what_is_paid", every=timedelta(hours=6))
