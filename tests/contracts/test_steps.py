"""The steps before the division lead from what was paid to what was divided, exactly."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given

from coursehub.contracts.counters import names_for
from coursehub.contracts.steps import steps_of
from coursehub.contracts.terms import parse
from coursehub.contracts.waterfall import Sale, share_refund, share_sale

from . import strategies

WORKED = Sale(gross_minor=10_000, tax_bps=600, fee_minor=320)


@given(strategies.terms(), strategies.sales)
def test_the_steps_end_with_what_the_shares_are_shares_of(data, sale):
    body = parse(data)
    lines = share_sale(body, replace(sale, counted=dict.fromkeys(names_for(body, sale.occurred_at), 0)))
    steps = steps_of(lines)
    divided = {line.reason.of for line in lines if line.reason.kind == "split"}
    assert {steps[-1].amount} >= divided
    assert sum(step.amount for step in steps[:-1]) == steps[-1].amount
    assert steps_of(share_refund(body, lines, before_minor=0, amount_minor=sale.gross_minor)) == []


@given(strategies.terms())
def test_what_was_paid_comes_first(data):
    body = parse(data)
    steps = steps_of(share_sale(body, replace(WORKED, occurred_at="2026-03-02T09:00:00Z")))
    assert steps[0].what in ("paid", "left")
    assert steps[0].amount in (Fraction(10_000), Fraction(0))
