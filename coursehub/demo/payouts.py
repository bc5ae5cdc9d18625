"""Partners are paid: three runs, one payout that came back, one through the provider, a refund after payout of which a
part is paid back, one on its way, a run that waits."""

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.billing.operations import set_collection_account
from coursehub.catalog.models import Course
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.bank import book_repayment
from coursehub.demo.players import Players
from coursehub.ledger.accounts import BANK
from coursehub.ledger.models import Journal
from coursehub.payouts import queries
from coursehub.payouts.adjusting import BANK_FEE, TAX
from coursehub.payouts.models import Payout, PayoutRun
from coursehub.payouts.operations import (
    AdjustmentDraft,
    choose_rail,
    confirm_adjustment,
    confirm_run,
    end_holds,
    explain_line,
    hand_mismatch_over,
    import_answer,
    prepare_run,
    propose_adjustment,
    read_movements,
    take_file,
    take_mismatch,
)
from coursehub.people.models import Organisation, Person
from coursehub.people.operations.partners import PayeeDetails, give_payee_details
from coursehub.sales.models import Order, RefundRequest
from coursehub.sales.operations.refunds import approve_refund, ask_refund
from coursehub.talent.working_days import local_day

ACCOUNT = "000011112222"
ON_ITS_WAY_DAYS = 4
HEAD = "reference,result,date,amount,currency,bank_reference,reason"


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """Runs of the last months, the latest waiting for its second person."""
    agenda.add(agenda.ago(days=76), partial(_own_account, people))
    for days, bounces in ((75, ""), (44, "lumen"), (12, "")):
        agenda.add(agenda.ago(days=days), partial(_run, people, bounces))
    for hours in (42 * 24, 9 * 24 + 12):
        agenda.add(agenda.ago(hours=hours), partial(_refund_of_something_paid, people))
    agenda.add(agenda.ago(days=40), partial(book_repayment, people, ACCOUNT))
    agenda.add(agenda.ago(days=41), partial(_account_again, people))
    agenda.add(agenda.ago(days=30), partial(_through_the_provider, people))
    agenda.add(agenda.ago(days=9), partial(_odd_lines, people))
    agenda.add(agenda.ago(days=ON_ITS_WAY_DAYS), partial(_on_its_way, people))
    agenda.add(agenda.ago(hours=6), partial(_waits, people))
    agenda.add(agenda.ago(days=20), partial(_fee_of_the_bank, people))
    agenda.add(agenda.ago(hours=7), partial(_tax_paid, people))
    agenda.add(agenda.ago(days=78), lambda _at: agenda.rail.settle("CNY"))
    agenda.add(agenda.ago(days=8), lambda _at: agenda.rail.settle("CNY"))
    agenda.add(agenda.ago(hours=5), _read)


def _read(at: datetime) -> None:
    """The provider says what moved its balance."""
    read_movements(at=at)


def _own_account(people: Players, at: datetime) -> None:
    """The house pays from the account into which members pay."""
    set_collection_account("CNY", holder="量潮课堂", bank="示例银行 深圳分行", number=ACCOUNT, by=people.acting("fay"), at=at)


def _run(people: Players, bounces: str, at: datetime) -> datetime:
    """Prepared, confirmed, handed to the bank, answered two days later."""
    run = _handed_over(people, at)
    rows, payouts = [HEAD], queries.payouts_of_run(run.id)
    sent = queries.transfers_of([payout.id for payout in payouts])
    for n, payout in enumerate([payout for payout in payouts if payout.id not in sent], start=1):
        slug = db.session.get_one(Organisation, payout.organisation_id).slug
        back = slug == bounces
        rows.append(_row(payout, "bounced" if back else "paid", run, n, "账号与户名不符" if back else ""))
    over = at + timedelta(days=2)
    import_answer(f"回执-{run.pay_on.isoformat()}.csv", "\n".join(rows).encode(), by=people.acting("fay"), at=over)
    return over


def _handed_over(people: Players, at: datetime) -> PayoutRun:
    end_holds(at=at)
    run = prepare_run("CNY", pay_on=local_day(at) + timedelta(days=1), by=people.acting("fay"), at=at)
    confirm_run(run, by=people.acting("stan"), at=at + timedelta(hours=2))
    take_file(run, by=people.acting("stan"), at=at + timedelta(hours=3))
    return run


def _on_its_way(people: Players, at: datetime) -> None:
    """The bank has the file and has not answered yet."""
    _handed_over(people, at)


