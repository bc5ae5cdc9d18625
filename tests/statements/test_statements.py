"""Opening and lines make closing, to the cent; what was issued never changes, and what comes late stands on a later statement."""

import shutil
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.contracts.operations import sharing as contracts
from coursehub.db import db, transaction
from coursehub.ledger import checks as books_checks
from coursehub.ledger.accounts import PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post, seal_days
from coursehub.mail import Letter
from coursehub.statements import checks, exports, operations, queries, reckoning
from coursehub.statements.commands import statements
from coursehub.statements.models import Statement
from coursehub.statements.months import Month, month_at, months_between, read_month
from coursehub.web import paginate
from tests.cast import sign_in
from tests.conftest import require
from tests.contracts.rig import agree, course_of

from .books import APRIL, DAY, MARCH, MAY, refund, tampered, two_months

BEAN_CHECK = shutil.which("bean-check", path=str(Path(sys.executable).parent))
march, april, may = Month(2026, 3), Month(2026, 4), Month(2026, 5)


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def terms(cast, course, at):
    return agree(cast, course, at)[1]


@pytest.fixture
def told(cast, terms, course):
    two_months(cast, terms, course)
    return cast.northwind


def of(organisation, month, at=MAY):
    return queries.reckon(organisation, month, "CNY", at=at)


def test_a_month_knows_where_it_begins_and_ends_in_the_zone_of_the_platform():
    assert (march.begins.isoformat(), march.ends.isoformat()) == ("2026-02-28T16:00:00+00:00", "2026-03-31T16:00:00+00:00")
    assert (Month(2026, 12).next, Month(2026, 1).before) == (Month(2027, 1), Month(2025, 12))
    assert (read_month("2026-03"), read_month("2026-13"), read_month("March")) == (march, None, None)
    assert months_between(Month(2025, 11), Month(2026, 2)) == [
        Month(2025, 11), Month(2025, 12), Month(2026, 1), Month(2026, 2),
    ]  # fmt: skip
    assert month_at(march.ends) == april


def test_opening_lines_and_moves_make_closing_to_the_cent(told):
    first, second = of(told, march), of(told, april)
    for data in (first, second):
        assert reckoning.disagreements(data) == []
        totals = reckoning.totals(data)
        assert totals.opening_minor + totals.earned_minor + totals.taken_back_minor + totals.others_minor == totals.closing_minor
    assert reckoning.totals(first).opening_minor == 0
    assert first["closing"] == second["opening"]
    assert dict(reckoning.totals(second).others) == {"payout": -2_500}
    assert second["closing"]["liability:payable:available"] == 1_500


def test_lines_stand_by_course_channel_and_clause(told):
    lines = [(one["kind"], one["channel"], one["path"], one["role"], one["events"]) for one in of(told, march)["lines"]]
    assert lines == [
        ("sale", "partner_link", "/split", "share", 1),
        ("sale", "platform", "/discount/opted_in/0", "discount", 1),
        ("sale", "platform", "/split", "share", 2),
        ("refund", "platform", "/clawback", "share", 1),
    ]


def test_what_is_held_stands_with_the_day_it_matures(told):
    held = of(told, march)["held"]
    assert [one["until"] for one in held] == ["2026-04-04", "2026-04-05", "2026-04-06"]
    assert sum(one["amount_minor"] for one in held) == of(told, march)["closing"]["liability:payable:held"]


def test_what_the_reserve_keeps_stands_with_the_day_on_which_it_is_let_go_of(cast, course, at):
    _contract, kept = agree(cast, course, at, reserve={"share_bps": 1_000, "days": 60})
    two_months(cast, kept, course)
    data = of(cast.northwind, march)
    # A tenth of each share; of the first, 63.89, a third less, which was refunded.
    assert data["reserved"] == [
        {"until": "2026-05-04", "amount_minor": 426},
        {"until": "2026-05-05", "amount_minor": 820},
        {"until": "2026-05-06", "amount_minor": 609},
    ]
    assert sum(one["amount_minor"] for one in data["reserved"]) == data["closing"]["liability:payable:reserve"]
    contracts.release_reserves(at=MARCH + 61 * DAY)
    assert [one["until"] for one in of(cast.northwind, may, at=MARCH + 61 * DAY)["reserved"]] == [
        "2026-05-06", "2026-06-06",
    ]  # fmt: skip
    said = exports.as_csv(data, "en")
    assert "Of this in reserve until" in said


def test_a_month_that_is_not_over_is_reckoned_so_far_and_cannot_be_issued(told):
    so_far = of(told, april, at=APRIL + 4 * DAY)
    assert reckoning.disagreements(so_far) == []
    assert so_far["ends"] == "2026-04-11T09:00:00.000000Z"
    with pytest.raises(operations.MonthNotOver):
        operations.issue(told, april, "CNY", at=APRIL + 4 * DAY)


