"""The shape of what people type about themselves; whether it is allowed is the operations' business."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from coursehub.people import names, passwords

LANGUAGES = [("zh-CN", "中文"), ("en", "English")]


def typed(field: Any) -> str:
    """What was typed into a field, as text."""
    return str(field.data or "")


def chosen(field: Any) -> list[str]:
    """Which boxes were ticked."""
    return [str(value) for value in field.data or []]


class Filled:
    """Something must be typed: blanks, invisible characters and an empty field do not count."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads a plain dict from the class

    def __init__(self, message: Any) -> None:
        """The sentence the reader sees."""
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        """Stop further checks when nothing was typed."""
        if not names.tidy(str(field.data or "")):
            field.errors[:] = []
            raise StopValidation(self.message)


class Address:
    """An e-mail address; it is kept in its tidy spelling."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Replace the typed text by its tidy form, or refuse it."""
        tidy = names.tidy_email(field.data or "")
        if tidy is None:
            raise ValidationError(_l("This does not look like an e-mail address, such as ada@example.org."))
        field.data = tidy


class GoodPassword:
    """Long enough and not among the first that are tried."""

    def __call__(self, form: Any, field: Any) -> None:
        """Compare with what the form itself tells about the person."""
        about = [form[name].data or "" for name in ("email", "display_name") if name in form]
        if problem := passwords.weakness(field.data or "", about=about):
            raise ValidationError(problem)


def _email(label: Any, **more: Any) -> EmailField:
    checks = [Filled(_l("Enter an e-mail address.")), Address()]
    return EmailField(label, validators=checks, render_kw={"autocomplete": "email", "spellcheck": "false", **more})


def _new_password() -> PasswordField:
    checks = [InputRequired(_l("Choose a password.")), GoodPassword()]
    return PasswordField(_l("New password"), validators=checks, render_kw={"autocomplete": "new-password"})


def _current_password(label: Any) -> PasswordField:
    return PasswordField(
        label, validators=[InputRequired(_l("Enter your password."))], render_kw={"autocomplete": "current-password"}
    )


def _display_name() -> StringField:
    checks = [
        Filled(_l("Enter the name others should see.")),
        Length(max=80, message=_l("A name can have at most 80 characters.")),
    ]
    return StringField(_l("Your name"), validators=checks, render_kw={"autocomplete": "name"})


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(
        _l("E-mail address"), validators=[Filled(_l("Enter an e-mail address."))], render_kw={"autocomplete": "username"}
    )
    password = _current_password(_l("Password"))
    next = HiddenField()


class CodeForm(FlaskForm):
    """The second step."""

    code = StringField(
        _l("Code from your app"),
        validators=[Filled(_l("Enter the code."))],
        render_kw={"autocomplete": "one-time-code", "class": "short", "spellcheck": "false"},
    )


class SignUpForm(FlaskForm):
    """A new account."""

    display_name = _display_name()
    email = _email(_l("E-mail address"))
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Choose a password.")), GoodPassword()],
        render_kw={"autocomplete": "new-password"},
    )
    birth_on = DateField(
        _l("Date of birth"),
        validators=[InputRequired(_l("Enter your date of birth."))],
        render_kw={"autocomplete": "bday", "class": "short"},
    )
    guardian_email = EmailField(
        _l("Your guardian's e-mail address"), validators=[Optional(), Address()], render_kw={"autocomplete": "off"}
    )
    accepts = BooleanField(
        _l("I accept the terms of use and the privacy notice"),
        validators=[InputRequired(_l("An account needs your agreement to both texts."))],
    )
    next = HiddenField()


class ConfirmAccountForm(FlaskForm):
    """The password chosen at sign-up."""

    password = _current_password(_l("The password you chose"))


class AddressForm(FlaskForm):
    """One address: for a reset or a new address."""

    email = _email(_l("E-mail address"))


class NewPasswordForm(FlaskForm):
    """A new password, chosen through a reset link."""

    password = _new_password()


class ChangePasswordForm(FlaskForm):
    """The old password and the new one."""

    current = _current_password(_l("Current password"))
    password = _new_password()


class NameForm(FlaskForm):
    """The name others see and the language of letters."""

    display_name = _display_name()
    locale = RadioField(_l("Language of pages and letters"), choices=LANGUAGES, validators=[InputRequired()])


class GuardianForm(FlaskForm):
    """A guardian's address."""

    email = _email(_l("Your guardian's e-mail address"), autocomplete="off")


class AgreementsForm(FlaskForm):
    """Accepting texts that changed."""

    accepts = BooleanField(
        _l("I accept the terms of use and the privacy notice"),
        validators=[InputRequired(_l("An account needs your agreement to both texts."))],
    )
    next = HiddenField()


class ConfirmItIsYouForm(FlaskForm):
    """Password, and code where a second step is on, before something that matters."""

    password = _current_password(_l("Password"))
    code = StringField(
        _l("Code from your app, or a recovery code"),
        validators=[Optional()],
        render_kw={"autocomplete": "one-time-code", "class": "short", "spellcheck": "false"},
    )
    next = HiddenField()
