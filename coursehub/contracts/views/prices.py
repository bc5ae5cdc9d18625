"""What placements and hours cost: for everybody to read, and for finance to announce."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DecimalField, SelectField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from coursehub import clock
from coursehub.contracts import queries
from coursehub.contracts.models import PublishedPrices
from coursehub.contracts.operations.prices import NOTICE, TooShortNotice, announce_prices
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook, from_data
from coursehub.db import db
from coursehub.money import currency_exponent
from coursehub.web import PUBLIC, STAFF, access, page, see_other, signed_in_actor
from coursehub.web.locale import SHOWN_ZONE

bp = Blueprint("contracts_prices", __name__)
CURRENCIES = ("CNY", "USD", "EUR", "HKD", "SGD")
FORMS = {
    "non_full_time": _l("Non-full-time employee"),
    "personal_service": _l("Service of a person"),
    "business_service": _l("Service of a business"),
    "internship": _l("Internship"),
}
"""Forms of work that can carry a fee on hours; a secondment never does."""


class PricesForm(FlaskForm):
    """Bands as lines, one each: yearly pay up to, then the price; the last begins with a star."""

    currency = SelectField(_l("Currency"), choices=[(code, code) for code in CURRENCIES], validators=[InputRequired()])
    bands = TextAreaField(_l("Pay bands"), validators=[InputRequired(_l("Write at least the band that is open above."))])
    training_percent = DecimalField(
        _l("Of the price without tax, for the courses whose evidence counted, in percent"),
        validators=[InputRequired(), NumberRange(Decimal(0), Decimal(100))],
    )
    tax_percent = DecimalField(_l("Tax contained in the price, in percent"), validators=[InputRequired(), NumberRange(0, 100)])
    hour_percent = DecimalField(
        _l("Fee on top of hours, in percent of the pay"), validators=[InputRequired(), NumberRange(Decimal(0), Decimal(100))]
    )
    hour_training_percent = DecimalField(
        _l("Of that fee without tax, for the courses whose evidence counted, in percent"),
        validators=[Optional(), NumberRange(Decimal(0), Decimal(100))],
    )
    effective_on = DateField(_l("Holds from"), validators=[Optional()])

    def book(self) -> PriceBook:
        """The book that was typed. Raises ValueError in words for the reader."""
        currency = self.currency.data
        bands = tuple(_band(line, currency) for line in (self.bands.data or "").splitlines() if line.strip())
        hours = _bps(self.hour_percent.data or Decimal(0))
        placements = PriceList(
            currency, bands, _bps(self.training_percent.data or Decimal(0)), _bps(self.tax_percent.data or Decimal(0))
        )
        return PriceBook(placements, dict.fromkeys(FORMS, hours), _bps(self.hour_training_percent.data or Decimal(0)))


def _band(line: str, currency: str) -> Band:
    first, _sep, second = line.partition(":")
    return Band(None if first.strip() == "*" else _minor(first, currency), _minor(second, currency))


def _minor(typed: str, currency: str) -> int:
    scaled = Decimal(typed.strip().replace(",", "")).scaleb(currency_exponent(currency))
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(typed)
    return int(scaled)


def _bps(percent: Decimal) -> int:
    return int((percent * 100).to_integral_value())


@bp.get("/alliance/prices")
@access(PUBLIC)
def prices() -> ResponseReturnValue:
    """What holds now and what is announced, in sentences and a table."""
    return page("contracts/prices.html", **_shown(), forms=FORMS)


@bp.get("/house/prices")
@access(STAFF("finance"))
def manage() -> ResponseReturnValue:
    """What holds, and a form to announce what will."""
    return _manage(PricesForm(formdata=None))


@bp.post("/house/prices")
@access(STAFF("finance"))
def announce() -> ResponseReturnValue:
    """Announce prices; those of openings that are out stay as they are."""
    form, at = PricesForm(), clock.now()
    if not form.validate_on_submit():
        return _manage(form, status=422)
    try:
        book = form.book()
    except (ValueError, ArithmeticError):
        form.bands.errors = [_("Write each band as “pay: price”, rising, and the last as “*: price”.")]
        return _manage(form, status=422)
    day = form.effective_on.data
    from_at = datetime.combine(day, time(), SHOWN_ZONE).astimezone(UTC) if day else at
    try:
        announce_prices(book, effective_from=from_at, by=signed_in_actor(), at=at)
    except TooShortNotice as refusal:
        form.effective_on.errors = [str(refusal)]
        return _manage(form, status=422)
    flash(_("Announced. Everybody can read it from now on."), "done")
    return see_other("contracts_prices.manage")


def _manage(form: PricesForm, *, status: int = 200) -> ResponseReturnValue:
    return page("contracts/house_prices.html", status=status, form=form, **_shown(), notice_days=NOTICE.days, typed=request.form)


def _shown() -> dict[str, Any]:
    at = clock.now()
    rows = list(db.session.execute(queries.every_prices()).scalars())
    in_force = {row.id for code in {row.currency for row in rows} if (row := queries.prices_in_force(code, at)) is not None}
    return {
        "in_force": [_told(row) for row in rows if row.id in in_force],
        "to_come": [_told(row) for row in rows if row.effective_from > at],
        "earlier": [_told(row) for row in rows if row.effective_from <= at and row.id not in in_force],
    }


def _told(row: PublishedPrices) -> tuple[PublishedPrices, PriceBook]:
    return row, from_data(row.body)
