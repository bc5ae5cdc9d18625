"""The shape of what finance types about payouts."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length


class PrepareForm(FlaskForm):
    """On which day a run leaves."""

    pay_on = DateField(_l("Paid on"), validators=[InputRequired(_l("Choose the day on which the bank pays."))])


class AnswerForm(FlaskForm):
    """The bank's file."""

    file = FileField(_l("File of the bank"), validators=[FileRequired(_l("Choose the bank's file."))])


class ExplanationForm(FlaskForm):
    """What was found out about a line."""

    words = TextAreaField(
        _l("What was found out"),
        validators=[InputRequired(_l("Say what was found out: it stays on record.")), Length(max=1000)],
        render_kw={"rows": 2},
    )
