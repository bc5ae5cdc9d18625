"""Bundles: one order, one payment, each course's part under its own terms, one journal; and back again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub.catalog.models import Course
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.bundling import part_key, share_bundle
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.sharing import EventDraft, reinstate, share
from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.ledger import checks
from coursehub.ledger.allocation import reversal_step
from coursehub.ledger.models import Journal
from coursehub.mail import Letter
from coursehub.money import share_out
from coursehub.sales import operations, queries
from coursehub.sales.models import Refund
from coursehub.sales.operations import BundleDraft
from coursehub.sales.queries import disputes
from tests.contracts.rig import draft_of_dispute, draft_of_refund, in_force
from tests.sales.rig import books, expected, told


@pytest.fixture
def courses(shop, cast):
    """Python (199.00), Git (99.00) and SQL (50.00), the last under terms by which the house takes half."""
    half = {"party": cast.house.public_id, "channels": [], "rest": {"share_bps": 5_000, "cap_minor": None}}
    made = [shop.course("python"), shop.course("git"), shop.course("sql", rates=half)]
    for course, price in zip(made, (19_900, 9_900, 5_000), strict=True):
        shop.offer(course, price)
    return made


@pytest.fixture
def bundle(shop, cast, courses, at):
    return made_of(shop, cast.pia, courses, at)


def made_of(shop, maker, courses, at, price=25_000, currency="CNY"):
    draft = BundleDraft("入门三课", "First three", "先后相接。", "They follow on.", tuple(courses), price, currency)
    return operations.make_bundle(draft, by=shop.cast.acting(maker), at=at)


def order_of(shop, bundle, buyer, at, **given_here):
    return operations.start_bundle_checkout(bundle, buyer=shop.cast.acting(buyer), at=at, **given_here)


def bought(shop, bundle, buyer, at):
    order = order_of(shop, bundle, buyer, at)
    shop.pay(order)
    return operations.settle_order(order, at=at)


def parts_by_slug(order):
    return {db.session.get_one(Course, part.course_id).slug: part for part in queries.parts_of(order.id)}


def test_one_order_one_payment_one_journal_and_all_enrolments(shop, cast, bundle, at):
    """
    asset:rail:stripe                      24075
    liability:tax                           -809
    income:share                           -5474
    liability:payable:held Northwind       -7484
    liability:tax                           -403
    income:share                           -2723
    liability:payable:held Northwind       -3723
    liability:tax                           -203
    income:share                           -2292
    liability:payable:held Northwind        -964
    """
    order = bought(shop, bundle, cast.ada, at)
    assert (order.state, order.gross_minor, order.discount_minor) == ("paid", 25_000, 9_800)
    parts = parts_by_slug(order)
    assert {slug: part.gross_minor for slug, part in parts.items()} == {"python": 14_296, "git": 7_112, "sql": 3_592}
    assert order.tax_minor == sum(part.tax_minor for part in parts.values())
    assert queries.courses_held(cast.ada.id, [part.course_id for part in parts.values()]) == {p.course_id for p in parts.values()}
    payment = queries.sold_payment(order.id)
    events = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "sale")).scalars().all()
    assert len(events) == 3 and len({event.journal_id for event in events}) == 1
    assert sum(event.amount_minor for event in events) == payment.amount_minor == 25_000
    assert {event.terms_hash for event in events} == {part.terms_hash for part in parts.values()}
    assert sum(line.amount_minor for event in events for line in event.lines) == 25_000
    told_here = told(payment.effect_key, [cast.northwind])
    assert told_here == expected(test_one_order_one_payment_one_journal_and_all_enrolments)


def test_settling_again_changes_nothing(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    before = books([cast.northwind])
    for _ in range(2):
        operations.settle_order(order, at=at + timedelta(minutes=5))
    assert books([cast.northwind]) == before
    assert db.session.execute(sa.select(sa.func.count()).select_from(Journal)).scalar_one() == 1
    again = order_of(shop, bundle, cast.bo, at)
    assert order_of(shop, bundle, cast.bo, at).id == again.id


def test_whoever_has_a_course_does_not_pay_its_part(shop, cast, courses, bundle, at):
    shop.buy(queries.open_offering(courses[0].id), cast.ada)
    quoted = operations.quote_bundle(bundle, person_id=cast.ada.id, at=at)
    assert [part.is_owned for part in quoted.parts] == [True, False, False]
    assert quoted.gross_minor == 7_112 + 3_592
    with pytest.raises(operations.BundleChanged):
        order_of(shop, bundle, cast.ada, at, seen_minor=25_000)
    order = bought(shop, bundle, cast.ada, at)
    assert order.gross_minor == 10_704 and len(queries.parts_of(order.id)) == 2
    with pytest.raises(operations.BundleOwned):
        order_of(shop, bundle, cast.ada, at)


def test_a_course_bought_meanwhile_sends_the_whole_payment_back(shop, cast, courses, bundle, at):
    order = order_of(shop, bundle, cast.ada, at)
    shop.buy(queries.open_offering(courses[1].id), cast.ada)
    shop.pay(order)
    operations.settle_order(order, at=at)
    assert order.state == "returned"
    shop.work()
    assert "liability:suspense" not in books([cast.northwind])


def test_one_course_goes_back_by_its_part_and_the_others_stay(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    part = parts_by_slug(order)["git"]
    refund = operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at + timedelta(days=1), part=part)
    shop.work(at + timedelta(days=1))
    assert (refund.state, refund.amount_minor, order.state) == ("done", 7_112, "paid")
    held = queries.courses_held(cast.ada.id, [each.course_id for each in queries.parts_of(order.id)])
    assert part.course_id not in held and len(held) == 2
    assert queries.left_of_parts(order)[part.id] == 0 and queries.refundable_minor(order) == 25_000 - 7_112
    with pytest.raises(operations.NothingLeftToRefund):
        operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at + timedelta(days=1), part=part)
    letters = [letter.body for letter in db.session.execute(sa.select(Letter).where(Letter.key.startswith("sales."))).scalars()]
    assert any("It is what Course git cost in this order." in body for body in letters)


def test_a_whole_refund_returns_every_party_to_zero(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at + timedelta(days=1))
    shop.work(at + timedelta(days=1))
    assert order.state == "refunded"
    assert books([cast.northwind]) == {"asset:rail:stripe": -925, "expense:rail_fee": 925}
    assert queries.courses_held(cast.ada.id, [each.course_id for each in queries.parts_of(order.id)]) == set()


def small_bundle(shop, cast, at, courses, *, terms, price, fee, key):
    """One payment over the courses, their parts as equal as may be, of which the provider keeps a fee."""
    parts = share_out(price, {str(course.id): 1 for course in courses})
    fees = share_out(fee, parts)
    facts = {"tax_bps": 0, "channel": "platform", "attributed": None, "discount_minor": 0, "discount_borne_by": None, "order": key,
             "rail": "stripe"}  # fmt: skip
    drafts = [
        EventDraft("sale", part_key(key, course.id), at, course.id, "CNY",
                   facts | {"gross_minor": parts[str(course.id)], "fee_minor": fees[str(course.id)]}, each.terms_hash)
        for course, each in zip(courses, terms, strict=True)
    ]  # fmt: skip
    with transaction():
        return share_bundle(drafts, effect_key=key, at=at)


@pytest.mark.parametrize("price,fee", [(3, 3), (4, 3), (2, 2), (3, 5), (3, 2)])
@pytest.mark.parametrize("takes_back", ["refund", "dispute"])
def test_a_bundle_of_which_the_provider_keeps_everything_is_shared_and_goes_back_like_any_other(
    shop, cast, courses, at, price, fee, takes_back
):
    """As a single sale that is eaten by its fee: it is in the book, its lines make what was paid, and the fee is all that stays."""
    terms = [in_force(course, at) for course in courses]
    events = small_bundle(shop, cast, at, courses, terms=terms, price=price, fee=fee, key="sale:tiny")
    assert [sum(line.amount_minor for line in event.lines) for event in events] == [event.amount_minor for event in events]
    assert sum(event.amount_minor for event in events) == price
    assert books([cast.northwind]).get("asset:rail:stripe", 0) == price - fee
    before = books([cast.northwind])
    assert [event.id for event in small_bundle(shop, cast, at, courses, terms=terms, price=price, fee=fee, key="sale:tiny")] == [
        event.id for event in events
    ]
    assert books([cast.northwind]) == before
    make = draft_of_refund if takes_back == "refund" else draft_of_dispute
    taken = []
    with transaction():
        for event, course in zip(events, courses, strict=True):
            if event.amount_minor:
                draft = make(course, at, event.amount_minor, f"{takes_back}:{course.id}", event.effect_key)
                taken.append(share(draft, at=at))
    assert books([cast.northwind]) == {"asset:rail:stripe": -fee, "expense:rail_fee": fee}
    assert checks.check_books().faults == ()
    if takes_back == "dispute":
        with transaction():
            for event in taken:
                reinstate(event, effect_key=f"{event.effect_key}:back", occurred_at=at, at=at)
        assert books([cast.northwind]) == before and checks.check_books().faults == ()


def test_staff_give_back_a_part_of_the_whole_course_by_course(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    later = at + timedelta(days=30)
    asked = operations.ask_refund(order, reason="Too long.", by=cast.acting(cast.ada), at=later)
    operations.approve_refund(asked, amount_minor=10_001, answer="Agreed.", by=cast.acting(cast.fay), at=later)
    shop.work(later)
    given_back = db.session.execute(sa.select(Refund).order_by(Refund.id)).scalars().all()
    assert sum(each.amount_minor for each in given_back) == 10_001 and len(given_back) == 3
    assert order.state == "paid" and queries.refundable_minor(order) == 14_999


def test_each_part_matures_by_itself_and_reserves_are_kept_by_course(shop, cast, at):
    kept = {"reserve": {"share_bps": 1_000, "days": 90}}
    courses = [shop.course("python", **kept), shop.course("git")]
    for course, price in zip(courses, (20_000, 10_000), strict=True):
        shop.offer(course, price)
    order = bought(shop, made_of(shop, cast.pia, courses, at, price=24_000), cast.ada, at)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at + timedelta(days=1), part=parts_by_slug(order)["git"])
    shop.work(at + timedelta(days=1))
    events = db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "sale").order_by(MoneyEvent.id)).scalars().all()
    before = books([cast.northwind])
    held, reserve = before["liability:payable:held Northwind"], before["liability:payable:reserve Northwind"]
    whole = sum(line.amount_minor for line in events[0].lines if line.party == cast.northwind.public_id)
    assert -(held + reserve) == whole and -reserve == whole // 10
    matured = [mature_sale(event, at=at + timedelta(days=60)) for event in events]
    assert [each is not None for each in matured] == [True, False]
    after = books([cast.northwind])
    assert "liability:payable:held Northwind" not in after and after["liability:payable:reserve Northwind"] == reserve


def test_only_sellers_make_bundles_and_only_of_what_they_may(shop, cast, courses, at):
    with pytest.raises(NotAllowed):
        made_of(shop, cast.ada, courses, at)
    with pytest.raises(operations.NotYourCourse):
        made_of(shop, cast.eve, courses, at)
    assert made_of(shop, cast.stan, courses, at).organisation_id == cast.house.id
    kept = [shop.course(slug, reserve={"share_bps": 500, "days": 90}) for slug in ("one", "two")]
    for course in kept:
        shop.offer(course, 5_000)
    with pytest.raises(operations.CourseNotForBundles):
        made_of(shop, cast.pia, kept, at, price=9_000)
    with pytest.raises(operations.BundleSize):
        made_of(shop, cast.pia, courses[:1], at)
    with pytest.raises(operations.BundleNotCheaper):
        made_of(shop, cast.pia, courses, at, price=34_800)
    with pytest.raises(operations.CourseNotForBundles):
        made_of(shop, cast.pia, courses, at, currency="USD")
    shop.offer(courses[2], 5_000, seats_limit=10)
    with pytest.raises(operations.CourseNotForBundles):
        made_of(shop, cast.pia, courses, at)


def test_a_bundle_rests_while_a_course_is_not_sold_as_it_was(shop, cast, courses, bundle, at):
    shop.offer(courses[0], 9_000)  # one by one the three now cost less than the bundle
    with pytest.raises(operations.BundleNotNow):
        order_of(shop, bundle, cast.ada, at)
    shop.offer(courses[0], 19_900)
    order = order_of(shop, bundle, cast.ada, at)
    operations.close_bundle(bundle, by=cast.acting(cast.pia), at=at)
    with pytest.raises(operations.BundleNotNow):
        order_of(shop, bundle, cast.bo, at)
    shop.pay(order)  # what was placed before stays good
    assert operations.settle_order(order, at=at).state == "paid"


amounts = st.lists(st.integers(1, 500_000), min_size=2, max_size=12)


@settings(max_examples=300, deadline=None)
@given(lists=amounts, off=st.integers(1, 90))
def test_parts_of_any_bundle_add_up_and_none_exceeds_its_list_price(lists, off):
    price = max(1, sum(lists) * (100 - off) // 100)
    parts = share_out(price, {str(n): each for n, each in enumerate(lists)})
    assert sum(parts.values()) == price
    assert all(parts[str(n)] <= each for n, each in enumerate(lists))
    assert all(abs(parts[str(n)] * sum(lists) - price * each) < sum(lists) for n, each in enumerate(lists))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9_000)), min_size=1, max_size=8))
def test_part_refunds_in_any_order_never_credit_anybody_and_end_at_zero(steps):
    """The legs of each part are reversed by themselves; the rule is `reversal_step`, here over three parts at once."""
    legs = [
        {"tax": 809, "house": 3_887, "partner": 9_071, "fee": 529},
        {"tax": 403, "house": 6_709},
        {"tax": 203, "partner": 3_389},
    ]
    gone = [0, 0, 0]
    for part, amount in [*steps, *((n, 10**9) for n in range(3))]:
        step = min(amount, sum(legs[part].values()) - gone[part])
        back = reversal_step(legs[part], before_minor=gone[part], amount_minor=step)
        assert all(each >= 0 for each in back.values()) and sum(back.values()) == step
        gone[part] += step
    assert gone == [sum(each.values()) for each in legs]


@pytest.mark.parametrize("amount", [None, 10_001])
def test_a_bank_takes_a_bundle_back_course_by_course_and_gives_it_back(shop, cast, bundle, at, amount):
    order = bought(shop, bundle, cast.ada, at)
    before, parts = books([cast.northwind]), queries.left_of_parts(order)
    charge = queries.sold_payment(order.id).rail_charge_id
    wish = {"charge": charge} | ({"amount": amount} if amount else {})
    number = shop.sandbox.tell("disputes", **wish)["id"]
    dispute = operations.follow_dispute(number, at=at)
    taken = disputes.taken_by(dispute)
    assert (len(taken) == 3 and sum(-each.amount_minor for each in taken) == dispute.shared_minor == amount) or 25_000
    assert queries.refundable_minor(order) == sum(queries.left_of_parts(order).values()) == 25_000 - (amount or 25_000)
    if amount is None:
        assert books([cast.northwind]) == {"asset:rail:stripe": -925 - 1_500, "expense:rail_fee": 925 + 1_500}
    shop.sandbox.tell("disputes", dispute=number, won=True)
    operations.follow_dispute(number, at=at)
    standing = before["asset:rail:stripe"] - 1_500
    assert books([cast.northwind]) == before | {"asset:rail:stripe": standing, "expense:rail_fee": 1_500}
    assert queries.left_of_parts(order) == parts
