"""What an employer asks for, and what a person gives."""

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from coursehub.people.forms import Filled
from coursehub.people.organisation_forms import TickBoxes
from coursehub.talent.consent_text import ASKED_WORDS, FIELD_WORDS
from coursehub.web.locale import SHOWN_ZONE


class AskForm(FlaskForm):
    """Which fields an employer would like to see, why, and until when."""

    fields = TickBoxes(
        _l("What you would like to see"),
        choices=list(ASKED_WORDS.items()),
        validators=[InputRequired(_l("Choose at least one."))],
    )
    why = TextAreaField(
        _l("Why you ask"),
        validators=[Filled(_l("Say why you ask. The person decides by it.")), Length(max=1000)],
        render_kw={"rows": 4},
    )
    until_on = DateField(_l("Until"), validators=[InputRequired(_l("Choose a day."))])


class GiveForm(FlaskForm):
    """Which fields a person gives, and until when."""

    fields = TickBoxes(
        _l("What they may see"), choices=list(FIELD_WORDS.items()), validators=[InputRequired(_l("Choose at least one."))]
    )
    until_on = DateField(_l("Until"), validators=[InputRequired(_l("Choose a day."))])


def end_of(day: date) -> datetime:
    """The moment at which a day is over, where we show time."""
    return datetime(day.year, day.month, day.day, tzinfo=SHOWN_ZONE) + timedelta(days=1)


def last_day_before(moment: datetime) -> date:
    """The last whole day before a moment: what end_of() turns back into it."""
    return (moment.astimezone(SHOWN_ZONE) - timedelta(microseconds=1)).date()
