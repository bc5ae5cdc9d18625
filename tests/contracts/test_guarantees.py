"""What a side gets at least follows its window: whatever becomes known of it later, the guarantee comes to what it promises."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.models import Contract
from coursehub.contracts.operations import closing
from coursehub.contracts.operations.closing import close_month, close_months
from coursehub.contracts.operations.resharing import reattribute
from coursehub.contracts.operations.signing import end_contract
from coursehub.contracts.reasons import Reason
from coursehub.contracts.waterfall import Line
from coursehub.db import db, transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts.queries.claims import claims_of
from coursehub.statements.months import Month
from coursehub.statements.queries import reckon
from coursehub.statements.reckoning import disagreements

from .rig import agree, course_of, draft_of_refund, terms_data
from .test_closing import AFTER, DAY, events_of, sale, share, sound, stood
from .test_races import at_once

pytestmark = pytest.mark.usefixtures("app")
LINK = [{"channel": "partner_link", "share_bps": 0, "cap_minor": None}]


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at - 9 * DAY)


def promised(cast, amount=20_000, *, window="month", cap=None):
    funder = cast.house.public_id
    return [{"party": cast.northwind.public_id, "window": window, "amount_minor": amount, "cap_minor": cap, "funder": funder}]


def begun(cast, course, at, guarantees, **changes):
    """Terms that hold from the second of March, by which Northwind gets 70 % and a guarantee."""
    plain = terms_data(cast.house, cast.northwind, course)["rates"]
    rates = {**plain, "channels": changes.pop("channels", [])}
    return agree(cast, course, at, rates=rates, guarantees=guarantees, **changes)


def added(cast):
    """What guarantees added by now."""
    return stood(cast, "expense:guarantee")


def got(cast):
    """What stands to Northwind's credit, on hold and ready, less what it owes."""
    return sum(-stood(cast, code, cast.northwind.public_id) for code in (PARTNER_HELD, PARTNER_READY, PARTNER_OWES))


def guaranteed(contract):
    """(window, amount, whether it puts right) of every event of a guarantee, in order."""
    found = [
        (event.facts["window"], event.amount_minor, event.lines) for event in events_of(contract) if event.kind == "guarantee"
    ]
    return [(window, amount, lines[0].reason["kind"] == "guarantee_put_right") for window, amount, lines in found]


def test_a_guarantee_is_added_once_when_its_year_is_closed(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast, window="year", cap=9_000))
    share(sale(terms, course, at, 1), at)
    assert not close_month(contract, "2026-03", at=AFTER)
    closes = datetime(2027, 1, 6, 4, tzinfo=UTC)
    assert close_month(contract, "2026-12", at=closes) and not close_month(contract, "2026-12", at=closes + DAY)
    # 7000 were earned, 13000 are missing, at most 9000 are added.
    assert added(cast) == -stood(cast, PARTNER_READY, cast.northwind.public_id) == 9_000
    sound()


def test_a_guarantee_holds_for_a_month_in_which_nothing_was_sold(cast, course, at):
    contract, _terms = begun(cast, course, at, promised(cast, 5_000))
    assert close_month(contract, "2026-03", at=AFTER) and not close_month(contract, "2026-03", at=AFTER + DAY)
    assert -stood(cast, PARTNER_READY, cast.northwind.public_id) == 5_000
    sound()


