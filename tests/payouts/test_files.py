"""The bank's files: what we write, and what we read of its answers."""

from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest

from coursehub.db import db
from coursehub.payouts import answer_file, bank_table, operations, pain001, queries
from coursehub.payouts.models import FileDownload
from coursehub.payouts.orders import Account, Order, OrderFile
from coursehub.people import operations as people

from .rig import World

NS = {"p": pain001.NAMESPACE}
IBAN = "DE89370400440532013000"


def orders(currency="EUR", **changes):
    to = Account("Zürich & Söhne GmbH", IBAN, "Bank", "COBADEFFXXX")
    values = {
        "reference": "run0000000000001", "currency": currency, "pay_on": date(2026, 2, 16),
        "made_at": datetime(2026, 2, 12, 9, 30, tzinfo=UTC), "paid_from": Account("QuantTide", "FR1420041010050500013M02606"),
        "orders": [Order("pay0000000000001", to, 123_45, "QuantTide pay0000000000001"),
                   Order("pay0000000000002", Account("=SUM(A1)", IBAN), 1, "x")],
    }  # fmt: skip
    return OrderFile(**(values | changes))


def test_a_message_adds_up_and_says_the_same_each_time():
    raw = pain001.written(orders())
    assert raw == pain001.written(orders())
    root = ElementTree.fromstring(raw)
    said = [each.text for each in root.iterfind(".//p:CtrlSum", NS)] + [each.text for each in root.iterfind(".//p:NbOfTxs", NS)]
    assert said == ["123.46", "123.46", "2", "2"]
    assert [each.text for each in root.iterfind(".//p:InstdAmt", NS)] == ["123.45", "0.01"]
    assert [each.text for each in root.iterfind(".//p:Cdtr/p:Nm", NS)] == ["Zurich . Sohne GmbH", ".SUM(A1)"]
    assert root.findtext(".//p:DbtrAgt/p:FinInstnId/p:Othr/p:Id", namespaces=NS) == "NOTPROVIDED"


def test_a_message_is_only_made_of_right_ibans_and_euros():
    with pytest.raises(ValueError, match="EUR"):
        pain001.written(orders("CNY"))
    with pytest.raises(ValueError, match="IBAN"):
        pain001.written(orders(paid_from=Account("QuantTide", "6222020012345678")))


def test_the_table_has_a_row_for_each_and_no_formula():
    text = bank_table.written(orders("CNY")).decode("utf-8-sig")
    rows = text.split("\r\n")
    assert rows[0].split(",") == list(bank_table.COLUMNS) and len(rows) == 4
    assert ",123.45," in rows[1] and "'=SUM(A1)" in rows[2]


PAIN_002 = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>a1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>a2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">12.50</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>a3</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""
CAMT_054 = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-02-17</Dt></BookgDt><NtryDtls><TxDtls>
<Refs><EndToEndId>b1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-19</Dt></BookgDt><NtryDtls><TxDtls>
<Refs><EndToEndId>b2</EndToEndId></Refs><RtrInf><Rsn><Cd>MD07</Cd></Rsn></RtrInf></TxDtls>
<TxDtls><Refs><EndToEndId>other</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


def test_banks_messages_are_read_for_what_is_final():
    kind, lines = answer_file.read(PAIN_002.encode())
    assert kind == "pain.002"
    assert [(each.reference, each.outcome, each.amount_minor, each.words) for each in lines] == [
        ("a1", "paid", None, ""), ("a2", "bounced", 1250, "AC04"),
    ]  # fmt: skip
    kind, lines = answer_file.read(CAMT_054.encode())
    assert kind == "camt.054"
    assert [(each.reference, each.outcome, each.amount_minor, each.on) for each in lines] == [
        ("b1", "paid", 500, date(2026, 2, 17)), ("b2", "bounced", 600, date(2026, 2, 19)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"nonsense", b"reference,result,date,amount,currency\n", b"reference,result,date,amount,currency\na,maybe,2026-01-01,1,CNY",
        b"reference,result,date,amount,currency\na,paid,yesterday,1,CNY", b"reference,result,date,amount,currency\na,paid,2026-01-01,1.001,CNY",
        b"reference,result,date,amount,currency\na,paid,2026-01-01,-1,CNY", b"reference,result,date,amount,currency\na,paid,2026-01-01,NaN,CNY",
        b"<Document/>", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><Document xmlns="urn:pain.002.x">&b;</Document>', '<!DOCTYPE a><Document xmlns="urn:pain.002.x"/>'.encode("utf-16"), b"\xff\xfe\x00",
        b"x" * (answer_file.LARGEST_BYTES + 1),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_whole(raw):
    with pytest.raises(answer_file.NotReadable):
        answer_file.read(raw)


def test_a_file_is_there_after_the_second_person_and_each_download_is_known(cast, at):
    world = World(cast, at, currency="EUR")
    world.sell()
    run = world.prepare()
    fay = cast.acting(cast.fay)
    with pytest.raises(operations.NotOrdered):
        operations.take_file(run, by=fay, at=world.now)
    world.confirm(run)
    first, again = (operations.take_file(run, by=fay, at=world.now) for _ in range(2))
    assert first.content == again.content and first.name.endswith(".xml") and IBAN.encode() in first.content
    assert [row.sha256 for row in queries.downloads_of(run.id)] == [first.sha256] * 2
    assert db.session.get_one(FileDownload, 1).by_id == cast.fay.id
    openings = db.session.execute(people.payee_openings(cast.northwind.id)).scalars().all()
    assert len(openings) == 2, "the partner sees that its number was read"


@pytest.mark.parametrize("said", ["paid", "bounced"])
def test_once_the_bank_has_answered_the_file_is_handed_out_no_more(cast, at, said):
    """Handed in again it would pay what arrived a second time, or what came back and is ready again."""
    world, fay = World(cast, at), cast.acting(cast.fay)
    world.sell()
    run = world.prepare()
    world.confirm(run)
    first = operations.take_file(run, by=fay, at=world.now)
    assert operations.take_file(run, by=fay, at=world.now).content == first.content
    (payout,) = queries.payouts_of_run(run.id)
    world.answer((payout.public_id, said, payout.amount_minor))
    with pytest.raises(operations.BankHasAnswered):
        operations.take_file(run, by=fay, at=world.now)
