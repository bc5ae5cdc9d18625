"""The shape of what people type about contracts; whether it is allowed is the compiler's and the operations' business."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from coursehub.contracts.drafting import CHANNELS, COSTS, LATER, RUNGS, SHARED
from coursehub.money import currency_exponent

CURRENCIES = ("CNY", "USD", "EUR", "JPY")
_TOO_LONG = _l("This is too long.")
_NEEDED = _l("Fill this in.")
_ALWAYS = (InputRequired(_NEEDED),)  # a choice among a few is never left out
PAYDAYS = [("week", _l("every Monday")), ("month", _l("once a month"))]
WINDOWS = [("month", _l("each month")), ("year", _l("each year")), ("contract", _l("the whole contract"))]
POOL_RULES = [
    ("minutes_each", _l("by each learner's own minutes")),
    ("minutes_together", _l("by the minutes of all learners together")),
    ("courses_each", _l("equally among the courses of each learner")),
]
POOL_UNUSED = [("house", _l("goes to the house")), ("together", _l("is divided by the minutes of all learners"))]
LADDERS = [
    ("marginal", _l("another percentage for what lies above a volume")),
    ("slab", _l("another percentage for every whole sale after a volume")),
]


class Boxes(SelectMultipleField):
    """Several of a few: tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class FinePercent:
    """A percentage with at most two decimals, which basis points can hold."""

    def __call__(self, _form: FlaskForm, field: Field) -> None:
        """Refuse what is outside 0 to 100, or finer than a hundredth."""
        if field.data is None:
            return
        if not Decimal(0) <= field.data <= Decimal(100):
            raise ValidationError(_l("Give a percentage from 0 to 100."))
        if field.data * 100 != int(field.data * 100):
            raise ValidationError(_l("Give at most two decimals."))


class FineAmount:
    """An amount that the chosen currency can express."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse what is negative, absurd, or finer than the currency's smallest unit."""
        if field.data is None:
            return
        if not Decimal(0) <= field.data <= Decimal(10**9):
            raise ValidationError(_l("Give an amount of zero or more."))
        scaled = field.data.scaleb(currency_exponent(form["currency"].data or "CNY"))
        if scaled != int(scaled):
            raise ValidationError(_l("This currency has no unit that small."))


def _percent(label: Any, *, required: bool = False) -> DecimalField:
    return DecimalField(label, places=None, validators=[InputRequired(_NEEDED) if required else Optional(), FinePercent()])


def _points(label: Any) -> DecimalField:
    most = NumberRange(Decimal(1), Decimal(100), _l("Give 1 to 100 percentage points."))
    return DecimalField(label, places=None, validators=[Optional(), most, FinePercent()])


def _amount(label: Any) -> DecimalField:
    return DecimalField(label, places=None, validators=[Optional(), FineAmount()])


def _days(label: Any, low: int, high: int) -> IntegerField:
    range_ = NumberRange(low, high, _l("Give a number of days from %(low)s to %(high)s.", low=low, high=high))
    return IntegerField(label, validators=[InputRequired(_NEEDED), range_])


_PAIRS = (
    *((f"rung_above_{n}", f"rung_rate_{n}") for n in range(RUNGS)),
    *((f"later_on_{n}", f"later_rate_{n}") for n in range(LATER)),
    *((f"cost_amount_{n}", f"cost_percent_{n}") for n in range(COSTS)),
    ("reserve_percent", "reserve_days"),
)
"""Fields that say something only together."""


