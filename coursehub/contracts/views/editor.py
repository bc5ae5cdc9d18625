"""Writing terms with a form: begin from whole terms, weigh them while writing, read them as sentences, put them on offer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from coursehub import clock
from coursehub.config import current_settings
from coursehub.contracts import drafting, operations, policies, queries, splitting
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.counters import day_of
from coursehub.contracts.forms import LABEL_WORDS, TermsForm, terms_form
from coursehub.contracts.models import Contract, Terms
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
from coursehub.contracts.terms import OptIn, TermsBody, TermsRefused, parse, to_data
from coursehub.contracts.views import looking
from coursehub.contracts.views.beside import beside
from coursehub.contracts.views.simulating import simulated
from coursehub.contracts.views.suggesting import division_asked
from coursehub.db import db
from coursehub.errors import NotAllowed, Refusal
from coursehub.people.actor import Actor
from coursehub.web import current_locale, page_or_fragment, see_other, signed_in_actor
from coursehub.web.locale import local_time


def draft_terms(contract_id: str) -> ResponseReturnValue:
    """The editor: begin from a starting point, from what holds, or from what is on offer."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    _must_negotiate(reader, found)
    start = request.args.get("start", "")
    body, chosen = _taken_over(found, reader) or _begin_with(found, start)
    suggested = division_asked([party.id for party in body.parties])
    if suggested is not None:
        body = parse({**to_data(body), "split": suggested})
    joining = next((one.id for one in body.parties if one.side == "partner" and one.id == request.args.get("joins")), "")
    if joining:
        body = _joining(body, joining)
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
    form = _form(found, values)
    return _editor(
        found, form, drawn, body=body, is_told=False, start=chosen, is_suggested=suggested is not None, joining=joining
    )


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
        if act in ("preview", "weigh"):
            body = compile_terms({**data, "contract": found.public_id, "version": 1}, payees=queries.payees_of(found))
            return _editor(found, form, split, body=body, is_told=act == "preview")
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


def _taken_over(found: Contract, reader: Actor) -> tuple[TermsBody, str] | None:
    """What a contract said that this one follows, from the day after its last; None where a side of it is missing here."""
    before = looking.followed(reader, request.args.get("follows", ""))
    latest = queries.latest_terms(before) if before is not None else None
    parties = looking.party_data(found)
    if before is None or latest is None or not {each.party for each in before.parties} <= {each["id"] for each in parties}:
        return None
    data = to_data(queries.body_of(latest))
    scope = {**data["scope"], "courses": looking.course_data(found)}
    data |= {"parties": parties, "scope": scope, "starts": data.get("ends"), "contract": found.public_id, "version": 1}
    return parse({name: value for name, value in data.items() if name != "ends"}), "follows"


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


def _joining(body: TermsBody, party: str) -> TermsBody:
    """The same terms with the clause by which a side joins campaigns of the house; its floor price stays, if it has one."""
    known = {choice.party: choice for choice in body.discount.opted_in}
    choice = replace(known[party], campaigns="joined") if party in known else OptIn(party, 0, "joined")
    opted_in = tuple({**known, party: choice}.values())
    return replace(body, discount=replace(body.discount, opted_in=opted_in))


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
    is_told: bool = True,
    status: int = 200,
    is_suggested: bool = False,
    joining: str = "",
) -> ResponseReturnValue:
    """The form, or only what stands beside it. body: what it says as terms, once it can be one; is_told: in sentences, too.

    joining: the side whose clause about campaigns was filled in.
    """
    at = clock.now()
    offered, latest = queries.open_proposal(found), queries.latest_terms(found)
    holding = queries.body_of(latest) if latest else None
    told = body if is_told else None
    weighed = simulated(found, told, holding, at) if told else None
    return page_or_fragment(
        "contracts/edit.html",
        "contracts/_beside.html",
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
        sections=looking.told(told) if told else [],
        simulated=weighed,
        beside=beside(found, body, holding, at, moved=weighed.moved if weighed else None) if body else None,
        body=told,
        names=looking.names_of([found]),
        is_suggested=is_suggested,
        joining=joining,
        example=looking.example_of(told, looking.contribution_of(found, at), clause_url=None) if told else None,
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
