"""Statements of a bank as tests need them: camt.053 in two versions, and tables."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

import sqlalchemy as sa

from coursehub.billing.models import BankDraft, BankStatement
from coursehub.billing.operations import book_statement, take_in_statement
from coursehub.db import db
from coursehub.ledger.models import Account, Balance

ACCOUNT = "7559 0000 1111"


@dataclass
class Told:
    """A movement as a test tells it; minor is negative when it left."""

    minor: int
    words: str = ""
    reference: str = ""
    party: str = "Harbour"
    on: str = "2026-01-28"
    end_to_end: str = ""
    structured: str = ""
    is_reversal: bool = False
    is_pending: bool = False


def amount(minor: int) -> str:
    """Two decimals."""
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}"


def _entry(told: Told, version: int, currency: str) -> str:
    side, direction = ("Dbtr", "CRDT") if told.minor > 0 else ("Cdtr", "DBIT")
    state = "PDNG" if told.is_pending else "BOOK"
    state = f"<Sts><Cd>{state}</Cd></Sts>" if version >= 8 else f"<Sts>{state}</Sts>"
    name = f"<Nm>{escape(told.party)}</Nm>"
    name = f"<{side}><Pty>{name}</Pty></{side}>" if version >= 8 else f"<{side}>{name}</{side}>"
    structured = f"<Strd><CdtrRefInf><Ref>{escape(told.structured)}</Ref></CdtrRefInf></Strd>" if told.structured else ""
    return f"""<Ntry><Amt Ccy="{currency}">{amount(told.minor)}</Amt><CdtDbtInd>{direction}</CdtDbtInd>
    <RvslInd>{str(told.is_reversal).lower()}</RvslInd>{state}<BookgDt><Dt>{told.on}</Dt></BookgDt><ValDt><Dt>{told.on}</Dt></ValDt>
    <AcctSvcrRef>{escape(told.reference)}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{escape(told.end_to_end) or "NOTPROVIDED"}</EndToEndId></Refs>
    <RltdPties>{name}<{side}Acct><Id><Othr><Id>6222 0000 4444 5555</Id></Othr></Id></{side}Acct></RltdPties>
    <RmtInf><Ustrd>{escape(told.words)}</Ustrd>{structured}</RmtInf></TxDtls></NtryDtls></Ntry>"""


def _balance(code: str, minor: int, on: str, currency: str) -> str:
    return f"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount(minor)}</Amt>
    <CdtDbtInd>{"CRDT" if minor >= 0 else "DBIT"}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"""


def camt(*movements: Told, version: int = 2, account: str = ACCOUNT, currency: str = "CNY", opening: int | None = 100_000,
         closing: int | None = None, number: str = "S-1") -> bytes:  # fmt: skip
    """A statement as XML; the closing balance is reckoned unless it is given."""
    balances = ""
    if opening is not None:
        reckoned = opening + sum(each.minor for each in movements if not each.is_pending)
        balances = _balance("OPBD", opening, "2026-01-01", currency)
        balances += _balance("CLBD", reckoned if closing is None else closing, "2026-01-31", currency)
    entries = "".join(_entry(each, version, currency) for each in movements)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version:02}"><BkToCstmrStmt><GrpHdr><MsgId>M-{number}</MsgId></GrpHdr>
<Stmt><Id>{number}</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>{balances}{entries}</Stmt>
</BkToCstmrStmt></Document>""".encode()


def plain(*movements: Told, balance: int | None = 100_000) -> bytes:
    """The same as our own plain table."""
    rows = ["booked_on,amount,currency,bank_reference,party,text,balance"]
    for each in movements:
        balance = balance + each.minor if balance is not None else None
        sign = "-" if each.minor < 0 else ""
        standing = "" if balance is None else f"{'-' if balance < 0 else ''}{amount(balance)}"
        rows.append(f"{each.on},{sign}{amount(each.minor)},CNY,{each.reference},{each.party},{each.words},{standing}")
    return "\r\n".join(rows).encode()


def taken_in(cast, now, raw, *, by=None, name="january.xml") -> BankDraft:
    """Fay hands in a file."""
    return take_in_statement(name, raw, account=ACCOUNT, currency="CNY", by=cast.acting(by or cast.fay), at=now)


def booked(cast, now, raw, **more) -> BankStatement:
    """Fay hands in a file and books it."""
    return book_statement(taken_in(cast, now, raw), own=more.pop("own", {}), by=cast.acting(cast.fay), at=now, **more)


def standing() -> dict[str, int]:
    """What the bank's accounts say in the books."""
    found = sa.select(Account.code, Balance.posted_minor).join(Balance, Balance.account_id == Account.id)
    rows = db.session.execute(found.where(Account.code.in_(("asset:bank", "liability:suspense:bank"))))
    return {code: int(minor) for code, minor in rows if minor}
