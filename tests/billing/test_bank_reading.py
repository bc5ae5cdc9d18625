"""Files of the bank: what was written is read again, and whatever else comes is refused with a reason and never a crash."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub.billing.bank import matching, reading
from coursehub.billing.bank.matching import Match, Owed
from coursehub.billing.bank.reading import Line, NotReadable
from coursehub.billing.bank.words import PROBLEMS, problem_told

from .statement import ACCOUNT, Told, amount, camt, plain

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=40).map(
    lambda text: " ".join(text.split())
)
TABLE_WORDS = WORDS.map(lambda text: "".join(each for each in text if each not in ",;\t\"'=").strip())
DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(lambda day: day.isoformat())
MOVEMENT = st.builds(
    Told, minor=st.integers(-(10**11), 10**11).filter(bool), words=WORDS, party=WORDS, on=DAYS, is_reversal=st.booleans(),
    reference=st.text("ABC0123456789-", min_size=1, max_size=30), end_to_end=st.text("abc0123456789", max_size=30),
    structured=st.text("RFINV0123456789", max_size=20), is_pending=st.booleans(),
)  # fmt: skip
IN_A_TABLE = st.builds(
    Told, minor=st.integers(-(10**11), 10**11).filter(bool), words=TABLE_WORDS, party=TABLE_WORDS, on=DAYS,
    reference=st.text("ABC0123456789", min_size=1, max_size=30),
)  # fmt: skip


def read(raw: bytes) -> reading.Read:
    return reading.read(raw, account=ACCOUNT, currency="CNY")


def told(line: Line) -> tuple[object, ...]:
    return (line.signed_minor, line.words, line.party, line.booked_on.isoformat(), line.bank_reference)


@QUICK
@given(st.lists(MOVEMENT, min_size=1, max_size=8), st.sampled_from([2, 3, 4, 6, 8, 13]), st.integers(-(10**9), 10**9))
def test_a_statement_in_any_version_is_read_as_it_was_written(movements, version, opening):
    found = read(camt(*movements, version=version, opening=opening))
    kept = [each for each in movements if not each.is_pending]
    assert [told(line) for line in found.lines] == [
        (each.minor, each.words, each.party, each.on, each.reference) for each in kept
    ]
    assert [(line.end_to_end, line.structured, line.is_reversal) for line in found.lines] == [
        (each.end_to_end, each.structured, each.is_reversal) for each in kept
    ]
    assert found.opening_minor == opening and found.closing_minor == opening + sum(each.minor for each in kept)
    assert found.pending == len(movements) - len(kept)
    assert len({line.fingerprint for line in found.lines}) == len(kept)


@QUICK
@given(st.lists(IN_A_TABLE, min_size=1, max_size=8), st.integers(-(10**9), 10**9), st.booleans(), st.booleans())
def test_a_table_is_read_as_it_was_written_the_newest_line_first_or_last(movements, opening, newest_first, with_balance):
    raw = plain(*movements, balance=opening if with_balance else None)
    if newest_first:
        heading, *rows = raw.split(b"\r\n")
        raw = b"\r\n".join([heading, *reversed(rows)])
    found = read(raw)
    wanted = [(each.minor, each.words, each.party, each.on, each.reference) for each in movements]
    assert sorted(told(line) for line in found.lines) == sorted(wanted)
    if with_balance:
        closing = opening + sum(each.minor for each in movements)
        one = (found.opening_minor, found.closing_minor) == (opening, closing)
        assert one and [told(line) for line in found.lines] == wanted


@QUICK
@given(st.lists(MOVEMENT, min_size=1, max_size=3), st.data())
def test_whatever_happens_to_the_bytes_it_is_read_or_refused_with_words(movements, data):
    kind = data.draw(st.sampled_from([camt, plain]))
    raw = bytearray(kind(*movements))
    for _hit in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        act = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if act == "set":
            raw[at] = data.draw(st.integers(0, 255))
        elif act == "cut":
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=6))
        raw = raw or bytearray(b"x")
    try:
        found = read(bytes(raw))
    except NotReadable as problem:
        assert problem.problem in PROBLEMS
    else:
        assert all(line.amount_minor > 0 and line.fingerprint for line in found.lines)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_refused_with_words(raw):
    with pytest.raises(NotReadable) as refused:
        read(raw)
    assert refused.value.problem in PROBLEMS


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{LAUGHS}]><Document>&l9;</Document>'


@pytest.mark.parametrize(
    "raw",
    [
        BOMB.encode(), BOMB.encode("utf-16"), BOMB.encode("utf-16-le"), BOMB.encode("utf-16-be"),
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><Document/>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1/"> %e;]><Document/>',
        b"<!doctype html><html></html>",
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_before_anything_is_expanded(raw):
    with pytest.raises(NotReadable) as refused:
        read(raw)
    assert refused.value.problem in ("document_type", "no_xml", "other_message")


def test_what_is_too_large_too_long_or_nested_without_end_is_refused():
    for raw, problem in (
        (b"<" + b"x" * reading.LARGEST_BYTES, "too_large"), (b" \n ", "empty"), (b"<a>" * 300_000, "no_xml"),
        (plain(*(Told(1, "x", f"B-{n}") for n in range(reading.MOST_LINES + 1))), "too_many"),
    ):  # fmt: skip
        with pytest.raises(NotReadable) as refused:
            read(raw)
        assert refused.value.problem == problem


def change(raw: bytes, old: str, new: str) -> bytes:
    assert old.encode() in raw
    return raw.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2026-01-28,-5.00", "2026-02-30,-5.00", "day"), ("-5.00", "-5.001", "amount"), ("-5.00", "five", "amount"),
        (",CNY,B-2", ",EUR,B-2", "other_currency"), ("B-2", "", "reference"), ("-5.00", "-5.01", "row_balance"), ("-5.00", "0", "amount"),
    ],
)  # fmt: skip
def test_a_wrong_line_of_a_table_is_named_by_its_number(app, old, new, problem):
    raw = plain(Told(700, "a", "B-1"), Told(-500, "b", "B-2"), Told(100, "c", "B-3"))
    with app.test_request_context(), pytest.raises(NotReadable) as refused:
        read(change(raw, old, new))
    assert (refused.value.problem, refused.value.n) == (problem, 3)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert problem_told(refused.value).startswith("Line 3: ")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<Sts>BOOK</Sts>", "<Sts>MAYBE</Sts>", "state"), ("<CdtDbtInd>CRDT</CdtDbtInd>\n    <Rvsl", "<CdtDbtInd>UP</CdtDbtInd>\n    <Rvsl", "direction"),
        ("<Dt>2026-01-28</Dt></BookgDt>", "<Dt>soon</Dt></BookgDt>", "day"), ('"CNY">7.00', '"EUR">7.00', "other_currency"),
        (">7.00<", ">-7.00<", "amount"),
    ],
)  # fmt: skip
def test_a_wrong_entry_of_a_message_is_named_by_its_number(old, new, problem):
    with pytest.raises(NotReadable) as refused:
        read(change(camt(Told(700, "a", "B-1"), opening=None), old, new))
    assert (refused.value.problem, refused.value.n) == (problem, 1)


def test_a_batch_is_a_line_for_each_of_its_transfers_and_must_add_up():
    def part(minor, words):
        return f'<TxDtls><Refs><AcctSvcrRef>P-{minor}</AcctSvcrRef></Refs><Amt Ccy="CNY">{amount(minor)}</Amt><RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls>'

    whole = camt(Told(1_000, "x", "B-1"))
    start, end = whole.index(b"<TxDtls>"), whole.index(b"</NtryDtls>")
    for second, fits in ((400, True), (401, False)):
        raw = whole[:start] + (part(600, "INV-1") + part(second, "INV-2")).encode() + whole[end:]
        if fits:
            assert [(line.amount_minor, line.words, line.bank_reference) for line in read(raw).lines] == [
                (600, "INV-1", "P-600"), (400, "INV-2", "P-400"),
            ]  # fmt: skip
        else:
            with pytest.raises(NotReadable) as refused:
                read(raw)
            assert refused.value.problem == "parts"


def chinese(encoding: str) -> bytes:
    rows = (
        "某银行交易明细,,,,,,,,", "账号：0000,,,,,,,,",
        "交易日期,交易流水号,收入金额,支出金额,账户余额,对方户名,对方账号,摘要,附言",
        "20260128,\t7001,,\"1,280.00\",8720.00,示例物业,'6222001,房租,一月",
        '2026年1月27日,7000,"10,000.00",0.00,10000.00,海港软件𠮷,6222002,转账,INV-000042',
    )  # fmt: skip
    return "\r\n".join(rows).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_example_of_a_chinese_download_is_read_in_either_encoding(encoding):
    found = read(chinese(encoding))
    assert [(line.n, told(line)) for line in found.lines] == [
        (5, (1_000_000, "转账 INV-000042", "海港软件𠮷", "2026-01-27", "7000")), (4, (-128_000, "房租 一月", "示例物业", "2026-01-28", "7001")),
    ]  # fmt: skip
    assert (found.opening_minor, found.closing_minor) == (0, 872_000)


def test_gbk_as_older_programs_write_it_is_read():
    assert read(chinese("gb18030").decode("gb18030").replace("𠮷", "").encode("gbk")).lines[0].party == "海港软件"


LINE = Line(1, True, 500, date(2026, 1, 28), fingerprint="f")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("INV-000042", [42]), ("inv 42 and INV.43", [42, 43]), ("ＩＮＶ－０００４２", [42]), ("RF18INV000042", [42]), ("Re:INV000042/7", [42]),
        ("42", []), ("INVOICE 42", []), ("INV-0", []), ("INV-1234567890", []), ("账单INV-42，谢谢", [42]),
    ],
)  # fmt: skip
def test_the_number_of_an_invoice_is_found_however_a_payer_writes_it(words, numbers):
    assert matching.named_in(Line(1, True, 5, date(2026, 1, 28), words=words)) == numbers


def test_a_name_or_an_amount_never_settles_by_itself():
    owed = [Owed(1, 42, 9, ("海港软件", "Harbour Software"), 500), Owed(2, 43, 9, ("海港软件", "Harbour Software"), 700)]
    for line, match in (
        (
            Line(1, True, 500, LINE.booked_on, words="INV-42", party="HARBOUR  software", fingerprint="f"),
            Match("exact", (1,), True),
        ),
        (Line(1, True, 500, LINE.booked_on, words="INV-42", party="Else", fingerprint="f"), Match("exact", (1,), False)),
        (Line(1, True, 500, LINE.booked_on, party="海港软件", fingerprint="f"), Match("guess", (1,), True)),
        (Line(1, True, 500, LINE.booked_on, party="Else", fingerprint="f"), Match("unknown")),
        (Line(1, True, 1_200, LINE.booked_on, words="INV-42 INV-43", fingerprint="f"), Match("several", (1, 2), None)),
        (Line(1, True, 500, LINE.booked_on, words="INV-99", fingerprint="f"), Match("unknown")),
    ):
        assert matching.matched([line], owed) == {"f": match}


def test_the_same_line_is_the_same_in_a_message_and_in_a_table_and_in_any_spelling_of_the_account():
    movement = Told(500, "x", "B-1")
    one = read(camt(movement)).lines[0].fingerprint
    assert read(plain(movement)).lines[0].fingerprint == one
    assert reading.read(camt(movement), account="7559-0000-1111", currency="CNY").lines[0].fingerprint == one
    later = (date.fromisoformat(movement.on) + timedelta(days=1)).isoformat()
    assert read(camt(Told(500, "x", "B-1", on=later))).lines[0].fingerprint != one
