"""What an employer types about its lists."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from coursehub.talent.hiring_words import SCOPE_WORDS
from coursehub.talent.models.shortlists import SCOPES


class ShortlistForm(FlaskForm):
    """The title of a list."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give it a title.")), Length(max=80)])


class RemarkForm(FlaskForm):
    """One's own note on somebody; empty takes it away."""

    text = TextAreaField(_l("Your note"), validators=[Length(max=2000)])
    scope = SelectField(_l("Who reads it"), choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES])
