"""Transfers as a table for the batch upload of a bank in China: one example of such a layout. Pure.

Banks name and order these columns each in their own way; finance maps them once in the bank's
upload. UTF-8 with a mark at the beginning, so that spreadsheets read the Chinese names.
"""

import csv
import io

from coursehub.money import as_decimal
from coursehub.payouts.orders import OrderFile
from coursehub.people.accounts import is_cnaps

COLUMNS = (
    "序号", "付款账号", "付款户名", "收款账号", "收款户名", "收款开户行", "收款行联行号", "币种", "金额", "付款日期", "用途",
    "客户流水号",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(orders: OrderFile) -> bytes:
    """The table as bytes; the same orders give the same bytes."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for n, order in enumerate(orders.orders, start=1):
        table.writerow([
            n, orders.paid_from.number, harmless(orders.paid_from.holder), order.to.number, harmless(order.to.holder),
            harmless(order.to.bank), order.to.bank_code if is_cnaps(order.to.bank_code) else "", orders.currency,
            f"{as_decimal(order.amount_minor, orders.currency):f}", orders.pay_on.isoformat(), harmless(order.words),
            order.reference,
        ])  # fmt: skip
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
