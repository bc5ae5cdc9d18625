"""Signing in and out, the second step, and confirming that it is you."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import abort, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from coursehub import clock
from coursehub.config import current_settings
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import demo_cast, operations, own, passkeys, sessions
from coursehub.people.forms import CodeForm, ConfirmItIsYouForm, SignInForm, typed
from coursehub.people.models import Person
from coursehub.people.tokens import token_hash
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, asked_next, enter, require_protected_connection
from coursehub.web import PUBLIC, SIGNED_IN, access, page, see_other, signed_in_actor
from coursehub.web.audiences import from_loopback

_HALF = "half_signed_in"
_HALF_FOR = timedelta(minutes=10)


def _demo_people() -> list[demo_cast.Member]:
    return demo_cast.members() if current_settings().demo and from_loopback() else []


@bp.get("/sign-in")
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password."""
    if current_user.is_authenticated:
        return redirect(asked_next(), 303)
    form = SignInForm(formdata=None, next=asked_next())
    return page("people/sign_in.html", form=form, demo_people=_demo_people(), next=asked_next())


@bp.post("/sign-in")
@access(PUBLIC)
def give_password() -> ResponseReturnValue:
    """Check them; whoever has a second step is asked for it next."""
    require_protected_connection()
    form = SignInForm()
    status = 422
    if form.validate_on_submit():
        try:
            person = operations.check_password(
                typed(form.email), typed(form.password), network=request.remote_addr, at=clock.now()
            )
        except Refusal as refusal:
            add_problem(form, None, refusal)
            status = refusal.status
        else:
            if operations.has_second_step(person):
                _remember_half(person, asked_next())
                return see_other("people.ask_for_code")
            return enter(person, asked_next())
    return page("people/sign_in.html", status=status, form=form, demo_people=_demo_people(), next=asked_next())


def _remember_half(person: Person, target: str) -> None:
    session.clear()
    session[_HALF] = {
        "person": person.public_id,
        "until": (clock.now() + _HALF_FOR).isoformat(),
        "password": token_hash(person.password_hash or "")[:16],  # a changed password ends the half as well
        "next": target,
    }


def _half_signed_in() -> Person | None:
    half = session.get(_HALF)
    if not half or datetime.fromisoformat(half["until"]) < clock.now():
        return None
    person = db.session.execute(
        sa.select(Person).where(Person.public_id == half["person"], Person.erased_at.is_(None))
    ).scalar_one_or_none()
    if person is None or token_hash(person.password_hash or "")[:16] != half["password"]:
        return None
    return person


@bp.get("/sign-in/code")
@access(PUBLIC)
def ask_for_code() -> ResponseReturnValue:
    """Ask for the code of the second step."""
    if _half_signed_in() is None:
        return see_other("people.sign_in")
    return page("people/code.html", form=CodeForm(formdata=None))


@bp.post("/sign-in/code")
@access(PUBLIC)
def give_code() -> ResponseReturnValue:
    """Check the code, then sign in."""
    person = _half_signed_in()
    if person is None:
        flash(_("That took too long. Enter your password again."), "warning")
        return see_other("people.sign_in")
    form = CodeForm()
    status = 422
    if form.validate_on_submit():
        try:
            operations.check_second_step(person, typed(form.code), network=request.remote_addr, at=clock.now())
        except Refusal as refusal:
            add_problem(form, "code", refusal)
            status = refusal.status
        else:
            return enter(person, session[_HALF]["next"])
    return page("people/code.html", status=status, form=form)


@bp.post("/sign-in/demo")
@access(PUBLIC)
def sign_in_as_demo_person() -> ResponseReturnValue:
    """On a demo, from the machine itself: become one of its invented people."""
    chosen = next((m.person for m in _demo_people() if m.person.public_id == request.form.get("person")), None)
    if chosen is None:
        abort(404)
    return enter(chosen, asked_next())


@bp.post("/sign-out")
@access(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session; harmless for somebody who is not signed in."""
    if current_user.is_authenticated:
        operations.end_looks(current_user.row, at=clock.now())
        operations.end_session(current_user.row, at=clock.now())
    sessions.close_browser_session()
    flash(_("You are signed out."), "done")
    return see_other("people.sign_in")


@bp.get("/account/confirm-it-is-you")
@access(SIGNED_IN)
def confirm_it_is_you() -> ResponseReturnValue:
    """Ask for the password once more before something that matters."""
    form = ConfirmItIsYouForm(formdata=None, next=asked_next(url_for("people.account")))
    return _ask_again(form)


@bp.post("/account/confirm-it-is-you")
@access(SIGNED_IN)
def give_password_again() -> ResponseReturnValue:
    """Make this session fresh and go back to what was being done."""
    require_protected_connection()
    form = ConfirmItIsYouForm()
    row = sessions.current_session()
    if row is None:
        abort(403)
    if not form.validate_on_submit():
        return _ask_again(form, status=422)
    person = signed_in_actor().person
    try:
        token = operations.confirm_it_is_you(
            row, person, password=typed(form.password), code=typed(form.code), network=request.remote_addr, at=clock.now()
        )
    except operations.WrongCode as refusal:
        add_problem(form, "code", refusal)
        return _ask_again(form, status=refusal.status)
    except operations.WrongSignIn:
        form.password.errors = [_("This is not your password.")]
        return _ask_again(form, status=422)
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _ask_again(form, status=refusal.status)
    sessions.open_browser_session(token, row, person)
    return redirect(asked_next(url_for("people.account")), 303)


def _passkey_options() -> str:
    """What the browser is asked for instead of the password; empty for those who have no passkey."""
    session, held = sessions.current_session(), own.passkeys(signed_in_actor())
    if session is None or not held:
        return ""
    challenge = passkeys.new_challenge("confirm", session.public_id, at=clock.now())
    return passkeys.request_options(challenge, known=[one.credential_id for one in held])


def _ask_again(form: ConfirmItIsYouForm, status: int = 200) -> ResponseReturnValue:
    person = signed_in_actor().person
    is_demo_person = any(m.person.id == person.id for m in _demo_people())
    return page(
        "people/confirm_it_is_you.html", status=status, form=form, is_demo_person=is_demo_person,
        has_second_step=operations.has_second_step(person), next=asked_next(url_for("people.account")),
        passkey_options=_passkey_options(),
    )  # fmt: skip
