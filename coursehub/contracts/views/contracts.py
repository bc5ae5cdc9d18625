"""Contracts: the list, one of them, opening and leaving one, and the evidence to take home."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course
from coursehub.contracts import evidence as proof
from coursehub.contracts import letterhead, operations, policies, queries
from coursehub.contracts.counters import last_day
from coursehub.contracts.forms import NewContractForm, ReasonForm
from coursehub.contracts.models import Contract, Proposal, Terms, TermsCourse
from coursehub.contracts.operations.paper import paper_key
from coursehub.contracts.terms import canonical
from coursehub.contracts.views import looking
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.models import Organisation, OrganisationRight
from coursehub.web import current_locale, page, paginate, see_other, signed_in_actor
from coursehub.web.locale import local_time


def contracts() -> ResponseReturnValue:
    """Every contract the reader may see, and which proposals wait for whom."""
    reader = signed_in_actor()
    listed = paginate(looking.visible_contracts(reader), request.args.get("page", 1, int))
    at = clock.now()
    side = reader.organisation.public_id if reader.organisation else ""
    waiting = db.session.execute(queries.proposals_waiting_for(side)).scalars().all()
    holding = {contract.id: queries.terms_of(contract, at) for contract in listed.items}
    return page(
        "contracts/contracts.html",
        contracts=listed,
        names=looking.names_of(listed.items),
        holding=holding,
        on_offer={contract.id: queries.open_proposal(contract) for contract in listed.items},
        waiting=waiting,
        titles={contract.id: looking.title_of(contract) for contract in [*listed.items, *(one.contract for one in waiting)]},
        side=side,
        may_open=policies.may_open_for_the_house(reader) or policies.may_open_as_partner(reader),
        in_the_house=looking.in_the_house(),
        last_days=_last_days(holding.values()),
        now=at,
    )


def new_contract() -> ResponseReturnValue:
    """Choose the courses of a new contract: those asked for, or with all else those of the contract that it follows."""
    form = NewContractForm()
    asked = set(request.args.getlist("course"))
    before = looking.followed(signed_in_actor(), request.args.get("follows", ""))
    if before is not None:
        asked |= {course.public_id for course in looking.courses_of(before)}
        form.title.data, form.title_en.data, form.follows.data = before.title, before.title_en, before.public_id
        form.partners.data = [party.party for party in before.parties if party.side == "partner"]
    form.courses.data = [course.public_id for course in _offer_courses(form) if course.public_id in asked]
    return page("contracts/new.html", form=form, in_the_house=looking.in_the_house())


def open_contract() -> ResponseReturnValue:
    """Open it, then write its first terms."""
    reader = signed_in_actor()
    form = NewContractForm()
    courses = _offer_courses(form)
    if not form.validate_on_submit():
        return page("contracts/new.html", status=422, form=form, in_the_house=looking.in_the_house())
    chosen = [course for course in courses if course.public_id in (form.courses.data or [])]
    owners = {course.organisation_id for course in chosen}
    asked = set(form.partners.data or [])
    bound = sa.or_(Organisation.id.in_(owners), Organisation.public_id.in_(asked))
    partners = db.session.execute(
        sa.select(Organisation).where(bound, ~Organisation.is_house).order_by(Organisation.id)
    ).scalars()
    try:
        contract = operations.open_contract(
            courses=chosen,
            partners=list(partners),
            title=form.title.data or "",
            title_en=form.title_en.data or "",
            by=reader,
            at=clock.now(),
        )
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return page("contracts/new.html", status=refusal.status, form=form, in_the_house=looking.in_the_house())
    return see_other(".draft_terms", contract_id=contract.public_id, follows=form.follows.data or None)


def contract(contract_id: str) -> ResponseReturnValue:
    """One contract: what holds as sentences with live numbers, who must act, what was said before."""
    reader, at = signed_in_actor(), clock.now()
    found = looking.contract_or_404(reader, contract_id)
    holding = queries.terms_of(found, at)
    history = queries.terms_history(found)
    proposals = queries.proposals_of(found)
    shown = holding or (history[0] if history else None)
    offered = next((one for one in proposals if one.state == "open"), None)
    body = queries.body_of(shown) if shown else None
    courses = looking.courses_of(found)
    titles = looking.course_titles(courses)
    return page(
        "contracts/contract.html",
        contract=found,
        title=looking.title_of(found),
        side=policies.side_of(reader, found),
        names=looking.names_of([found]),
        holding=holding,
        coming=next((terms for terms in history if _will_begin(terms, at)), None),
        last=_last_day(found, shown, at),
        body=body,
        shown=shown,
        sections=looking.told(body) if body else [],
        example=looking.example_of(body, looking.contribution_of(found, at), clause_url=None) if body else None,
        proposals=proposals,
        open_proposal=offered,
        declined=list(queries.declines_of(offered)) if offered else [],
        timeline_items=_timeline(found, proposals),
        courses=[(course, titles[course.id], queries.open_listing(course.id)) for course in courses],
        has_terms=queries.course_ids_of_terms(found.id),
        to_add=looking.courses_to_add(found, reader) if looking.may(reader, found)["negotiate"] else [],
        may_list={course.id: policies.may_list(reader, course) for course in courses},
        may=looking.may(reader, found),
        ending=ReasonForm(),
        paper=queries.current_paper_key(),
        reopening=_reopening(holding),
        now=at,
    )


def end_contract(contract_id: str) -> ResponseReturnValue:
    """Give notice."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    try:
        ends = operations.end_contract(found, by=reader, at=clock.now(), reason=request.form.get("reason", "")[:1000])
        shown = format_date(local_time(ends).date(), "long")
        flash(_("Notice is given. Nothing new is sold under this contract from %(day)s.", day=shown), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id)


