"""Invented content for the page that shows the components."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired


class SpecimenForm(FlaskForm):
    """One field of each kind."""

    title = StringField(_l("Title of the course"), validators=[InputRequired()])
    email = EmailField(_l("E-mail address"), validators=[InputRequired(_l("Give an address that we can write to."))])
    level = SelectField(_l("Level"), choices=[("1", _l("Beginner")), ("2", _l("Intermediate"))], validators=[InputRequired()])
    about = TextAreaField(_l("What learners will be able to do"))
    licence = RadioField(
        _l("Licence"),
        choices=[("open", _l("Open: others may adapt it and must name you")), ("own", _l("All rights reserved"))],
        validators=[InputRequired(_l("Choose a licence."))],
    )
    agreed = BooleanField(_l("I have the right to publish this material"))
    package = FileField(_l("Course package"), validators=[InputRequired()])


def wrong_form() -> SpecimenForm:
    """A form that was sent with two mistakes."""
    form = SpecimenForm(formdata=None, data={"title": _("Programming with Python"), "level": "1"})
    form.email.errors = [_("Give an address that we can write to.")]
    form.licence.errors = [_("Choose a licence.")]
    return form


@dataclass(frozen=True)
class Page:
    """A page of a list, for the pager."""

    number: int = 3
    pages: int = 8
    total: int = 186


def sale() -> list[dict[str, object]]:
    """One sale of 299.00 under terms with a channel share, makers and teachers."""
    return [
        {"kind": "start", "label": _("A learner paid"), "amount_minor": 29900, "arithmetic": _("price 299.00, no coupon")},
        {"kind": "out", "label": _("Value-added tax"), "amount_minor": 1692, "clause": "1.2", "arithmetic": "299.00 × 6 / 106"},
        {"kind": "out", "label": _("Fee of the payment rail"), "amount_minor": 897, "clause": "1.3", "arithmetic": "299.00 × 3%"},
        {"kind": "rest", "label": _("What is shared"), "amount_minor": 27311, "clause": "2.1", "arithmetic": "299.00 − 16.92 − 8.97"},
        {"kind": "party", "label": _("The house"), "amount_minor": 8193, "clause": "2.2", "arithmetic": "273.11 × 30%"},
        {"kind": "party", "label": _("Northwind"), "amount_minor": 19118, "clause": "2.3", "arithmetic": "273.11 − 81.93"},
        {"kind": "party", "depth": 1, "label": _("of it to the makers"), "amount_minor": 11471, "clause": "3.1", "arithmetic": "191.18 × 60%"},
        {"kind": "party", "depth": 1, "label": _("of it to the teachers"), "amount_minor": 7647, "clause": "3.2", "arithmetic": "191.18 × 40%"},
    ]


def terms() -> tuple[list[str], list[str]]:
    """Two proposals of the same contract, clause by clause."""
    kept = _("Taxes and the fee of the payment rail come off the price first.")
    held = _("Money is held for 14 days, then it is yours.")
    return (
        [kept, _("Of what remains, the partner receives 65%."), held],
        [kept, _("Of what remains, the partner receives 70% when the learner came through the partner's own link, else 60%."), held],
    )
