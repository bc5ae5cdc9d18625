"""What an employer types in an offer."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from coursehub.money import as_decimal
from coursehub.talent.models import OfferVersion, Opening
from coursehub.talent.operations.offers import Said
from coursehub.web.amounts import minor_of


class OfferForm(FlaskForm):
    """Pay, hours, place, first day, and a word; currency, period and form are those of the opening."""

    pay = DecimalField(_l("Pay before tax"), validators=[InputRequired(_l("Say what it pays.")), NumberRange(min=1)])
    weekly_hours = IntegerField(_l("Hours a week"), validators=[InputRequired(), NumberRange(1, 60)])
    place = StringField(_l("Place of work"), validators=[InputRequired(_l("Say where.")), Length(max=120)])
    start_on = DateField(_l("First day of work"), validators=[InputRequired(_l("Choose the first day of work."))])
    words = TextAreaField(_l("A word with it"), validators=[Optional(), Length(max=4000)])

    def said(self, opening: Opening) -> Said:
        """What was typed, in the units of the table."""
        return Said(
            pay_minor=minor_of(self.pay.data or Decimal(0), opening.currency), currency=opening.currency,
            pay_period=opening.pay_period, weekly_hours=self.weekly_hours.data or 0, place=(self.place.data or "").strip(),
            form=opening.form, start_on=self.start_on.data, words=(self.words.data or "").strip(),  # type: ignore[arg-type]
        )  # fmt: skip

    def validate_pay(self, field: Any) -> None:
        """No more decimals than a currency can have; the exact number is the operation's business."""
        if field.data is not None:
            minor_of(field.data, "CNY")


def filled_from(opening: Opening, version: OfferVersion | None) -> dict[str, Any]:
    """What the last version said, or what the opening promised."""
    kept = version or opening
    place = version.place if version else opening.city
    return {
        "pay": as_decimal(kept.pay_minor, opening.currency), "weekly_hours": kept.weekly_hours, "place": place,
        "start_on": version.start_on if version else None, "words": version.words if version else "",
    }  # fmt: skip
