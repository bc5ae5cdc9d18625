"""What people do with contracts, split by noun; the only writer of this room's tables."""

from coursehub.contracts.operations.contests import answer_contest, contest_fact, settle_contest, uphold_contest
from coursehub.contracts.operations.facts import approve_fact, record_fact, take_back_fact
from coursehub.contracts.operations.listings import close_listing, follow_terms, list_course
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.operations.negotiation import (
    ContractEnded,
    ProposalClosed,
    ProposalOvertaken,
    decline_proposal,
    expire_proposals,
    last_number,
    open_contract,
    propose_terms,
    withdraw_proposal,
)
from coursehub.contracts.operations.sharing import EventDraft, share
from coursehub.contracts.operations.signing import agree_terms, end_contract, sign_proposal
from coursehub.contracts.operations.widening import add_courses, take_course_off

__all__ = [
    "ContractEnded",
    "EventDraft",
    "ProposalClosed",
    "ProposalOvertaken",
    "add_courses",
    "agree_terms",
    "answer_contest",
    "approve_fact",
    "close_listing",
    "contest_fact",
    "decline_proposal",
    "end_contract",
    "expire_proposals",
    "follow_terms",
    "last_number",
    "list_course",
    "mature_sale",
    "open_contract",
    "propose_terms",
    "record_fact",
    "settle_contest",
    "share",
    "sign_proposal",
    "take_back_fact",
    "take_course_off",
    "uphold_contest",
    "withdraw_proposal",
]
