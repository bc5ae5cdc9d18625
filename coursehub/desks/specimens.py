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


@dataclass(frozen=True)
class Step:
    """One line of a waterfall, as `templates/components/figures.html` reads it."""

    kind: str
    label: str
    amount_minor: int
    clause: str = ""
    arithmetic: str = ""
    depth: int = 0


def sale() -> list[Step]:
    """One sale of 299.00 CNY under terms that share it between the house, makers and teachers."""
    return [
        Step("start", _("A learner paid"), 29900, "", _("price 299.00, no coupon")),
        Step("out", _("Value-added tax"), 1692, "1.2", "299.00 × 6 / 106"),
        Step("out", _("Fee of the payment rail"), 897, "1.3", "299.00 × 3%"),
        Step("rest", _("What is shared"), 27311, "2.1", "299.00 − 16.92 − 8.97"),
        Step("party", _("The house"), 8193, "2.2", "273.11 × 30%"),
        Step("party", _("Northwind"), 19118, "2.3", "273.11 − 81.93"),
        Step("part", _("of it to the makers"), 11471, "3.1", "191.18 × 60%", depth=1),
        Step("part", _("of it to the teachers"), 7647, "3.2", "191.18 × 40%", depth=1),
    ]


def terms() -> tuple[list[str], list[str]]:
    """Two proposals of the same contract, clause by clause."""
    kept = _("Taxes and the fee of the payment rail come off the price first.")
    held = _("Money is held for 14 days, then it is yours.")
    before = _("Of what remains, the partner receives 65%.")
    after = _("Of what remains, the partner receives 70% when the learner came through the partner's own link, else 60%.")
    return [kept, before, held], [kept, after, held]