class TermsForm(FlaskForm):
    """Terms in the words of those who negotiate; `terms_form` adds what depends on the parties."""

    def validate(self, extra_validators: Any = None) -> bool:
        """What each field asks, and that nothing is said by half."""
        sound = bool(super().validate(extra_validators))
        for pair in _PAIRS:
            left_out = [name for name in pair if self[name].data is None]
            if len(left_out) == 1:
                self[left_out[0]].errors = [*self[left_out[0]].errors, _NEEDED]
                sound = False
        if self["rung_above_0"].data is not None and not self.ladder_kind.data:
            self.ladder_kind.errors = [*self.ladder_kind.errors, _l("Say how the volume counts, or empty the lines below.")]
            sound = False
        return sound

    currency = SelectField(_l("Currency"), validators=_ALWAYS, choices=[(code, code) for code in CURRENCIES])
    courses = Boxes(_l("Courses"), validators=[InputRequired(_l("Choose at least one course."))])
    starts_on = DateField(_l("Begins on"), validators=[Optional()])
    ends_on = DateField(_l("Last day of these terms"), validators=[Optional()])
    hires = BooleanField(_l("Share in the fee when a credential of these courses helps somebody into a job"))
    hours = BooleanField(_l("Share in the fee on hours when it helps somebody into part-time work"))
    pool_rule = SelectField(_l("Take part in passes"), validators=[Optional()], choices=[("", _l("not in passes")), *POOL_RULES])
    pool_floor = IntegerField(
        _l("Minutes from which a course counts"),
        validators=[Optional(), NumberRange(0, 600, _l("Give a number of minutes from 0 to 600."))],
    )
    pool_unused = SelectField(
        _l("Money of a period in which no course counts"), validators=[Optional()], choices=POOL_UNUSED, default="house"
    )
    deduct_fee = BooleanField(_l("Take the payment provider's fee off before sharing"))
    rate_rest = _percent(_l("The platform's part of every other sale, in percent"), required=True)
    cap_rest = _amount(_l("At most, per sale"))
    ladder_kind = SelectField(_l("By volume"), validators=[Optional()], choices=[("", _l("no")), *LADDERS], default="")
    ladder_window = SelectField(_l("Counted over"), validators=[Optional()], choices=WINDOWS, default="year")
    ceiling_amount = _amount(_l("The platform's part of all sales together is at most"))
    ceiling_window = SelectField(_l("Counted over"), validators=[Optional()], choices=WINDOWS, default="year")
    reserve_percent = _percent(_l("Kept longer, of each partner's share, in percent"))
    reserve_days = IntegerField(_l("For how many days in all"), validators=[Optional(), NumberRange(1, 730)])
    payday_every = SelectField(
        _l("Paid out at the latest"), validators=[Optional()], choices=[("", _l("as the house decides")), *PAYDAYS]
    )
    payday_minimum = _amount(_l("From which amount"))
    enough = IntegerField(_l("Signatures that are enough for a later change"), validators=[Optional(), NumberRange(2, 20)])
    trigger_modules = _points(_l("Talk again when a side's part of the modules has moved by, in percentage points"))
    trigger_hours = _points(_l("Talk again when a side's part of the hours has moved by, in percentage points"))
    trigger_yearly = BooleanField(_l("Talk again each year"))
    offset_percent = _percent(_l("Most of one payout that may be set against a refund, in percent"), required=True)
    offset_days = _days(_l("For how many days"), 0, 3650)
    hold_days = _days(_l("Days a share is held"), 0, 365)
    reply_days = _days(_l("Days to answer a proposal"), 1, 90)
    notice_days = _days(_l("Days of notice to leave"), 0, 365)
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=2000, message=_TOO_LONG)])
    message = TextAreaField(_l("Message to the other side"), validators=[Optional(), Length(max=2000, message=_TOO_LONG)])


CHANNEL_LABELS = {
    "partner_link": _l("through the partner's own link, in percent"),
    "coupon": _l("with a coupon, in percent"),
    "sponsor": _l("paid by a sponsor, in percent"),
    "member": _l("through an alliance member, in percent"),
}


LABEL_WORDS = {
    "makers": _l("making the course"),
    "teachers": _l("teaching"),
    "support": _l("support"),
    "other": _l("something else"),
}


