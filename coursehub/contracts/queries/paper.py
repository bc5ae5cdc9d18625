"""What is printed of contracts, and by which key."""

import sqlalchemy as sa

from coursehub.contracts.models import Contract, PaperKey, Proposal, Terms
from coursehub.db import db


def current_paper_key() -> PaperKey | None:
    """The key with which the house signs what it prints, once it was wanted."""
    return db.session.execute(sa.select(PaperKey)).scalar_one_or_none()


def printable(contract: Contract, terms_hash: str) -> tuple[Terms, Proposal] | None:
    """Terms of a contract with the proposal that was signed."""
    terms = db.session.execute(
        sa.select(Terms).where(Terms.contract_id == contract.id, Terms.terms_hash == terms_hash)
    ).scalar_one_or_none()
    return None if terms is None else (terms, db.session.get_one(Proposal, terms.proposal_id))
