"""Evidence: everything a party needs to prove, without us, what was offered, answered and signed."""

from typing import Any

from coursehub.contracts import queries, record
from coursehub.contracts.models import Contract, ContributionFact, NegotiationEntry, Proposal
from coursehub.contracts.record import stamp
from coursehub.contracts.terms import SEMANTICS

FORMAT = "coursehub-evidence/1"


def bundle(contract: Contract, *, party: str | None) -> dict[str, Any]:
    """The whole record of a contract as plain data, for one party (None: for the house's staff).

    Each proposal carries its terms, its text in every language and its hash; `record` is
    the hash chain from its beginning to its head. Opaque ids only.
    """
    entries = [entry_data(entry) for entry in queries.entries_of(contract.id)]
    return {
        "format": FORMAT,
        "for_party": party,
        "contract": contract.public_id,
        "reference": contract.reference,
        "semantics": SEMANTICS,
        "parties": [{"id": one.party, "side": one.side} for one in contract.parties],
        "proposals": [_proposal_data(proposal) for proposal in reversed(queries.proposals_of(contract))],
        "terms": [
            {
                "terms_hash": terms.terms_hash,
                "agreed_at": stamp(terms.agreed_at),
                "effective_from": stamp(terms.effective_from),
                "ended_at": stamp(terms.ended_at) if terms.ended_at else None,
            }
            for terms in reversed(queries.terms_history(contract))
        ],
        "record": {"begins_with": record.beginning(contract.public_id), "entries": entries},
        "head": entries[-1]["hash"] if entries else record.beginning(contract.public_id),
        "facts": [fact_data(contract, fact) for fact in queries.every_fact(contract)],
        "how_to_check": (
            "terms_hash = SHA-256 of the canonical JSON (RFC 8785) of {semantics, terms, texts}; each entry's hash = "
            "SHA-256 of the canonical JSON of {at, body, kind, n, party, person, prev_hash}; a fact's hash = SHA-256 of the "
            "canonical JSON of its statement, and stands in the entry that recorded it."
        ),
    }


def entry_data(entry: NegotiationEntry) -> dict[str, Any]:
    """One link as plain data."""
    return {
        "n": entry.n,
        "kind": entry.kind,
        "at": stamp(entry.at),
        "party": entry.party,
        "person": entry.person,
        "body": entry.body,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def statement_of(contract: Contract, fact: ContributionFact) -> dict[str, Any]:
    """What a fact states, as its hash binds it. What it was computed from is said only where it was computed."""
    stated: dict[str, Any] = {
        "contract": contract.public_id,
        "fact": fact.public_id,
        "course_id": fact.course_id,
        "kind": fact.kind,
        "party": fact.party,
        "value": fact.value,
        "holds_from": stamp(fact.holds_from),
        "note": fact.note,
        "recorded_at": stamp(fact.recorded_at),
        "recorded_party": fact.recorded_party,
    }
    return stated | ({"evidence": fact.evidence} if fact.evidence else {})


def fact_data(contract: Contract, fact: ContributionFact) -> dict[str, Any]:
    """A fact with its hash and what became of it."""
    return {
        "statement": statement_of(contract, fact),
        "fact_hash": fact.fact_hash,
        "approved_at": stamp(fact.approved_at) if fact.approved_at else None,
        "approved_party": fact.approved_party,
        "withdrawn_at": stamp(fact.withdrawn_at) if fact.withdrawn_at else None,
        "contests": [
            {
                "party": one.party,
                "reason": one.reason,
                "contested_at": stamp(one.contested_at),
                "due_at": stamp(one.due_at),
                "answer": one.answer,
                "answered_at": stamp(one.answered_at) if one.answered_at else None,
                "settled_at": stamp(one.settled_at) if one.settled_at else None,
                "outcome": one.outcome,
            }
            for one in fact.contests
        ],
    }


def _proposal_data(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.public_id,
        "n": proposal.n,
        "offered_party": proposal.offered_party,
        "offered_at": stamp(proposal.offered_at),
        "reply_by": stamp(proposal.reply_by),
        "state": proposal.state,
        "semantics": proposal.semantics,
        "terms": proposal.body,
        "texts": proposal.texts,
        "terms_hash": proposal.terms_hash,
        "message": proposal.message,
        "signatures": [
            {
                "party": signature.party,
                "terms_hash": signature.terms_hash,
                "method": signature.method,
                "reauthenticated_at": stamp(signature.reauthenticated_at),
                "signed_at": stamp(signature.signed_at),
            }
            | ({"assertion": signature.assertion} if signature.assertion else {})
            for signature in proposal.signatures
        ],
    }
