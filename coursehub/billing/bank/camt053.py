"""Reading a statement as a bank sends it: ISO 20022 camt.053, versions 001.02 to 001.08 and later. Pure.

Source: message definition BankToCustomerStatement (camt.053.001). Where versions write the same differently (the state of
an entry, the name of a party) both ways are read. A file with a document type is refused before anything of it is expanded.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

from coursehub import plain_xml
from coursehub.billing.bank.reading import Line, NotReadable, Read, clean, day_of, minor_of, must_add_up

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(raw: bytes) -> Read:
    """All statements of a file, which must be of one account and follow each other. Raises NotReadable."""
    try:
        space, root = plain_xml.parsed(raw)
    except plain_xml.NotPlain as problem:
        raise NotReadable("document_type") from problem
    except ValueError as problem:
        raise NotReadable("no_xml") from problem
    if ":camt.053.001." not in space:
        raise NotReadable("other_message", 0, space.rpartition(":")[2] or root.tag)
    found = root.findall("BkToCstmrStmt/Stmt")
    if not found:
        raise NotReadable("no_lines")
    return _joined(list(_statements(found)))


def _statements(found: list[ET.Element]) -> Iterator[Read]:
    n = 0  # entries are counted through the whole file
    for statement in found:
        read_one = _statement(statement, n)
        n += len(statement.findall("Ntry"))
        yield read_one


def _joined(statements: list[Read]) -> Read:
    """Several statements of one account as one."""
    first, last = statements[0], statements[-1]
    for before, after in pairwise(statements):
        if (before.account, before.currency) != (after.account, after.currency):
            raise NotReadable("several_accounts")
        if before.closing_minor is not None and after.opening_minor not in (None, before.closing_minor):
            raise NotReadable("statements_apart", 0, after.number)
    whole = all(each.opening_minor is not None for each in statements)
    return Read(
        "camt.053", first.account, first.currency, tuple(line for each in statements for line in each.lines), first.number,
        min((each.from_on for each in statements if each.from_on), default=None),
        max((each.to_on for each in statements if each.to_on), default=None),
        first.opening_minor if whole else None, last.closing_minor if whole else None, sum(each.pending for each in statements),
    )  # fmt: skip


def _statement(statement: ET.Element, n: int) -> Read:
    account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
    entries = statement.findall("Ntry")
    currency = _text(statement, "Acct/Ccy") or _currency_of(statement.find("Bal/Amt")) or _currency_of(statement.find("Ntry/Amt"))
    lines: list[Line] = []
    pending = 0
    for number, entry in enumerate(entries, start=n + 1):
        state = _text(entry, "Sts/Cd") or _text(entry, "Sts") or _text(entry, "Sts/Prtry")
        if state in ("PDNG", "INFO", "FUTR"):
            pending += 1
        elif state == "BOOK":
            lines.extend(_entry(entry, number, currency))
        else:
            raise NotReadable("state", number, state)
    opening, closing = _balance(statement, _OPENING, currency), _balance(statement, _CLOSING, currency)
    if opening is None or closing is None:
        opening = closing = None
    else:
        must_add_up(opening, lines, closing, currency)
    days = [line.booked_on for line in lines]
    period = [_text(statement, f"FrToDt/{end}") for end in ("FrDtTm", "ToDtTm")]
    return Read(
        "camt.053", clean(account, 60), currency, tuple(lines), clean(_text(statement, "Id"), 60),
        day_of(period[0], 0) if period[0] else min(days, default=None),
        day_of(period[1], 0) if period[1] else max(days, default=None), opening, closing, pending,
    )  # fmt: skip


def _balance(statement: ET.Element, kinds: tuple[str, ...], currency: str) -> int | None:
    for kind in kinds:
        for balance in statement.findall("Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == kind:
                minor = _amount(balance.find("Amt"), currency, 0)
                return -minor if _text(balance, "CdtDbtInd") == "DBIT" else minor
    return None


def _entry(entry: ET.Element, n: int, currency: str) -> Iterator[Line]:
    """An entry as one line; a batch whose transfers each say their amount as a line for each."""
    direction = _text(entry, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise NotReadable("direction", n, direction)
    whole = _amount(entry.find("Amt"), currency, n)
    bare = Line(
        n, direction == "CRDT", whole,
        day_of(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt"), n),
        clean(_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"), 60), is_reversal=_text(entry, "RvslInd") in ("true", "1"),
    )  # fmt: skip
    parts = entry.findall("NtryDtls/TxDtls")
    amounts = [_part_amount(part, currency, n) for part in parts]
    if not whole:
        return
    if len(parts) < 2 or None in amounts:
        yield _told(bare, parts)
        return
    if sum(amount or 0 for amount in amounts) != whole:
        raise NotReadable("parts", n)
    for part, amount in zip(parts, amounts, strict=True):
        if amount:
            own = clean(_text(part, "Refs/AcctSvcrRef"), 60) or bare.bank_reference
            yield _told(replace(bare, amount_minor=amount, bank_reference=own), [part])


def _told(line: Line, parts: list[ET.Element]) -> Line:
    """A line with what its transfers say: who, for what, under which references."""
    sides = ("Dbtr", "UltmtDbtr") if line.is_in else ("Cdtr", "UltmtCdtr")
    names = [f"RltdPties/{side}{deeper}/Nm" for side in sides for deeper in ("", "/Pty")]
    account = [f"RltdPties/{sides[0]}Acct/Id/{kind}" for kind in ("IBAN", "Othr/Id")]
    return replace(
        line, end_to_end=clean(_first(parts, ["Refs/EndToEndId"]).removeprefix("NOTPROVIDED"), 60),
        structured=clean(_all(parts, ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb")), 200),
        party=clean(_first(parts, names), 200), party_account=clean(_first(parts, account), 60),
        words=clean(_all(parts, ("RmtInf/Ustrd", "AddtlTxInf")), 1_000),
        is_reversal=line.is_reversal or any(part.find("RtrInf") is not None for part in parts),
    )  # fmt: skip


def _part_amount(part: ET.Element, currency: str, n: int) -> int | None:
    """What one transfer of a batch says of its amount in the currency of the account, if it says it."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = part.find(path)
        if found is not None and found.get("Ccy", currency) == currency:
            return _amount(found, currency, n)
    return None


def _amount(element: ET.Element | None, currency: str, n: int) -> int:
    if element is None:
        raise NotReadable("amount", n)
    if element.get("Ccy", currency) != currency:
        raise NotReadable("other_currency", n, element.get("Ccy", ""))
    return minor_of((element.text or "").strip(), currency, n)


def _currency_of(element: ET.Element | None) -> str:
    return (element.get("Ccy") or "") if element is not None else ""


def _text(part: ET.Element, path: str) -> str:
    return (part.findtext(path) or "").strip()


def _first(parts: list[ET.Element], paths: list[str]) -> str:
    """The first of these paths that says something in any of the parts."""
    return next((said for path in paths for part in parts if (said := _text(part, path))), "")


def _all(parts: list[ET.Element], paths: tuple[str, ...]) -> str:
    """All that stands at these paths."""
    return " ".join(
        said for part in parts for path in paths for each in part.findall(path) if (said := (each.text or "").strip())
    )
