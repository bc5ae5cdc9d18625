"""Pages of matching rounds: the host drafts and announces, employers enter and rank, learners order without a script."""

import hashlib
import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.jobs import run_due
from coursehub.mail import Letter
from coursehub.talent.letters.rounds import ask_to_rank
from coursehub.talent.operations import round_running
from coursehub.talent.queries import rounds as queries
from coursehub.talent.queries.profiles import profile_of
from coursehub.talent.working_days import local_day
from tests.cast import sign_in
from tests.talent.hiring import opened
from tests.talent.test_rounds import DAY, START, person, stage, timetable

__all__ = ["START", "person", "stage", "timetable"]


@pytest.fixture
def at():
    """Pages read the clock, so the story begins now."""
    return clock.now()


@pytest.fixture(autouse=True)
def _far_start(monkeypatch, at):
    monkeypatch.setattr("tests.talent.test_rounds.START", local_day(at + 90 * DAY))


def at_time(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_host_drafts_and_announces_and_everybody_can_compute_the_hash(app, cast, at):
    cato, emma = sign_in(app.test_client(), cast.cato), sign_in(app.test_client(), cast.emma)
    opening = opened(cast, at)
    days = {name: local_day(at + n * DAY).isoformat() for name, n in (
        ("lists_until_at", 10), ("ranks_until_at", 13), ("accept_until_at", 27), ("second_lists_until_at", 32),
        ("second_ranks_until_at", 35), ("second_accept_until_at", 49),
    )}  # fmt: skip
    wrong = cato.post(
        "/house/rounds/new",
        data=days | {"title": "Spring", "rules": "Be fair.", "audit_days": 30, "accept_until_at": days["lists_until_at"]},
    )
    assert wrong.status_code == 422 and "five working days" in wrong.text
    made = cato.post("/house/rounds/new", data=days | {"title": "Spring", "rules": "Be fair.", "audit_days": 30})
    address = made.headers["Location"]
    public_id = address.rsplit("/", 1)[1]
    assert app.test_client().get(f"/alliance/rounds/{public_id}").status_code == 404
    early = emma.post(
        f"/hire/rounds/{public_id}/seats", data={"opening": opening.public_id, "places": 1, "start_on": local_day(at).isoformat()}
    )
    assert early.status_code == 422 and "after the last day of the round" in early.text
    entered = emma.post(
        f"/hire/rounds/{public_id}/seats",
        data={"opening": opening.public_id, "places": 1, "start_on": local_day(at + 90 * DAY).isoformat()},
    )
    assert entered.status_code == 303 and "Take out" in emma.get(f"/hire/rounds/{public_id}").text
    assert "Announce the round" in cato.get(address).text
    cato.post(f"{address}/acts", data={"act": "announce"})
    public = app.test_client().get(f"/alliance/rounds/{public_id}").text
    document = app.test_client().get(f"/alliance/rounds/{public_id}/rules.json")
    assert hashlib.sha256(document.data).hexdigest() in public
    assert "when the round runs" in public and "Spring" in app.test_client().get("/alliance/rounds").text


def test_a_list_is_put_in_order_by_numbers_and_by_buttons_without_a_script(app, stage, cast):
    stage.announced()
    ada = sign_in(app.test_client(), cast.ada)
    home = f"/career/rounds/{stage.row.public_id}"
    one, two = f"position-{stage.harbour.public_id}", f"position-{stage.beacon.public_id}"
    moved = ada.post(f"{home}/lists", data={one: "1", two: "2", "move": f"up:{stage.beacon.public_id}"}).text
    assert re.search(rf'name="{two}"[^>]*value="1"', moved) and re.search(rf'name="{one}"[^>]*value="2"', moved)
    assert queries.entry_of(stage.row, cast.ada.id) is None
    faulty = ada.post(f"{home}/lists", data={one: "1", two: "1"})
    assert faulty.status_code == 422 and "a place of its own" in faulty.text
    assert ada.post(f"{home}/lists", data={one: "2", two: "1"}).status_code == 303
    assert "Sealed. You can still change it." in ada.get(home).text
    assert ada.post(f"{home}/departures").status_code == 303
    assert queries.entry_of(stage.row, cast.ada.id) is None


def test_nobody_else_meets_the_order_on_any_page(app, stage, cast, at, monkeypatch):
    """The pages of host and employer are the same whichever way round a list is."""
    stage.announced()
    seen = []
    for seats in ((stage.harbour, stage.beacon), (stage.beacon, stage.harbour)):
        stage.write(stage.ada, *seats)
        texts = []
        at_time(monkeypatch, at + 11 * DAY)
        for who, address in (
            (cast.cato, f"/house/rounds/{stage.row.public_id}"), (cast.emma, f"/hire/rounds/{stage.row.public_id}"),
            (cast.emma, f"/hire/rounds/{stage.row.public_id}/seats/{stage.harbour.public_id}"),
            (cast.bo, f"/alliance/rounds/{stage.row.public_id}"),
        ):  # fmt: skip
            text = sign_in(app.test_client(), who, at=at + 11 * DAY).get(address).text
            assert "Ada" not in text
            texts.append(
                re.sub(
                    r'(csrf_token|nonce|data-request)[^>]*value="[^"]*"|[a-f0-9]{64}|name="csrf_token" value="[^"]*"', "", text
                )
            )
        seen.append([re.sub(r"req[-_a-z0-9]*", "", text) for text in texts])
    assert [len(text) for text in seen[0]] == [len(text) for text in seen[1]]


def test_an_employer_ranks_people_without_names_and_others_have_no_door(app, stage, cast, at, monkeypatch):
    stage.announced()
    stage.write(stage.ada, stage.harbour)
    stage.write(stage.bo, stage.harbour)
    at_time(monkeypatch, at + 11 * DAY)
    emma, emil = (sign_in(app.test_client(), who, at=at + 11 * DAY) for who in (cast.emma, cast.emil))
    address = f"/hire/rounds/{stage.row.public_id}/seats/{stage.harbour.public_id}"
    text = emma.get(address).text
    assert "Ada" not in text and profile_of(cast.ada.id).public_id not in text
    assert emil.get(address).status_code == 404
    keys = {who: queries.entry_of(stage.row, who.person_id).public_id for who in (stage.ada, stage.bo)}
    assert (
        emma.post(f"{address}/rankings", data={f"rank-{keys[stage.ada]}": "1", f"rank-{keys[stage.bo]}": "1"}).status_code == 303
    )
    assert "Sealed. You can still change it." in emma.get(address).text
    assert emma.post(f"{address}/rankings", data={"rank-nobody": "1"}).status_code == 409


def test_a_person_reads_checks_keeps_and_answers_their_result(app, stage, cast, at, monkeypatch):
    stage.run()
    at_time(monkeypatch, at + 14 * DAY)
    bo, theo = (sign_in(app.test_client(), who, at=at + 14 * DAY) for who in (cast.bo, cast.theo))
    home = f"/career/rounds/{stage.row.public_id}"
    assert "Certificate" in theo.get(f"{home}/certificates/1").text or "证书" in theo.get(f"{home}/certificates/1").text
    kept = json.loads(theo.get(f"{home}/certificates/1.json").data)
    assert kept["list"] == [stage.beacon.public_id, stage.harbour.public_id] and kept["certificate"]["matched"] == ""
    assert theo.get(f"{home}/certificates/2").status_code == 404
    accepted = bo.post(f"{home}/answers/1", data={"answer": "yes", "fields": ["display_name"]})
    assert "/career/applications/" in accepted.headers["Location"]
    emma = sign_in(app.test_client(), cast.emma, at=at + 14 * DAY).get(f"/hire/rounds/{stage.row.public_id}").text
    assert "accepted the match" in emma


def test_totals_hide_small_numbers(app, stage):
    stage.run()
    text = app.test_client().get(f"/alliance/rounds/{stage.row.public_id}").text
    table = re.search(r"<table.*?</table>", text, re.S).group(0)
    assert re.findall(r'is-number"[^>]*>([^<]*)<', table.split("<tbody>")[1]) == ["–", "2", "–", "–"]


def test_results_the_second_run_and_the_time_to_rank_are_told_by_letter_once(stage, cast, at):
    stage.run()
    ask_to_rank(at=at + 11 * DAY)
    run_due(at=at + 13 * DAY + timedelta(hours=1), strict=True)
    assert letters("round_result") == 3 and letters("round_rank") == 0
    round_running.advance_rounds(at=at + 27 * DAY)
    run_due(at=at + 27 * DAY + timedelta(hours=1), strict=True)
    assert letters("round_second") == 3
    for _ in range(2):
        ask_to_rank(at=at + 33 * DAY)
    assert letters("round_rank") == 2


def letters(kind: str) -> int:
    keys = db.session.execute(sa.select(Letter.key)).scalars()
    return sum(key.startswith(f"talent.{kind}:") for key in keys)


def test_a_host_reads_how_far_a_run_is_and_that_a_step_is_late(app, stage, cast, at, monkeypatch):
    stage.announced()
    address = f"/house/rounds/{stage.row.public_id}"
    stage.write(stage.ada, stage.harbour)
    stage.write(stage.bo, stage.harbour)
    assert facts_of(app, cast, address, at) == ["2", "0 of 2", "still to come", "still to come"]
    stage.rank(stage.harbour, cast.emma, stage.bo, stage.ada)
    at_time(monkeypatch, at + 13 * DAY + timedelta(hours=1))
    cato = sign_in(app.test_client(), cast.cato, at=at + 13 * DAY)
    assert "Due since" in cato.get(address).text
    round_running.advance_rounds(at=at + 13 * DAY)
    assert "Due since" not in cato.get(address).text
    shown = facts_of(app, cast, address, at + 13 * DAY)
    assert shown[:2] == ["2", "1 of 2"] and shown[-1] == "1 of 2, on 2 places"


def facts_of(app, cast, address, at):
    """What the first list of facts on the host's page says."""
    text = sign_in(app.test_client(), cast.cato, at=at).get(address).text
    return re.findall(r"<dd>([^<]*)</dd>", text.split('<dl class="facts">')[1].split("</dl>")[0])
