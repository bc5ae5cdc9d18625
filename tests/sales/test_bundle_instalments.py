"""A bundle paid in monthly parts: one plan, a share of each part for each course; refused, given back in pieces, disputed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import rails
from coursehub.billing import queries as billing
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.operations.bundling import part_key
from coursehub.contracts.waterfall import tax_within
from coursehub.db import db
from coursehub.learning.queries.enrolments import open_enrolment_id
from coursehub.mail import Letter
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.rails.stripe import StripeRail
from coursehub.sales import operations, queries
from coursehub.sales.models import Bundle, Order, OrderPart, RefundRequest
from coursehub.sales.operations import BundleDraft, charging, checkout, gifts, papers
from coursehub.sales.operations.refunds import PaymentDisputed
from tests.sales.months import Months, dispute, parts, plan
from tests.sales.rig import books, open_shop
from tests.sandbox.rig import KEY, SECRET, Sandbox

SHARES = {"python": [4_766, 4_765, 4_765], "git": [2_372, 2_370, 2_370], "sql": [1_198, 1_197, 1_197]}
MONTHS = [8_336, 8_332, 8_332]


class Together(Months):
    """Python (199.00), Git (99.00) and SQL (50.00) for 250.00, each in three parts; of SQL the house takes half."""

    def bundle(self, singly: Sequence[int] = (19_900, 9_900, 5_000), price: int = 25_000, **changes: Any) -> Bundle:
        """changes: in how many parts a course is sold."""
        half = {"party": self.cast.house.public_id, "channels": [], "rest": {"share_bps": 5_000, "cap_minor": None}}
        made = [self.course("python"), self.course("git"), self.course("sql", rates=half)]
        for course, alone in zip(made, singly, strict=True):
            self.offer(course, alone, instalments=changes.get(course.slug, 3))
        draft = BundleDraft("入门三课", "First three", "先后相接。", "They follow on.", tuple(made), price, "CNY")
        return operations.make_bundle(draft, by=self.cast.acting(self.cast.pia), at=self.at)

    def place(self, bundle: Bundle, buyer: Any, **given: Any) -> Order:
        return operations.start_bundle_checkout(bundle, buyer=self.cast.acting(buyer), at=self.at, **{"by_parts": True, **given})

    def buy_bundle(self, bundle: Bundle, buyer: Any) -> Order:
        order = self.place(bundle, buyer)
        self.pay(order)
        operations.settle_order(order, at=self.at)
        self.work(self.at)
        return order

    def give_back(self, order: Order, slug: str | None = None, *, amount: int | None = None) -> None:
        """Of one course or of the order: within the window at once, later as staff decide."""
        part = part_of(order, slug) if slug else None
        asked = operations.ask_refund(order, reason="x", by=self.cast.acting(self.cast.ada), at=self.at, part=part)
        if isinstance(asked, RefundRequest):
            amount = amount or operations.left_of(order, part.id if part else None)
            operations.approve_refund(asked, amount_minor=amount, answer="好", by=self.cast.acting(self.cast.stan), at=self.at)
        self.work(self.at)

    def lose(self, order: Order, n: int) -> str:
        """The bank takes the money of the nth payment and decides for the buyer; its number, to be won on appeal."""
        number, payment = dispute(self, order, n), queries.sold_payments(order.id)[n]
        operations.record_dispute(payment, replace(self.rail.read_dispute(number), state="lost"), at=self.at)
        return number

    def win(self, number: str) -> None:
        """The bank gives the money back after all."""
        self.sandbox.tell("disputes", dispute=number, won=True)
        operations.follow_dispute(number, at=self.at)


class Deaf(StripeRail):
    """The card is charged, and nobody hears the answer."""

    def charge_card(self, wish: rails.ChargeWish) -> rails.PaymentFacts:
        super().charge_card(wish)
        raise rails.RailAway


def part_of(order: Order, slug: str) -> OrderPart:
    return next(part for part in queries.parts_of(order.id) if slug_of(part.course_id) == slug)


def slug_of(course_id: int) -> str:
    return db.session.get_one(Course, course_id).slug


def shares(order: Order) -> dict[str, list[int]]:
    """By course: what of each part of the price is still its own."""
    slugs = {part.id: slug_of(part.course_id) for part in queries.parts_of(order.id)}
    found: dict[str, list[int]] = {}
    for share in queries.shares_of(order.id):
        if share.dropped_at is None:
            found.setdefault(slugs[share.part_id], []).append(share.amount_minor)
    return found


def opened(order: Order) -> set[str]:
    """The courses of an order that its buyer can read."""
    found = [part.course_id for part in queries.parts_of(order.id)]
    return {slug_of(id) for id in found if open_enrolment_id(person_id=order.buyer_id, course_id=id) is not None}


def amounts(order: Order) -> list[int]:
    return [row.amount_minor for row in queries.instalments_of(order.id)]


@pytest.fixture
def together(app: Any, cast: Any, sandbox: Sandbox, at: datetime) -> Any:
    with open_shop(Together, cast, sandbox, at) as made:
        yield made


@pytest.fixture
def bundle(together: Together) -> Bundle:
    return together.bundle()


def test_a_bundle_is_offered_in_as_many_parts_as_the_course_with_the_fewest(together: Together) -> None:
    bundle = together.bundle(git=2)
    quoted = operations.quote_bundle(bundle, person_id=None, at=together.at)
    assert (quoted.instalments, quoted.first_minor + quoted.later_minor) == (2, 25_000)


def test_a_bundle_with_a_course_that_is_sold_whole_is_sold_whole(together: Together) -> None:
    bundle = together.bundle(sql=1)
    assert operations.quote_bundle(bundle, person_id=None, at=together.at).instalments == 1
    with pytest.raises(operations.BundleNotByParts):
        together.place(bundle, together.cast.ada)
    together.buy(queries.open_offering(course_id_of(bundle, "sql")), together.cast.ada)
    mine = operations.quote_bundle(bundle, person_id=together.cast.ada.id, at=together.at)
    assert mine.instalments == 3, "whoever has that course pays the others in parts"


def course_id_of(bundle: Bundle, slug: str) -> int:
    return next(course.id for course in queries.courses_of_bundle(bundle.id) if course.slug == slug)


def test_a_share_that_no_card_takes_alone_keeps_the_bundle_whole(together: Together) -> None:
    made = [together.course("python"), together.course("git")]
    together.offer(made[0], 19_900, instalments=3)
    together.offer(made[1], 1_200, instalments=3)
    draft = BundleDraft("两课", "Two", "。", ".", tuple(made), 20_000, "CNY")
    bundle = operations.make_bundle(draft, by=together.cast.acting(together.cast.pia), at=together.at)
    assert operations.quote_bundle(bundle, person_id=None, at=together.at).instalments == 1


def test_terms_that_look_at_one_whole_sale_keep_the_bundle_whole(together: Together) -> None:
    floor = {"party": together.cast.northwind.public_id, "floor_price_minor": 100}
    discount = {"opted_in": [floor], "rest": {"kind": "party", "party": together.cast.house.public_id}}
    course, other = together.course("python", discount=discount), together.course("git")
    for each in (course, other):
        together.offer(each, 19_900, instalments=3)
    draft = BundleDraft("两课", "Two", "。", ".", (course, other), 30_000, "CNY")
    bundle = operations.make_bundle(draft, by=together.cast.acting(together.cast.pia), at=together.at)
    assert operations.quote_bundle(bundle, person_id=None, at=together.at).instalments == 1


def test_the_first_part_opens_every_course_and_the_card_pays_the_others(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    assert (order.state, order.gross_minor, order.instalments) == ("paid", 25_000, 3)
    assert opened(order) == {"python", "git", "sql"}
    assert shares(order) == SHARES and amounts(order) == MONTHS
    assert queries.paid_minor(order) == 8_336
    together.wait(31)
    together.wait(31)
    assert plan(order).state == "paid" and queries.paid_minor(order) == 25_000
    assert queries.kept_of_parts(order) == {part.id: part.gross_minor for part in queries.parts_of(order.id)}


def test_each_payment_is_shared_course_by_course_under_the_terms_of_the_order(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    together.wait(31)
    for n, payment in enumerate(queries.sold_payments(order.id)):
        for part in queries.parts_of(order.id):
            event = contracts.event_for(part_key(payment.effect_key, part.course_id))
            assert event is not None and event.terms_hash == part.terms_hash
            assert event.amount_minor == SHARES[slug_of(part.course_id)][n]
            assert (event.facts["instalment"], event.facts["instalments"]) == (n + 1, 3)
    told = [
        contracts.event_for(part_key(payment.effect_key, part.course_id))
        for payment in queries.sold_payments(order.id)
        for part in queries.parts_of(order.id)
    ]
    assert sum(event.facts["discount_minor"] for event in told if event) == order.discount_minor == 9_800
    assert sum(event.facts["fee_minor"] for event in told if event) == sum(p.fee_minor for p in queries.sold_payments(order.id))
    assert -books([together.cast.northwind])["liability:tax"] == order.tax_minor


def test_a_bundle_whose_part_is_due_too_long_closes_all_courses_until_it_is_paid(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.answer(order, "card_declined")
    together.wait(31)
    assert plan(order).state == "late" and len(opened(order)) == 3
    together.wait(7)
    assert plan(order).state == "paused" and opened(order) == set()
    ids = [part.course_id for part in queries.parts_of(order.id)]
    assert queries.courses_held(together.cast.ada.id, ids) == set(ids)
    with pytest.raises(checkout.PartsOpen):
        together.order(queries.open_offering(ids[0]), together.cast.ada)
    with pytest.raises(operations.BundleOwned):
        together.place(bundle, together.cast.ada)
    together.pay_page(order, together.cast.ada)
    assert plan(order).state == "running" and len(opened(order)) == 3


def test_one_course_goes_back_within_the_window_and_later_parts_are_smaller(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.give_back(order, "git")
    assert [refund.amount_minor for refund in queries.refunds_of(order.id)] == [2_372]
    assert opened(order) == {"python", "sql"} and plan(order).state == "running"
    assert amounts(order) == [8_336, 8_332 - 2_370, 8_332 - 2_370]
    together.wait(31)
    together.wait(31)
    assert plan(order).state == "paid" and queries.paid_minor(order) == 25_000 - 2 * 2_370
    git = part_of(order, "git")
    assert queries.left_of_parts(order)[git.id] == 0
    again = together.order(queries.open_offering(git.course_id), together.cast.ada)
    assert again.course_id == git.course_id, "it can be bought again"


def test_courses_go_back_one_after_the_other_until_nothing_is_asked_for(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    for slug in ("python", "sql", "git"):
        together.give_back(order, slug)
    assert (order.state, plan(order).state, opened(order)) == ("refunded", "ended", set())
    assert sorted(refund.amount_minor for refund in queries.refunds_of(order.id)) == sorted(
        share for column in SHARES.values() for share in column[:2]
    )
    together.wait(62)
    assert len(queries.payments_of(order.id)) == 2 and plan(order).payer_id == ""
    standing = books([together.cast.northwind])
    assert not [name for name in standing if name.startswith(("liability:payable", "liability:tax", "income:share"))]


def test_all_of_it_goes_back_within_the_window(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.give_back(order)
    assert (order.state, plan(order).state, opened(order)) == ("refunded", "ended", set())
    assert sum(refund.amount_minor for refund in queries.refunds_of(order.id)) == 8_336


def test_what_staff_give_back_of_the_whole_takes_last_payments_first_of_each_course(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    together.give_back(order, amount=10_000)
    first, second = queries.sold_payments(order.id)
    gone: dict[int, int] = {}
    for refund in queries.refunds_of(order.id):
        gone[refund.payment_id] = gone.get(refund.payment_id, 0) + refund.amount_minor
    assert gone == {second.id: 8_332, first.id: 1_668} and plan(order).state == "running"
    assert queries.refundable_minor(order) == sum(queries.left_of_parts(order).values()) == 6_668
    for payment in (first, second):
        events = [contracts.event_for(part_key(payment.effect_key, part.course_id)) for part in queries.parts_of(order.id)]
        assert sum(contracts.refunded_of(event) for event in events if event) == gone[payment.id]


def test_a_part_that_is_late_for_a_course_that_goes_back_is_late_no_more(together: Together) -> None:
    """The other course is paid up; what was due was due for the one that went back."""
    order = together.buy_bundle(together.bundle(), together.cast.ada)
    together.wait(31)
    together.give_back(order, "python")
    together.give_back(order, "sql")
    together.lose(order, 1)
    assert plan(order).state == "paused" and opened(order) == set()
    assert shares(order)["git"][-1] == 2_370, "part 2 is due again, of the one course that is left"
    together.pay_page(order, together.cast.ada)
    assert plan(order).state == "running" and opened(order) == {"git"}
    together.wait(31)
    assert plan(order).state == "paid"


def test_a_lost_dispute_over_one_part_makes_it_due_again_course_by_course(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    number = dispute(together, order, 1)
    with pytest.raises(PaymentDisputed):
        together.give_back(order, "git")
    together.sandbox.tell("disputes", dispute=number, won=False)
    operations.follow_dispute(number, at=together.at)
    assert plan(order).state == "paused" and opened(order) == set()
    assert parts(order)[-1] == (2, 8_332, False)
    assert {slug: column[-1] for slug, column in shares(order).items()} == {slug: column[1] for slug, column in SHARES.items()}
    together.give_back(order, "git")
    assert parts(order)[-1] == (2, 8_332 - 2_370, False)
    together.pay_page(order, together.cast.ada)
    assert plan(order).state == "running" and opened(order) == {"python", "sql"}
    together.wait(31)
    assert plan(order).state == "paid"
    left = queries.left_of_parts(order)
    assert left == {part.id: 0 if slug_of(part.course_id) == "git" else part.gross_minor for part in queries.parts_of(order.id)}


def test_a_dispute_that_is_won_on_appeal_asks_for_nothing_twice(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    together.win(together.lose(order, 1))
    assert plan(order).state == "running" and len(opened(order)) == 3
    together.wait(31)
    assert plan(order).state == "paid" and queries.refundable_minor(order) == 25_000


def test_money_of_an_order_that_is_over_goes_back_by_payment_and_course(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.wait(31)
    numbers = [together.lose(order, 1), together.lose(order, 0)]
    assert order.state == "refunded"
    for number in numbers:
        together.win(number)
    (found,) = queries.kept_without_seat()
    assert found.left_minor == 16_668
    operations.return_second_payment(order, by=together.cast.acting(together.cast.fay), at=together.at)
    together.work(together.at)
    assert sorted(refund.amount_minor for refund in queries.refunds_of(order.id)) == sorted(
        share for column in SHARES.values() for share in column[:2]
    )
    assert queries.kept_without_seat() == []


def test_a_page_that_was_open_when_a_course_went_back_gives_its_money_back(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    charging.open_instalment_page(order, whole=True, by=together.cast.acting(together.cast.ada), at=together.at)
    page = plan(order).session_id
    together.sandbox.tell(f"sessions/{page}/pay")  # nobody hears of it
    together.give_back(order, "git")
    assert [payment.outcome for payment in queries.payments_of(order.id)] == ["sold", "returned"]
    assert plan(order).session_id is None and "liability:suspense" not in books([together.cast.northwind])
    together.pay_page(order, together.cast.ada, whole=True)
    assert plan(order).state == "paid" and queries.paid_minor(order) == 25_000 - 2 * 2_370


def test_a_charge_that_was_under_way_when_a_course_went_back_gives_its_money_back(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.at += timedelta(days=31)
    together.sandbox.tell("clock", stopped_at=int(together.at.timestamp()))
    with rails.use(Deaf(key=KEY, base_url=together.sandbox.url, secret=SECRET, retries=0)):
        charging.charge_due(at=together.at)
    assert queries.instalments_of(order.id)[1].asked_at is not None, "the answer is not known"
    together.give_back(order, "git")
    charging.charge_due(at=together.at)
    charging.charge_due(at=together.at)
    together.work(together.at)
    assert [payment.amount_minor for payment in queries.sold_payments(order.id)] == [8_336, 5_962]
    assert [payment.amount_minor for payment in queries.payments_of(order.id)] == [8_336, 8_332, 5_962]
    assert "liability:suspense" not in books([together.cast.northwind])


def test_each_payment_has_an_invoice_with_a_line_for_each_course(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    papers.ask_invoice(
        order, DetailsDraft("personal", "Ada", "", "", ""), by=together.cast.acting(together.cast.ada), at=together.at
    )
    together.give_back(order, "git")
    together.wait(31)
    found = db.session.execute(billing.buyer_documents_of(order.public_id)).scalars().all()
    invoices = {each.number: each for each in found if each.kind == "sale_invoice"}
    assert [line["amount_minor"] for line in invoices[1].lines] == [4_766, 2_372, 1_198]
    assert [line["amount_minor"] for line in invoices[2].lines] == [4_765, 1_197]
    assert "Course git (part 1 of 3)" in [line["text"]["en"] for line in invoices[1].lines]
    credits = [each for each in found if each.kind == "sale_credit"]
    assert [(each.amount_minor, each.credits_id) for each in credits] == [(2_372, invoices[1].id)]


def test_bundles_that_are_given_are_paid_whole(together: Together, bundle: Bundle) -> None:
    order = gifts.give_bundle(bundle, gifts.GiftDraft("好", None), by=together.cast.acting(together.cast.ada), at=together.at)
    assert order.instalments == 1


def test_a_free_choice_between_whole_and_parts_is_one_order_at_a_time(together: Together, bundle: Bundle) -> None:
    first = together.place(bundle, together.cast.ada)
    assert together.place(bundle, together.cast.ada).id == first.id
    whole = together.place(bundle, together.cast.ada, by_parts=False)
    assert whole.id != first.id and first.state == "cancelled" and whole.instalments == 1
    assert whole.tax_minor == sum(part.tax_minor for part in queries.parts_of(whole.id))


def test_letters_speak_of_all_courses_and_of_what_is_not_asked_for_any_more(together: Together, bundle: Bundle) -> None:
    order = together.buy_bundle(bundle, together.cast.ada)
    together.give_back(order, "git")
    together.answer(order, "card_declined")
    together.wait(31)
    together.wait(7)
    together.pay_page(order, together.cast.ada)
    found = sa.select(Letter.key, Letter.body).where(Letter.key.startswith("sales.")).order_by(Letter.id)
    letters = [(key.partition(":")[0].removeprefix("sales."), body) for key, body in db.session.execute(found)]
    said = {name: [body for each, body in letters if each == name] for name, _body in letters}
    assert "You are enrolled in all courses of First three" in said["receipt"][0] and "83.36" in said["receipt"][0]
    assert "the parts that follow are smaller" in said["refund"][0]
    refused, paused = said["instalment_refused"]
    assert "59.62" in refused and "The courses stay open until" in refused and "The courses are closed until" in paused
    assert "59.62" in said["plan_paused"][0]
    tax = sum(tax_within(minor, 600) for minor in (4_765, 1_197))
    assert f"Tax contained: CN¥{tax / 100:.2f}" in said["instalment_paid"][0]
