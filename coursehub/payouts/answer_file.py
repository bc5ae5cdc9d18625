"""Reading what a bank says of payouts: our own table, pain.002 or camt.054. Pure.

Source: ISO 20022 message definitions pain.002.001 and camt.054.001, whatever their version: only
elements are read that stand in all of them. A file with a document type is refused unread.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from coursehub import plain_xml
from coursehub.money import currency_exponent

COLUMNS = ("reference", "result", "date", "amount", "currency", "bank_reference", "reason")
LARGEST_BYTES = 2_000_000
MOST_LINES = 3_000
_WORDS = {"paid": "paid", "bounced": "bounced", "成功": "paid", "失败": "bounced", "退回": "bounced", "退汇": "bounced"}
_PAIN_002 = {"ACSC": "paid", "ACCC": "paid", "RJCT": "bounced"}


class NotReadable(ValueError):
    """Which line cannot be read, and why; in words for finance, in the reader's language when they are asked for."""

    def __init__(self, why: LazyString) -> None:
        super().__init__(why)
        self.why = why


class TooLong(NotReadable):
    """More than one request can book."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One line. reference: the payout's; outcome: paid or bounced; amount and day where the file says them."""

    reference: str
    outcome: str
    amount_minor: int | None
    currency: str
    on: date | None
    bank_reference: str = ""
    words: str = ""


def read(raw: bytes) -> tuple[str, list[Answered]]:
    """The format of a file ("table", "pain.002" or "camt.054") and its lines. Raises NotReadable."""
    if len(raw) > LARGEST_BYTES:
        raise TooLong(_l("it is too large"))
    is_message = raw.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    kind, lines = _read_message(raw) if is_message else ("table", list(_table(raw)))
    if not lines:
        raise NotReadable(_l("no line of it says that money left or came back"))
    if len(lines) > MOST_LINES:
        raise TooLong(_l("it has %(num)s lines", num=len(lines)))
    return kind, lines


def _table(raw: bytes) -> Iterator[Answered]:
    try:
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise NotReadable(_l("it is no table in UTF-8")) from problem
    if not rows or not set(COLUMNS[:5]) <= set(rows[0]):
        raise NotReadable(_l("its first line does not name the columns %(names)s", names=", ".join(COLUMNS[:5])))
    for n, row in enumerate(rows, start=2):
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        outcome = _WORDS.get(said["result"].lower())
        if not said["reference"] or outcome is None:
            told = {"n": n, "said": said["result"] or "—"}
            raise NotReadable(_l("line %(n)s has no reference, or a result that is not known: %(said)s", **told))
        yield Answered(
            said["reference"][:60], outcome, _minor(said["amount"], said["currency"].upper(), n), said["currency"].upper()[:3],
            _day(said["date"], n), said["bank_reference"][:60], said["reason"][:500],
        )  # fmt: skip


def _read_message(raw: bytes) -> tuple[str, list[Answered]]:
    try:
        space, root = plain_xml.parsed(raw)
    except plain_xml.NotPlain as problem:
        raise NotReadable(_l("it declares a document type, which no bank needs")) from problem
    except ValueError as problem:
        raise NotReadable(_l("it begins like XML and is none")) from problem
    if ":pain.002." in space:
        return "pain.002", list(_states(root))
    if ":camt.054." in space:
        return "camt.054", list(_movements(root))
    raise NotReadable(_l("it is another message: %(name)s", name=space.rpartition(":")[2] or root.tag))


def _states(root: ET.Element) -> Iterator[Answered]:
    """Every transaction that is settled or refused; one that is still on its way says nothing yet.

    A bank that answers for a whole file names only the file: then its reference is the run's.
    """
    whole = _PAIN_002.get(_text(root, ".//OrgnlGrpInfAndSts/GrpSts"))
    if whole is not None and root.find(".//TxInfAndSts") is None:
        yield Answered(_text(root, ".//OrgnlMsgId")[:60], whole, None, "", None, words=_why_in(root))
    for one in root.iter("TxInfAndSts"):
        outcome = _PAIN_002.get(_text(one, "TxSts"))
        if outcome is None:
            continue
        amount = one.find(".//InstdAmt")
        currency = (amount.get("Ccy") or "") if amount is not None else ""
        yield Answered(
            _text(one, "OrgnlEndToEndId")[:60], outcome,
            _minor(amount.text or "", currency, 0) if amount is not None else None, currency[:3],
            _day_of(_text(one, "AccptncDtTm")), _text(one, "AcctSvcrRef")[:60], _why(one, "StsRsnInf"),
        )  # fmt: skip


def _movements(root: ET.Element) -> Iterator[Answered]:
    """Every transfer that left the account, and every one that came back."""
    for entry in root.iter("Ntry"):
        day = _day_of(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))
        for one in entry.iter("TxDtls"):
            direction = _text(one, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            back = one.find("RtrInf") is not None
            if direction != "DBIT" and not back:
                continue  # money of somebody else that came in
            amount = one.find("Amt")
            if amount is None:
                amount = one.find("AmtDtls/TxAmt/Amt")
            if amount is None:
                amount = entry.find("Amt")
            currency = (amount.get("Ccy") or "") if amount is not None else ""
            yield Answered(
                _text(one, "Refs/EndToEndId")[:60], "bounced" if back else "paid",
                _minor(amount.text or "", currency, 0) if amount is not None else None, currency[:3], day,
                (_text(one, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"))[:60], _why(one, "RtrInf"),
            )  # fmt: skip


def _text(part: ET.Element, path: str) -> str:
    return (part.findtext(path) or "").strip()


def _why(part: ET.Element, name: str) -> str:
    said = [_text(part, f"{name}/Rsn/Cd"), _text(part, f"{name}/Rsn/Prtry"), *(each.text or "" for each in part.iter("AddtlInf"))]
    return " ".join(each for each in said if each)[:500]


def _why_in(root: ET.Element) -> str:
    group = root.find(".//OrgnlGrpInfAndSts")
    return _why(group, "StsRsnInf") if group is not None else ""


def _minor(text: str, currency: str, n: int) -> int:
    try:
        scaled = Decimal(text).scaleb(currency_exponent(currency))
        if scaled != scaled.to_integral_value() or not 0 < scaled < 10**15:
            raise InvalidOperation
    except (InvalidOperation, ValueError) as problem:
        raise NotReadable(_l("%(said)s in line %(n)s is no amount", n=n or "—", said=text[:30] or "—")) from problem
    return int(scaled)


def _day(text: str, n: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise NotReadable(_l("%(said)s in line %(n)s is no day", n=n, said=text[:30] or "—")) from problem


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
