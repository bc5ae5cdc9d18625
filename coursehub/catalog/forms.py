"""The shape of what authors and reviewers type; whether it is allowed is the operations' business."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp


class UploadForm(FlaskForm):
    """A package to bring in, as a new course or as a new release of one."""

    package = FileField(_l("Course package"), validators=[FileRequired(_l("Choose a zip file."))])
    course = SelectField(_l("It is"), validators=[Optional()])


class TextForm(FlaskForm):
    """A page's title and Markdown."""

    title = StringField(_l("Title"), validators=[InputRequired(_l("The page needs a title.")), Length(max=200)])
    source = TextAreaField(_l("Text in Markdown"), validators=[Length(max=400_000)])


class FactsForm(FlaskForm):
    """What a release says about itself, apart from its words in each language."""

    level = RadioField(_l("Level"), validators=[InputRequired(_l("Choose a level."))])
    licence = StringField(_l("Licence"), validators=[Length(max=80)])
    version = StringField(
        _l("Version"),
        validators=[
            InputRequired(_l("The release needs a version.")),
            Length(max=40),
            Regexp(r"^[0-9A-Za-z.+-]+$", message=_l("Letters, digits, dots and hyphens only.")),
        ],
    )
    teachers = TextAreaField(_l("Teachers, one a line"), validators=[Length(max=2000)])


class RemarkForm(FlaskForm):
    """What a reviewer says."""

    body = TextAreaField(_l("Remark"), validators=[InputRequired(_l("Write what should change.")), Length(max=5000)])


class DecisionForm(FlaskForm):
    """The reviewer's answer in one or two sentences."""

    summary = TextAreaField(_l("Answer to the authors"), validators=[Length(max=5000)])
