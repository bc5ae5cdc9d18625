"""Proposals: writing terms with a form, reading them beside what holds, and answering."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from coursehub import clock
from coursehub.config import current_settings
from coursehub.contracts import drafting, operations, policies, queries, splitting
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.counters import day_of
from coursehub.contracts.diff import changes
from coursehub.contracts.forms import LABEL_WORDS, TermsForm, terms_form
from coursehub.contracts.models import Contract, NegotiationEntry, Proposal, Terms
from coursehub.contracts.operations import comments
from coursehub.contracts.quorum import Quorum
from coursehub.contracts.shape import Problem
from coursehub.contracts.splitting import Branch
from coursehub.contracts.starting_points import (
    by_volume,
    cost_comes_back,
    directed_training,
    for_a_time,
    guaranteed_minimum,
    in_passes,
    joint_development,
    placement_share,
    simple_split,
    year_by_year,
)
from coursehub.contracts.terms import TermsBody, TermsRefused, parse, to_data
from coursehub.contracts.views import looking
from coursehub.contracts.views.simulating import simulated
from coursehub.contracts.views.suggesting import division_asked
from coursehub.db import db
from coursehub.errors import NotAllowed, Refusal
from coursehub.people.actor import Actor
from coursehub.web import current_locale, page, see_other, signed_in_actor
from coursehub.web.locale import local_time


def draft_terms(contract_id: str) -> ResponseReturnValue:
    """The editor: begin from a starting point, from what holds, or from what is on offer."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    _must_negotiate(reader, found)
    start = request.args.get("start", "")
    body, chosen = _begin_with(found, start)
    suggested = division_asked([party.id for party in body.parties])
    if suggested is not None:
        body = parse({**to_data(body), "split": suggested})
    values = drafting.from_terms(body)
    if values["starts_on"] and values["starts_on"] <= clock.now().date():
        values["starts_on"] = None  # a beginning that has passed cannot be offered again
    ending = _ends_by_itself(found)
    if ending is not None and chosen != "offer":
        values["starts_on"] = day_of(ending)  # what follows begins on the day after
    holding = queries.terms_of(found, clock.now())
    reopening = queries.reopening_of(holding) if holding else None
    if reopening is not None and reopening.body.get("begins_on", "") > clock.now().date().isoformat():
        values["starts_on"] = date.fromisoformat(reopening.body["begins_on"])  # the day that was proposed to all sides
    if values["ends_on"] and values["ends_on"] < (values["starts_on"] or local_time(clock.now()).date()):
        values["ends_on"] = None  # what begins after a last day needs another one, or none
    drawn = splitting.drawn(body.split)
    return _editor(found, _form(found, values), drawn, start=chosen, is_suggested=suggested is not None)


