"""What an employer types to describe an opening."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from coursehub.money import as_decimal
from coursehub.talent.hiring_words import FORMS, KINDS, LEVELS, PERIODS
from coursehub.talent.models import Opening
from coursehub.talent.operations.openings import Terms, Wanted
from coursehub.web.amounts import minor_of

CURRENCIES = ("CNY", "USD", "EUR", "HKD", "SGD")
SKILL_ROWS = 8


class OpeningForm(FlaskForm):
    """Title, terms and promises; the skills stand in rows beside it."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give it a title.")), Length(max=120)])
    kind = SelectField(_l("Kind"), choices=list(KINDS.items()), validators=[InputRequired()])
    about = TextAreaField(_l("What one does here"), validators=[InputRequired(_l("Say what one does here.")), Length(max=8000)])
    form = SelectField(_l("Form of work"), choices=list(FORMS.items()), validators=[InputRequired()])
    pay = DecimalField(
        _l("Pay before tax"),
        validators=[InputRequired(_l("Say what it pays. Openings without pay are not shown.")), NumberRange(min=1)],
    )
    currency = SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES], validators=[InputRequired()])
    pay_period = SelectField(_l("For"), choices=list(PERIODS.items()), validators=[InputRequired()])
    weekly_hours = IntegerField(_l("Hours a week"), default=40, validators=[InputRequired(), NumberRange(1, 60)])
    city = StringField(_l("City"), validators=[Length(max=60)])
    remote = BooleanField(_l("Can be done from anywhere"))
    places = IntegerField(_l("Number of places"), default=1, validators=[InputRequired(), NumberRange(1, 100)])
    answer_within_days = IntegerField(
        _l("You answer within (working days)"), default=5, validators=[InputRequired(), NumberRange(1, 20)]
    )
    guarantee_days = IntegerField(_l("Guarantee (days)"), default=90, validators=[InputRequired(), NumberRange(0, 180)])

    def validate_city(self, field: Any) -> None:
        """Somewhere, or anywhere."""
        if not (field.data or "").strip() and not self.remote.data:
            raise ValidationError(_l("Name a city, or say that it can be done from anywhere."))

    def validate_pay(self, field: Any) -> None:
        """No more decimals than the currency has."""
        if field.data is not None:
            minor_of(field.data, self.currency.data)

    def terms(self) -> Terms:
        """What was typed, in the units of the table."""
        return Terms(
            kind=self.kind.data, title=(self.title.data or "").strip(), about=(self.about.data or "").strip(),
            form=self.form.data,
            pay_minor=minor_of(self.pay.data or Decimal(0), self.currency.data), currency=self.currency.data,
            pay_period=self.pay_period.data, weekly_hours=self.weekly_hours.data or 0, city=(self.city.data or "").strip(),
            remote=bool(self.remote.data), places=self.places.data or 1, answer_within_days=self.answer_within_days.data or 1,
            guarantee_days=self.guarantee_days.data or 0,
        )  # fmt: skip


def filled_from(opening: Opening) -> dict[str, Any]:
    """The fields of the form as an opening has them."""
    kept = {name: getattr(opening, name) for name in Terms.__dataclass_fields__}
    return kept | {"pay": as_decimal(opening.pay_minor, opening.currency)}


def wanted_from(values: Any, ids: dict[str, int]) -> list[Wanted]:
    """The rows of skills as typed: a code, a level, and whether it is required; unknown codes are left out."""
    found = []
    for n in range(SKILL_ROWS):
        code, level = values.get(f"skill-{n}", ""), values.get(f"level-{n}", "2")
        if code in ids and level in {str(known) for known in LEVELS}:
            found.append(Wanted(ids[code], int(level), values.get(f"required-{n}", "yes") == "yes"))
    return found