def test_a_statement_is_issued_once_and_the_letter_goes_to_those_who_answer_for_the_money(told, cast):
    _people = cast.pia, cast.finn, cast.tara
    assert operations.issue_due(at=MAY) == 2
    assert operations.issue_due(at=MAY) == 0
    jobs.run_due(at=MAY, strict=True)
    jobs.run_due(at=MAY + DAY, strict=True)
    letters = db.session.execute(sa.select(Letter).where(Letter.key.startswith("statements.issued"))).scalars().all()
    assert sorted(letter.to for letter in letters) == [
        "finn@example.org",
        "finn@example.org",
        "pia@example.org",
        "pia@example.org",
    ]
    assert list(checks.faults()) == []


def test_nothing_is_issued_before_the_first_working_day(told):
    """1 May 2026 is a Friday, 1 August a Saturday."""
    assert operations.first_working_day(may.first).isoformat() == "2026-05-01"
    assert operations.first_working_day(Month(2026, 8).first).isoformat() == "2026-08-03"
    assert operations.issue_due(at=april.ends - timedelta(minutes=1)) == 1  # March's
    assert operations.issue_due(at=april.ends) == 1


def test_what_the_books_learn_late_stands_on_a_later_statement(told, course):
    operations.issue_due(at=MAY)
    before = of(told, march)
    refund(course, MARCH + 4 * DAY, 1_000, "late", "1")  # says a moment in March, and comes in May
    seal_days(at=MAY + 30 * DAY)
    assert of(told, march) == before
    late = of(told, may, at=MAY + 30 * DAY)
    assert [(one["kind"], one["events"]) for one in late["lines"]] == [("refund", 1)]
    operations.issue_due(at=MAY + 30 * DAY)
    assert list(checks.faults()) == []


def test_months_without_a_sale_have_a_statement_and_no_gap(told):
    operations.issue_due(at=MAY)
    seal_days(at=MAY + 95 * DAY)
    assert operations.issue_due(at=MAY + 95 * DAY) == 3
    months = db.session.execute(sa.select(Statement.month).order_by(Statement.month)).scalars().all()
    assert months == ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07"]
    assert list(checks.faults()) == []


def test_the_database_keeps_a_statement_as_it_was_issued(told):
    operations.issue_due(at=MAY)
    for statement in ("UPDATE statement SET body_hash = 'x'", "DELETE FROM statement"):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            db.session.execute(sa.text(statement))


def test_lines_that_disagree_with_the_books_are_never_issued_and_hold_up_nobody_else(told):
    tampered("UPDATE money_line SET amount_minor = amount_minor + 1 WHERE role = 'discount'")  # one of March
    with pytest.raises(ValueError, match="does not add up"):
        operations.issue_due(at=MAY)
    assert db.session.execute(sa.select(Statement.month)).scalars().all() == ["2026-04"]


def test_a_statement_whose_lines_change_afterwards_is_found(told):
    operations.issue_due(at=MAY)
    tampered("UPDATE money_line SET amount_minor = amount_minor + 1 WHERE role = 'discount'")
    assert list(checks.faults()) == ["The statement of northwind for 2026-03 in CNY is not what the books say."]
    assert books_checks.check_books().faults == ()
    tampered("UPDATE statement SET body_hash = '0' WHERE month = '2026-04'")
    assert any("altered" in fault for fault in checks.faults())


