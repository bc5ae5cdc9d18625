"""Terms of use and privacy notice, and accepting them anew when they change."""

from flask import redirect
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.config import current_settings
from coursehub.people import legal, operations, queries
from coursehub.people.forms import AgreementsForm
from coursehub.people.views import bp
from coursehub.people.views.browser import asked_next
from coursehub.web import PUBLIC, SIGNED_IN, access, current_locale, page, signed_in_actor


@bp.get("/terms")
@access(PUBLIC)
def terms() -> ResponseReturnValue:
    """The terms of use in force, in the reader's language."""
    return _text("terms")


@bp.get("/privacy")
@access(PUBLIC)
def privacy_notice() -> ResponseReturnValue:
    """The privacy notice in force, in the reader's language."""
    return _text("privacy")


def _text(document: str) -> ResponseReturnValue:
    template = f"people/texts/{document}_{'en' if current_locale() == 'en' else 'zh'}.html"
    return page(
        template, version=legal.VERSIONS[document], guardian_age=current_settings().guardian_age, house=queries.house_name()
    )


@bp.get("/account/agreements")
@access(SIGNED_IN)
def agreements() -> ResponseReturnValue:
    """Ask to accept the texts that changed since last time."""
    changed = queries.texts_to_accept(signed_in_actor().person_id)
    if not changed:
        return redirect(asked_next(), 303)
    return page("people/agreements.html", form=AgreementsForm(formdata=None), changed=changed, next=asked_next())


@bp.post("/account/agreements")
@access(SIGNED_IN)
def accept_agreements() -> ResponseReturnValue:
    """Record the acceptance and go on."""
    actor = signed_in_actor()
    form = AgreementsForm()
    if not form.validate_on_submit():
        changed = queries.texts_to_accept(actor.person_id)
        return page("people/agreements.html", status=422, form=form, changed=changed, next=asked_next())
    operations.accept_texts(actor.person, locale=current_locale(), at=clock.now())
    return redirect(asked_next(), 303)
