"""The bank's answer: every file once, nothing twice, and what fits nothing stays in sight."""

import pytest

from coursehub.db import db
from coursehub.ledger.checks import check_books
from coursehub.payouts import answer_file, operations, queries
from coursehub.payouts.checks import faults
from coursehub.payouts.models import PayoutRun
from tests.asked import reads

from .rig import World


@pytest.fixture
def world(cast, at):
    return World(cast, at)


@pytest.fixture
def payout(world):
    world.sell()
    run = world.prepare()
    world.confirm(run)
    return queries.payouts_of_run(run.id)[0]


@pytest.fixture(autouse=True)
def _sound(app):
    yield
    assert list(faults()) == [] and check_books().faults == ()


def test_a_file_counts_once_and_a_line_said_again_changes_nothing(world, payout):
    line = (payout.public_id, "paid", payout.amount_minor)
    world.answer(line)
    with pytest.raises(operations.AnswerKnown):
        world.answer(line, name="renamed.csv")
    before = world.standing
    other = world.answer(line, line)
    assert queries.results_of(other.id) == {"known": 2} and world.standing == before


def test_a_file_with_one_bad_line_books_nothing(world, payout, cast):
    raw = (
        f"reference,result,date,amount,currency\n{payout.public_id},paid,2026-02-01,1.00,CNY\nx,perhaps,2026-02-01,1.00,CNY"
    ).encode()
    with pytest.raises(operations.AnswerNotRead):
        operations.import_answer("a.csv", raw, by=cast.acting(cast.fay), at=world.now)
    assert queries.answers_read(10) == [] and "way" in world.standing


@pytest.mark.parametrize("minor", [1, 99_999_999])
def test_another_amount_is_not_believed(world, payout, minor):
    answer = world.answer((payout.public_id, "paid", minor))
    assert queries.results_of(answer.id) == {"differs": 1}
    assert world.standing == {"way": payout.amount_minor}


def test_what_bounced_cannot_be_paid_afterwards(world, payout):
    world.answer((payout.public_id, "bounced", payout.amount_minor))
    answer = world.answer((payout.public_id, "paid", payout.amount_minor))
    assert queries.results_of(answer.id) == {"differs": 1}
    assert world.standing == {"ready": payout.amount_minor}


def test_a_line_about_nothing_of_ours_stays_until_it_is_explained(world, payout, cast):
    world.answer(("rent-2026-02", "paid", 128_000))
    ((line, _answer),) = queries.open_lines()
    fay = cast.acting(cast.fay)
    operations.explain_line(line, words="Rent of the office.", by=fay, at=world.now)
    assert queries.open_lines() == []
    with pytest.raises(operations.ExplainedAlready):
        operations.explain_line(line, words="Again.", by=fay, at=world.now)
    assert world.standing == {"way": payout.amount_minor}


def test_a_bank_that_refuses_a_whole_file_refuses_each_payout_of_it(world, payout, cast):
    run = db.session.get_one(PayoutRun, payout.run_id)
    raw = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>
    <OrgnlMsgId>{run.public_id}</OrgnlMsgId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>
    </OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>""".encode()
    answer = operations.import_answer("a.xml", raw, by=cast.acting(cast.fay), at=world.now)
    assert queries.results_of(answer.id) == {"booked": 1} and world.standing == {"ready": payout.amount_minor}
    assert queries.steps_of([payout.id])[payout.id][-1].words == "AM05"


def test_an_answer_about_a_run_nobody_confirmed_is_at_odds(world):
    world.sell()
    run = world.prepare()
    (waiting,) = queries.payouts_of_run(run.id)
    answer = world.answer((waiting.public_id, "paid", waiting.amount_minor))
    assert queries.results_of(answer.id) == {"differs": 1} and "bank" not in world.standing


def test_a_file_that_is_too_long_says_how_to_cut_it(world, payout, cast):
    row = f"{payout.public_id},paid,2026-02-01,1.00,CNY\n"
    raw = ("reference,result,date,amount,currency\n" + row * (answer_file.MOST_LINES + 1)).encode()
    with pytest.raises(operations.AnswerTooLong) as refused:
        operations.import_answer("a.csv", raw, by=cast.acting(cast.fay), at=world.now)
    assert "cut the table" in str(refused.value) and queries.answers_read(10) == []


def test_lines_that_book_nothing_ask_nothing_of_their_own(world, payout):
    known = (payout.public_id, "paid", payout.amount_minor)
    world.answer(known)
    asked = []
    for count in (5, 50):
        with reads() as found:
            answer = world.answer(*[known] * count, *[("nobody's", "paid", 7)] * count)
        assert queries.results_of(answer.id) == {"known": count, "unknown": count}
        asked.append(len(found))
    assert asked[0] == asked[1]
