"""A refund after the payout, from the buyer's click to the partner's letter."""

from datetime import timedelta

from coursehub.payouts import operations, queries
from coursehub.payouts.checks import faults
from coursehub.sales.operations import approve_refund, ask_refund, follow_dispute
from coursehub.sales.queries import sold_payment
from tests.payouts.rig import CNY
from tests.people.mailbox import letters_to


def test_a_partner_reads_what_it_owes_and_how_it_is_taken(shop, cast, offering, at):
    from coursehub.billing.operations import set_collection_account
    from coursehub.people.operations.partners import give_payee_details

    order = shop.buy(offering, cast.ada)
    later, fay, stan = at + timedelta(days=31), cast.acting(cast.fay), cast.acting(cast.stan)
    give_payee_details(cast.northwind, CNY, by=cast.acting(cast.finn), at=at)
    set_collection_account("CNY", holder="House", bank="Bank", number="000011112222", by=fay, at=at)
    operations.end_holds(at=later)
    run = operations.prepare_run("CNY", pay_on=later.date() + timedelta(days=1), by=fay, at=later)
    operations.confirm_run(run, by=stan, at=later)
    asked = ask_refund(order, reason="It broke.", by=cast.acting(cast.ada), at=later)
    approve_refund(asked, amount_minor=order.gross_minor, answer="Yes.", by=fay, at=later)
    shop.work(later)
    (claim,) = queries.claims_of(cast.northwind.public_id, "CNY")
    (payout,) = queries.payouts_of_run(run.id)
    assert claim.left_minor == payout.amount_minor
    for name in ("finn", "pia"):
        letter = letters_to(f"{name}@example.org")[-1]
        assert letter.subject == "A sale was refunded after its payout"
        assert "CN¥125.98" in letter.body and "at most 50%" in letter.body and "Ada" not in letter.body
    assert list(faults()) == []


def test_a_share_that_a_bank_took_after_its_payout_is_owed_and_comes_back_ready_when_the_dispute_is_won(shop, cast, offering, at):
    from coursehub.billing.operations import set_collection_account
    from coursehub.people.operations.partners import give_payee_details

    order = shop.buy(offering, cast.ada)
    later, fay, stan = at + timedelta(days=31), cast.acting(cast.fay), cast.acting(cast.stan)
    give_payee_details(cast.northwind, CNY, by=cast.acting(cast.finn), at=at)
    set_collection_account("CNY", holder="House", bank="Bank", number="000011112222", by=fay, at=at)
    operations.end_holds(at=later)
    run = operations.prepare_run("CNY", pay_on=later.date() + timedelta(days=1), by=fay, at=later)
    operations.confirm_run(run, by=stan, at=later)
    shop.sandbox.tell("clock", stopped_at=int(later.timestamp()))
    number = shop.sandbox.tell("disputes", charge=sold_payment(order.id).rail_charge_id)["id"]
    follow_dispute(number, at=later)
    shop.work(later)
    (claim,) = queries.claims_of(cast.northwind.public_id, "CNY")
    assert (claim.left_minor, claim.limit_bps) == (12_598, 5_000)
    taken, owed = letters_to("finn@example.org")[-2:]
    assert {taken.subject, owed.subject} == {
        "A bank took back a payment for Course python",
        "A sale was taken back after its payout",
    }
    assert all("CN¥125.98" in each.body and "Ada" not in each.body for each in (taken, owed))
    assert letters_to("fay@example.org")[-1].subject == "A bank wants CN¥199.00 back"

    end = later + timedelta(days=30)
    shop.sandbox.tell("clock", stopped_at=int(end.timestamp()))
    shop.sandbox.tell("disputes", dispute=number, won=True)
    follow_dispute(number, at=end)
    shop.work(end)
    (claim,) = queries.claims_of(cast.northwind.public_id, "CNY")
    assert (claim.left_minor, claim.limit_bps, claim.ends_at) == (12_598, 10_000, None), "set against that very share, whole"
    (proposed,) = queries.proposal("CNY", end)
    assert (proposed.ready_minor, proposed.amount_minor) == (12_598, 0)
    assert letters_to("finn@example.org")[-1].subject == "A dispute over Course python is won"
    assert operations.read_movements(at=end) == 3
    assert queries.unmatched() == [] and list(faults()) == []
    ((_rail, _currency, told, booked),) = queries.rail_balances()
    assert told == booked
