"""Pages of credentials: anybody checks one, its holder decides about the name, staff may revoke it."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.catalog.models import Course, Release
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning.credentials import documents, operations, policies, queries, verification
from coursehub.learning.credentials.certificate import certificate
from coursehub.learning.credentials.forms import CheckForm, RevokeForm
from coursehub.learning.credentials.models import Credential
from coursehub.learning.queries.skills import proven_skills
from coursehub.people.queries import house
from coursehub.web import (
    PUBLIC,
    SIGNED_IN,
    STAFF,
    access,
    current_actor,
    current_locale,
    one_or_404,
    page,
    paginate,
    see_other,
    signed_in_actor,
)

bp = Blueprint("learning_credentials", __name__)


class CredentialRevoked(Refusal):
    """This credential was revoked, so there is no certificate of it any more."""

    status = 410


def _published(document: Mapping[str, Any], media_type: str) -> Response:
    """A document for machines: readable from any site, never older than a minute."""
    answer = Response(json.dumps(document, ensure_ascii=False, indent=1) + "\n", mimetype=media_type)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.get("/credentials")
@access(SIGNED_IN)
def mine() -> ResponseReturnValue:
    """What the reader holds."""
    held = queries.credentials_of(signed_in_actor().person_id)
    return page("learning/credentials/mine.html", held=[(c, queries.achievement_of(c.release_id)) for c in held])


@bp.get("/credentials/check")
@access(PUBLIC)
def ask() -> ResponseReturnValue:
    """Where a stranger brings a credential to be checked."""
    return page("learning/credentials/check.html", form=CheckForm(formdata=None), report=None)


@bp.post("/credentials/check")
@access(PUBLIC)
def check() -> ResponseReturnValue:
    """Check what was brought: an address or id leads to its page, a document is checked as it stands."""
    form = CheckForm()
    if not form.validate_on_submit():
        return page("learning/credentials/check.html", status=422, form=form, report=None)
    if form.document is None:
        if db.session.execute(queries.credential_for_everybody(form.public_id)).first() is None:
            form.what.errors = [_("There is no credential of ours with this id or address.")]
            return page("learning/credentials/check.html", status=422, form=form, report=None)
        return see_other("learning_credentials.show", public_id=form.public_id)
    report = verification.check_document(form.document, at=clock.now())
    outdated = report.credential is not None and not verification.is_current(form.document, report.credential)
    return page("learning/credentials/check.html", form=form, report=report, outdated=outdated)


@bp.get("/credentials/<public_id>")
@access(PUBLIC)
def show(public_id: str) -> ResponseReturnValue:
    """A credential, checked at this moment and shown as its holder chose."""
    credential = one_or_404(queries.credential_for_everybody(public_id))
    wanted = request.accept_mimetypes
    if wanted and not wanted.accept_html and (wanted["application/vc"] or wanted.accept_json):
        return _published(credential.document, "application/vc")
    actor = current_actor()
    answer = make_response(
        page(
            "learning/credentials/show.html",
            credential=credential,
            what=queries.achievement_of(credential.release_id),
            course_slug=_slug_of(credential),
            house=queries.house_names(),
            report=verification.check_credential(credential, at=clock.now()),
            skills=proven_skills(credential.release_id, current_locale()),
            mine=actor is not None and policies.may_choose_name(actor, credential),
            may_revoke=actor is not None and policies.may_revoke(actor),
            revoke_form=RevokeForm(formdata=None),
            locale=current_locale(),
            address=queries.places().credential(public_id),
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _slug_of(credential: Credential) -> str:
    found = sa.select(Course.slug).join(Release, Release.course_id == Course.id).where(Release.id == credential.release_id)
    return db.session.execute(found).scalar_one()


@bp.get("/credentials/<public_id>.json")
@access(PUBLIC)
def document(public_id: str) -> ResponseReturnValue:
    """The signed document, for anybody's software."""
    return _published(one_or_404(queries.credential_for_everybody(public_id)).document, "application/vc")


@bp.get("/credentials/<public_id>.pdf")
@access(PUBLIC)
def printed(public_id: str) -> ResponseReturnValue:
    """The certificate. A revoked credential has none."""
    credential = one_or_404(queries.credential_for_everybody(public_id))
    if credential.revoked_at is not None:
        raise CredentialRevoked
    answer = make_response(certificate(credential))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="credential-{credential.public_id}.pdf"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@bp.post("/credentials/<public_id>/name")
@access(SIGNED_IN)
def choose_name(public_id: str) -> ResponseReturnValue:
    """The holder shows or hides their name."""
    actor = signed_in_actor()
    credential = one_or_404(queries.credential_for_everybody(public_id))
    if credential.person_id != actor.person_id:
        abort(404)
    shown = request.form.get("shown") == "1"
    operations.choose_name(credential, shown=shown, by=actor, at=clock.now())
    flash(
        _("Your name is shown now.") if shown else _("Your name is hidden now. Copies that were made before still bear it."),
        "done",
    )
    return see_other("learning_credentials.show", public_id=public_id)


@bp.get("/house/credentials")
@access(STAFF("catalogue", "support"))
def issued() -> ResponseReturnValue:
    """Everything that was issued, newest first, for staff."""
    listed = paginate(queries.credentials_visible_to(signed_in_actor()), request.args.get("page", 1, type=int))
    return page("learning/credentials/issued.html", listed=listed)


@bp.post("/house/credentials/<public_id>/revocation")
@access(STAFF("catalogue", "support"))
def revoke(public_id: str) -> ResponseReturnValue:
    """Take a credential back, with a reason that everybody reads."""
    credential = one_or_404(queries.credential_for_everybody(public_id))
    form = RevokeForm()
    if not form.validate_on_submit():
        flash(_("Say why; the holder and whoever checks it will read it."), "warning")
        return see_other("learning_credentials.show", public_id=public_id)
    try:
        operations.revoke_credential(credential, reason=form.reason.data or "", by=signed_in_actor(), at=clock.now())
        flash(_("The credential is revoked. Whoever checks it sees that at once."), "done")
    except Refusal as refusal:
        flash(str(refusal), "warning")
    return see_other("learning_credentials.show", public_id=public_id)


@bp.get("/status/<int:number>")
@access(PUBLIC)
def status(number: int) -> ResponseReturnValue:
    """A signed status list: one bit per credential, set when it was revoked."""
    return _published(one_or_404(queries.status_list_numbered(number)).document, "application/vc")


@bp.get("/issuers/<name>")
@access(PUBLIC)
def issuer(name: str) -> ResponseReturnValue:
    """Who signs, with every key whose signatures count; or an organisation whose courses lead to credentials."""
    places = queries.places()
    if name == "house":
        house()  # answers with a sentence before the house is founded
        keys = [(key.public_id, key.public_multibase) for key in queries.trusted_keys()]
        return _published(documents.issuer(places, queries.house_names(), keys), "application/did+ld+json")
    organisation = one_or_404(queries.author_of_courses(name))
    names = documents.Names(organisation.name, organisation.name_en)
    return _published(documents.author(places, organisation.public_id, names), "application/ld+json")
