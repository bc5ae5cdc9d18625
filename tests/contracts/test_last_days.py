"""Terms may say their last day: after it nothing is sold under them, all sides are reminded, and what was sold goes on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import clock, jobs
from coursehub.contracts import operations, queries
from coursehub.contracts.checks import faults
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.counters import midnight, written
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.models import MoneyEvent, Terms, TermsCourse
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.last_days import remind_of_last_days
from coursehub.contracts.operations.negotiation import SameTerms, TermsOverBeforeTheyBegin
from coursehub.contracts.operations.signing import CourseUnderOtherTerms
from coursehub.contracts.prose import text_of
from coursehub.contracts.record import is_whole
from coursehub.contracts.terms import TermsRefused
from coursehub.db import db, transaction
from coursehub.mail import Letter
from tests.cast import sign_in

from .rig import agree, course_of, data_of_three, draft_of_refund, draft_of_sale, terms_data, three_sides
from .test_waterfall import JOINT

DAY = timedelta(days=1)
HALF_YEAR = "2026-06-30T16:00:00Z"  # the last day is 30 June in China


@pytest.fixture
def ends(at):
    """The first moment after the last day: a hundred days from now, at midnight in Beijing."""
    return datetime.fromisoformat(midnight((at + 100 * DAY).date()))


@pytest.fixture
def course(cast, at):
    """A course that can be listed."""
    return course_of(cast.northwind, "async", at)


def test_the_last_day_is_a_sentence_and_without_one_nothing_is_said():
    body = compile_terms({**JOINT, "ends": HALF_YEAR})
    assert "The last day is 2026-06-30 (Beijing time)." in text_of(body, "en")
    assert "最后一天为2026-06-30（北京时间）。" in text_of(body, "zh-CN")
    assert "last day" not in text_of(compile_terms(JOINT), "en") and "最后一天" not in text_of(compile_terms(JOINT), "zh-CN")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": "2026-06-30T15:00:00Z"}, "a whole day in Beijing"),
        ({"ends": "2026-06-31T16:00:00Z"}, "There is no such day"),
        ({"ends": HALF_YEAR, "starts": HALF_YEAR}, "before the beginning"),
        ({"ends": HALF_YEAR, "starts": "2026-06-10T16:00:00Z", "guarantees": ["month", "year"]}, "would never add anything"),
        ({"ends": HALF_YEAR, "later": HALF_YEAR}, "over by then"),
        ({"ends": HALF_YEAR, "step": HALF_YEAR}, "over by then"),
    ],
)
def test_the_compiler_refuses_what_would_come_only_when_the_terms_are_over(change, words):
    data = {**JOINT, **change}
    if "later" in change:
        rest = {**JOINT["rates"]["rest"], "later": [{"begins": data.pop("later"), "share_bps": 2_500}]}
        data["rates"] = {**JOINT["rates"], "rest": rest}
    if "step" in change:
        step = {"ends": data.pop("step"), "then": {"kind": "pay", "party": "a"}}
        data["split"] = {"kind": "by_date", "steps": [step], "rest": JOINT["split"]}
    if "guarantees" in change:
        data["guarantees"] = [
            {"party": "a", "window": window, "amount_minor": 1, "cap_minor": None, "funder": "house"}
            for window in change["guarantees"]
        ]
    with pytest.raises(TermsRefused, match=words) as refused:
        compile_terms(data)
    assert len(refused.value.problems) == 1, "a month that ends with the terms is owed, the year is not"


def test_after_the_last_day_nothing_is_sold_and_the_listing_closes(cast, at, course, ends):
    agree(cast, course, at, ends=written(ends))
    listing = operations.list_course(course, by=cast.acting(cast.pia), at=at)
    assert queries.terms_in_force(course.id, ends - timedelta(seconds=1)) is not None
    assert queries.terms_in_force(course.id, ends) is None
    assert operations.follow_terms(at=ends - timedelta(seconds=1)) == 0
    jobs.run_due(at=ends + timedelta(seconds=1), strict=True)
    assert (listing.closed_at is not None, listing.close_reason) == (True, "terms_ended")
    assert list(faults()) == []


def test_a_sale_of_before_goes_on_as_signed(cast, at, course, ends):
    _contract, terms = agree(cast, course, at, ends=written(ends))
    with transaction():
        sale = operations.share(draft_of_sale(terms, course, ends - DAY), at=ends + DAY)
        back = operations.share(draft_of_refund(course, ends + 9 * DAY, 10_000), at=ends + 9 * DAY)
    assert (sale.terms_hash, back.terms_hash) == (terms.terms_hash, terms.terms_hash)


def test_terms_that_begin_on_the_day_after_take_the_listing_over(cast, at, course, ends):
    contract, first = agree(cast, course, at, ends=written(ends))
    listing = operations.list_course(course, by=cast.acting(cast.pia), at=at)
    _same, second = agree(cast, course, ends - 9 * DAY, contract=contract, starts=written(ends), note="on")
    assert (first.ended_at, second.effective_from, second.ended_at) == (ends, ends, None)
    operations.follow_terms(at=ends)
    standing = queries.open_listing(course.id)
    assert listing.close_reason == "replaced" and standing is not None and standing.terms_hash == second.terms_hash


def test_an_amendment_may_move_the_last_day_either_way(cast, at, course, ends):
    contract, first = agree(cast, course, at, ends=written(ends))
    with pytest.raises(SameTerms):
        agree(cast, course, at + DAY, contract=contract, ends=written(ends))
    _same, second = agree(cast, course, at + DAY, contract=contract, ends=written(ends + 30 * DAY))
    assert (first.ended_at, second.ended_at) == (at + DAY, ends + 30 * DAY)
    covering = db.session.execute(sa.select(TermsCourse.ended_at).order_by(TermsCourse.terms_id)).scalars().all()
    assert covering == [at + DAY, ends + 30 * DAY]
    _same, third = agree(cast, course, ends + 90 * DAY, contract=contract, note="after a while without terms")
    assert second.ended_at == ends + 30 * DAY and third.ended_at is None


def test_an_end_that_has_passed_can_be_neither_offered_nor_signed(cast, at, course, ends):
    with pytest.raises(TermsOverBeforeTheyBegin):
        agree(cast, course, ends, ends=written(ends))
    contract = operations.open_contract(
        courses=[course], partners=[cast.northwind], title="迟", title_en="Late", by=cast.acting(cast.pia), at=ends - 2 * DAY
    )
    data = terms_data(cast.house, cast.northwind, course, ends=written(ends))
    late = operations.propose_terms(contract, by=cast.acting(cast.pia), terms=data, at=ends - 2 * DAY)
    with pytest.raises(TermsOverBeforeTheyBegin):
        operations.sign_proposal(late, by=cast.acting(cast.pia), terms_hash=late.terms_hash, reauthenticated_at=ends, at=ends)


def test_notice_before_the_last_day_ends_sooner_and_after_it_changes_nothing(cast, at, course, ends):
    contract, terms = agree(cast, course, at, ends=written(ends))
    assert operations.end_contract(contract, by=cast.acting(cast.pia), at=at + DAY) == terms.ended_at == at + 31 * DAY
    other = course_of(cast.northwind, "other", at)
    contract, terms = agree(cast, other, at, ends=written(ends))
    operations.end_contract(contract, by=cast.acting(cast.pia), at=ends - DAY)
    assert terms.ended_at == ends


def test_another_contract_may_begin_where_the_last_day_ends_and_no_earlier(cast, at, course, ends):
    agree(cast, course, at, ends=written(ends))
    with pytest.raises(CourseUnderOtherTerms):
        agree(cast, course, at, starts=written(ends - DAY), ends=written(ends + 9 * DAY))
    _contract, terms = agree(cast, course, at + DAY, starts=written(ends), ends=written(ends + 9 * DAY))
    assert queries.terms_in_force(course.id, ends) == terms


def test_the_database_itself_refuses_two_terms_of_one_course_at_once(cast, at, course, ends):
    _contract, terms = agree(cast, course, at, ends=written(ends))
    _other, elsewhere = agree(cast, course_of(cast.northwind, "other", at), at)
    for begins, until in ((ends - DAY, ends + DAY), (at, None), (at - DAY, at + timedelta(seconds=1))):
        with pytest.raises(IntegrityError), transaction():
            row = TermsCourse(terms_id=elsewhere.id, course_id=course.id, effective_from=begins, ended_at=until)
            db.session.add(row)
            db.session.flush()
    with transaction():
        db.session.add(TermsCourse(terms_id=elsewhere.id, course_id=course.id, effective_from=ends, ended_at=None))
    assert terms.ended_at == ends


@pytest.mark.parametrize("model", [Terms, TermsCourse])
def test_an_end_that_was_put_off_without_signatures_is_found(cast, at, course, ends, model):
    agree(cast, course, at, ends=written(ends))
    with transaction():
        db.session.execute(sa.update(model).values(ended_at=ends + DAY))
    assert [told for told in faults() if "go on after the last day" in told]


def test_a_guarantee_is_owed_for_the_month_with_which_the_terms_end(cast, course):
    begun, promise = datetime(2026, 4, 10, tzinfo=UTC), [
        {
            "party": cast.northwind.public_id, "window": "month", "amount_minor": 5_000, "cap_minor": None,
            "funder": cast.house.public_id,
        }
    ]  # fmt: skip
    contract, _terms = agree(cast, course, begun, guarantees=promise, ends="2026-05-31T16:00:00Z")
    for month in ("2026-04", "2026-05", "2026-06"):
        close_month(contract, month, at=datetime(2026, 7, 10, tzinfo=UTC))
    owed = db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars()
    assert [event.facts["window"] for event in owed] == ["2026-04", "2026-05"]


def reminders(contract):
    return [entry.body["days"] for entry in queries.entries_of(contract.id) if entry.kind == "ends_soon"]


def test_every_side_is_reminded_sixty_and_fourteen_days_before_once_each(cast, at, course, ends):
    contract, _terms = agree(cast, course, at, ends=written(ends))
    told = [remind_of_last_days(at=ends - days * DAY) for days in (61, 60, 59, 15, 14, 13, 1, 0)]
    assert told == [0, 1, 0, 0, 1, 0, 0, 0] and reminders(contract) == [60, 14]
    assert is_whole(contract.public_id, [entry_data(one) for one in queries.entries_of(contract.id)])
    jobs.run_due(at=ends - 14 * DAY, strict=True)
    letters = [letter for letter in db.session.query(Letter).all() if letter.key.startswith("contracts.terms_end_soon")]
    assert {letter.to for letter in letters} >= {"stan@example.org", "pia@example.org"}
    assert all(f"{(ends - timedelta(seconds=1)).day}" in letter.body for letter in letters)


def test_who_was_away_gets_the_latest_reminder_only_and_short_terms_none(cast, at, course, ends):
    contract, _terms = agree(cast, course, at, ends=written(ends))
    assert [remind_of_last_days(at=ends - days * DAY) for days in (9, 8)] == [1, 0] and reminders(contract) == [14]
    short, _terms = agree(cast, course_of(cast.northwind, "short", at), ends - 10 * DAY, ends=written(ends))
    assert remind_of_last_days(at=ends - 5 * DAY) == 0 and reminders(short) == []


def test_where_others_are_agreed_or_notice_is_given_nobody_is_reminded(cast, at, course, ends):
    contract, _terms = agree(cast, course, at, ends=written(ends))
    agree(cast, course, at + DAY, contract=contract, starts=written(ends), note="on")
    left, _terms = agree(cast, course_of(cast.northwind, "left", at), at, ends=written(ends))
    operations.end_contract(left, by=cast.acting(cast.pia), at=ends - 20 * DAY)
    assert remind_of_last_days(at=ends - 14 * DAY) == 0


def test_beyond_a_last_day_nobody_is_bound_by_the_signatures_of_others(cast, at, course, ends):
    contract = three_sides(cast, course, at, enough=2)
    two = [cast.acting(cast.stan), cast.acting(cast.pia)]

    def offered(moment, **changes):
        data = data_of_three(cast, course, enough=2) | changes
        proposal = operations.propose_terms(contract, by=two[0], terms=data, at=moment)
        signed = [
            operations.sign_proposal(proposal, by=by, terms_hash=proposal.terms_hash, reauthenticated_at=moment, at=moment)
            for by in two
        ]
        return signed[-1]

    assert offered(at + DAY, ends=written(ends)) is not None  # all three agreed that two are enough, and that had no end
    assert offered(at + 2 * DAY, ends=written(ends - 9 * DAY)) is not None  # sooner over: two are enough
    assert offered(at + 3 * DAY, ends=written(ends)) is None and offered(at + 4 * DAY, note="on and on") is None
    sentences = text_of(queries.body_of(queries.latest_terms(contract)), "en")
    assert "To go on beyond that day everybody must sign." in sentences


def test_the_pages_say_the_last_day_and_the_editor_opens_with_the_day_after(cast, at, course, ends, client, monkeypatch):
    contract, _terms = agree(cast, course, at, ends=written(ends))
    page = f"/studio/contracts/{contract.public_id}"
    last = (ends + timedelta(hours=8) - DAY).date()
    sign_in(client, cast.pia)
    monkeypatch.setattr(clock, "now", lambda: ends - 70 * DAY)
    assert f'name="ends_on" value="{last}"' in " ".join(client.get(f"{page}/propose").text.split()).replace('type="date" ', "")
    assert "The terms of" not in client.get("/studio").text
    monkeypatch.setattr(clock, "now", lambda: ends - 30 * DAY)
    editor = client.get(f"{page}/propose").text
    assert f'value="{last + DAY}"' in editor and f'value="{last}"' not in editor
    assert "The terms of Together end" in client.get("/studio").text and "Last day: " in client.get(page).text
    assert "last day" in client.get("/studio/contracts").text
    monkeypatch.setattr(clock, "now", lambda: ends + DAY)
    assert "The last day has passed" in client.get(page).text and "The terms of" not in client.get("/studio").text
    sign_in(client, cast.stan)
    monkeypatch.setattr(clock, "now", lambda: ends - 30 * DAY)
    assert "1 contract is near its last day" in client.get("/house").text


def test_terms_of_before_keep_their_hash(cast, at, course):
    _contract, terms = agree(cast, course, at)
    assert "ends" not in db.session.get_one(Terms, terms.id).body


def test_another_side_joins_by_a_contract_that_follows_and_nothing_stops_selling(app, cast, course, at, ends, monkeypatch):
    """The house has given terms a last day; with Lumen as third side it opens what follows, and the editor begins there."""
    contract, terms = agree(cast, course, at, ends=written(ends))
    operations.list_course(course, by=cast.acting(cast.pia), at=at)
    monkeypatch.setattr(clock, "now", lambda: ends - 30 * DAY)
    stan = sign_in(app.test_client(), cast.stan)
    english = {"Accept-Language": "en"}
    shown = stan.get(f"/house/contracts/{contract.public_id}", headers=english).get_data(as_text=True)
    assert f"/house/contracts/new?follows={contract.public_id}" in shown
    asked = stan.get(f"/house/contracts/new?follows={contract.public_id}", headers=english).get_data(as_text=True)
    ticked = {box for box in re.findall(r"<input[^>]*>", asked) if "checked" in box}
    assert {re.search(r'value="([^"]*)"', box)[1] for box in ticked} == {course.public_id, cast.northwind.public_id}
    filled = {
        "title": "三方", "title_en": "Three", "courses": course.public_id, "follows": contract.public_id,
        "partners": [cast.northwind.public_id, cast.lumen.public_id],
    }  # fmt: skip
    opened = stan.post("/house/contracts", data=filled)
    assert opened.status_code == 303 and opened.location.endswith(f"?follows={contract.public_id}")
    editor = stan.get(opened.location, headers=english).get_data(as_text=True)
    begins = (ends + timedelta(hours=8)).date().isoformat()
    assert re.search(rf'name="starts_on"[^>]*value="{begins}"', editor), "the day after the last day"
    assert re.search(r'name="rate_rest"[^>]*value="30"', editor), "what the other contract says"
    signers = [(cast.acting(one), at + DAY) for one in (cast.pia, cast.stan, cast.eve)]
    _new, following = operations.agree_terms(
        courses=[course], partners=[cast.northwind, cast.lumen], title="三方", title_en="Three",
        terms={**data_of_three(cast, course), "starts": written(ends)}, offered_by=cast.acting(cast.stan), signed_by=signers,
        at=at + DAY,
    )  # fmt: skip
    assert list(db.session.execute(queries.ending_terms(ends - 30 * DAY)).scalars()) == [], "nothing ends that needs talk"
    assert operations.follow_terms(at=ends) == 1
    listing = queries.open_listing(course.id)
    assert listing is not None and listing.terms_hash == following.terms_hash != terms.terms_hash
