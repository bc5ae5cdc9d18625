"""The shape of what people type about passes; whether it is allowed is the operations' business."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from coursehub.contracts.clauses import Pool
from coursehub.contracts.forms import POOL_RULES, POOL_UNUSED
from coursehub.sales.forms import CURRENCIES, Written, bps_of
from coursehub.sales.passes.operations import PassDraft
from coursehub.web.amounts import minor_of

_NEEDED = _l("Fill this in.")
_TOO_LONG = _l("This is too long.")


def _days(label: Any, most: int) -> IntegerField:
    return IntegerField(label, validators=[InputRequired(_NEEDED), NumberRange(0, most, _l("Give 0 to %(most)s.", most=most))])


class PassForm(FlaskForm):
    """A pass as the house offers it."""

    name = StringField(_l("Name (Chinese)"), validators=[Written(_NEEDED), Length(max=200, message=_TOO_LONG)])
    name_en = StringField(_l("Name (English)"), validators=[Written(_NEEDED), Length(max=200, message=_TOO_LONG)])
    slug = StringField(
        _l("Address"),
        validators=[Regexp("^[a-z0-9][a-z0-9-]{1,59}$", message=_l("Small letters, digits and hyphens, at least two."))],
    )
    about = TextAreaField(_l("What it is for (Chinese)"), validators=[Written(_NEEDED), Length(max=2000, message=_TOO_LONG)])
    about_en = TextAreaField(_l("What it is for (English)"), validators=[Written(_NEEDED), Length(max=2000, message=_TOO_LONG)])
    price = DecimalField(
        _l("Price a month, tax included"), validators=[InputRequired(_NEEDED), NumberRange(Decimal("0.01"), 100_000)]
    )
    currency = SelectField(_l("Currency"), choices=CURRENCIES, validators=[InputRequired(_NEEDED)])
    tax_percent = DecimalField(
        _l("Tax contained in the price, in percent"), default=Decimal(6),
        validators=[InputRequired(_NEEDED), NumberRange(Decimal(0), Decimal(100))],
    )  # fmt: skip
    trial_days = _days(_l("Days to try it without paying"), 90)
    grace_days = _days(_l("Days for which courses stay open after a payment failed"), 30)
    refund_days = _days(_l("Days for money back without a reason"), 60)
    rule = SelectField(_l("How the pool of a month is divided"), choices=POOL_RULES, validators=[InputRequired(_NEEDED)])
    floor_minutes = IntegerField(
        _l("Minutes from which a course counts"), validators=[InputRequired(_NEEDED), NumberRange(0, 600)]
    )
    unused = SelectField(
        _l("Money of a period in which no course counts"), choices=POOL_UNUSED, validators=[InputRequired(_NEEDED)]
    )

    def draft(self) -> PassDraft:
        """What was typed. Raises ValidationError for amounts finer than the currency or a hundredth of a percent."""
        return PassDraft(
            slug=self.slug.data or "", name=self.name.data or "", name_en=self.name_en.data or "", about=self.about.data or "",
            about_en=self.about_en.data or "", price_minor=minor_of(self.price.data or Decimal(0), self.currency.data),
            currency=self.currency.data, tax_bps=bps_of(self.tax_percent.data or Decimal(0)),
            pool=Pool(self.rule.data, self.floor_minutes.data or 0, self.unused.data), trial_days=self.trial_days.data or 0,
            grace_days=self.grace_days.data or 0, refund_days=self.refund_days.data or 0,
        )  # fmt: skip


class CourseForm(FlaskForm):
    """Which course joins."""

    course = SelectField(_l("Course"), validators=[InputRequired(_NEEDED)])


class ContestUseForm(FlaskForm):
    """Why minutes are not so."""

    reason = TextAreaField(_l("What is not so"), validators=[Written(_NEEDED), Length(max=1000, message=_TOO_LONG)])


class AnswerForm(FlaskForm):
    """The house's answer, and the minutes that count instead."""

    answer = TextAreaField(_l("Answer"), validators=[Written(_NEEDED), Length(max=1000, message=_TOO_LONG)])
    minutes = IntegerField(_l("Minutes that count instead"), validators=[Optional(), NumberRange(0, 44_640)])


class PeriodRefundForm(FlaskForm):
    """How much of a period goes back."""

    amount = DecimalField(_l("Amount"), validators=[InputRequired(_NEEDED), NumberRange(Decimal("0.01"), 100_000)])
