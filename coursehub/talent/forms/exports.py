"""What somebody says before they take people out of the pool."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from coursehub.talent.hiring_words import EXPORT_WORDS


class ExportForm(FlaskForm):
    """A purpose, and a sentence about it."""

    purpose = SelectField(
        _l("Purpose"), choices=[("", _l("Choose …")), *EXPORT_WORDS.items()], validators=[InputRequired(_l("Choose a purpose."))]
    )
    words = TextAreaField(
        _l("What the file is for"),
        validators=[InputRequired(_l("Say what the file is for.")), Length(10, 500, _l("Say it in 10 to 500 characters."))],
    )
