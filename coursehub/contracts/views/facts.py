"""The facts register of a contract: who made what, who taught how long, and what is contested."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.contracts import operations, policies, queries
from coursehub.contracts.forms import AnswerForm, ContestForm, FactForm
from coursehub.contracts.models import Contract, ContributionFact
from coursehub.contracts.views import looking
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.web import one_or_404, page, paginate, see_other, signed_in_actor

_BEIJING = timezone(timedelta(hours=8))


def facts(contract_id: str) -> ResponseReturnValue:
    """Every fact, whether it counts, and the form to record one."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    form = _form(found)
    form.holds_from.data = clock.now().astimezone(_BEIJING).date()
    return _register(found, reader, form)


def record_fact(contract_id: str) -> ResponseReturnValue:
    """State a contribution."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    form = _form(found)
    if not form.validate_on_submit():
        return _register(found, reader, form, status=422)
    course = next(course for course in looking.courses_of(found) if course.public_id == form.course.data)
    day = form.holds_from.data or clock.now().date()
    try:
        operations.record_fact(
            found, course_id=course.id, kind=form.kind.data, party=form.party.data, value=form.value.data or 0,
            holds_from=datetime(day.year, day.month, day.day, tzinfo=_BEIJING).astimezone(UTC),
            note=form.note.data or "", by=reader, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _register(found, reader, form, status=refusal.status)
    if form.kind.data == "approved_minutes" and form.party.data == policies.side_of(reader, found) and len(found.parties) > 1:
        flash(_("Recorded. Sales use these hours once the other side has approved them."), "done")
    else:
        flash(_("Recorded. Sales from that day on use it, unless the other side contests it."), "done")
    return see_other(".facts", contract_id=contract_id)


def contest_fact(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Say that it is not so."""
    reader, found, fact = _find(contract_id, fact_id)
    form = ContestForm()
    if not form.validate_on_submit():
        flash(_("Say what is not so, then contest."), "warning")
        return see_other(".facts", contract_id=contract_id)

    def act() -> None:
        operations.contest_fact(fact, by=reader, at=clock.now(), reason=form.reason.data or "")

    done = _("Contested. No sale uses it until it is settled; if it stands, these are put right. The answer is due in 14 days.")
    return _then_back(found, act, done)


def answer_contest(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Stand by one's own fact, and say why."""
    reader, found, fact = _find(contract_id, fact_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        flash(_("Say why it is so, then send the answer."), "warning")
        return see_other(".facts", contract_id=contract_id)
    return _then_back(
        found, lambda: operations.answer_contest(fact, by=reader, at=clock.now(), answer=form.answer.data or ""),
        _("Answered. The other side has 14 days to say whether it accepts; after that the fact counts again."),
    )  # fmt: skip


def accept_fact(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Accept after all."""
    reader, found, fact = _find(contract_id, fact_id)
    return _then_back(
        found, lambda: operations.settle_contest(fact, by=reader, at=clock.now()),
        _("Accepted. The fact counts again, and what was shared without it meanwhile is put right."),
    )  # fmt: skip


def uphold_contest(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Not be convinced."""
    reader, found, fact = _find(contract_id, fact_id)
    return _then_back(
        found, lambda: operations.uphold_contest(fact, by=reader, at=clock.now()),
        _("The fact is set aside. Either side may record another."),
    )  # fmt: skip


def approve_fact(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Say yes to the other side's teaching hours."""
    reader, found, fact = _find(contract_id, fact_id)
    return _then_back(
        found, lambda: operations.approve_fact(fact, by=reader, at=clock.now()), _("Approved. Sales from now on use these hours.")
    )


def take_back_fact(contract_id: str, fact_id: str) -> ResponseReturnValue:
    """Take one's own back."""
    reader, found, fact = _find(contract_id, fact_id)
    return _then_back(
        found, lambda: operations.take_back_fact(fact, by=reader, at=clock.now()),
        _("Taken back. Earlier sales keep it; if it was recorded less than 14 days before, they are put right."),
    )  # fmt: skip


def _then_back(found: Contract, act: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        act()
        flash(done, "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".facts", contract_id=found.public_id)


def _find(contract_id: str, fact_id: str) -> tuple[Actor, Contract, ContributionFact]:
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    fact = one_or_404(
        sa.select(ContributionFact).where(ContributionFact.contract_id == found.id, ContributionFact.public_id == fact_id)
    )
    return reader, found, fact


def _form(found: Contract) -> FactForm:
    form = FactForm()
    courses = looking.courses_of(found)
    titles = looking.course_titles(courses)
    form.course.choices = [(course.public_id, titles[course.id]) for course in courses]
    form.party.choices = list(looking.names_of([found]).items())
    return form


def _register(found: Contract, reader: Actor, form: FactForm, *, status: int = 200) -> ResponseReturnValue:
    listed = paginate(queries.facts_of(found), request.args.get("page", 1, int))
    courses = looking.courses_of(found)
    return page(
        "contracts/facts.html",
        status=status,
        contract=found,
        title=looking.title_of(found),
        facts=listed,
        names=looking.names_of([found]),
        courses=courses,
        titles=looking.course_titles(courses),
        contests={fact.id: fact.contests[-1] if fact.contests else None for fact in listed.items},
        side=policies.side_of(reader, found),
        may_approve={fact.id: policies.may_approve(reader, fact, found) for fact in listed.items},
        may_contest={fact.id: policies.may_contest(reader, fact, found) for fact in listed.items},
        may_take_back={fact.id: policies.may_take_back(reader, fact, found) for fact in listed.items},
        may=looking.may(reader, found),
        form=form,
        settlements=queries.settlements_of([fact.id for fact in listed.items]),
        replaced=queries.replaced_weights(found, clock.now()),
        now=clock.now(),
    )
