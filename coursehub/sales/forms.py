"""The shape of what people type about offerings, orders and refunds; whether it is allowed is the operations' business."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from coursehub import rails
from coursehub.sales.instalments import MOST
from coursehub.web.amounts import minor_of

CURRENCIES = [(code, code) for code in rails.LEAST_MINOR]
_LARGEST = Decimal(10_000_000)


class Written:
    """Something must be written; blanks do not count."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads a plain dict from the class

    def __init__(self, message: Any) -> None:
        """The sentence the reader sees."""
        self.message = message

    def __call__(self, _form: Any, field: Any) -> None:
        """Stop when there are only blanks."""
        if not str(field.data or "").strip():
            field.errors[:] = []
            raise StopValidation(self.message)


def bps_of(percent: Decimal) -> int:
    """A typed percentage in basis points. Raises ValidationError beyond two decimals."""
    scaled = percent * 100
    if scaled != scaled.to_integral_value():
        raise ValidationError(_l("At most two decimal places."))
    return int(scaled)


class CheckoutForm(FlaskForm):
    """A coupon, if the buyer has one, and whether the price is paid in parts."""

    coupon = StringField(_l("Coupon code"), validators=[Optional(), Length(max=64)])
    by_parts = BooleanField(_l("In monthly parts"))


class ContestSaleForm(FlaskForm):
    """Why a sale came otherwise than it is booked."""

    reason = TextAreaField(_l("What is not so"), validators=[Written(_l("Say what is not so.")), Length(max=1000)])


class ContestWordForm(FlaskForm):
    """Why a contested sale came as it is booked."""

    answer = TextAreaField(_l("Why it came so"), validators=[Written(_l("Say why it came so.")), Length(max=1000)])


class OfferingForm(FlaskForm):
    """Price, tax, seats and refund window of a course."""

    price = DecimalField(
        _l("Price, tax included"),
        validators=[InputRequired(_l("Type a price; 0 makes the course free.")), NumberRange(Decimal(0), _LARGEST)],
    )
    currency = SelectField(_l("Currency"), choices=CURRENCIES, validators=[InputRequired()])
    tax_percent = DecimalField(
        _l("Tax contained in the price, in percent"),
        default=Decimal(0),
        validators=[InputRequired(), NumberRange(Decimal(0), Decimal(100))],
    )
    seats_limit = IntegerField(_l("Number of seats"), validators=[Optional(), NumberRange(1, 1_000_000)])
    refund_days = IntegerField(
        _l("Days for a refund without questions"), default=7, validators=[InputRequired(), NumberRange(0, 365)]
    )
    instalments = IntegerField(
        _l("Most monthly parts of the price"), default=1, validators=[Optional(), NumberRange(1, MOST, _l("Give 1 to 6."))]
    )

    def validate_price(self, field: Any) -> None:
        """No more decimals than the currency has."""
        minor_of(field.data, self.currency.data)

    def validate_tax_percent(self, field: Any) -> None:
        """Basis points at most."""
        bps_of(field.data)


class LinkForm(FlaskForm):
    """A name for the maker's eyes, and where the link leads."""

    name = StringField(
        _l("Where you will use it"),
        validators=[Written(_l("Give the link a name, such as “newsletter in May”.")), Length(max=80)],
    )
    course = SelectField(_l("Leads to"))


