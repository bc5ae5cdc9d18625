"""The shape of what people send in the learning room."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

REASONS = (
    ("rude", _l("It is rude or attacks somebody")),
    ("wrong", _l("It is false or misleading")),
    ("spam", _l("It is advertising or spam")),
    ("rights", _l("It breaks somebody's rights, for example copyright or privacy")),
    ("other", _l("Something else")),
)


class WordsForm(FlaskForm):
    """A question or an answer: plain words."""

    text = TextAreaField(_l("Your words"), validators=[InputRequired(), Length(min=2, max=4000)])


class ReviewForm(FlaskForm):
    """Stars and what is behind them."""

    stars = RadioField(
        _l("How good is this course?"),
        choices=[
            ("5", _l("5 of 5: I recommend it warmly")),
            ("4", _l("4 of 5: good")),
            ("3", _l("3 of 5: fair")),
            ("2", _l("2 of 5: weak")),
            ("1", _l("1 of 5: I advise against it")),
        ],
        validators=[InputRequired()],
    )
    text = TextAreaField(_l("What should others know?"), validators=[InputRequired(), Length(min=10, max=4000)])


class ReplyForm(FlaskForm):
    """The partner's answer to a review."""

    text = TextAreaField(_l("Your reply"), validators=[InputRequired(), Length(min=2, max=2000)])


class ReportForm(FlaskForm):
    """Why something should be looked at."""

    why = SelectField(_l("What is wrong with it?"), choices=list(REASONS), validators=[InputRequired()])
    text = TextAreaField(_l("Tell us more"), validators=[Optional(), Length(max=2000)])


class JudgeForm(FlaskForm):
    """The decision on a report."""

    decision = RadioField(
        _l("Decision"),
        choices=[("keep", _l("Keep it")), ("hide", _l("Hide it"))],
        validators=[InputRequired()],
    )
    text = TextAreaField(_l("Reason, which the reporter reads"), validators=[InputRequired(), Length(min=5, max=2000)])


class WorkForm(FlaskForm):
    """Code on its way to be run."""

    source = TextAreaField(_l("Your code"), validators=[Length(max=200_000)])
    purpose = StringField(validators=[Optional(), AnyOf(["try", "check"])])


class PositionForm(FlaskForm):
    """Where a player is in a video."""

    seconds = IntegerField(validators=[InputRequired(), NumberRange(0, 86_400)])
    duration = IntegerField(validators=[Optional(), NumberRange(0, 86_400)])


class LanguageForm(FlaskForm):
    """In which language to read on."""

    locale = StringField(validators=[InputRequired(), Length(max=16)])
    step = StringField(validators=[Optional(), Length(max=120)])


class MoveForm(FlaskForm):
    """Which release was shown as the newer one."""

    release = StringField(validators=[InputRequired(), Length(max=16)])
