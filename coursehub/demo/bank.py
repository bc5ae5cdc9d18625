"""Two days of the house's account at its bank: an invoice paid whole, one in part, money that names no number, a stranger's money;
and, before that, a partner that paid back a part of what it owed."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub.billing.models import BankEntry, Document
from coursehub.billing.operations import assign_entry, take_in_statement
from coursehub.db import db
from coursehub.demo.players import Players
from coursehub.payouts.debts import oldest_first, reference_of
from coursehub.payouts.operations import book_bank_statement, book_debt_paid
from coursehub.payouts.queries import claims_of
from coursehub.web.locale import SHOWN_ZONE

HEADING = "交易日期,交易流水号,收入金额,支出金额,账户余额,对方户名,对方账号,摘要,附言"
PARTLY = 500_000


def book_two_days(people: Players, account: str, at: datetime) -> None:
    """Fay books the statement of yesterday and places the money of one line; two others wait for her."""
    fay, harbour = people.acting("fay"), people.acting("emma").organisation
    late, current = _placement_invoices()
    assert harbour is not None
    today = at.astimezone(SHOWN_ZONE).date()
    raw = _table(today, late, current, harbour.name).encode("gb18030")
    draft = take_in_statement(f"流水-{today.isoformat()}.csv", raw, account=account, currency="CNY", by=fay, at=at)
    statement = book_bank_statement(draft, by=fay, at=at + timedelta(minutes=4))
    in_part = sa.select(BankEntry).where(BankEntry.statement_id == statement.id, BankEntry.amount_minor == PARTLY)
    entry = db.session.execute(in_part).scalar_one()
    assign_entry(entry, [(late, PARTLY)], by=fay, at=at + timedelta(minutes=9))


def book_repayment(people: Players, account: str, at: datetime) -> None:
    """A partner would rather pay a part of what it owes than wait until it is set off; Fay books the line it sent."""
    fay, northwind = people.acting("fay"), people.acting("pia").organisation
    assert northwind is not None
    claims = claims_of(northwind.public_id, "CNY")
    minor = sum(claim.left_minor for claim in claims) // 2
    words = f"归还退款分成 {reference_of(northwind.id)}"
    balance = 25_000_000 - minor
    raw = _lines([(at.astimezone(SHOWN_ZONE).date(), minor, northwind.name, "转账", words)], balance).encode("gb18030")
    draft = take_in_statement(f"流水-{at:%Y-%m}.csv", raw, account=account, currency="CNY", by=fay, at=at)
    statement = book_bank_statement(draft, by=fay, at=at + timedelta(minutes=3))
    entry = db.session.execute(sa.select(BankEntry).where(BankEntry.statement_id == statement.id)).scalar_one()
    book_debt_paid(entry, northwind, oldest_first(minor, claims), by=fay, at=at + timedelta(minutes=6))


def _placement_invoices() -> tuple[Document, Document]:
    found = sa.select(Document).where(Document.kind == "invoice", Document.cause == "placement").order_by(Document.id)
    first, second = db.session.execute(found.limit(2)).scalars()
    return first, second


def _table(today: date, late: Document, current: Document, payer: str) -> str:
    """As the bank's download has it: yuan, the balance behind each line."""
    yesterday = today - timedelta(days=1)
    lines = [
        (yesterday, current.amount_minor, payer, "转账", f"{current.reference} 推荐录用服务费"),
        (yesterday, -4_500, "", "账户管理费", ""),
        (today, PARTLY, payer, "转账", f"付 {late.reference}"),
        (today, late.amount_minor - PARTLY, payer, "转账", "推荐费尾款"),
        (today, 88_000, "蓝湾文化传媒（虚构）", "转账", "十一月合作款"),
    ]
    return _lines(lines, 25_000_000)


def _lines(moved: list[tuple[date, int, str, str, str]], balance: int) -> str:
    """Lines of the bank (day, minor units, other side, purpose, words) behind a balance."""
    lines = [HEADING]
    for n, (day, minor, party, purpose, words) in enumerate(moved, start=41):
        balance += minor
        came, left = (_yuan(minor), "") if minor > 0 else ("", _yuan(-minor))
        reference = f"DEMO-{day:%Y%m}{n:04d}"
        lines.append(
            f"{day:%Y%m%d},{reference},{came},{left},{_yuan(balance)},{party},{'0000333355556666' if party else ''},{purpose},{words}"
        )
    return "\r\n".join(lines) + "\r\n"


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