def terms_form(
    parties: Sequence[tuple[str, str]], courses: Sequence[tuple[str, str]], values: dict[str, Any] | None = None
) -> TermsForm:
    """The form for these parties and courses, each as (id, name); `values` fill it at the first showing."""
    everybody = list(parties)
    fields: dict[str, Any] = {}
    for channel in CHANNELS:
        fields[f"rate_{channel}"] = _percent(CHANNEL_LABELS[channel])
        fields[f"cap_{channel}"] = _amount(_l("At most, per sale"))
    fields["refund_fee"] = SelectField(
        _l("Who bears the fee that the payment provider keeps at a refund"), validators=_ALWAYS, choices=everybody
    )
    fields["discount_rest"] = SelectField(
        _l("Who bears any other discount"),
        validators=_ALWAYS,
        choices=[*everybody, (SHARED, _l("everybody: the lower price is shared"))],
    )
    for n, (_party, name) in enumerate(everybody):
        fields[f"fixed_{n}"] = _amount(_l("Fixed amount of each sale to %(name)s", name=name))
        fields[f"opted_in_{n}"] = BooleanField(_l("%(name)s bears the discounts of its own campaigns", name=name))
        fields[f"joins_{n}"] = BooleanField(_l("and of campaigns of the house that it joins"))
        fields[f"floor_{n}"] = _amount(_l("as long as the buyer pays at least"))
        fields[f"guarantee_{n}"] = _amount(_l("%(name)s gets at least", name=name))
        fields[f"guarantee_cap_{n}"] = _amount(_l("and we add at most"))
        fields[f"guarantee_window_{n}"] = SelectField(_l("in"), choices=WINDOWS[:2], default="year", validators=[Optional()])
    for n in range(RUNGS):
        fields[f"rung_above_{n}"] = _amount(_l("Above a volume of"))
        fields[f"rung_rate_{n}"] = _percent(_l("the platform's part, in percent"))
    for n in range(LATER):
        fields[f"later_on_{n}"] = DateField(_l("From this day on"), validators=[Optional()])
        fields[f"later_rate_{n}"] = _percent(_l("the platform's part, in percent"))
    for n in range(COSTS):
        fields[f"cost_name_{n}"] = StringField(
            _l("Name of the counter"),
            validators=[
                Optional(),
                Regexp("^[0-9a-z]{1,16}$", message=_l("Up to 16 small letters and digits, such as film2026.")),
            ],
        )
        fields[f"cost_party_{n}"] = SelectField(
            _l("Comes back to"), choices=everybody, default=everybody[-1][0], validators=[Optional()]
        )
        fields[f"cost_amount_{n}"] = _amount(_l("Until this much has come back"))
        fields[f"cost_percent_{n}"] = _percent(_l("Of what is left after the platform's part, in percent"))
    form: TermsForm = type("TermsFormOfParties", (TermsForm,), fields)(data=values)
    form.courses.choices = list(courses)
    return form


class NewContractForm(FlaskForm):
    """Which courses, with whom, and what to call it; `follows` is the contract that it takes over from."""

    title = StringField(
        _l("Name of the contract (Chinese)"), validators=[InputRequired(_NEEDED), Length(max=200, message=_TOO_LONG)]
    )
    title_en = StringField(
        _l("Name of the contract (English)"), validators=[InputRequired(_NEEDED), Length(max=200, message=_TOO_LONG)]
    )
    courses = Boxes(_l("Courses"), validators=[InputRequired(_l("Choose at least one course."))])
    partners = Boxes(_l("Partners who make or teach them as well"), validators=[Optional()], validate_choice=True)
    follows = HiddenField(validators=[Optional()])


class ReasonForm(FlaskForm):
    """A reason in a few words."""

    reason = TextAreaField(_l("Reason"), validators=[Optional(), Length(max=1000, message=_TOO_LONG)])


class ContestForm(FlaskForm):
    """Why a fact is not so."""

    reason = TextAreaField(_l("What is not so"), validators=[InputRequired(_NEEDED), Length(max=1000, message=_TOO_LONG)])


class AnswerForm(FlaskForm):
    """Why a contested fact is so after all."""

    answer = TextAreaField(_l("Why it is so"), validators=[InputRequired(_NEEDED), Length(max=1000, message=_TOO_LONG)])


class FactForm(FlaskForm):
    """One contribution of one party to one course."""

    course = SelectField(_l("Course"), validators=_ALWAYS)
    party = SelectField(_l("Who contributed"), validators=_ALWAYS)
    kind = SelectField(
        _l("What"),
        validators=_ALWAYS,
        choices=[
            ("module_weight", _l("weight of the modules made (replaces the earlier one)")),
            ("approved_minutes", _l("approved teaching time in minutes (adds up)")),
        ],
    )
    value = IntegerField(
        _l("How much"), validators=[InputRequired(_NEEDED), NumberRange(0, 1_000_000, _l("Give a whole number of zero or more."))]
    )
    holds_from = DateField(_l("Holds from"), validators=[InputRequired(_NEEDED)])
    note = TextAreaField(_l("Where this comes from"), validators=[Optional(), Length(max=1000, message=_TOO_LONG)])
