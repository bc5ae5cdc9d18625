"""Comments on a clause: part of the record of a negotiation, so that what was said beside the terms is kept with them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts import policies, queries
from coursehub.contracts.compiler import keeps_from_hiring
from coursehub.contracts.models import NegotiationEntry, Proposal
from coursehub.contracts.operations.negotiation import WordsKeepFromHiring, lock_open
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.prose import LOCALES, sections
from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor

LONGEST = 1_000
LAST_DAYS = timedelta(days=3)
"""So long before its time runs out a proposal is brought to mind."""


class NoSuchClause(Refusal):
    """These terms have no such clause. Choose one of them."""

    status = 422


class NothingSaid(Refusal):
    """Write what you want to say about the clause, in at most 1,000 characters."""

    status = 422


def comment_on_clause(proposal: Proposal, path: str, words: str, *, by: Actor, at: datetime) -> NegotiationEntry:
    """Say something about one clause of an open proposal; every side reads it, and it moves nothing.

    Raises NothingSaid, NoSuchClause, WordsKeepFromHiring, ProposalClosed.
    """
    require(policies.may_negotiate(by, proposal.contract))
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise NothingSaid
    if keeps_from_hiring(said):
        raise WordsKeepFromHiring
    spoken = {one.path for section in sections(queries.body_of(proposal), LOCALES[0]) for one in section.sentences}
    if path not in spoken:
        raise NoSuchClause
    with transaction():
        lock_open(proposal, at=at)
        entry = write_down(
            proposal.contract, "commented", asked_by=by, at=at, proposal=proposal.public_id, clause=path, words=said
        )
        events.record("contracts.clause_commented", at=at, proposal_id=proposal.id, n=entry.n)
    return entry


def remind_of_proposals(*, at: datetime) -> int:
    """Bring proposals to mind whose time to answer is nearly over; how many. The letters go out once."""
    due = sa.select(Proposal.id).where(Proposal.state == "open", Proposal.reply_by > at, Proposal.reply_by <= at + LAST_DAYS)
    found = db.session.execute(due.order_by(Proposal.id)).scalars().all()
    with transaction():
        for proposal_id in found:
            events.record("contracts.proposal_ends_soon", at=at, proposal_id=proposal_id)
    return len(found)
