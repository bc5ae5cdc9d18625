"""Signing up: a form, the same answer for every address, and a link by mail."""

from datetime import date

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from coursehub import clock
from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.people import names, operations, queries
from coursehub.people.forms import ConfirmAccountForm, SignUpForm, typed
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, asked_next, enter, require_protected_connection
from coursehub.web import PUBLIC, access, current_locale, page, see_other


@bp.get("/sign-up")
@access(PUBLIC)
def sign_up() -> ResponseReturnValue:
    """Ask for what an account needs."""
    if current_user.is_authenticated:
        return redirect(asked_next(), 303)
    return _sign_up_page(SignUpForm(formdata=None, next=asked_next()))


@bp.post("/sign-up")
@access(PUBLIC)
def open_account() -> ResponseReturnValue:
    """Open the account; what happened is told by mail only."""
    require_protected_connection()
    form = SignUpForm()
    if not (form.validate_on_submit() and _birth_date_makes_sense(form) and _guardian_is_named(form)):
        return _sign_up_page(form, status=422)
    try:
        operations.sign_up(
            display_name=typed(form.display_name),
            email=typed(form.email),
            password=typed(form.password),
            locale=current_locale(),
            birth_on=_born(form),
            guardian_email=form.guardian_email.data if _is_young(form) else None,
            network=request.remote_addr,
            at=clock.now(),
            next_path=asked_next(""),
        )
    except Refusal as refusal:
        add_problem(form, None, refusal)
        return _sign_up_page(form, status=refusal.status)
    return see_other("people.sign_up_sent")


def _sign_up_page(form: SignUpForm, status: int = 200) -> ResponseReturnValue:
    show_guardian = bool(form.guardian_email.data or form.guardian_email.errors) or _is_young(form)
    return page(
        "people/sign_up.html", status=status, form=form, show_guardian=show_guardian,
        guardian_age=current_settings().guardian_age, next=asked_next(),
    )  # fmt: skip


def _is_young(form: SignUpForm) -> bool:
    born = form.birth_on.data
    return isinstance(born, date) and queries.age_on(born, clock.now().date()) < current_settings().guardian_age


def _born(form: SignUpForm) -> date:
    return form.birth_on.data or clock.now().date()


def _birth_date_makes_sense(form: SignUpForm) -> bool:
    if date(1900, 1, 1) <= _born(form) <= clock.now().date():
        return True
    form.birth_on.errors = [_("This date cannot be a date of birth.")]
    return False


def _guardian_is_named(form: SignUpForm) -> bool:
    """Under the age, a guardian's address is needed, and it is not the young person's own."""
    if not _is_young(form):
        return True
    if not form.guardian_email.data:
        form.guardian_email.errors = [_("At your age a guardian must agree before you can buy. Enter their e-mail address.")]
        return False
    if names.email_key(form.guardian_email.data) == names.email_key(typed(form.email)):
        form.guardian_email.errors = [_("A guardian is somebody else: give an address that is not your own.")]
        return False
    return True


@bp.get("/sign-up/sent")
@access(PUBLIC)
def sign_up_sent() -> ResponseReturnValue:
    """Say that the rest is in the mail."""
    return page("people/letter_sent.html", about="sign_up")


@bp.get("/sign-up/confirm/<token>")
@access(PUBLIC)
def confirm_account(token: str) -> ResponseReturnValue:
    """Ask for the password; opening the link alone changes nothing, so mail scanners cannot confirm."""
    operations.look_at_link(token, "confirm", at=clock.now())
    return page("people/confirm_account.html", form=ConfirmAccountForm(formdata=None), token=token, next=asked_next())


@bp.post("/sign-up/confirm/<token>")
@access(PUBLIC)
def confirm_account_with_password(token: str) -> ResponseReturnValue:
    """Confirm, and sign in."""
    require_protected_connection()
    form = ConfirmAccountForm()
    status = 422
    if form.validate_on_submit():
        try:
            person = operations.confirm_account(token, password=typed(form.password), network=request.remote_addr, at=clock.now())
        except operations.WrongPassword as refusal:
            add_problem(form, "password", refusal)
        except operations.TooManyGuesses as refusal:
            add_problem(form, None, refusal)
            status = refusal.status
        else:
            return enter(person, asked_next())
    return page("people/confirm_account.html", status=status, form=form, token=token, next=asked_next())
