"""The shape of what is typed about organisations."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from coursehub.people.accounts import PAID_IN, compact, is_bic, is_cnaps, is_iban, looks_like_iban
from coursehub.people.forms import Address, Filled
from coursehub.people.models.organisations import ROLES, STAFF_ROLES

ROLE_WORDS = {
    "owner": _l("Owner"),
    "author": _l("Author"),
    "teacher": _l("Teacher"),
    "finance": _l("Finance"),
    "hr": _l("HR"),
    "staff_catalogue": _l("Staff: catalogue"),
    "staff_finance": _l("Staff: finance"),
    "staff_support": _l("Staff: support"),
}
RIGHT_WORDS = {"sells": _l("Sells courses"), "hires": _l("Hires people"), "member": _l("Member of the alliance")}
COUNTRIES = [
    ("CN", _l("China")),
    ("HK", _l("Hong Kong, China")),
    ("MO", _l("Macao, China")),
    ("TW", _l("Taiwan, China")),
    ("SG", _l("Singapore")),
    ("JP", _l("Japan")),
    ("KR", _l("South Korea")),
    ("MY", _l("Malaysia")),
    ("DE", _l("Germany")),
    ("FR", _l("France")),
    ("GB", _l("United Kingdom")),
    ("US", _l("United States")),
    ("CA", _l("Canada")),
    ("AU", _l("Australia")),
]


class TickBoxes(SelectMultipleField):
    """Several choices as a list of tick boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class AccountNumber:
    """Digits, or an IBAN whose check digits are right; blanks and hyphens are dropped."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Keep the compact spelling, or refuse."""
        field.data = compact(field.data)
        if not re.fullmatch(r"[A-Z0-9]{8,34}", field.data):
            raise ValidationError(_l("An account number has 8 to 34 digits or letters."))
        if looks_like_iban(field.data) and not is_iban(field.data):
            raise ValidationError(_l("The check digits of this IBAN are not right. Compare it with a bank statement."))


class BankCode:
    """A BIC, or the 12 digits of a branch in China; blanks and hyphens are dropped."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Keep the compact spelling, or refuse."""
        field.data = compact(field.data)
        if not is_bic(field.data) and not is_cnaps(field.data):
            raise ValidationError(_l("A BIC has 8 or 11 letters and digits; a branch's CNAPS number has 12 digits."))


class TaxNumber:
    """Letters and digits only; blanks and hyphens are dropped."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Keep the compact spelling, or refuse."""
        field.data = compact(field.data)
        if not re.fullmatch(r"[A-Z0-9]{5,30}", field.data):
            raise ValidationError(_l("A tax number has 5 to 30 digits or letters."))


class OrganisationForm(FlaskForm):
    """What an organisation is called."""

    name = StringField(_l("Name"), validators=[Filled(_l("Enter a name.")), Length(max=120)])
    name_en = StringField(_l("Name in English"), validators=[Optional(), Length(max=120)])


class InviteForm(FlaskForm):
    """Whom to invite, as what."""

    email = StringField(_l("E-mail address"), validators=[Filled(_l("Enter an e-mail address.")), Address()])
    roles = TickBoxes(_l("Roles"), validators=[InputRequired(_l("Choose at least one role."))])


class RolesForm(FlaskForm):
    """Which roles a member has."""

    roles = TickBoxes(_l("Roles"), validators=[InputRequired(_l("Choose at least one role."))])


class ApplyForm(FlaskForm):
    """Why the house should list an organisation's courses."""

    about = TextAreaField(
        _l("What you teach, and to whom"),
        validators=[
            Filled(_l("Say what you teach.")),
            Length(min=40, max=4000, message=_l("Write between 40 and 4,000 characters.")),
        ],
        render_kw={"rows": 8},
    )
    website = StringField(
        _l("Website"),
        validators=[Optional(), Length(max=300), Regexp(r"^https?://[^\s/]+\.[^\s]+$", message=_l("Begin with https://."))],
    )


class HireForm(ApplyForm):
    """Why the house should let an organisation hire here."""

    about = TextAreaField(
        _l("Whom you would hire, and for which work"),
        validators=[
            Filled(_l("Say whom you would hire.")),
            Length(min=40, max=4000, message=_l("Write between 40 and 4,000 characters.")),
        ],
        render_kw={"rows": 8},
    )


class PayeeForm(FlaskForm):
    """Bank and tax details, for every currency or for one."""

    currency = SelectField(
        _l("For payouts in"),
        choices=[("", _l("every currency without an account of its own")), *((code, code) for code in PAID_IN)],
        default="",
    )
    holder = StringField(_l("Account holder"), validators=[Filled(_l("Enter the account holder.")), Length(max=120)])
    bank = StringField(_l("Bank and branch"), validators=[Filled(_l("Enter the bank.")), Length(max=160)])
    account = StringField(
        _l("Account number or IBAN"),
        validators=[Filled(_l("Enter the account number.")), AccountNumber()],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    bank_code = StringField(
        _l("BIC, or the branch's CNAPS number"),
        validators=[Optional(), BankCode()],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    tax_number = StringField(
        _l("Tax number"),
        validators=[Filled(_l("Enter the tax number.")), TaxNumber()],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    country = SelectField(_l("Country or region of tax residence"), choices=COUNTRIES, validators=[InputRequired()])


class ReasonForm(FlaskForm):
    """A reason that the person or organisation concerned can read."""

    reason = TextAreaField(_l("Reason"), validators=[Filled(_l("Say why.")), Length(max=1000)], render_kw={"rows": 3})


class AnswerForm(FlaskForm):
    """The house's answer to an application."""

    verdict = RadioField(
        _l("Answer"),
        choices=[("approve", _l("Approve")), ("decline", _l("Do not approve"))],
        validators=[InputRequired(_l("Choose an answer."))],
    )
    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=2000)], render_kw={"rows": 4})


class OpenProfileForm(ReasonForm):
    """Which personal fields support needs, and why."""

    fields = TickBoxes(
        _l("What you need to see"),
        choices=[
            ("display_name", _l("Display name")),
            ("email", _l("E-mail address")),
            ("birth_on", _l("Date of birth")),
            ("guardian_email", _l("Guardian's e-mail address")),
        ],
        validators=[InputRequired(_l("Choose at least one."))],
    )


def role_choices(roles: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Roles with their words, in declared order."""
    return [(role, ROLE_WORDS[role]) for role in (*ROLES, *STAFF_ROLES) if role in roles]
