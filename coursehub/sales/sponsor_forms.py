"""The shape of what people type when somebody else shall pay."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from coursehub.sales.forms import Written


class SponsorForm(FlaskForm):
    """Why the employer should pay, and where a letter goes."""

    words = TextAreaField(
        _l("Why it is worth it, for your employer to read"),
        validators=[Written(_l("Write a sentence or two.")), Length(max=2000)],
    )
    email = StringField(
        _l("E-mail address of whoever decides"),
        validators=[Optional(), Length(max=254), Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("This is no e-mail address."))],
    )


class EmployerInvoiceForm(FlaskForm):
    """What an employer wants to stand beside its name on the invoice."""

    tax_number = StringField(
        _l("Tax number"),
        validators=[Optional(), Regexp(r"^[0-9A-Z]{8,20}$", message=_l("Between 8 and 20 capital letters and digits."))],
    )
    address = StringField(_l("Address of the company"), validators=[Optional(), Length(max=200)])
    reference = StringField(_l("Your own reference"), validators=[Optional(), Length(max=60)])


class DeclineForm(FlaskForm):
    """What the learner reads when the employer does not pay."""

    answer = TextAreaField(_l("What the learner reads"), validators=[Optional(), Length(max=2000)])
