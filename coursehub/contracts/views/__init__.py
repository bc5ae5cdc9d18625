"""Pages of contracts: the same ones in the studio (for partners) and in the house (for staff), and earnings."""

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from coursehub.contracts.views import (
    authorship,
    books,
    contracts,
    courses,
    earnings,
    editor,
    facts,
    prices,
    proposals,
    signing,
    suggesting,
)
from coursehub.web import PARTNER, STAFF, access
from coursehub.web.audiences import Audience

PAGES: tuple[tuple[str, str, str, Callable[..., ResponseReturnValue]], ...] = (
    ("", "GET", "contracts", contracts.contracts),
    ("/new", "GET", "new_contract", contracts.new_contract),
    ("", "POST", "open_contract", contracts.open_contract),
    ("/<contract_id>", "GET", "contract", contracts.contract),
    ("/<contract_id>/evidence.json", "GET", "evidence", contracts.evidence),
    ("/<contract_id>/terms/<terms_hash>.pdf", "GET", "printed_terms", contracts.printed_terms),
    ("/<contract_id>/end", "POST", "end_contract", contracts.end_contract),
    ("/<contract_id>/propose", "GET", "draft_terms", editor.draft_terms),
    ("/<contract_id>/proposals", "POST", "propose_terms", editor.propose_terms),
    ("/<contract_id>/proposals/<proposal_id>", "GET", "proposal", proposals.proposal),
    ("/<contract_id>/proposals/<proposal_id>/comments", "POST", "comment_on_clause", proposals.comment_on_clause),
    ("/<contract_id>/proposals/<proposal_id>/decline", "POST", "decline_proposal", proposals.decline_proposal),
    ("/<contract_id>/proposals/<proposal_id>/withdraw", "POST", "withdraw_proposal", proposals.withdraw_proposal),
    ("/<contract_id>/proposals/<proposal_id>/sign", "GET", "read_and_sign", signing.read_and_sign),
    ("/<contract_id>/proposals/<proposal_id>/sign", "POST", "sign_proposal", signing.sign_proposal),
    ("/<contract_id>/suggestion", "GET", "suggestion", suggesting.suggestion),
    ("/<contract_id>/facts", "GET", "facts", facts.facts),
    ("/<contract_id>/facts", "POST", "record_fact", facts.record_fact),
    ("/<contract_id>/facts/<fact_id>/contest", "POST", "contest_fact", facts.contest_fact),
    ("/<contract_id>/facts/<fact_id>/answer", "POST", "answer_contest", facts.answer_contest),
    ("/<contract_id>/facts/<fact_id>/uphold", "POST", "uphold_contest", facts.uphold_contest),
    ("/<contract_id>/facts/<fact_id>/approve", "POST", "approve_fact", facts.approve_fact),
    ("/<contract_id>/facts/<fact_id>/accept", "POST", "accept_fact", facts.accept_fact),
    ("/<contract_id>/facts/<fact_id>/take-back", "POST", "take_back_fact", facts.take_back_fact),
    ("/<contract_id>/courses/<course_id>/authorship", "GET", "who_wrote_what", authorship.who_wrote_what),
    ("/<contract_id>/courses/<course_id>/authorship", "POST", "propose_weights", authorship.propose_weights),
    ("/<contract_id>/courses/<course_id>/authorship.zip", "GET", "authorship_files", authorship.authorship_files),
    ("/<contract_id>/courses", "POST", "add_courses", courses.add_courses),
    ("/<contract_id>/courses/<course_id>/take-off", "POST", "take_course_off", courses.take_course_off),
    ("/<contract_id>/courses/<course_id>/list", "POST", "list_course", courses.list_course),
    ("/<contract_id>/courses/<course_id>/close", "POST", "close_listing", courses.close_listing),
)


def _desk(name: str, prefix: str, audience: Audience) -> Blueprint:
    """All contract pages under one prefix, for one audience; links inside stay under it."""
    desk = Blueprint(name, __name__, url_prefix=prefix)
    for rule, method, endpoint, view in PAGES:
        desk.add_url_rule(rule, endpoint, access(audience)(view), methods=[method])
    return desk


studio = _desk("contracts_studio", "/studio/contracts", PARTNER("owner", "finance", "author"))
house = _desk("contracts_house", "/house/contracts", STAFF("catalogue", "finance"))
blueprints = [studio, house, earnings.bp, books.bp, prices.bp]
