"""What a payout is made of adds up to what was ready, share by share, and what it was set against is named."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.payouts import operations, queries
from coursehub.payouts.models import Payout
from tests.cast import sign_in

from .rig import CNY, HOLD, World

DAY = timedelta(days=1)


@pytest.fixture
def world(cast, at):
    return World(cast, at)


def parts(world, payout):
    return queries.parts_of(db.session.execute(queries.made_of(payout, world.cast.northwind.public_id)))


def paid(world):
    """A run, prepared and confirmed two hours later, and its payout."""
    run = operations.prepare_run("CNY", pay_on=world.now.date() + DAY, by=world.cast.acting(world.cast.fay), at=world.now)
    operations.confirm_run(run, by=world.cast.acting(world.cast.stan), at=world.now + timedelta(hours=2))
    (payout,) = queries.payouts_of_run(run.id)
    world.now += DAY
    return payout


def bounced(world, payout):
    row = f"{payout.public_id},bounced,{world.now.date()},{payout.amount_minor / 100:.2f},CNY,B{payout.id},no\n"
    content = "reference,result,date,amount,currency,bank_reference,reason\n" + row
    operations.import_answer("a.csv", content.encode(), by=world.cast.acting(world.cast.fay), at=world.now)
    world.account(CNY, world.now)
    world.now += 7 * DAY


def test_a_payout_names_the_sales_whose_shares_it_holds(world):
    keys = [world.sell(), world.sell()]
    payout = paid(world)
    found = parts(world, payout)
    assert [(part.event.effect_key, part.kind, part.amount_minor) for part in found] == [(key, "mature", 70_000) for key in keys]
    assert sum(part.amount_minor for part in found) == payout.ready_minor


def test_what_becomes_ready_between_preparing_and_confirming_is_in_the_next_one(world):
    world.sell()
    run = operations.prepare_run("CNY", pay_on=world.now.date() + DAY, by=world.cast.acting(world.cast.fay), at=world.now)
    world.now += timedelta(hours=1)
    late = world.sell()
    operations.confirm_run(run, by=world.cast.acting(world.cast.stan), at=world.now)
    (first,) = queries.payouts_of_run(run.id)
    world.now += DAY
    second = paid(world)
    assert [part.event.effect_key for part in parts(world, first)] == ["sale:1"]
    assert [part.event.effect_key for part in parts(world, second)] == [late]


def test_a_claim_that_was_set_off_is_named_with_its_refund(world):
    sale = world.sell()
    paid(world)
    world.refund(sale, 50_000)
    world.sell()
    payout = paid(world)
    ((part, minor),) = queries.set_off_in(payout)
    assert (part.kind, minor, part.event.kind) == ("clawback", payout.offset_minor, "refund") and minor > 0
    assert sum(part.amount_minor for part in parts(world, payout)) == payout.ready_minor == payout.amount_minor + minor


@pytest.mark.parametrize("seed", range(4))
def test_parts_add_up_to_what_was_ready_whatever_happens_between(world, seed):
    chance, sold = Random(seed), []
    for _step in range(14):
        world.now += timedelta(hours=chance.randrange(1, 20))
        act = chance.choice(("sell", "sell", "refund", "pay", "bounce"))
        if act == "sell":
            sold.append(world.sell())
        elif act == "refund" and sold:
            world.refund(sold.pop(chance.randrange(len(sold))), chance.randrange(1, 100_001), world.now)
        elif queries.proposal("CNY", world.now) and not queries.proposal("CNY", world.now)[0].reason:
            payout = paid(world)
            if act == "bounce":
                bounced(world, payout)
    payouts = db.session.execute(sa.select(Payout)).scalars().all()
    assert payouts, "a history that pays nobody proves nothing"
    for payout in payouts:
        assert sum(part.amount_minor for part in parts(world, payout)) == payout.ready_minor
        assert sum(minor for _part, minor in queries.set_off_in(payout)) == payout.offset_minor


def test_in_the_table_a_set_off_is_a_number_below_zero_and_all_rows_add_up(client, cast):
    world = World(cast, clock.now() - HOLD - 9 * DAY)
    world.now = clock.now() - 3 * DAY
    sale = world.sell()
    paid(world)
    world.refund(sale, 50_000)
    world.sell()
    payout = paid(world)
    rows = list(
        csv.reader(
            io.StringIO(sign_in(client, cast.finn).get(f"/studio/payouts/{payout.public_id}/csv").data.decode("utf-8-sig"))
        )
    )
    amounts = [Decimal(row[4]) for row in rows[1:]]
    assert min(amounts) < 0 and sum(amounts[:-1]) == amounts[-1] == Decimal(payout.amount_minor) / 100


def test_a_partner_opens_a_payout_and_takes_it_as_a_table(app, client, cast):
    world = World(cast, clock.now() - HOLD - 5 * DAY)
    world.now = clock.now() - DAY
    world.sell()
    payout = paid(world)
    finn = sign_in(client, cast.finn)
    address = f"/studio/payouts/{payout.public_id}"
    assert address in finn.get("/studio/payouts").text
    shown = finn.get(address).text
    (part,) = parts(world, payout)
    assert f"/studio/earnings/{part.event.public_id}" in shown and "CN¥700.00" in shown
    rows = list(csv.reader(io.StringIO(finn.get(f"{address}/csv").data.decode("utf-8-sig"))))
    assert [row[4] for row in rows] == ["Amount", "700.00", "700.00"] and rows[1][3] == part.event.public_id
    eve = sign_in(app.test_client(), cast.eve)
    assert eve.get(address).status_code == eve.get(f"{address}/csv").status_code == 404
