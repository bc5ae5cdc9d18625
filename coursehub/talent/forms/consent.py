"""What an employer asks for, and what a person gives."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from coursehub.people.forms import Filled
from coursehub.people.organisation_forms import TickBoxes
from coursehub.talent.consent_text import ASKED_WORDS, FIELD_WORDS


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