def propose_terms(contract_id: str) -> ResponseReturnValue:
    """Look at a draft as sentences, or put it on offer."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    _must_negotiate(reader, found)
    form = _form(found, None)
    parties = looking.party_data(found)
    split = splitting.typed(request.form.to_dict(flat=False), [party["id"] for party in parties])
    act, _colon, branch = request.form.get("act", "").partition(":")
    if act in _RESHAPING:
        return _editor(found, form, _RESHAPING[act](split, branch))
    seen = request.form.get("seen", 0, int)
    is_wrong = splitting.find_problems(split)
    if not form.validate_on_submit() or is_wrong:
        _tell(form, split)
        return _editor(found, form, split, status=422)
    data = drafting.to_data(form.data, split, parties=parties, courses=looking.course_data(found))
    try:
        if act == "preview":
            body = compile_terms({**data, "contract": found.public_id, "version": 1}, payees=queries.payees_of(found))
            return _editor(found, form, split, body=body)
        proposal = operations.propose_terms(
            found, by=reader, terms=data, at=clock.now(), message=form.message.data or "", seen=seen
        )
    except TermsRefused as refused:
        for problem in refused.problems:
            _place(form, split, problem)
        return _editor(found, form, split, status=422)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _editor(found, form, split, status=refusal.status)
    flash(_("The terms are on offer. Sign them when you are ready; they begin with the last signature that they need."), "done")
    return see_other(".proposal", contract_id=contract_id, proposal_id=proposal.public_id)


def proposal(contract_id: str, proposal_id: str, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    """One proposal: its sentences with what changed marked, old beside new, and the money it would have moved."""
    reader, at = signed_in_actor(), clock.now()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    body = queries.body_of(shown)
    against = _compared_with(found, shown)
    comparison = _comparison(against, body) if against else None
    side = policies.side_of(reader, found)
    signed = {signature.party: signature for signature in shown.signatures}
    declined, quorum = queries.declines_of(shown), queries.quorum_of(shown)
    is_open, has_answered = shown.state == "open", side in declined or (quorum.is_fewer_than_all and side in signed)
    said: dict[str, list[NegotiationEntry]] = {}
    for entry in queries.comments_on(shown):
        said.setdefault(entry.body["clause"], []).append(entry)
    return page(
        "contracts/proposal.html",
        status=status,
        fault=fault,
        typed=request.form,
        comments=said,
        may_comment=is_open and policies.may_negotiate(reader, found),
        contract=found,
        title=looking.title_of(found),
        proposal=shown,
        body=body,
        sections=looking.told(body),
        names=looking.names_of([found]),
        side=side,
        signed=signed,
        declined=declined,
        quorum=quorum,
        holds_without=side is not None and quorum.can_be_met(without={side, *declined}),
        comparison=comparison,
        changed=comparison.values if comparison else set(),
        simulated=simulated(found, body, against, at, whole=request.args.get("whole") == "year"),
        example=looking.example_of(body, looking.contribution_of(found, at), clause_url=None),
        may_sign=is_open and policies.may_sign(reader, found) and side not in signed,
        may_answer=is_open and policies.may_answer(reader, shown) and not has_answered,
        may_withdraw=is_open and policies.may_withdraw(reader, shown),
        may_counter=_may_counter(reader, shown, quorum, set(declined)),
        now=at,
    )


def _may_counter(reader: Actor, shown: Proposal, quorum: Quorum, noes: set[str]) -> bool:
    """Whether the page offers to answer with other terms."""
    side = policies.side_of(reader, shown.contract)
    if shown.state != "open" or side is None or not policies.may_negotiate(reader, shown.contract):
        return False
    signed = {signature.party for signature in shown.signatures}
    return side == shown.offered_party or quorum.may_counter(side, signed=signed, noes=noes)


def comment_on_clause(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Say something about one clause; a refusal keeps what was typed."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    path, words = request.form.get("clause", ""), request.form.get("words", "")
    try:
        comments.comment_on_clause(shown, path, words, by=reader, at=clock.now())
    except Refusal as refusal:
        return proposal(contract_id, proposal_id, fault=str(refusal), status=refusal.status)
    flash(_("Said. The other side gets a letter."), "done")
    return redirect(url_for(".proposal", contract_id=contract_id, proposal_id=proposal_id, _anchor=looking.anchor(path)), 303)


def decline_proposal(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Say no."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    try:
        reason = request.form.get("reason", "")[:1000]
        if operations.decline_proposal(shown, by=reader, at=clock.now(), reason=reason):
            flash(_("The proposal is declined. What holds goes on."), "done")
        else:
            flash(_("Your side has declined. The proposal stays open, since the others can still agree to it."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".proposal", contract_id=contract_id, proposal_id=proposal_id)


def withdraw_proposal(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Take one's own back."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    try:
        operations.withdraw_proposal(shown, by=reader, at=clock.now(), reason=request.form.get("reason", "")[:1000])
        flash(_("The proposal is withdrawn."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id)


def _ends_by_itself(found: Contract) -> str | None:
    """When terms end by themselves that are near their last day, and that no others follow."""
    near = db.session.execute(queries.ending_terms(clock.now()).where(Terms.contract_id == found.id)).scalar_one_or_none()
    return queries.body_of(near).ends if near is not None else None


def _must_negotiate(reader: Actor, found: Contract) -> None:
    if not policies.may_negotiate(reader, found):
        raise NotAllowed
    if found.ends_at is not None:
        raise operations.ContractEnded


def _form(found: Contract, values: dict[str, Any] | None) -> TermsForm:
    english = current_locale() == "en"
    parties = [(party["id"], party["name_en"] if english else party["name"]) for party in looking.party_data(found)]
    courses = [(course["id"], course["title_en"] if english else course["title"]) for course in looking.course_data(found)]
    return terms_form(parties, courses, values)


def _begin_with(found: Contract, start: str) -> tuple[TermsBody, str]:
    """The terms an editor opens with, and the name of that beginning."""
    offered, holding = queries.open_proposal(found), queries.latest_terms(found)
    chosen = start if start in STARTS else "simple"
    if start not in STARTS:
        if offered is not None and start != "holding":
            return queries.body_of(offered), "offer"
        if holding is not None:
            return queries.body_of(holding), "holding"
    make = partial(_DATED[chosen], at=clock.now()) if chosen in _DATED else _MAKERS[chosen]
    data = make(looking.party_data(found), looking.course_data(found), currency=current_settings().default_currency)
    return parse({**data, "contract": found.public_id, "version": 1}), chosen


STARTS = {
    "simple": _l("Simple split"),
    "joint": _l("Joint development and teaching"),
    "volume": _l("Less by volume"),
    "years": _l("Less year by year"),
    "time": _l("Until the end of next year"),
    "cost": _l("Costs come back first"),
    "minimum": _l("A guaranteed minimum"),
    "pass": _l("Part of passes as well"),
    "hires": _l("More of hires and hours"),
    "directed": _l("Training for employers"),
}
"""Whole terms to begin from, in words."""
_MAKERS: dict[str, Callable[..., dict[str, Any]]] = {
    "simple": simple_split, "joint": joint_development, "volume": by_volume, "cost": cost_comes_back,
    "minimum": guaranteed_minimum, "pass": in_passes, "hires": placement_share, "directed": directed_training,
}  # fmt: skip

_DATED: dict[str, Callable[..., dict[str, Any]]] = {"years": year_by_year, "time": for_a_time}

_RESHAPING: dict[str, Callable[[Branch, str], Branch]] = {
    "reshape": lambda split, _name: split,
    "add": splitting.with_another_share,
    "remove": splitting.without_share,
}
"""What changes the fields of the division without judging anything yet."""


def _editor(
    found: Contract,
    form: TermsForm,
    split: Branch,
    *,
    start: str = "",
    body: TermsBody | None = None,
    status: int = 200,
    is_suggested: bool = False,
) -> ResponseReturnValue:
    at = clock.now()
    offered, latest = queries.open_proposal(found), queries.latest_terms(found)
    holding = queries.body_of(latest) if latest else None
    return page(
        "contracts/edit.html",
        status=status,
        contract=found,
        title=looking.title_of(found),
        form=form,
        start=start,
        ready_made=STARTS,
        parties=looking.party_data(found),
        split=split,
        label_words=LABEL_WORDS,
        most_shares=splitting.MOST_SHARES,
        channels=drafting.CHANNELS,
        offered=offered,
        holding=holding,
        seen=request.form.get("seen", type=int) if request.method == "POST" else operations.last_number(found),
        sections=looking.told(body) if body else [],
        simulated=simulated(found, body, holding, at) if body else None,
        body=body,
        names=looking.names_of([found]),
        is_suggested=is_suggested,
        example=looking.example_of(body, looking.contribution_of(found, at), clause_url=None) if body else None,
    )


def _place(form: TermsForm, split: Branch, problem: Problem) -> None:
    """Put a problem of the compiler beside its field, or on top."""
    name = drafting.field_of(problem.path)
    if problem.path.startswith(("/split", "/parties")):
        form.form_errors.append(_leading_to(splitting.place(split, problem), str(problem)))
    elif name is None or name not in form:
        form.form_errors.append(str(problem))
    else:
        form[name].errors = [*form[name].errors, str(problem)]


def _tell(form: TermsForm, split: Branch) -> None:
    """Name what is wrong in the division on top, too."""
    for branch in split.walk():
        form.form_errors += [_leading_to(f"{branch.name}.to", str(problem)) for problem in branch.problems]
        for item in branch.items:
            form.form_errors += [_leading_to(f"{item.then.name}.percent", str(problem)) for problem in item.problems]


def _leading_to(field_id: str, sentence: str) -> Markup:
    return Markup('<a href="#{}">{}</a>').format(field_id, sentence)


def _compared_with(found: Contract, shown: Proposal) -> TermsBody | None:
    """What a reader wants a proposal set beside: what held before it, else the proposal before it."""
    for terms in queries.terms_history(found):
        if terms.proposal_id != shown.id and terms.agreed_at <= (shown.closed_at or terms.agreed_at):
            return queries.body_of(terms)
    for earlier in queries.proposals_of(found):
        if earlier.n < shown.n:
            return queries.body_of(earlier)
    return None


@dataclass(frozen=True)
class Comparison:
    """Two terms side by side."""

    old: list[str]
    new: list[str]
    changed: int
    values: set[tuple[str | None, str]]


def _comparison(old: TermsBody, new: TermsBody) -> Comparison:
    before, after = ({section.key: section for section in looking.told(body)} for body in (old, new))
    lines: tuple[list[str], list[str]] = ([], [])
    for key in dict.fromkeys([*before, *after]):
        pair = [[sentence.text for sentence in side[key].sentences] if key in side else [] for side in (before, after)]
        if pair[0] != pair[1]:  # a part that stayed as it was needs no reading
            title = (after.get(key) or before[key]).title
            for out, sentences in zip(lines, pair, strict=True):
                out += [title, *sentences]
    return Comparison(lines[0], lines[1], len(changes(old, new)), _live(new) - _live(old))


def _live(body: TermsBody) -> set[tuple[str | None, str]]:
    """Every live value with its clause."""
    said = (sentence for section in looking.told(body) for sentence in section.sentences)
    return {(piece.path, piece.text) for sentence in said for piece in sentence.pieces if piece.path}