class CouponForm(FlaskForm):
    """Code, what it takes off, who bears it, how often, when, and for which courses."""

    code = StringField(
        _l("Coupon code"),
        validators=[
            Written(_l("Give the coupon a code.")),
            Length(3, 32, _l("Between 3 and 32 characters.")),
            Regexp(r"^[\w-]+$", message=_l("Letters, digits, hyphen and underline only.")),
        ],
    )
    kind = RadioField(
        _l("Takes off"),
        choices=[("percent", _l("a percentage")), ("fixed", _l("a fixed amount"))],
        default="percent",
        validators=[InputRequired()],
    )
    percent = DecimalField(_l("Percent"), validators=[Optional(), NumberRange(Decimal("0.01"), Decimal(100))])
    amount = DecimalField(_l("Amount"), validators=[Optional(), NumberRange(Decimal("0.01"), _LARGEST)])
    currency = SelectField(_l("Currency"), choices=CURRENCIES, validators=[InputRequired()])
    borne_by = RadioField(_l("Who bears it"), validators=[InputRequired()])
    uses_limit = IntegerField(_l("How often it may be used"), validators=[Optional(), NumberRange(1, 1_000_000)])
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first day."))])
    ends_on = DateField(_l("Last day"), validators=[Optional()])
    courses = SelectMultipleField(
        _l("Only for these courses"),
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_percent(self, field: Any) -> None:
        """Needed when a percentage was chosen."""
        if self.kind.data == "percent":
            if field.data is None:
                raise ValidationError(_l("Say how many percent."))
            bps_of(field.data)

    def validate_amount(self, field: Any) -> None:
        """Needed when a fixed amount was chosen."""
        if self.kind.data == "fixed":
            if field.data is None:
                raise ValidationError(_l("Say how much."))
            minor_of(field.data, self.currency.data)

    def validate_ends_on(self, field: Any) -> None:
        """Not before it begins."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("The last day is before the first."))


class BundleForm(FlaskForm):
    """Names, words, courses and price of a bundle."""

    name = StringField(_l("Name in Chinese"), validators=[Written(_l("Give the bundle a name in Chinese.")), Length(max=120)])
    name_en = StringField(_l("Name in English"), validators=[Written(_l("Give the bundle a name in English.")), Length(max=120)])
    about = TextAreaField(
        _l("Why together, in Chinese"),
        validators=[Written(_l("Say in Chinese why these courses belong together.")), Length(max=1000)],
    )
    about_en = TextAreaField(
        _l("Why together, in English"),
        validators=[Written(_l("Say in English why these courses belong together.")), Length(max=1000)],
    )
    courses = SelectMultipleField(
        _l("Courses in it"),
        validators=[InputRequired(_l("Choose at least two courses."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    price = DecimalField(
        _l("Price of the bundle, tax included"),
        validators=[InputRequired(_l("Type a price.")), NumberRange(Decimal("0.01"), _LARGEST)],
    )
    currency = SelectField(_l("Currency"), choices=CURRENCIES, validators=[InputRequired()])
    refund_days = IntegerField(
        _l("Days for a refund without questions"), default=7, validators=[InputRequired(), NumberRange(0, 365)]
    )

    def validate_price(self, field: Any) -> None:
        """No more decimals than the currency has."""
        minor_of(field.data, self.currency.data)


class BundleOrderForm(FlaskForm):
    """The price that the buyer saw when they pressed the button, and whether it is paid in parts."""

    seen_minor = IntegerField(validators=[InputRequired(), NumberRange(0)])
    by_parts = BooleanField(_l("In monthly parts"))


class RefundForm(FlaskForm):
    """Why the buyer wants the money back; after the window staff read it."""

    reason = TextAreaField(_l("Why do you want your money back?"), validators=[Length(max=4000)])
    part = StringField(_l("Course"), default="", validators=[Optional(), Length(max=8)])


class RequestAnswerForm(FlaskForm):
    """Staff's answer to a request for a refund."""

    decision = RadioField(
        _l("Decision"),
        choices=[("approved", _l("Give back")), ("declined", _l("Do not give back"))],
        validators=[InputRequired(_l("Decide."))],
    )
    amount = DecimalField(_l("Amount to give back"), validators=[Optional(), NumberRange(Decimal("0.01"), _LARGEST)])
    answer = TextAreaField(_l("What the buyer reads"), validators=[Written(_l("Write a sentence or two.")), Length(max=4000)])


class GiveRefundForm(FlaskForm):
    """Money that staff give back of their own accord."""

    part = SelectField(_l("What goes back"), default="")
    amount = DecimalField(_l("Amount to give back"), validators=[Optional(), NumberRange(Decimal("0.01"), _LARGEST)])
    why = TextAreaField(_l("Why"), validators=[Written(_l("Say why; the house reads it beside the order.")), Length(max=4000)])
    answer = TextAreaField(_l("What the buyer reads"), validators=[Written(_l("Write a sentence or two.")), Length(max=4000)])


class SupportForm(FlaskForm):
    """A question to the house."""

    order = SelectField(_l("About an order"), default="")
    text = TextAreaField(_l("Your message"), validators=[Written(_l("Write what you want to know.")), Length(max=4000)])


class AnswerForm(FlaskForm):
    """Staff's answer to a message."""

    text = TextAreaField(_l("Reply to the learner"), validators=[Written(_l("Write an answer.")), Length(max=4000)])
