"""What a host types to draft a round."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from coursehub.talent.operations.rounds import AUDIT_DAYS, Timetable
from coursehub.talent.working_days import end_of


def _day(label: Any) -> DateField:
    return DateField(label, validators=[InputRequired(_l("Choose a day."))])


class RoundForm(FlaskForm):
    """Title, rules, and the last day of each step."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give it a title.")), Length(max=120)])
    rules = TextAreaField(_l("Rules"), validators=[InputRequired(_l("Write the rules.")), Length(max=8000)])
    lists_until_at = _day(_l("Last day for lists"))
    ranks_until_at = _day(_l("Last day for rankings"))
    accept_until_at = _day(_l("Last day to accept"))
    second_lists_until_at = _day(_l("Second run: last day for lists"))
    second_ranks_until_at = _day(_l("Second run: last day for rankings"))
    second_accept_until_at = _day(_l("Second run: last day to accept"))
    audit_days = IntegerField(
        _l("Lists are kept for an audit (days)"), default=AUDIT_DAYS, validators=[InputRequired(), NumberRange(7, 180)]
    )

    def timetable(self) -> Timetable:
        """Each day as the moment at which it is over."""
        days: dict[str, date] = {name: self[name].data for name in Timetable.__dataclass_fields__}
        return Timetable(**{name: end_of(day) for name, day in days.items()})
