"""The shape of what finance types when a month is closed."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length


class PrepareForm(FlaskForm):
    """What stands in suspense, by name."""

    named = TextAreaField(_l("What stands in suspense"), validators=[Length(max=2000)], render_kw={"rows": 3})
