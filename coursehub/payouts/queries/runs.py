"""Runs and payouts, and where each stands."""

from collections.abc import Sequence

import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_HELD
from coursehub.ledger.models import Account, Balance
from coursehub.payouts.models import (
    FileDownload,
    Payout,
    PayoutOffset,
    PayoutRun,
    PayoutStep,
    RunDecision,
    TransferMade,
    Withheld,
)
from coursehub.payouts.policies import may_read_all, may_read_own
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.people.queries import organisations_matching


def runs_visible_to(reader: Actor) -> "sa.Select[PayoutRun]":
    """Every run for finance staff, the newest first; none for anybody else."""
    found = sa.select(PayoutRun).order_by(PayoutRun.id.desc())
    return found if may_read_all(reader) else found.where(sa.false())


def run_named(reader: Actor, public_id: str) -> "sa.Select[PayoutRun]":
    """One run that the reader may see."""
    return runs_visible_to(reader).where(PayoutRun.public_id == public_id)


def open_run(currency: str) -> PayoutRun | None:
    """The run in a currency that waits for its second person."""
    found = (
        sa.select(PayoutRun)
        .outerjoin(RunDecision, RunDecision.run_id == PayoutRun.id)
        .where(PayoutRun.currency == currency, RunDecision.run_id.is_(None))
        .order_by(PayoutRun.id.desc())
        .limit(1)
    )
    return db.session.execute(found).scalar_one_or_none()


def runs_waiting_for(person_id: int) -> list[PayoutRun]:
    """Runs that this person of finance could confirm: those that somebody else prepared."""
    found = (
        sa.select(PayoutRun)
        .outerjoin(RunDecision, RunDecision.run_id == PayoutRun.id)
        .where(RunDecision.run_id.is_(None), PayoutRun.prepared_by_id != person_id)
        .order_by(PayoutRun.id)
    )
    return list(db.session.execute(found).scalars())


def decision_of(run_id: int) -> RunDecision | None:
    """How a run went on; None while it waits."""
    return db.session.get(RunDecision, run_id)


def decisions_of(run_ids: Sequence[int]) -> dict[int, RunDecision]:
    """The same for several."""
    found = sa.select(RunDecision).where(RunDecision.run_id.in_(run_ids))
    return {row.run_id: row for row in db.session.execute(found).scalars()}


def totals_of(run_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(how many payouts, what they pay together) of each run."""
    found = (
        sa.select(Payout.run_id, sa.func.count(), sa.func.sum(Payout.amount_minor))
        .where(Payout.run_id.in_(run_ids))
        .group_by(Payout.run_id)
    )
    return {run_id: (count, int(minor)) for run_id, count, minor in db.session.execute(found)}


def payouts_of_run(run_id: int) -> list[Payout]:
    """The payouts of a run in their order."""
    return list(db.session.execute(sa.select(Payout).where(Payout.run_id == run_id).order_by(Payout.id)).scalars())


def payouts_matching(reader: Actor, words: str) -> "sa.Select[Payout]":
    """Payouts, the newest first, whose number begins so, whose transfer at the provider has this number, or whose partner is
    called so; for finance staff, none where nothing was typed.
    """
    said = words.strip()
    called = organisations_matching(said).with_only_columns(Organisation.id).order_by(None)
    made = sa.select(TransferMade.payout_id).where(TransferMade.rail_transfer_id == said)
    found = sa.select(Payout).where(
        sa.or_(
            Payout.public_id.startswith(said.lower(), autoescape=True), Payout.id.in_(made), Payout.organisation_id.in_(called)
        )
    )
    return found.order_by(Payout.id.desc()) if said and may_read_all(reader) else found.where(sa.false())


def payouts_of_organisation(reader: Actor) -> "sa.Select[Payout]":
    """What the reader's organisation was paid, the newest first; runs that wait or were taken back do not count."""
    ordered = sa.select(PayoutStep.payout_id).where(PayoutStep.kind == "ordered")
    found = sa.select(Payout).where(Payout.id.in_(ordered)).order_by(Payout.id.desc())
    if not may_read_own(reader):
        return found.where(sa.false())
    return found.where(Payout.organisation_id == reader.organisation_id)


def offsets_of(payout_id: int) -> dict[int, int]:
    """What of a payout is set against which claim's journal."""
    found = sa.select(PayoutOffset.journal_id, PayoutOffset.amount_minor).where(PayoutOffset.payout_id == payout_id)
    return {journal_id: int(minor) for journal_id, minor in db.session.execute(found)}


def withheld_in(run_id: int) -> list[Withheld]:
    """What a run left where it was."""
    found = sa.select(Withheld).where(Withheld.run_id == run_id).order_by(Withheld.organisation_id)
    return list(db.session.execute(found).scalars())


def downloads_of(run_id: int) -> list[FileDownload]:
    """Who took the file of a run, the latest first."""
    found = sa.select(FileDownload).where(FileDownload.run_id == run_id).order_by(FileDownload.id.desc())
    return list(db.session.execute(found).scalars())


def tails_of(payouts: Sequence[Payout]) -> dict[int, str]:
    """The last digits of the account that each payout goes to, by its payee record."""
    found = sa.select(PayeeRecord.id, PayeeRecord.account_tail).where(
        PayeeRecord.id.in_([each.payee_record_id for each in payouts])
    )
    return dict(db.session.execute(found).tuples().all())


def held_by(party: str) -> list[tuple[str, int]]:
    """(currency, minor units) of what a partner earned whose hold is not over."""
    found = (
        sa.select(Account.currency, -Balance.posted_minor)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == PARTNER_HELD, Account.party == party, Balance.posted_minor < 0)
        .order_by(Account.currency)
    )
    return [(currency, int(minor)) for currency, minor in db.session.execute(found)]


def steps_of(payout_ids: Sequence[int]) -> dict[int, list[PayoutStep]]:
    """What happened to each payout, in order."""
    steps: dict[int, list[PayoutStep]] = {number: [] for number in payout_ids}
    found = sa.select(PayoutStep).where(PayoutStep.payout_id.in_(payout_ids)).order_by(PayoutStep.id)
    for step in db.session.execute(found).scalars():
        steps[step.payout_id].append(step)
    return steps


def step_of(payout_id: int) -> str:
    """The last thing that happened to a payout: one of STEPS, or "" before it is ordered."""
    steps = steps_of([payout_id])[payout_id]
    return steps[-1].kind if steps else ""
