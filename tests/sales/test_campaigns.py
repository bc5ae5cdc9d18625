"""A partner joins campaigns of the house one by one: it bears their discount from then on, and only if its terms say so."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.contracts import queries as contracts
from coursehub.contracts.checks import faults
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.campaigns import TermsJoinNothing
from coursehub.contracts.record import is_whole
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.mail import Letter
from coursehub.sales import operations, queries
from coursehub.sales.operations import CouponDraft
from coursehub.sales.operations.campaigns import CampaignOver, join_campaign, leave_campaign
from tests.cast import sign_in

SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign(shop, cast):
    """20 % off every course, made by the house; terms say who bears it."""
    draft = CouponDraft(code="AUTUMN", borne_by="terms", starts_at=shop.at, off_bps=2_000)
    return operations.make_coupon(draft, by=cast.acting(cast.stan), at=shop.at)


@pytest.fixture
def course(shop, cast):
    """A course whose terms let Northwind join campaigns, down to 100.00; the house bears any other discount."""
    joins = {"party": cast.northwind.public_id, "floor_price_minor": 10_000, "campaigns": "joined"}
    rest = {"kind": "party", "party": cast.house.public_id}
    return shop.course("tides", discount={"opted_in": [joins], "rest": rest})


def contract_of(course, at):
    return contracts.contract_of(contracts.terms_in_force(course.id, at).terms_hash)


def bearer(order):
    event = db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id.desc())).scalars().first()
    assert event.facts["order"] == order.public_id
    return {line.party for line in event.lines if line.role == "discount"}, event.facts.get("joined")


def test_only_orders_placed_while_it_is_joined_are_borne_by_the_partner(shop, cast, campaign, course):
    contract, offering = contract_of(course, shop.at), shop.offer(course)
    early = shop.order(offering, cast.ada, coupon_code="AUTUMN")
    assert join_campaign(campaign, contract, by=cast.acting(cast.pia), at=shop.at + SECOND)
    assert not join_campaign(campaign, contract, by=cast.acting(cast.pia), at=shop.at + 2 * SECOND)
    shop.pay(early)
    operations.settle_order(early, at=shop.at)
    assert bearer(early) == ({cast.house.public_id}, None), "placed before, paid after"
    shop.at += 3 * SECOND
    late = shop.order(offering, cast.bo, coupon_code="AUTUMN")
    assert leave_campaign(campaign, contract, by=cast.acting(cast.pia), at=shop.at + SECOND)
    assert not leave_campaign(campaign, contract, by=cast.acting(cast.pia), at=shop.at + 2 * SECOND)
    shop.pay(late)
    operations.settle_order(late, at=shop.at)
    assert bearer(late) == ({cast.northwind.public_id}, [cast.northwind.public_id]), "left only after it was placed"
    told = [(entry.kind, entry.body.get("campaign"), entry.person) for entry in contracts.entries_of(contract.id)][-2:]
    pia = cast.pia.public_id
    assert told == [("campaign_joined", campaign.public_id, pia), ("campaign_left", campaign.public_id, pia)]
    assert is_whole(contract.public_id, [entry_data(one) for one in contracts.entries_of(contract.id)])
    assert list(faults()) == []


def test_below_the_floor_the_rest_rule_answers(shop, cast, campaign, course):
    join_campaign(campaign, contract_of(course, shop.at), by=cast.acting(cast.pia), at=shop.at)
    order = shop.buy(shop.offer(course, 12_400), cast.ada, coupon_code="AUTUMN")
    assert order.gross_minor == 9_920
    assert bearer(order) == ({cast.house.public_id}, [cast.northwind.public_id])


def test_what_the_house_bears_itself_cannot_be_joined(shop, cast, course):
    draft = CouponDraft(code="OURS", borne_by="house", starts_at=shop.at, off_bps=2_000)
    own = operations.make_coupon(draft, by=cast.acting(cast.stan), at=shop.at)
    assert queries.campaigns_of(cast.northwind, shop.at) == []
    with pytest.raises(CampaignOver):
        join_campaign(own, contract_of(course, shop.at), by=cast.acting(cast.pia), at=shop.at)


def test_terms_that_join_nothing_strangers_and_closed_campaigns_are_refused(shop, cast, campaign, course):
    plain = shop.course("plain")
    with pytest.raises(TermsJoinNothing):
        join_campaign(campaign, contract_of(plain, shop.at), by=cast.acting(cast.pia), at=shop.at)
    with pytest.raises(NotAllowed):
        join_campaign(campaign, contract_of(course, shop.at), by=cast.acting(cast.eve), at=shop.at)
    operations.close_coupon(campaign, by=cast.acting(cast.stan), at=shop.at)
    with pytest.raises(CampaignOver):
        join_campaign(campaign, contract_of(course, shop.at), by=cast.acting(cast.pia), at=shop.at)


def test_the_page_of_coupons_shows_campaigns_and_joins_them(shop, cast, campaign, course, client, monkeypatch):
    shop.course("plain")
    monkeypatch.setattr(clock, "now", lambda: shop.at + SECOND)
    contract = contract_of(course, shop.at)
    sign_in(client, cast.pia)
    shown = client.get("/studio/coupons", headers={"Accept-Language": "en"}).text
    assert "Campaigns of the house" in shown and "Join this campaign?" in shown and "Your terms join none" in shown
    path = f"/studio/campaigns/{campaign.public_id}/{contract.public_id}"
    assert client.post(f"{path}/joinings").status_code == 303
    assert cast.northwind.public_id in contracts.sides_in_campaign(contract.id, campaign.public_id, shop.at + SECOND)
    assert "Leave this campaign?" in client.get("/studio/coupons", headers={"Accept-Language": "en"}).text
    assert client.post(f"{path}/leavings").status_code == 303
    assert contracts.sides_in_campaign(contract.id, campaign.public_id, shop.at + SECOND) == {}


def letters(shop, name):
    shop.work(shop.at + 2 * SECOND)
    found = db.session.execute(sa.select(Letter).where(Letter.key.contains(f".{name}:")).order_by(Letter.id)).scalars()
    return [(letter.to, letter.subject, letter.body) for letter in found]


def test_a_partner_whose_terms_join_none_opens_an_amendment_with_that_clause_filled_in(
    shop, cast, campaign, course, client, monkeypatch
):
    own = {"party": cast.northwind.public_id, "floor_price_minor": 5_000}
    plain = shop.course("plain", discount={"opted_in": [own], "rest": {"kind": "shared"}})
    monkeypatch.setattr(clock, "now", lambda: shop.at + SECOND)
    contract, english = contract_of(plain, shop.at), {"Accept-Language": "en"}
    path = f"/contracts/{contract.public_id}/propose?joins={cast.northwind.public_id}"
    shown = sign_in(client, cast.pia).get("/studio/coupons", headers=english).text
    assert f'href="/studio{path}"' in shown and shown.count("Propose terms that join") == 1
    editor = client.get(f"/studio{path}", headers=english).text
    assert "joins campaigns of the house" in editor
    assert box(editor, "joins_1") and 'value="50' in field(editor, "floor_1"), "its floor price stays"
    assert not box(client.get(f"/studio{path.partition('?')[0]}", headers=english).text, "joins_1")
    stranger = path.replace(cast.northwind.public_id, cast.house.public_id)
    assert not box(client.get(f"/studio{stranger}", headers=english).text, "joins_0")


def test_the_house_sees_who_joined_and_asks_the_others_by_other_terms(shop, cast, campaign, course, client, monkeypatch):
    plain = shop.course("plain")
    join_campaign(campaign, contract_of(course, shop.at), by=cast.acting(cast.pia), at=shop.at)
    monkeypatch.setattr(clock, "now", lambda: shop.at + SECOND)
    shown = sign_in(client, cast.stan).get("/studio/coupons", headers={"Accept-Language": "en"}).text
    assert "1 partner has joined" in shown and "0 may join" in shown and "1 has terms that join none" in shown
    path = f"/house/contracts/{contract_of(plain, shop.at).public_id}/propose?joins={cast.northwind.public_id}"
    assert f'href="{path}"' in shown and shown.count("Propose terms that join") == 1
    assert box(client.get(path, headers={"Accept-Language": "en"}).text, "joins_1")


def test_partners_that_may_join_read_of_a_campaign_and_the_house_of_who_joined_or_left(shop, cast, course):
    _ = cast.finn, cast.fay, cast.eve
    shop.course("plain")
    draft = CouponDraft(
        code="SPRING", borne_by="terms", starts_at=shop.at, ends_at=shop.at + 90 * SECOND, off_minor=500, currency="CNY"
    )
    spring = operations.make_coupon(draft, by=cast.acting(cast.stan), at=shop.at)
    operations.make_coupon(
        CouponDraft(code="OURS", borne_by="house", starts_at=shop.at, off_bps=1_000), by=cast.acting(cast.stan), at=shop.at
    )
    found = letters(shop, "campaign_open")
    assert sorted(to for to, _subject, _body in found) == ["finn@example.org", "pia@example.org"]
    assert all("SPRING" in subject and "tides" in body and "plain" not in body for _to, subject, body in found)
    contract, pia = contract_of(course, shop.at), cast.acting(cast.pia)
    assert letters(shop, "campaign_moved") == []
    join_campaign(spring, contract, by=pia, at=shop.at)
    join_campaign(spring, contract, by=pia, at=shop.at)
    told = letters(shop, "campaign_moved")
    assert sorted(to for to, _subject, _body in told) == ["fay@example.org", "stan@example.org"]
    leave_campaign(spring, contract, by=pia, at=shop.at + SECOND)
    assert len(letters(shop, "campaign_moved")) == 4


def field(page, name):
    """The input of a form with this name, as it stands in a page; empty if there is none."""
    return next(iter(re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)), "")


def box(page, name):
    """Whether a box of a form is ticked."""
    return " checked" in field(page, name)