@pytest.mark.parametrize("month", [march, april])
def test_beancount_accepts_the_months_books_and_refuses_a_planted_cent(told, tmp_path, month):
    require(BEAN_CHECK, "bean-check")
    written = exports.as_beancount(of(told, month))
    for name, text, accepted in (
        ("good", written, True),
        ("bad", written.replace(" balance Assets:House:Held  ", " balance Assets:House:Held  1"), False),
    ):
        file = tmp_path / f"{name}.beancount"
        file.write_text(text)
        done = subprocess.run([str(BEAN_CHECK), str(file)], capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is accepted, done.stderr + text


def test_a_partner_reads_her_own_statements_and_nobody_elses(told, cast, client):
    operations.issue_due(at=MAY)
    sign_in(client, cast.finn)
    listed = client.get("/studio/statements").text
    assert "2026" in listed
    assert "issued" in listed
    page = client.get("/studio/statements/2026-03/CNY").text
    for words in ("Opening balance", "Closing balance", "On hold, and until when", "Proof", "Course async"):
        assert words in page
    assert "This does not add up" not in page
    line = client.get("/studio/statements/2026-03/CNY/lines/2").text
    assert line.count("/studio/earnings/") >= 2
    assert client.get("/studio/statements/2026-03/CNY/lines/99").status_code == 404
    for bad in ("2025-12/CNY", "2099-01/CNY", "2026-03/EUR", "hello/CNY"):
        assert client.get(f"/studio/statements/{bad}").status_code == 404
    table = client.get("/studio/statements/2026-04/CNY/csv").text
    assert table.startswith("\ufeffPart,")
    assert "-25.00" in table
    stranger = client.application.test_client()
    sign_in(stranger, cast.eve)
    assert stranger.get("/studio/statements/2026-03/CNY").status_code == 404
    assert "No statements yet" in stranger.get("/studio/statements").text


def test_the_houses_finance_reads_everybodys(told, cast, client):
    operations.issue_due(at=MAY)
    sign_in(client, cast.fay)
    assert "Northwind" in client.get("/house/statements").text
    below = f"/house/statements/{told.public_id}"
    assert "March 2026" in client.get(below).text
    assert "Northwind, CNY" in client.get(f"{below}/2026-04/CNY").text
    assert "/house/books/journals/" in client.get(f"{below}/2026-04/CNY/lines/0").text
    assert client.get("/house/statements/nobody").status_code == 404


def test_the_houses_finance_reads_partners_page_by_page_and_finds_one_by_name(told, cast, client, monkeypatch):
    monkeypatch.setattr("coursehub.statements.views.house.paginate", partial(paginate, per_page=1))
    owed = [Leg(AccountRef("asset:bank"), 100), Leg(AccountRef(PARTNER_READY, cast.lumen.public_id), -100)]
    with transaction():
        post(kind="mature", effect_key="another", occurred_at=MAY, at=MAY, currency="CNY", postings=owed)
    sign_in(client, cast.fay)
    first, second = client.get("/house/statements").text, client.get("/house/statements?page=2").text
    assert "Northwind" in first and "Lumen" not in first and "page=2" in first
    assert "Lumen" in second and "Northwind" not in second
    found = client.get("/house/statements?q=lUM").text
    assert "Lumen" in found and "Northwind" not in found
    assert "No partner is called that" in client.get("/house/statements?q=%25").text


def test_the_house_itself_has_no_statement_and_is_told_why(told, cast, client):
    sign_in(client, cast.stan)
    page = client.get("/studio/statements").text
    assert "The house has no statement" in page
    assert "No statements yet" not in page


def test_everybody_reads_the_roots_of_the_days(told, client):
    assert client.get("/alliance/days").status_code == 200
    data = client.get("/alliance/days.json").json
    assert data["days"]["2026-03-05"] == of(told, march)["chain"]["root"]["root"] or len(data["days"]["2026-03-05"]) == 64


def test_the_sheet_is_the_same_each_time(told, cast, client):
    operations.issue_due(at=MAY)
    sign_in(client, cast.pia)
    first = client.get("/studio/statements/2026-03/CNY/pdf")
    if first.status_code == 503:
        require(None, "a Chinese font")
    assert first.data[:5] == b"%PDF-"
    assert client.get("/studio/statements/2026-03/CNY/pdf").data == first.data


def test_a_sale_opens_to_clause_sentence_arithmetic_and_the_proof_that_it_is_in_the_book(told, cast, client):
    sign_in(client, cast.finn)
    line = client.get("/studio/statements/2026-03/CNY/lines/2").text
    address = next(part for part in line.split('"') if part.startswith("/studio/earnings/"))
    page = client.get(address).text
    for words in (
        "Clause by clause",
        "What then remains goes to Northwind.",
        "70.399",
        "all that is left",
        "Proven to be number 1 of the 1 journals",
    ):
        assert words in page, words
    assert queries.ledger.sealed_day((MARCH + 2 * DAY).date()).root in page
    assert "/studio/statements/2026-03/CNY" in page


def test_what_a_month_did_to_every_partner_is_what_each_statement_says(told, app):
    moved = queries.moved_by_party(april, MAY)
    assert set(moved) == {(told.public_id, "CNY")}
    by_kind: dict[str, int] = {}
    for move in of(told, april)["moves"]:
        by_kind[move["kind"]] = by_kind.get(move["kind"], 0) + move["amount_minor"]
    assert moved[told.public_id, "CNY"] == by_kind
    assert set(by_kind) == {"sale", "refund", "mature", "payout"}
    runner = app.test_cli_runner()
    said = runner.invoke(statements, ["totals", "2026-04"])
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[0] == "party,currency,kind,amount"
    assert f"{told.public_id},CNY,payout,-25.00" in said.output
    assert runner.invoke(statements, ["totals", "spring"]).exit_code == 2
