"""Every figure of a statement opens: moves to their journals, holds to their sales; and what opens adds up to the figure."""

from datetime import date

import pytest

from coursehub.db import db
from coursehub.statements import behind, queries
from coursehub.statements.months import Month
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of

from .books import MAY, two_months
from .test_reserves import disputed_reserve


@pytest.fixture
def told(cast, at):
    """Northwind after two months, with something in reserve."""
    course = course_of(cast.northwind, "async", at)
    two_months(cast, agree(cast, course, at, reserve={"share_bps": 1_000, "days": 45})[1], course)
    return cast.northwind


@pytest.mark.parametrize("number", [3, 4])
def test_what_stands_behind_a_move_or_a_hold_adds_up_to_it(told, number):
    data = queries.reckon(told, Month(2026, number), "CNY", at=MAY)
    assert data["held"]
    opened(told.public_id, data)


def test_also_while_banks_have_some_of_it(cast, at):
    issued = [each.body for each, _bundle in disputed_reserve(cast, at)]
    assert issued[0]["held"]
    for data in issued:
        opened(cast.northwind.public_id, data)


def opened(party, data):
    assert data["moves"]
    for move in data["moves"]:
        rows = db.session.execute(behind.journals_of_move(party, data, move)).all()
        assert (len(rows), -sum(row.minor for row in rows)) == (move["journals"], move["amount_minor"]), move
    for held in data["held"]:
        events = db.session.execute(behind.events_held_until(party, data, date.fromisoformat(held["until"]))).scalars().all()
        assert sum(behind.held_of(party, events).values()) == held["amount_minor"], held


def test_the_pages_lead_on_from_there(told, cast, client):
    sign_in(client, cast.finn)
    shown = client.get("/studio/statements/2026-04/CNY").text
    data = queries.reckon(told, Month(2026, 4), "CNY", at=MAY)
    others = [n for n, move in enumerate(data["moves"]) if not move["explained"]]
    assert others and all(f"/studio/statements/2026-04/CNY/moves/{n}" in shown for n in others)
    moved = [client.get(f"/studio/statements/2026-04/CNY/moves/{n}").text for n in others]
    assert any("/studio/payouts/1" in page for page in moved) and any("¥40.00" in page for page in moved)
    (until,) = [held["until"] for held in data["held"]][:1]
    held = client.get(f"/studio/statements/2026-04/CNY/held/{until}").text
    assert f"/held/{until}" in shown and "/studio/earnings/" in held and "Course async" in held
    for bad in ("moves/99", "held/2031-01-01", "held/never"):
        assert client.get(f"/studio/statements/2026-04/CNY/{bad}").status_code == 404
    sign_in(client, cast.fay)
    of_house = client.get(f"/house/statements/{told.public_id}/2026-04/CNY/moves/{others[0]}").text
    assert "/house/books/journals/" in of_house
    sign_in(client, cast.eve)
    assert client.get(f"/studio/statements/2026-04/CNY/moves/{others[0]}").status_code == 404
