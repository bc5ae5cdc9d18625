"""What somebody types about a search they save."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from coursehub.talent.hiring_words import ALERT_WORDS


class SearchForm(FlaskForm):
    """Title, and how often to write."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("Give it a title.")), Length(max=80)])
    alert = SelectField(_l("Write to me about new people"), choices=list(ALERT_WORDS.items()))
