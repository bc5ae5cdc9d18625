"""The shape of what people type about invoices and fapiao."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.forms import Written

_FAPIAO = [("normal", _l("Normal fapiao")), ("special", _l("Special VAT fapiao"))]


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
        choices=[("", _l("No fapiao")), *_FAPIAO],
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


class PassPaperForm(InvoiceForm):
    """For whom the invoices of a pass are made out, and for which of its periods a fapiao is wanted."""

    period = SelectField(_l("Period of the fapiao"), validate_choice=False)
    goes_on = BooleanField(_l("And for each later period, when it is paid"))

    def offer(self, periods: Sequence[tuple[str, str]], *, invoices: bool) -> None:
        """Ask only for what there is. periods: those whose fapiao can be asked for. invoices: whether any can be made out."""
        if not periods:
            del self.fapiao, self.period, self.goes_on
            return
        self.period.choices = list(periods)
        if not invoices:  # then a fapiao is all that the form is for
            self.fapiao.choices = list(_FAPIAO)
            self.fapiao.data = self.fapiao.data or "normal"
            self.fapiao.flags.required = self.period.flags.required = True

    def validate_period(self, field: Any) -> None:
        """A fapiao is for one of those offered."""
        if self.fapiao.data and field.data not in dict(field.choices):
            raise ValidationError(_l("Choose one."))

    def wish(self) -> tuple[str, str] | None:
        """The kind of fapiao that is wanted, and the period; None without."""
        return (self.fapiao.data, self.period.data) if self.fapiao is not None and self.fapiao.data else None


class MemberFapiaoForm(FlaskForm):
    """For which company the fapiao of a member's invoice is made out."""

    title = StringField(_l("Name on the invoice"), validators=[Written(_l("Say for whom it is made out.")), Length(max=120)])
    tax_number = StringField(
        _l("Tax number"), validators=[Written(_l("A company's invoice needs its tax number.")), Length(max=32)]
    )
    address = StringField(_l("Address and telephone"), validators=[Length(max=200)])
    bank = StringField(_l("Bank and account number"), validators=[Length(max=120)])
    fapiao = RadioField(_l("Fapiao"), choices=_FAPIAO, default="special", validators=[InputRequired(_l("Choose one."))])

    def draft(self) -> DetailsDraft:
        """What was typed, tidied."""
        return DetailsDraft(
            kind="company", title=(self.title.data or "").strip(),
            tax_number="".join((self.tax_number.data or "").split()).upper(), address=(self.address.data or "").strip(),
            bank=(self.bank.data or "").strip(),
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
