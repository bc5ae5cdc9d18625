"""The shape of what people type when they give a course to somebody else."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp


class GiftForm(FlaskForm):
    """For whom, with which words, on which day; and the coupon that the price was shown with."""

    email = StringField(
        _l("E-mail address of whom it is for"),
        validators=[Optional(), Length(max=254), Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=_l("This is no e-mail address."))],
    )
    words = TextAreaField(_l("Your words to them"), validators=[Optional(), Length(max=2000)])
    letter_on = DateField(_l("Day on which the letter goes out"), validators=[Optional()])
    coupon = StringField(_l("Coupon code"), validators=[Optional(), Length(max=64)])
