"""The shape of what finance types about money that came in at the bank."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from coursehub.billing.forms import SentBackForm
from coursehub.billing.models import Document
from coursehub.money import as_decimal, currency_exponent
from coursehub.web.amounts import minor_of

_LARGEST = Decimal(1_000_000_000)


class AssignForm(FlaskForm):
    """How much of the money pays each invoice, and to whom the rest goes; see `assign_form`."""

    offered: tuple[tuple[Document, int], ...] = ()
    currency = ""
    credit_of = SelectField(_l("What is left over"), coerce=int, default=0, validators=[InputRequired()])

    def offer_members(self, members: Sequence[tuple[int, str]]) -> None:
        """The members whose credit the rest can become."""
        self.credit_of.choices = [(0, _l("waits on in suspense"))]
        self.credit_of.choices += [(number, _l("becomes credit of %(name)s", name=name)) for number, name in members]

    def amount_of(self, invoice: Document) -> Any:
        """The field beside an invoice."""
        return self[f"part_{invoice.id}"]

    def propose(self, left_minor: int, named: Sequence[int]) -> None:
        """What is left pays the invoices that the payer named, in their order."""
        for invoice, open_minor in sorted(self.offered, key=lambda each: each[0].id not in named):
            part = min(left_minor, open_minor) if invoice.id in named else 0
            if part:
                self.amount_of(invoice).data = as_decimal(part, self.currency)
            left_minor -= part

    def parts(self) -> list[tuple[Document, int]]:
        """What was typed, in minor units."""
        typed = ((invoice, self.amount_of(invoice).data) for invoice, _left in self.offered)
        return [(invoice, minor_of(amount, self.currency)) for invoice, amount in typed if amount]


def amount_checks(currency: str) -> list[Any]:
    """What must hold of an amount that somebody types in a currency."""

    def fits(_form: FlaskForm, field: DecimalField) -> None:
        if field.data is not None and field.data != round(field.data, currency_exponent(currency)):
            raise ValidationError(_l("This has more decimal places than the currency."))

    return [NumberRange(Decimal("0.01"), _LARGEST, _l("Type an amount above zero.")), fits]


def assign_form(offered: Sequence[tuple[Document, int]], currency: str, **options: Any) -> AssignForm:
    """The form for these invoices, which are known only when the page is drawn."""

    class Bound(AssignForm):
        """With an amount beside each invoice."""

    for invoice, _left in offered:
        checks = [Optional(), *amount_checks(currency)]
        setattr(Bound, f"part_{invoice.id}", DecimalField(_l("Paid of %(number)s", number=invoice.reference), validators=checks))
    form = Bound(**options)
    form.offered, form.currency = tuple(offered), currency
    return form


class BackForm(SentBackForm):
    """The line of the bank by which money went back to who had paid."""

    words = StringField(
        _l("Why it went back"), validators=[InputRequired(_l("Say why: it stays in the books.")), Length(max=500)]
    )


class AsideForm(FlaskForm):
    """Why this money is no receipt."""

    words = TextAreaField(
        _l("What this money is"), validators=[InputRequired(_l("Say why: it stays in the books.")), Length(max=500)],
        render_kw={"rows": 2},
    )  # fmt: skip


class UndoForm(FlaskForm):
    """Why something is undone."""

    reason = StringField(
        _l("Why is it undone?"), validators=[InputRequired(_l("Say why: it stays in the books.")), Length(max=300)]
    )
