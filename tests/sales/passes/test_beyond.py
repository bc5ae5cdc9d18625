"""A refund of a period that reached the rail while a bank took a part of the same money: paper says what went back, once."""

from dataclasses import replace

import pytest

from coursehub import rails
from coursehub.billing import checks
from coursehub.billing import queries as billing
from coursehub.db import db
from coursehub.ledger.checks import check_books
from coursehub.sales import queries as sales
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import papers
from tests.sales.passes.test_fapiao import PERSON, made_out


@pytest.mark.parametrize("taken", [6_000, 9_900])
def test_paper_over_a_period_never_takes_back_more_than_it_was_made_out_over(story, cast, taken):
    mine = story.take(cast.ada)
    ada = cast.acting(cast.ada)
    (period,) = queries.periods_of(mine.id)
    papers.ask_invoices(mine, PERSON, by=ada, at=story.now)
    asked = papers.ask_fapiao_of_period(period, PERSON, kind="normal", by=ada, at=story.now)
    made_out(story, asked)
    refund = operations.refund_period(period, amount_minor=9_900, by=story.house, at=story.now)
    number = story.sandbox.tell("disputes", charge=period.rail_charge_id)["id"]
    facts = story.rail.read_dispute(number)
    lost = replace(facts, amount_minor=taken, state="lost")
    operations.record_period_dispute(period, lost, at=story.now)
    db.session.expire_all()
    told = rails.RefundFacts(
        id="re_1", state="succeeded", payment_id=period.rail_payment_id, reference=refund.reference, amount_minor=9_900,
        currency="CNY", made_at=story.now,
    )  # fmt: skip
    operations.record(refund, told, at=story.now)
    assert refund.state == "done" and check_books().faults == () and list(checks.faults()) == []
    assert sales.fapiao_to_reverse_minor(asked) == 9_900
    notes = db.session.execute(billing.buyer_documents_of(mine.public_id)).scalars().all()
    assert sum(note.amount_minor for note in notes if note.kind == "sale_credit") in (9_900, -9_900)
