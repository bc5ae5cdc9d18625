"""The bank's answer: what arrived, what came back, and what matches nothing we know."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import answer_file, policies, queries
from coursehub.payouts.answer_file import Answered
from coursehub.payouts.models import AnswerLine, BankAnswer, Payout, PayoutRun
from coursehub.payouts.operations.steps import book_step
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.talent.working_days import local_day


class AnswerKnown(Refusal):
    """This file was read before. Every file counts once."""


class AnswerNotRead(Refusal):
    """This file cannot be read here: %(why)s. Nothing of it was booked."""


def import_answer(name: str, raw: bytes, *, by: Actor, at: datetime) -> BankAnswer:
    """Read a file of the bank and book every line that fits a payout, the whole file or nothing of it.

    A line that says what we know already changes nothing; one that fits no payout, or says
    something that cannot be, is kept open until somebody explains it.
    Raises AnswerKnown, AnswerNotRead.
    """
    require(policies.may_prepare(by))
    try:
        kind, lines = answer_file.read(raw)
    except answer_file.NotReadable as problem:
        raise AnswerNotRead(why=str(problem)) from problem
    digest = sha256(raw).hexdigest()
    with transaction():
        stand_in_line()
        if db.session.execute(sa.select(BankAnswer.id).where(BankAnswer.sha256 == digest)).first() is not None:
            raise AnswerKnown
        answer = BankAnswer(format=kind, name=name[-200:], sha256=digest, by_id=by.person_id, at=at)
        try:
            with db.session.begin_nested():
                db.session.add(answer)
        except IntegrityError as problem:
            raise AnswerKnown from problem
        for n, line in enumerate(_each(lines), start=1):
            _take(answer, n, line, at)
        db.session.flush()
        note("payout_answer_read", at=at, by_id=by.person_id, organisation_id=by.organisation_id, answer=answer.public_id)
    return answer


def _each(lines: Iterable[Answered]) -> Iterator[Answered]:
    """The lines, and for one that answers for a whole run a line for each of its payouts."""
    for line in lines:
        run = db.session.execute(sa.select(PayoutRun).where(PayoutRun.public_id == line.reference)).scalar_one_or_none()
        if run is None:
            yield line
        else:
            yield from (replace(line, reference=payout.public_id) for payout in queries.payouts_of_run(run.id))


def _take(answer: BankAnswer, n: int, line: Answered, at: datetime) -> None:
    found = sa.select(Payout).where(Payout.public_id == line.reference)
    payout = db.session.execute(found).scalar_one_or_none()
    result = _book(payout, line, at) if payout is not None else "unknown"
    db.session.add(
        AnswerLine(
            answer_id=answer.id, n=n, reference=line.reference, outcome=line.outcome, amount_minor=line.amount_minor,
            currency=line.currency, on=line.on, bank_reference=line.bank_reference, words=line.words,
            payout_id=payout.id if payout else None, result=result,
        )
    )  # fmt: skip
    db.session.flush()


def _book(payout: Payout, line: Answered, at: datetime) -> str:
    """Book what the bank says of a payout of ours; gives one of RESULTS."""
    steps = {step.kind for step in queries.steps_of([payout.id])[payout.id]}
    says_other = line.amount_minor is not None and (line.amount_minor, line.currency) != (payout.amount_minor, payout.currency)
    if "ordered" not in steps or says_other or payout.id in queries.transfers_of([payout.id]):
        return "differs"
    if line.outcome == "paid":
        if steps & {"paid"}:
            return "known"
        return "differs" if "bounced" in steps else _step(payout, "paid", line, at)
    if steps & {"bounced", "returned"}:
        return "known"
    return _step(payout, "returned" if "paid" in steps else "bounced", line, at)


def _step(payout: Payout, kind: str, line: Answered, at: datetime) -> str:
    book_step(payout, kind, line.words, at, on=line.on or local_day(at))
    return "booked"
