"""The shape of what finance types about receipts."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

_LARGEST = Decimal(1_000_000_000)
CURRENCIES = [(code, code) for code in ("CNY", "USD", "EUR", "HKD", "JPY")]


class ReceiptForm(FlaskForm):
    """One line of the bank statement."""

    amount = DecimalField(
        _l("Amount received"),
        validators=[
            InputRequired(_l("Type the amount as it stands on the statement.")),
            NumberRange(Decimal("0.01"), _LARGEST, _l("Type an amount above zero.")),
        ],
    )
    received_on = DateField(_l("Received on"), validators=[InputRequired(_l("Choose the day of the statement line."))])
    bank_reference = StringField(
        _l("Number of the statement line"),
        validators=[
            InputRequired(_l("Type the bank's number of this line: it keeps one line from being marked twice.")),
            Length(max=60),
        ],
    )
    first = SelectMultipleField(
        _l("Pay these invoices first"), coerce=int, validate_choice=False, validators=[Optional()],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    note = TextAreaField(_l("Note for colleagues"), validators=[Optional(), Length(max=500)])

    def offer(self, invoices: list[tuple[int, Any]]) -> None:
        """The invoices that can be named."""
        self.first.choices = invoices


class SentBackForm(FlaskForm):
    """One line of the bank statement by which money left."""

    amount = DecimalField(
        _l("Amount sent back"),
        validators=[
            InputRequired(_l("Type the amount as it stands on the statement.")),
            NumberRange(Decimal("0.01"), _LARGEST, _l("Type an amount above zero.")),
        ],
    )
    paid_on = DateField(_l("Left our bank on"), validators=[InputRequired(_l("Choose the day of the statement line."))])
    bank_reference = StringField(
        _l("Number of the statement line"),
        validators=[
            InputRequired(_l("Type the bank's number of this line: it keeps one line from being marked twice.")),
            Length(max=60),
        ],
    )


class RepaymentForm(SentBackForm):
    """The line by which a member's credit left."""

    note = TextAreaField(_l("Note for colleagues"), validators=[Optional(), Length(max=500)])


class ReasonForm(FlaskForm):
    """Why a receipt is taken back."""

    reason = StringField(
        _l("Why is it taken back?"), validators=[InputRequired(_l("Say why: it stays in the books.")), Length(max=300)]
    )


class CollectionForm(FlaskForm):
    """The account that members pay into."""

    currency = SelectField(_l("Currency"), choices=CURRENCIES, validators=[InputRequired()])
    holder = StringField(_l("Account holder"), validators=[InputRequired(_l("Type the holder's name.")), Length(max=120)])
    bank = StringField(_l("Bank and branch"), validators=[InputRequired(_l("Type the bank's name.")), Length(max=160)])
    number = StringField(_l("Account number"), validators=[InputRequired(_l("Type the account number.")), Length(max=60)])
