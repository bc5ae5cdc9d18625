"""Which letters the reader wants."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from coursehub import clock
from coursehub.people import operations
from coursehub.people.forms import chosen
from coursehub.people.organisation_forms import TickBoxes
from coursehub.people.views import bp
from coursehub.web import SIGNED_IN, access, page, see_other, signed_in_actor

KIND_WORDS = {
    "learning": _l("Courses and credentials of mine"),
    "questions": _l("Answers to my questions"),
    "teaching": _l("Questions in courses I teach"),
    "authoring": _l("Courses I write: uploads and reviews"),
    "reviews": _l("Courses that wait for my review"),
    "contracts": _l("Proposals and contracts"),
    "support": _l("Answers from support"),
    "consent": _l("Consents: who asks to see me, and what they answered"),
    "career": _l("My profile: when it waits for my confirmation"),
    "hiring": _l("Hiring: openings, applications, interviews, offers and starts"),
    "work": _l("Part-time work: proposals, weeks, approvals and disputes"),
    "reports": _l("Reports of mine, and words of mine that were hidden"),
}


class LettersForm(FlaskForm):
    """The kinds of letter that are wanted."""

    kinds = TickBoxes(_l("Write to me about"), choices=list(KIND_WORDS.items()))


@bp.get("/account/letters")
@access(SIGNED_IN)
def edit_letters() -> ResponseReturnValue:
    """Show what comes and what does not."""
    form = LettersForm(formdata=None, kinds=operations.kinds_wanted(signed_in_actor().person_id))
    return page("people/letter_choices.html", form=form)


@bp.post("/account/letters")
@access(SIGNED_IN)
def choose_letters() -> ResponseReturnValue:
    """Remember the choice."""
    form = LettersForm()
    if not form.validate_on_submit():
        return page("people/letter_choices.html", status=422, form=form)
    operations.choose_letters(chosen(form.kinds), by=signed_in_actor(), at=clock.now())
    flash(_("Saved."), "done")
    return see_other("people.account")
