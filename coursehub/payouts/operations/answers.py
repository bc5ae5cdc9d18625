"""The bank's answer: what arrived, what came back, and what matches nothing we know."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import rails
from coursehub.billing.bank.queries import chunks
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import answer_file, policies, queries
from coursehub.payouts.answer_file import Answered
from coursehub.payouts.models import RESULTS, AnswerLine, BankAnswer, Payout, PayoutRun
from coursehub.payouts.operations.steps import book_step
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.talent.working_days import local_day

T = TypeVar("T", Payout, PayoutRun)


class AnswerKnown(Refusal):
    """This file was read before. Every file counts once."""


class AnswerTooLong(Refusal):
    """This file is larger than 2 MB or has more than 3,000 lines. Ask the bank for a file for each run, or cut the table into
    parts that each begin with the line of headings, and hand them in one after the other. Nothing of it was booked.
    """


class AnswerNotRead(Refusal):
    """This file cannot be read here: %(why)s. Nothing of it was booked."""


def import_answer(name: str, raw: bytes, *, by: Actor, at: datetime) -> BankAnswer:
    """Read a file of the bank and book every line that fits a payout, the whole file or nothing of it.

    A line that says what we know already changes nothing; one that fits no payout, or says
    something that cannot be, is kept open until somebody explains it.
    Raises AnswerKnown, AnswerTooLong, AnswerNotRead.
    """
    require(policies.may_prepare(by))
    try:
        kind, lines = answer_file.read(raw)
    except answer_file.TooLong as problem:
        raise AnswerTooLong from problem
    except answer_file.NotReadable as problem:
        raise AnswerNotRead(why=problem.why) from problem
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
        if rows := list(_taken(answer, lines, at)):
            db.session.execute(sa.insert(AnswerLine.__table__), rows)  # type: ignore[arg-type]
        note("payout_answer_read", at=at, by_id=by.person_id, organisation_id=by.organisation_id, answer=answer.public_id)
    return answer


def _taken(answer: BankAnswer, lines: Sequence[Answered], at: datetime) -> Iterator[dict[str, Any]]:
    """Each line as it is kept; what it says of a payout is booked. What is known of all payouts is asked for at once."""
    said = list(_each(lines))
    payouts = _named(Payout, [line.reference for line in said])
    ids = [payout.id for payout in payouts.values()]
    steps = {payout_id: {step.kind for step in some} for payout_id, some in queries.steps_of(ids).items()}
    elsewhere = queries.transfers_of(ids)
    for n, line in enumerate(said, start=1):
        payout = payouts.get(line.reference)
        result = "unknown" if payout is None else _result(payout, line, steps[payout.id], by_bank=payout.id not in elsewhere)
        if payout is not None and result not in RESULTS:
            book_step(payout, result, line.words, at, rail=rails.payout_rail(rails.BANK), on=line.on or local_day(at))
            steps[payout.id].add(result)
        yield {
            "answer_id": answer.id, "n": n, "reference": line.reference, "outcome": line.outcome,
            "amount_minor": line.amount_minor, "currency": line.currency, "on": line.on, "bank_reference": line.bank_reference,
            "words": line.words, "payout_id": payout.id if payout else None,
            "result": result if result in RESULTS else "booked",
        }  # fmt: skip


def _each(lines: Sequence[Answered]) -> Iterator[Answered]:
    """The lines, and for one that answers for a whole run a line for each of its payouts."""
    runs = _named(PayoutRun, [line.reference for line in lines])
    for line in lines:
        run = runs.get(line.reference)
        if run is None:
            yield line
        else:
            yield from (replace(line, reference=payout.public_id) for payout in queries.payouts_of_run(run.id))


def _named(kind: type[T], public_ids: Sequence[str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for some in chunks(public_ids):
        found |= {row.public_id: row for row in db.session.execute(sa.select(kind).where(kind.public_id.in_(some))).scalars()}
    return found


def _result(payout: Payout, line: Answered, steps: set[str], *, by_bank: bool) -> str:
    """What a line makes of a payout of ours: the step to be booked, or one of RESULTS where nothing is."""
    says_other = line.amount_minor is not None and (line.amount_minor, line.currency) != (payout.amount_minor, payout.currency)
    if "ordered" not in steps or says_other or not by_bank:
        return "differs"
    if line.outcome == "paid":
        if "paid" in steps:
            return "known"
        return "differs" if "bounced" in steps else "paid"
    if steps & {"bounced", "returned"}:
        return "known"
    return "returned" if "paid" in steps else "bounced"
