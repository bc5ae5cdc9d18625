"""The shape of an adjusting entry as finance types it."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from coursehub.people.forms import Filled
from coursehub.rails import LEAST_MINOR

CHOOSE = _l("Choose an account.")
WHY = _l("Say why: a colleague confirms it, and it stays beside the books.")


class AdjustmentForm(FlaskForm):
    """Two accounts, an amount, a day and a reason."""

    debit = SelectField(_l("Debit"), validators=[InputRequired(CHOOSE)])
    credit = SelectField(_l("Credit"), validators=[InputRequired(CHOOSE)])
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in LEAST_MINOR], validators=[InputRequired()])
    amount = DecimalField(
        _l("Amount"),
        validators=[
            InputRequired(_l("Type the amount.")),
            NumberRange(Decimal("0.001"), Decimal(1_000_000_000), _l("Type an amount above zero.")),
        ],
    )
    occurred_on = DateField(_l("Happened on"), validators=[InputRequired(_l("Choose the day on which it happened."))])
    words = TextAreaField(_l("Why"), validators=[Filled(WHY), Length(max=1000)], render_kw={"rows": 2})
    reference = StringField(_l("Number at the bank or the provider"), validators=[Optional(), Length(max=120)])

    def offer(self, accounts: list[tuple[str, str]]) -> None:
        """Codes and names of the accounts to choose from."""
        self.debit.choices = self.credit.choices = [("", CHOOSE), *accounts]


class MovementEntryForm(FlaskForm):
    """What a movement at the provider was; amount, day and the provider's account follow from it."""

    other = SelectField(_l("Where it belongs"), validators=[InputRequired(CHOOSE)])
    words = TextAreaField(_l("Why"), validators=[Filled(WHY), Length(max=1000)], render_kw={"rows": 2})

    def offer(self, accounts: list[tuple[str, str]]) -> None:
        """Codes and names of the accounts to choose from."""
        self.other.choices = [("", CHOOSE), *accounts]


class TakeBackForm(FlaskForm):
    """Why an entry is taken back."""

    words = TextAreaField(_l("Why"), validators=[Filled(WHY), Length(max=1000)], render_kw={"rows": 2})


class RefundByBankForm(FlaskForm):
    """By which transfer a failed refund reached its buyer; the amount follows from the refund."""

    paid_on = DateField(_l("Left the bank on"), validators=[InputRequired(_l("Choose the day on which it left."))])
    bank_reference = StringField(
        _l("Number of the transfer at the bank"), validators=[Filled(_l("Type the number of the transfer.")), Length(max=120)]
    )
    words = TextAreaField(_l("Why"), validators=[Filled(WHY), Length(max=1000)], render_kw={"rows": 2})
