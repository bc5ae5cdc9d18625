"""The house's view of organisations: applications, rights, bank details."""

from datetime import timedelta

import sqlalchemy as sa
from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people import operations, policies, queries
from coursehub.people.forms import typed
from coursehub.people.models import Organisation, PartnerApplication
from coursehub.people.models.organisations import RIGHTS
from coursehub.people.organisation_forms import RIGHT_WORDS, AnswerForm, ReasonForm
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.web import STAFF, access, one_or_404, page, paginate, see_other, signed_in_actor

ANSWERED_WITHIN = timedelta(days=5)


@bp.get("/house/organisations")
@access(STAFF())
def house_organisations() -> ResponseReturnValue:
    """Applications that wait for an answer, and every organisation."""
    search = request.args.get("q", "").strip()
    found = paginate(queries.organisations_matching(search), request.args.get("page", 1, type=int))
    waiting = queries.waiting_applications()
    return page(
        "people/house_organisations.html",
        waiting=waiting,
        found=found,
        search=search,
        rights={o.id: queries.rights_of(o.id, clock.now()) for o in found.items},
        right_words=RIGHT_WORDS,
        answered_within=ANSWERED_WITHIN,
        applicants=queries.display_names(application.asked_by_id for application, _organisation in waiting),
    )


def _any(public_id: str) -> Organisation:
    return one_or_404(queries.organisations_visible_to(signed_in_actor()).where(Organisation.public_id == public_id))


@bp.get("/house/organisations/<public_id>")
@access(STAFF())
def house_organisation(public_id: str) -> ResponseReturnValue:
    """One organisation as the house knows it."""
    return _organisation_page(_any(public_id))


def _organisation_page(
    organisation: Organisation,
    *,
    answer: AnswerForm | None = None,
    opening: ReasonForm | None = None,
    details: operations.PayeeDetails | None = None,
    currency: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    actor = signed_in_actor()
    at = clock.now()
    applications = queries.applications_of(organisation.id)
    waiting = next((a for a in applications if a.answered_at is None), None)
    people = [i for a in applications for i in (a.asked_by_id, a.answered_by_id) if i]
    return page(
        "people/house_organisation.html", status=status, organisation=organisation, name=queries.name_of(organisation),
        waiting=waiting, due_at=waiting.asked_at + ANSWERED_WITHIN if waiting else None, applications=applications,
        names=queries.display_names(people), rights=queries.rights_of(organisation.id, at), all_rights=RIGHTS,
        right_words=RIGHT_WORDS, members=queries.members_of(organisation.id), answer=answer or AnswerForm(formdata=None),
        may_answer=policies.may_answer_applications(actor), may_grant=policies.may_grant_rights(actor),
        may_see_payee=policies.may_see_payee(actor, organisation), payees=operations.payees_of(organisation.id),
        details=details, currency=currency, opening=opening or ReasonForm(formdata=None), family=queries.family_of(organisation),
    )  # fmt: skip


@bp.post("/house/organisations/<public_id>/applications/<application_id>")
@access(STAFF("catalogue"))
def answer_application(public_id: str, application_id: str) -> ResponseReturnValue:
    """Approve or decline."""
    organisation = _any(public_id)
    application = one_or_404(
        sa.select(PartnerApplication).where(
            PartnerApplication.public_id == application_id, PartnerApplication.organisation_id == organisation.id
        )
    )
    form = AnswerForm()
    if not form.validate_on_submit():
        return _organisation_page(organisation, answer=form, status=422)
    approve = form.verdict.data == "approve"
    try:
        operations.answer_application(
            application, approve=approve, reason=typed(form.reason), by=signed_in_actor(), at=clock.now()
        )
    except operations.DeclineNeedsAReason as refusal:
        add_problem(form, "reason", refusal)
        return _organisation_page(organisation, answer=form, status=422)
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _organisation_page(organisation, answer=form, status=refusal.status)
    may = _("Approved. They may hire here now.") if application.wish == "hires" else _("Approved. They may sell here now.")
    flash(may if approve else _("Declined. They get a letter with your reason."), "done")
    return see_other("people.house_organisation", public_id=public_id)


@bp.post("/house/organisations/<public_id>/rights")
@access(STAFF("catalogue"))
def change_right(public_id: str) -> ResponseReturnValue:
    """Give or take a right."""
    organisation = _any(public_id)
    right, wish = request.form.get("right"), request.form.get("wish")
    if right not in RIGHTS or wish not in ("grant", "withdraw"):
        abort(400)
    if wish == "grant":
        operations.grant_right(organisation, right, by=signed_in_actor(), at=clock.now())
    else:
        operations.withdraw_right(organisation, right, by=signed_in_actor(), at=clock.now())
    flash(_("Saved."), "done")
    return see_other("people.house_organisation", public_id=public_id)


@bp.post("/house/organisations/<public_id>/parent")
@access(STAFF("catalogue"))
def set_parent(public_id: str) -> ResponseReturnValue:
    """Say which organisation owns this one: affiliates are blocked together."""
    organisation, wanted = _any(public_id), request.form.get("parent", "").strip()
    parent = (queries.organisation_named(wanted) or queries.organisation_by_public_id(wanted)) if wanted else None
    if wanted and parent is None:
        flash(_("No organisation is called “%(name)s”. Write its name in full.", name=wanted), "warning")
    else:
        operations.set_parent(organisation, parent, by=signed_in_actor(), at=clock.now())
        flash(_("Saved."), "done")
    return see_other("people.house_organisation", public_id=public_id)


@bp.post("/house/organisations/<public_id>/payee")
@access(STAFF("finance"))
@only_when_fresh
def house_open_payee(public_id: str) -> ResponseReturnValue:
    """Show bank and tax numbers in full, once, and log it."""
    organisation = _any(public_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _organisation_page(organisation, opening=form, status=422)
    currency = request.form.get("currency", "")
    details = operations.open_payee_details(
        organisation, reason=typed(form.reason), by=signed_in_actor(), at=clock.now(), currency=currency
    )
    return _organisation_page(organisation, details=details, currency=currency)
