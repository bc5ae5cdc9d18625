"""SEPA credit transfers as an ISO 20022 message, pain.001.001.09. Pure.

Source: ISO 20022 message definition pain.001.001.09; EPC 132-08, customer-to-PSP implementation
guidelines (charset, lengths, SLEV charges, NOTPROVIDED where no BIC is known).
"""

import re
import unicodedata
from xml.etree import ElementTree as ET

from coursehub.money import as_decimal
from coursehub.payouts.orders import Account, Order, OrderFile
from coursehub.people.accounts import compact, is_bic, is_iban

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def written(orders: OrderFile) -> bytes:
    """The message as bytes; the same orders give the same bytes.

    Raises ValueError for another currency than EUR, or an account without a right IBAN.
    """
    if orders.currency != "EUR":
        raise ValueError("SEPA transfers are in EUR")
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    message = _in(root, "CstmrCdtTrfInitn")
    head = _in(message, "GrpHdr")
    _say(head, "MsgId", orders.reference)
    _say(head, "CreDtTm", orders.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    _totals(head, orders)
    _say(_in(head, "InitgPty"), "Nm", plain(orders.paid_from.holder, 70))
    batch = _in(message, "PmtInf")
    _say(batch, "PmtInfId", f"{orders.reference}-1")
    _say(batch, "PmtMtd", "TRF")
    _totals(batch, orders)
    _say(_in(_in(batch, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _say(_in(batch, "ReqdExctnDt"), "Dt", orders.pay_on.isoformat())
    _say(_in(batch, "Dbtr"), "Nm", plain(orders.paid_from.holder, 70))
    _iban(batch, "DbtrAcct", orders.paid_from)
    _bank(batch, "DbtrAgt", orders.paid_from)
    _say(batch, "ChrgBr", "SLEV")
    for order in orders.orders:
        _transfer(batch, order)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def plain(text: str, longest: int) -> str:
    """A text in the letters that every SEPA bank takes; accents fall off, other signs become a full stop."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _FOREIGN.sub(".", bare).strip()[:longest] or "."


def _transfer(batch: ET.Element, order: Order) -> None:
    one = _in(batch, "CdtTrfTxInf")
    _say(_in(one, "PmtId"), "EndToEndId", order.reference)
    amount = _say(_in(one, "Amt"), "InstdAmt", f"{as_decimal(order.amount_minor, 'EUR'):f}")
    amount.set("Ccy", "EUR")
    if is_bic(order.to.bank_code):
        _bank(one, "CdtrAgt", order.to)
    _say(_in(one, "Cdtr"), "Nm", plain(order.to.holder, 70))
    _iban(one, "CdtrAcct", order.to)
    _say(_in(one, "RmtInf"), "Ustrd", plain(order.words, 140))


def _totals(part: ET.Element, orders: OrderFile) -> None:
    _say(part, "NbOfTxs", str(len(orders.orders)))
    _say(part, "CtrlSum", f"{as_decimal(orders.total_minor, 'EUR'):f}")


def _iban(part: ET.Element, name: str, account: Account) -> None:
    number = compact(account.number)
    if not is_iban(number):
        raise ValueError("a SEPA transfer needs an IBAN")
    _say(_in(_in(part, name), "Id"), "IBAN", number)


def _bank(part: ET.Element, name: str, account: Account) -> None:
    bank = _in(_in(part, name), "FinInstnId")
    if is_bic(account.bank_code):
        _say(bank, "BICFI", account.bank_code)
    else:
        _say(_in(bank, "Othr"), "Id", "NOTPROVIDED")


def _in(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, name)


def _say(parent: ET.Element, name: str, words: str) -> ET.Element:
    found = ET.SubElement(parent, name)
    found.text = words
    return found
