"""Reading a statement as a table: our own plain columns, or those of a download of one bank in China. Pure.

The second layout is one example and no more: banks name and order these columns each in their own way. Columns may stand in
any order, and others beside them are not read. UTF-8, or GB18030, which holds GBK and GB2312. Days may be newest first.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coursehub.billing.bank.reading import Line, NotReadable, Read, clean, day_of, minor_of

HEADING_WITHIN = 20
"""Downloads begin with some lines about the account; the heading is looked for in so many."""
_CURRENCIES = {"人民币": "CNY", "RMB": "CNY", "美元": "USD", "欧元": "EUR", "港币": "HKD", "日元": "JPY"}
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table are called. amount: signed; or came_in and left, of which one says something in a row."""

    day: str
    reference: str
    amount: str = ""
    came_in: str = ""
    left: str = ""
    party: str = ""
    account: str = ""
    words: tuple[str, ...] = ()
    balance: str = ""
    currency: str = ""

    @property
    def needed(self) -> set[str]:
        """Without these a table is not understood."""
        return {each for each in (self.day, self.reference, self.amount, self.came_in, self.left) if each}


PLAIN = Layout(
    day="booked_on", reference="bank_reference", amount="amount", party="party", account="party_account", words=("text",),
    balance="balance", currency="currency",
)  # fmt: skip
CHINESE = Layout(
    day="交易日期", reference="交易流水号", came_in="收入金额", left="支出金额", party="对方户名", account="对方账号",
    words=("摘要", "附言"), balance="账户余额", currency="币种",
)  # fmt: skip


def read(raw: bytes, *, account: str, currency: str) -> Read:
    """A table of lines about this account; where it names a currency, that must be the account's. Raises NotReadable."""
    rows, at, layout = _table(_decoded(raw))
    heading = [_bare(cell) for cell in rows[at]]
    lines: list[Line] = []
    balances: list[int] = []
    for n, row in enumerate(rows[at + 1 :], start=at + 2):
        if not any(cell.strip() for cell in row):
            continue
        said = dict(zip(heading, (_bare(cell) for cell in row), strict=False))
        lines.append(_line(said, layout, n, currency))
        if said.get(layout.balance):
            balances.append(_signed(said[layout.balance], currency, n))
    if not lines:
        raise NotReadable("no_lines")
    lines, opening, closing = _in_order(lines, balances)
    days = [line.booked_on for line in lines]
    return Read("table", account, currency, tuple(lines), "", min(days), max(days), opening, closing)


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotReadable("no_table")


def _table(text: str) -> tuple[list[list[str]], int, Layout]:
    """The rows, which of them is the heading, and whose layout it is."""
    for delimiter in (",", "\t", ";"):
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as problem:
            raise NotReadable("no_table") from problem
        for at, row in enumerate(rows[:HEADING_WITHIN]):
            for layout in (PLAIN, CHINESE):
                if layout.needed <= {_bare(cell) for cell in row}:
                    return rows, at, layout
    raise NotReadable("no_table")


def _line(said: Mapping[str, str], layout: Layout, n: int, currency: str) -> Line:
    named = said.get(layout.currency, "").upper()
    if named and _CURRENCIES.get(named, named) != currency:
        raise NotReadable("other_currency", n, named)
    if layout.amount:
        signed = _signed(said.get(layout.amount, ""), currency, n)
    else:
        came, left = (_unsigned(said.get(column, ""), currency, n) for column in (layout.came_in, layout.left))
        if came and left:
            raise NotReadable("direction", n)
        signed = came - left
    if not signed:
        raise NotReadable("amount", n, "0")
    reference = clean(said.get(layout.reference, ""), 60)
    if not reference:
        raise NotReadable("reference", n)
    return Line(
        n, signed > 0, abs(signed), _day(said.get(layout.day, ""), n), reference, party=clean(said.get(layout.party, ""), 200),
        party_account=clean(said.get(layout.account, ""), 60),
        words=clean(" ".join(said.get(column, "") for column in layout.words), 1_000),
    )  # fmt: skip


def _in_order(lines: list[Line], balances: Sequence[int]) -> tuple[list[Line], int | None, int | None]:
    """The lines from the first to the last, with the balances before and after; a balance that does not follow is refused."""
    if len(balances) != len(lines):
        return lines, None, None
    ways = [(lines, list(balances)), (lines[::-1], list(balances[::-1]))]
    broken = [_breaks_at(*way) for way in ways]
    for (ordered, standing), at in zip(ways, broken, strict=True):
        if at is None:
            return ordered, standing[0] - ordered[0].signed_minor, standing[-1]
    nearest = lines[broken[0] or 0] if lines[0].booked_on <= lines[-1].booked_on else lines[::-1][broken[1] or 0]
    raise NotReadable("row_balance", nearest.n)


def _breaks_at(lines: Sequence[Line], balances: Sequence[int]) -> int | None:
    """The first line whose balance is not the one before it with its amount."""
    return next((n for n in range(1, len(lines)) if balances[n - 1] + lines[n].signed_minor != balances[n]), None)


def _bare(cell: str) -> str:
    """A cell without what downloads put around it so that spreadsheets leave it alone."""
    return cell.strip().lstrip("'=").strip('"').strip()


def _signed(text: str, currency: str, n: int) -> int:
    negative = text.startswith(("-", "−"))
    minor = _unsigned(text.lstrip("-−+"), currency, n)
    if not text:
        raise NotReadable("amount", n)
    return -minor if negative else minor


def _unsigned(text: str, currency: str, n: int) -> int:
    bare = re.sub(r"[,，\s¥￥]", "", text)
    return minor_of(bare, currency, n) if bare not in ("", "-", "--") else 0


def _day(text: str, n: int) -> date:
    found = _DAY.match(text)
    if found is None:
        raise NotReadable("day", n, text)
    year, month, day = found.groups()
    return day_of(f"{year}-{month:0>2}-{day:0>2}", n)