def evidence(contract_id: str) -> ResponseReturnValue:
    """The whole record of a negotiation as a file, in its canonical bytes."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    content = canonical(proof.bundle(found, party=policies.side_of(reader, found)))
    answer = Response(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.reference}-evidence.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def printed_terms(contract_id: str, terms_hash: str) -> ResponseReturnValue:
    """Signed terms as a sheet, signed by the house's key."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = queries.printable(found, terms_hash)
    if shown is None:
        abort(404)
    terms, proposal = shown
    key = paper_key(at=clock.now())
    answer = Response(letterhead.printed(found, terms, proposal, key=key), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.reference}-terms-{proposal.n}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _last_days(held: Iterable[Terms | None]) -> dict[int, date]:
    """The last day of each of these terms that names one."""
    ends = {terms.id: queries.body_of(terms).ends for terms in held if terms is not None}
    return {terms_id: last_day(moment) for terms_id, moment in ends.items() if moment is not None}


def _will_begin(terms: Terms, at: datetime) -> bool:
    return terms.effective_from > at and (terms.ended_at is None or terms.ended_at > terms.effective_from)


def _last_day(contract: Contract, shown: Terms | None, at: datetime) -> dict[str, Any] | None:
    """The last day of the terms signed last, where they name one that counts, and whether it is over."""
    body = queries.body_of(shown) if shown is not None and shown.ended_at is not None and contract.ends_at is None else None
    if shown is None or body is None or body.ends is None or queries.latest_terms(contract) != shown:
        return None
    return {"day": last_day(body.ends), "is_over": datetime.fromisoformat(body.ends) <= at}


def _reopening(holding: Terms | None) -> dict[str, Any] | None:
    """What was measured when these terms were opened for talk, and the days it proposes; while nobody has proposed terms."""
    entry = queries.reopening_of(holding) if holding else None
    if entry is None:
        return None
    begins_on = entry.body.get("begins_on")
    return {
        **entry.body, "at": entry.at, "answer_by": datetime.fromisoformat(entry.body["answer_by"]),
        "begins_on": date.fromisoformat(begins_on) if begins_on else None,
        "on": date.fromisoformat(entry.body["on"]) if "on" in entry.body else None,
    }  # fmt: skip


