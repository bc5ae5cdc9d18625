"""The shape of what people type about invoices and fapiao."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.forms import Written


class InvoiceForm(FlaskForm):
    """For whom an invoice is made out, and whether a fapiao is wanted."""

    kind = RadioField(
        _l("Made out for"),
        choices=[("personal", _l("A person")), ("company", _l("A company"))],
        default="personal",
        validators=[InputRequired(_l("Choose one."))],
    )
    title = StringField(_l("Name on the invoice"), validators=[Written(_l("Say for whom it is made out.")), Length(max=120)])
    tax_number = StringField(_l("Tax number"), validators=[Length(max=32)])
    address = StringField(_l("Address and telephone"), validators=[Length(max=200)])
    bank = StringField(_l("Bank and account number"), validators=[Length(max=120)])
    fapiao = RadioField(
        _l("Fapiao"),
        choices=[("", _l("No fapiao")), ("normal", _l("Normal fapiao")), ("special", _l("Special VAT fapiao"))],
        default="",
    )

    def validate_tax_number(self, field: Any) -> None:
        """A company has one."""
        if self.kind.data == "company" and not str(field.data or "").strip():
            raise ValidationError(_l("A company's invoice needs its tax number."))

    def draft(self) -> DetailsDraft:
        """What was typed, tidied."""
        company = self.kind.data == "company"
        return DetailsDraft(
            kind=self.kind.data, title=(self.title.data or "").strip(),
            tax_number="".join((self.tax_number.data or "").split()).upper() if company else "",
            address=(self.address.data or "").strip() if company else "", bank=(self.bank.data or "").strip() if company else "",
        )  # fmt: skip


class FapiaoForm(FlaskForm):
    """The number and day of a fapiao that was made out, or of one in red letters."""

    number = StringField(
        _l("Number of the fapiao"), validators=[Written(_l("Type the number as it stands on the fapiao.")), Length(max=40)]
    )
    issued_on = DateField(_l("Made out on"), validators=[InputRequired(_l("Choose the day."))], default=date.today)


class FapiaoDeclineForm(FlaskForm):
    """Why a fapiao cannot be made out so."""

    answer = TextAreaField(_l("What the buyer reads"), validators=[Written(_l("Write a sentence or two.")), Length(max=1000)])
