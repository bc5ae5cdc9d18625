"""What is typed about part-time work: a proposal, and the hours of a week."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from coursehub.errors import Refusal
from coursehub.money import as_decimal
from coursehub.talent.forms.openings import CURRENCIES
from coursehub.talent.hiring_words import FORMS
from coursehub.talent.models import Opening
from coursehub.talent.operations.engagements import Proposal
from coursehub.web.amounts import minor_of


class HoursAreUnclear(Refusal):
    """Write hours as a number of hours, such as 3 or 3.5."""

    status = 422


class ProposalForm(FlaskForm):
    """What the work is, in which form, how many hours a week, and what an hour pays."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give it a title.")), Length(max=120)])
    about = TextAreaField(_l("What is to be done"), validators=[Optional(), Length(max=4000)])
    form = SelectField(_l("Form of work"), choices=list(FORMS.items()), default="non_full_time", validators=[InputRequired()])
    weekly_hours = IntegerField(_l("Hours a week"), default=10, validators=[InputRequired(), NumberRange(1, 60)])
    pay = DecimalField(_l("Pay of an hour, before tax"), validators=[InputRequired(_l("Say what it pays.")), NumberRange(min=1)])
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES], validators=[InputRequired()])
    start_on = DateField(_l("First day of work"), validators=[InputRequired(_l("Choose the first day of work."))])
    approve_within_days = IntegerField(
        _l("You answer each week within (working days)"), default=5, validators=[InputRequired(), NumberRange(1, 10)]
    )

    def validate_pay(self, field: Any) -> None:
        """No more decimals than the currency has."""
        if field.data is not None:
            minor_of(field.data, self.currency.data)

    def said(self) -> Proposal:
        """What was typed, in the units of the table."""
        start_on: Any = self.start_on.data
        return Proposal(
            title=self.title.data or "", about=self.about.data or "", form=self.form.data,
            weekly_minutes=(self.weekly_hours.data or 0) * 60,
            hourly_minor=minor_of(self.pay.data or Decimal(0), self.currency.data), currency=self.currency.data,
            start_on=start_on, approve_within_days=self.approve_within_days.data or 5,
        )  # fmt: skip


def filled_from(opening: Opening | None) -> dict[str, Any] | None:
    """What a part-time opening promised."""
    if opening is None:
        return None
    filled: dict[str, Any] = {
        "title": opening.title, "form": opening.form, "weekly_hours": opening.weekly_hours, "currency": opening.currency,
    }  # fmt: skip
    if opening.pay_period == "hour":
        filled["pay"] = as_decimal(opening.pay_minor, opening.currency)
    return filled


def minutes_typed(values: Any, week_on: date) -> dict[date, int]:
    """The minutes of each day of a week, typed as hours in the fields day-0 to day-6. Raises HoursAreUnclear."""
    found = {}
    for n in range(7):
        typed = str(values.get(f"day-{n}", "")).strip().replace(",", ".")
        if not typed:
            continue
        try:
            minutes = Decimal(typed) * 60
            whole = int(minutes.to_integral_value())
        except (InvalidOperation, ValueError, OverflowError):
            raise HoursAreUnclear from None
        if whole < 0 or abs(minutes - whole) > Decimal("0.5"):
            raise HoursAreUnclear
        found[week_on + timedelta(days=n)] = whole
    return found


def as_hours(minutes: int) -> str:
    """Minutes as a person types hours: 210 as 3.5."""
    return f"{Decimal(minutes) / 60:.2f}".rstrip("0").rstrip(".")