def test_a_sale_that_is_known_late_takes_back_what_was_added_in_its_place(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    share(sale(terms, course, at, 1), at)
    close_months(at=AFTER)
    assert (added(cast), got(cast)) == (13_000, 20_000)
    share(sale(terms, course, at, 2), AFTER + DAY)  # it happened in March
    assert close_months(at=AFTER + 2 * DAY) == 1 and close_months(at=AFTER + 3 * DAY) == 0
    assert (added(cast), got(cast)) == (6_000, 20_000)
    share(sale(terms, course, at, 3), AFTER + 4 * DAY)
    share(sale(terms, course, at, 4), AFTER + 4 * DAY)
    close_months(at=AFTER + 5 * DAY)
    # Four times 7000 are more than the guarantee: nothing of it is due any more.
    assert (added(cast), got(cast)) == (0, 28_000)
    assert guaranteed(contract) == [("2026-03", 13_000, False), ("2026-03", -7_000, True), ("2026-03", -6_000, True)]
    sound()


def test_closing_again_in_the_same_moment_puts_right_whatever_became_known_and_nothing_twice(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    for n in (1, 2):
        assert close_month(contract, "2026-03", at=AFTER) and not close_month(contract, "2026-03", at=AFTER)
        share(sale(terms, course, at, n), AFTER)
    assert close_month(contract, "2026-03", at=AFTER) and not close_month(contract, "2026-03", at=AFTER - DAY)
    assert (added(cast), got(cast)) == (6_000, 20_000)
    sound()


@pytest.mark.parametrize("cap", [None, 9_000])
def test_whichever_sales_are_known_at_the_close_the_month_comes_to_the_same(cast, course, at, cap):
    """Earned 14000 of 20000 in the end; what is added first is what is missing first, up to the limit."""
    contract, terms = begun(cast, course, at, promised(cast, cap=cap))
    for n in (1, 2):
        close_month(contract, "2026-03", at=AFTER + n * DAY)
        share(sale(terms, course, at, n), AFTER + n * DAY)
    close_month(contract, "2026-03", at=AFTER + 4 * DAY)
    assert (added(cast), got(cast)) == (6_000, 20_000)
    sound()


def test_a_contest_that_is_won_takes_back_what_the_guarantee_added_for_it(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast), channels=LINK)
    event = share(sale(terms, course, at, 1), at)
    close_month(contract, "2026-03", at=AFTER)
    with transaction():
        reattribute(event, channel="partner_link", attributed=cast.northwind.public_id, contest="c1", at=AFTER + DAY)
    assert got(cast) == 23_000
    assert close_month(contract, "2026-03", at=AFTER + 2 * DAY)
    # By its link the sale is all Northwind's: 10000, and 10000 are missing.
    assert (added(cast), got(cast)) == (10_000, 20_000)
    sound()


def test_what_goes_back_counts_in_the_month_in_which_it_goes_back(cast, course, at):
    """March had enough. In April 7000 go back, so 27000 are missing to its 20000, and March stays as it is."""
    contract, terms = begun(cast, course, at, promised(cast))
    for n in (1, 2, 3):
        share(sale(terms, course, at, n), at)
    share(draft_of_refund(course, AFTER, 10_000, sale="sale:3"), AFTER)
    close_month(contract, "2026-03", at=AFTER + DAY)
    assert (added(cast), got(cast)) == (0, 14_000)
    close_month(contract, "2026-04", at=AFTER + 30 * DAY)
    assert guaranteed(contract) == [("2026-04", 27_000, False)]
    assert got(cast) == 21_000 + 20_000
    sound()


def test_a_refund_of_the_month_that_is_known_late_raises_what_the_guarantee_adds(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    share(sale(terms, course, at, 1), at)
    close_month(contract, "2026-03", at=AFTER)
    share(draft_of_refund(course, at + DAY, 5_000, sale="sale:1"), AFTER + DAY)
    close_month(contract, "2026-03", at=AFTER + 2 * DAY)
    assert guaranteed(contract) == [("2026-03", 13_000, False), ("2026-03", 3_500, True)]
    assert got(cast) == 20_000
    sound()


def test_months_that_were_missed_are_made_up_for_by_the_next_close(cast, course, at):
    contract, _terms = begun(cast, course, at, promised(cast))
    assert close_months(at=AFTER + 75 * DAY) == 1 and close_months(at=AFTER + 76 * DAY) == 0
    assert guaranteed(contract) == [(month, 20_000, False) for month in ("2026-03", "2026-04", "2026-05")]
    sound()


def test_a_year_is_made_up_for_when_january_was_missed(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast, 30_000, window="year"))
    share(sale(terms, course, at, 1), at)
    close_months(at=datetime(2026, 12, 20, tzinfo=UTC))
    assert added(cast) == 0
    close_months(at=datetime(2027, 3, 9, tzinfo=UTC))
    assert guaranteed(contract) == [("2026", 23_000, False)]
    sound()


def test_each_window_is_promised_by_the_terms_that_held_at_its_end(cast, course, at):
    contract, _terms = begun(cast, course, at, promised(cast))
    other = agree(cast, course, datetime(2026, 4, 25, tzinfo=UTC), contract=contract, guarantees=promised(cast, 3_000))[1]
    late = sale(other, course, datetime(2026, 4, 26, tzinfo=UTC), 1, gross=1_000)
    close_months(at=datetime(2026, 5, 7, tzinfo=UTC))
    # April is promised whole by what held on its last day only, and March by what holds no more.
    assert guaranteed(contract) == [("2026-03", 20_000, False), ("2026-04", 3_000, False)]
    share(late, datetime(2026, 5, 8, tzinfo=UTC))
    with transaction():
        agree(cast, course, datetime(2026, 5, 9, tzinfo=UTC), contract=contract, guarantees=[])
    close_months(at=datetime(2026, 7, 7, tzinfo=UTC))
    assert guaranteed(contract)[2:] == [("2026-04", -700, True)]
    assert [event.terms_hash for event in events_of(contract) if event.kind == "guarantee"][1:] == [other.terms_hash] * 2
    sound()


def test_terms_that_end_before_the_last_day_promise_nothing_for_their_month(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    days = queries.body_of(terms).governance.notice_days
    ends = end_contract(contract, by=cast.acting(cast.pia), at=datetime(2026, 5, 28, 4, tzinfo=UTC) - days * DAY)
    assert ends == datetime(2026, 5, 28, 4, tzinfo=UTC)
    close_months(at=datetime(2026, 8, 7, tzinfo=UTC))
    assert [window for window, _amount, _right in guaranteed(contract)] == ["2026-03", "2026-04"]
    sound()


def test_two_closers_at_once_add_it_and_take_it_back_once(app, cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    number = contract.id  # asked for here: an object of this session is no business of other threads

    def at_moment(moment):
        return lambda: close_month(db.session.get_one(Contract, number), "2026-03", at=moment)

    for n in (1, 2):
        closers = [at_moment(AFTER + n * DAY + late * timedelta(seconds=1)) for late in range(3)]
        assert sorted(at_once(app, *closers)) == [False, False, True]
        db.session.expire_all()
        share(sale(terms, course, at, n), AFTER + n * DAY)
    close_month(contract, "2026-03", at=AFTER + 9 * DAY)
    assert [amount for _window, amount, _right in guaranteed(contract)] == [20_000, -7_000, -7_000]
    sound()


def test_what_was_paid_out_is_owed_and_set_against_later_payouts_by_the_terms(cast, course, at):
    contract, terms = begun(cast, course, at, promised(cast))
    partner = cast.northwind.public_id
    close_month(contract, "2026-03", at=AFTER)
    with transaction():
        paid = [Leg(AccountRef(PARTNER_READY, partner), 15_000), Leg(AccountRef("asset:bank"), -15_000)]
        post(kind="payout", effect_key="payout:1", occurred_at=AFTER, at=AFTER, postings=paid, currency="CNY")
    share(sale(terms, course, at, 1), AFTER + DAY)
    close_month(contract, "2026-03", at=AFTER + 2 * DAY)
    assert (-stood(cast, PARTNER_READY, partner), stood(cast, PARTNER_OWES, partner)) == (0, 2_000)
    (claim,) = claims_of(partner, "CNY")
    assert (claim.left_minor, claim.what) == (2_000, "true_up")
    assert claim.limit_bps == queries.body_of(terms).clawback.offset_limit_bps
    for month in (Month(2026, 3), Month(2026, 4)):
        data = reckon(cast.northwind, month, "CNY", at=AFTER + 3 * DAY)
        assert disagreements(data) == []
    assert ("guarantee", 13_000) in [(line["kind"], line["amount_minor"]) for line in data["lines"]]
    sound()


def test_a_guarantee_of_books_of_before_is_known_by_its_effect_and_put_right(cast, course, at):
    """As it was booked until decision 60: its facts named no window."""
    contract, terms = begun(cast, course, at, promised(cast))
    key = f"guarantee:{contract.public_id}:{cast.northwind.public_id}:2026-03"
    legs = [Leg(AccountRef("expense:guarantee"), 20_000), Leg(AccountRef(PARTNER_READY, cast.northwind.public_id), -20_000)]
    line = Line("share", cast.northwind.public_id, 20_000, "/guarantees/0", Reason("guarantee", Fraction(20_000)))
    with transaction():
        closing._write(closing._Close("guarantee", key, contract, "CNY", terms.terms_hash, course.id), legs, [line], at=AFTER)
    assert not close_month(contract, "2026-03", at=AFTER + DAY)
    share(sale(terms, course, at, 1), AFTER + DAY)
    assert close_month(contract, "2026-03", at=AFTER + 2 * DAY)
    assert (added(cast), got(cast)) == (13_000, 20_000)
    assert events_of(contract)[-1].facts == {"window": "2026-03"}
    sound()


def test_what_is_added_stands_with_a_course_that_its_terms_cover(cast, course, at):
    """The first of two courses left the contract: a statement names no course that is not under the terms of its line."""
    stays = course_of(cast.northwind, "stays", at - 9 * DAY)
    contract = None
    for covered, moment in (((course, stays), at), ((stays,), at + DAY)):
        contract, _terms = operations.agree_terms(
            courses=covered, partners=[cast.northwind], title="合作", title_en="Together", at=moment, contract=contract,
            terms=terms_data(cast.house, cast.northwind, *covered, guarantees=promised(cast), note=f"{moment}"),
            offered_by=cast.acting(cast.pia), signed_by=[(cast.acting(who), moment) for who in (cast.pia, cast.stan)],
        )  # fmt: skip
    close_month(contract, "2026-03", at=AFTER)
    (event,) = events_of(contract)
    assert event.course_id == stays.id
    sound()