def _offer_courses(form: NewContractForm) -> list[Course]:
    """Courses that may be put under a contract: one's own (for staff any), not under terms already."""
    reader = signed_in_actor()
    taken = sa.select(TermsCourse.course_id).where(TermsCourse.ended_at.is_(None))
    wanted = sa.select(Course).where(Course.id.not_in(taken)).order_by(Course.id.desc())
    if not looking.in_the_house():
        wanted = wanted.where(Course.organisation_id == reader.organisation_id)
    courses = list(db.session.execute(wanted).scalars())
    titles = looking.course_titles(courses)
    form.courses.choices = [(course.public_id, titles[course.id]) for course in courses]
    form.partners.choices = _possible_partners() if looking.in_the_house() else []
    return courses


def _possible_partners() -> list[tuple[str, str]]:
    """Organisations that may sell, for contracts that staff open."""
    sells = sa.select(OrganisationRight.organisation_id).where(
        OrganisationRight.right == "sells", OrganisationRight.until_at.is_(None)
    )
    wanted = sa.select(Organisation).where(Organisation.id.in_(sells), ~Organisation.is_house).order_by(Organisation.id)
    english = current_locale() == "en"
    return [(one.public_id, one.name_en if english else one.name) for one in db.session.execute(wanted).scalars()]


def _timeline(found: Contract, proposals: Sequence[Proposal]) -> list[dict[str, object]]:
    """What happened, as the timeline component wants it."""
    names = looking.names_of([found])
    said = {
        "opened": _("Contract opened"),
        "course_added": _("Course added"),
        "course_taken_off": _("Course taken off"),
        "proposed": _("Terms proposed"),
        "countered": _("Closed by a counter-proposal"),
        "declined": _("Proposal declined"),
        "side_declined": _("Declined by a side, and still open"),
        "withdrawn": _("Proposal withdrawn"),
        "expired": _("Proposal ran out unanswered"),
        "signed": _("Signed"),
        "agreed": _("Terms agreed"),
        "ended": _("Notice given"),
        "commented": _("Comment on a clause"),
        "reopened": _("Open for talk again: contributions have moved"),
        "ends_soon": _("All sides reminded of the last day"),
        "campaign_joined": _("Campaign joined"),
        "campaign_left": _("Campaign left"),
        "fact_recorded": _("Contribution recorded"),
        "fact_contested": _("Contribution contested"),
        "fact_accepted": _("Contribution accepted after all"),
        "fact_taken_back": _("Contribution taken back"),
        "fact_answered": _("Objection answered"),
        "fact_upheld": _("Objection upheld: the contribution is set aside"),
        "fact_approved": _("Teaching hours approved"),
        "contest_ran_out": _("Time for an objection ran out"),
        "sale_contested": _("How a sale came is contested"),
        "sale_answered": _("Contest of a sale answered"),
        "sale_contest_ended": _("Contest of a sale is over"),
    }
    tones = {
        "agreed": "done",
        "signed": "done",
        "declined": "harm",
        "side_declined": "harm",
        "ended": "harm",
        "fact_contested": "waits",
        "fact_answered": "waits",
        "fact_upheld": "harm",
        "fact_approved": "done",
        "reopened": "waits",
        "ends_soon": "waits",
        "sale_contested": "waits",
        "sale_answered": "waits",
    }
    numbers = {one.public_id: one for one in proposals}
    items: list[dict[str, object]] = []
    for entry in queries.entries_of(found.id):
        proposal = numbers.get(entry.body.get("proposal", ""))
        title = (
            said.get(entry.kind, entry.kind)
            if entry.body.get("measure") != "yearly"
            else _("Open for talk again: a year has passed")
        )
        items.append(
            {
                "at": entry.at,
                "title": _("%(what)s (no. %(n)s)", what=title, n=proposal.n) if proposal else title,
                "text": entry.body.get("message") or entry.body.get("reason") or entry.body.get("words") or "",
                "who": names.get(entry.party or "", ""),
                "tone": tones.get(entry.kind, "plain"),
                "url": looking.here("proposal", contract_id=found.public_id, proposal_id=proposal.public_id)
                if proposal
                else None,
            }
        )
    return items
