"""The shape of what finance types about payouts."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, DecimalField, Field, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from coursehub.payouts.paydays import MINIMUM_MINOR
from coursehub.rails import STRIPE, account_rail


def _countries() -> list[tuple[str, str]]:
    """Where the payment provider opens accounts, by their names in the reader's language."""
    names, countries = get_locale().territories, account_rail(STRIPE).countries()
    return sorted(((code, names.get(code, code)) for code in countries), key=lambda each: each[1])


class PrepareForm(FlaskForm):
    """On which day a run leaves."""

    pay_on = DateField(_l("Paid on"), validators=[InputRequired(_l("Choose the day on which the bank pays."))])


class CalendarForm(FlaskForm):
    """The day of the month, and the smallest payout in each currency; see `amounts`."""

    day = IntegerField(
        _l("Day of the month"),
        validators=[
            InputRequired(_l("Type a day from 1 to 28: every month has them.")),
            NumberRange(1, 28, _l("Type a day from 1 to 28: every month has them.")),
        ],
    )

    @property
    def amounts(self) -> dict[str, Field]:
        """The fields of the smallest amounts by currency."""
        return {currency: self[f"minimum_{currency}"] for currency in MINIMUM_MINOR}


for _currency in MINIMUM_MINOR:
    _amount = DecimalField(
        _l("Smallest payout in %(currency)s", currency=_currency),
        validators=[
            InputRequired(_l("Type the smallest amount that is paid.")),
            NumberRange(Decimal("0.01"), Decimal(1_000_000), _l("Type an amount above zero.")),
        ],
    )
    setattr(CalendarForm, f"minimum_{_currency}", _amount)


class RailAccountForm(FlaskForm):
    """In which country a partner is at home, so that the payment provider can open it an account there."""

    country = SelectField(
        _l("Country or region where the organisation is at home"),
        choices=_countries,
        validators=[InputRequired(_l("Choose the country or region."))],
    )


class AnswerForm(FlaskForm):
    """The bank's file."""

    file = FileField(_l("File of the bank"), validators=[FileRequired(_l("Choose the bank's file."))])


class StatementForm(FlaskForm):
    """A statement of the bank, and of which of our accounts it is."""

    account = SelectField(_l("Account"), coerce=int, validators=[InputRequired(_l("Choose the account."))])
    file = FileField(_l("File of the bank"), validators=[FileRequired(_l("Choose the bank's file."))])

    def offer(self, accounts: Sequence[tuple[str, str, str]]) -> None:
        """Our accounts: number, currency and bank of each."""
        self.accounts = list(accounts)
        self.account.choices = [
            (n, f"{currency} · {bank} · {number}") for n, (number, currency, bank) in enumerate(self.accounts)
        ]

    @property
    def chosen(self) -> tuple[str, str]:
        """Number and currency of the account that was chosen."""
        number, currency, _bank = self.accounts[self.account.data]
        return number, currency


class GivingUpForm(FlaskForm):
    """How a reversal that the provider refused ends."""

    ending = RadioField(
        _l("How it ends"),
        choices=[
            ("keeps", _l("The partner has the money and keeps it: the payout stays as it was")),
            ("back", _l("The money came back another way: it is at the provider")),
            ("lost", _l("The partner never had the money: the house bears it")),
        ],
        validators=[InputRequired(_l("Say how it ends."))],
    )
    words = TextAreaField(
        _l("Why"),
        validators=[InputRequired(_l("Say why: a colleague confirms it, and it stays on record.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


class ExplanationForm(FlaskForm):
    """What was found out about a line."""

    words = TextAreaField(
        _l("What was found out"),
        validators=[InputRequired(_l("Say what was found out: it stays on record.")), Length(max=1000)],
        render_kw={"rows": 2},
    )


class HandOverForm(FlaskForm):
    """Which colleague looks after something from now on."""

    to = SelectField(_l("Hand it over to"), coerce=int, validators=[InputRequired(_l("Choose a colleague."))])

    def offer(self, colleagues: dict[int, str]) -> None:
        """Whom to choose from, by their number."""
        self.to.choices = list(colleagues.items())


class NotSoForm(FlaskForm):
    """Why an explanation does not hold."""

    words = TextAreaField(
        _l("Why it was not so"),
        validators=[InputRequired(_l("Say why: it stays on record beside the explanation.")), Length(max=1000)],
        render_kw={"rows": 2},
    )
