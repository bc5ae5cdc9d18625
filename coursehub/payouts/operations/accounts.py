"""How a partner is paid: through its bank, or through an account of its own at a payment provider."""

import logging
from datetime import datetime

from coursehub import events, jobs, rails
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.payouts import policies, queries
from coursehub.payouts.models import PayoutWay, RailAccount
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation

log = logging.getLogger(__name__)


class CountryNotReached(Refusal):
    """The payment provider opens no accounts in this country. The bank pays everywhere."""


def choose_bank(*, by: Actor, at: datetime) -> None:
    """From now on a partner is paid to its bank account; its account at the provider stays open."""
    require(policies.may_choose_way(by))
    with transaction():
        _choose(rails.BANK, by, at)


def choose_rail(country: str, *, rail: str = rails.STRIPE, by: Actor, at: datetime) -> RailAccount:
    """From now on a partner is paid through its own account at a provider, once that knows whom it pays.

    The country of an account is said once. Raises CountryNotReached, LookupError.
    """
    require(policies.may_choose_way(by))
    if country not in rails.account_rail(rail).countries():
        raise CountryNotReached
    with transaction():
        lock(db.session.get_one(Organisation, by.organisation_id))
        account = queries.rail_account_of(by.organisation_id or 0, rail)
        if account is None:
            account = RailAccount(
                organisation_id=by.organisation_id, rail=rail, country=country, wanted_at=at, wanted_by_id=by.person_id, due=[]
            )
            db.session.add(account)
            db.session.flush()
        _choose(rail, by, at)
        jobs.enqueue("payouts.open_account", at=at, account_id=account.id)
    return account


def _choose(way: str, by: Actor, at: datetime) -> None:
    if queries.rail_chosen(queries.way_of(by.organisation_id or 0)).name != way:
        db.session.add(PayoutWay(organisation_id=by.organisation_id, way=way, since_at=at, chosen_by_id=by.person_id))
        note("payout_way_chosen", at=at, by_id=by.person_id, organisation_id=by.organisation_id, way=way)
        events.record("payouts.way_chosen", at=at, organisation_id=by.organisation_id, way=way)


def open_account(account: RailAccount, *, at: datetime) -> RailAccount:
    """Let the provider open the account, once; safe to repeat. Raises RailAway, RailRefused."""
    if account.rail_account_id is not None:
        return account
    organisation = db.session.get_one(Organisation, account.organisation_id)
    wish = rails.AccountWish(
        key=f"account:{account.public_id}", reference=organisation.public_id, name=organisation.name_en,
        email=people.email_of(account.wanted_by_id) or "", country=account.country,
    )  # fmt: skip
    return record_account(account, _at(account).open_account(wish), at=at)


def onboarding_page(account: RailAccount, *, return_url: str, refresh_url: str, by: Actor, at: datetime) -> str:
    """Where the partner tells the provider what it wants to know; for one visit. Raises RailAway, RailRefused."""
    require(policies.may_choose_way(by) and by.acts_for(account.organisation_id))
    opened = open_account(account, at=at)
    return _at(opened).onboarding_page(opened.rail_account_id or "", return_url=return_url, refresh_url=refresh_url)


def follow_account(account: RailAccount, *, at: datetime) -> RailAccount:
    """Read the account anew. Raises RailAway."""
    if account.rail_account_id is None:
        return open_account(account, at=at)
    return record_account(account, _at(account).read_account(account.rail_account_id), at=at)


def _at(account: RailAccount) -> rails.PaysAccounts:
    return rails.account_rail(account.rail).connected()


def record_account(account: RailAccount, facts: rails.AccountFacts, *, at: datetime) -> RailAccount:
    """Write down what the provider says of an account; its partner reads when it opens or closes."""
    with transaction():
        lock(account)
        if account.rail_account_id not in (None, facts.id):
            return account
        could = account.is_open
        account.rail_account_id, account.transfers, account.payouts = facts.id, facts.transfers, facts.payouts
        account.due, account.read_at = list(facts.due), at
        if account.is_open != could:
            events.record("payouts.account_changed", at=at, account_id=account.id, is_open=account.is_open)
    return account


def follow_accounts(*, at: datetime) -> int:
    """Read every account anew: the net under lost events; how many."""
    found = queries.opened_accounts()
    for account in found:
        try:
            follow_account(account, at=at)
        except (rails.RailAway, rails.RailRefused):
            log.warning("account %s is not read", account.public_id)
    return len(found)