def _row(payout: Payout, result: str, run: PayoutRun, n: int, why: str) -> str:
    amount = f"{payout.amount_minor // 100}.{payout.amount_minor % 100:02d}"
    return f"{payout.public_id},{result},{run.pay_on.isoformat()},{amount},{payout.currency},B{run.id:03d}{n:03d},{why}"


def _refund_of_something_paid(people: Players, at: datetime) -> None:
    """Long after its sale was paid out, half of an order goes back: the partner owes its share of that."""
    northwind = people.acting("pia").organisation_id
    matured = sa.select(Journal.effect_key).where(Journal.kind == "mature")
    paid = (
        sa.select(MoneyEvent)
        .join(Course, Course.id == MoneyEvent.course_id)
        .where(Course.organisation_id == northwind, (sa.literal("mature:") + MoneyEvent.public_id).in_(matured))
        .order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc())
    )
    sold = [str(event.facts["order"]) for event in db.session.execute(paid).scalars()]
    orders = db.session.execute(
        sa.select(Order).where(Order.public_id.in_(sold), Order.state == "paid", Order.instalments == 1)
    ).scalars()
    order = min(orders, key=lambda each: sold.index(each.public_id))
    buyer = people.learner(db.session.get_one(Person, order.buyer_id))
    asked = ask_refund(order, reason="课程第二部分与介绍不符。", by=buyer, at=at)
    if isinstance(asked, RefundRequest):
        approve_refund(
            asked, amount_minor=order.gross_minor // 2, answer="您说得对，我们退还一半，并已请合作方修改介绍。",
            by=people.acting("stan"), at=at + timedelta(hours=4),
        )  # fmt: skip


def _account_again(people: Players, at: datetime) -> None:
    """After a payout came back the partner gives its account again."""
    details = PayeeDetails(
        holder="流明数据", bank="示例银行杭州分行", account="6200000000005678", tax_number="91330000EXAMPLE1X", country="CN",
        bank_code="102331000001",
    )  # fmt: skip
    lumen = db.session.execute(sa.select(Organisation).where(Organisation.slug == "lumen")).scalar_one()
    give_payee_details(lumen, details, by=people.acting("eve"), at=at)


def _through_the_provider(people: Players, at: datetime) -> None:
    """Lumen's bank gave a payout back; by now it is paid through its own account at the provider, which knows enough of it."""
    choose_rail("GB", by=people.acting("eve"), at=at)


def _odd_lines(people: Players, at: datetime) -> None:
    """Two lines that fit no payout: one is explained, one is still looked at."""
    day = (local_day(at) - timedelta(days=1)).isoformat()
    rows = (HEAD, f"FW-2026-0117,paid,{day},1280.00,CNY,B090001,", f"po-4471,paid,{day},315.00,CNY,B090002,")
    import_answer("回执-补.csv", "\n".join(rows).encode(), by=people.acting("fay"), at=at)
    line, _answer = queries.open_lines()[0]
    explain_line(
        line, words="办公室房租，由银行从同一账户扣款，与合作方无关。", by=people.acting("stan"), at=at + timedelta(hours=5)
    )
    asked = at + timedelta(hours=6)
    (left,) = [each for each in queries.all_mismatches(asked) if each.kind == "line"]
    fay, stan = people.acting("fay"), people.acting("stan")
    take_mismatch(left, was=None, by=stan, at=asked)
    hand_mismatch_over(left, to=fay.person_id, was=stan.person_id, by=stan, at=asked + timedelta(hours=1))


def _waits(people: Players, at: datetime) -> None:
    """The next run is prepared; nobody has confirmed it yet."""
    end_holds(at=at)
    prepare_run("CNY", pay_on=local_day(at) + timedelta(days=1), by=people.acting("fay"), at=at)


def _fee_of_the_bank(people: Players, at: datetime) -> None:
    """What the bank took for its work, booked by two."""
    row = propose_adjustment(
        AdjustmentDraft(BANK_FEE, BANK, "CNY", 3_600, local_day(at), "对公账户管理费与转账手续费。", "HF20261"),
        by=people.acting("fay"), at=at,
    )  # fmt: skip
    confirm_adjustment(row, by=people.acting("stan"), at=at + timedelta(hours=3))


def _tax_paid(people: Players, at: datetime) -> None:
    """Tax that was paid waits for its second person."""
    draft = AdjustmentDraft(TAX, BANK, "CNY", 18_250, local_day(at), "缴纳上月增值税，完税凭证已存档。", "SW-7741")
    propose_adjustment(draft, by=people.acting("stan"), at=at)
