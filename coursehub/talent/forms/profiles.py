"""What a person types about themselves."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, DecimalField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from coursehub.people.forms import Filled
from coursehub.people.organisation_forms import TickBoxes

FORM_WORDS = {
    "employee": _l("Employee"),
    "non_full_time": _l("Part-time employee (at most 24 hours a week)"),
    "secondment": _l("Secondment from my employer, at cost"),
    "business_service": _l("Service through a business of mine"),
    "personal_service": _l("Service as a private person"),
    "internship": _l("Internship"),
}
RUNG_WORDS = {"hidden": _l("Hidden"), "anonymous": _l("Anonymous"), "named": _l("Named")}
CURRENCIES = [("CNY", "CNY"), ("EUR", "EUR"), ("USD", "USD")]


class ProfileForm(FlaskForm):
    """Headline, time, place, forms of work, and the pay floor that nobody sees."""

    headline = StringField(_l("Headline"), validators=[Optional(), Length(max=120)])
    about = TextAreaField(_l("About your work"), validators=[Optional(), Length(max=4000)], render_kw={"rows": 6})
    weekly_hours = IntegerField(
        _l("Hours a week you can work"),
        validators=[InputRequired(_l("Say how many hours; 0 for none at the moment.")), NumberRange(0, 60)],
        render_kw={"class": "tiny", "inputmode": "numeric"},
    )
    available_from = DateField(_l("From which day"), validators=[Optional()])
    city = StringField(_l("City"), validators=[Optional(), Length(max=60)], render_kw={"class": "short"})
    remote = BooleanField(_l("I can work remotely"))
    forms = TickBoxes(_l("Forms of work that suit you"), choices=list(FORM_WORDS.items()))
    pay_floor = DecimalField(
        _l("Lowest pay you would accept"),
        validators=[Optional(), NumberRange(Decimal(0), Decimal(10_000_000))],
        render_kw={"class": "short", "inputmode": "decimal"},
    )
    pay_floor_currency = SelectField(_l("Currency"), choices=CURRENCIES)
    pay_floor_period = RadioField(_l("For"), choices=[("month", _l("a month")), ("hour", _l("an hour"))], default="month")


class ClaimForm(FlaskForm):
    """A skill in the person's own words."""

    words = StringField(_l("A skill you have"), validators=[Filled(_l("Name a skill.")), Length(max=60)])


class PortfolioForm(FlaskForm):
    """Something the person made."""

    title = StringField(_l("What it is"), validators=[Filled(_l("Give it a title.")), Length(max=120)])
    address = StringField(
        _l("Where it can be seen"),
        validators=[Optional(), Length(max=400), Regexp(r"^https?://[^\s/]+\.[^\s]+$", message=_l("Begin with https://."))],
    )
    text = TextAreaField(_l("What you did on it"), validators=[Optional(), Length(max=4000)], render_kw={"rows": 4})


class BlackoutForm(FlaskForm):
    """Days on which the person cannot work."""

    from_on = DateField(_l("First day"), validators=[InputRequired(_l("Choose the first day."))])
    until_on = DateField(_l("Last day"), validators=[InputRequired(_l("Choose the last day."))])


class FindOrganisationForm(FlaskForm):
    """One organisation out of those found."""

    organisation = StringField(validators=[InputRequired()])
