"""What buyers were invoiced and the tax in it, for finance: numbers and amounts, never for whom."""

from collections.abc import Sequence
from decimal import Decimal

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from coursehub.billing import register
from coursehub.billing.checks import gaps
from coursehub.billing.models import BUYER_KINDS, BuyerDocument
from coursehub.db import db
from coursehub.money import as_decimal
from coursehub.sales.passes.months import bounds, month_before
from coursehub.sales.passes.queries import passes_of_subscriptions
from coursehub.sales.views import bp
from coursehub.sales.words import document_kind_words
from coursehub.web import STAFF, access, current_locale, page, paginate, signed_in_actor
from coursehub.web.locale import local_time
from coursehub.web.sheets import as_csv


@bp.get("/house/buyer-invoices")
@access(STAFF("finance"))
def buyer_invoices() -> ResponseReturnValue:
    """Every invoice and credit note of buyers; of a month also what it comes to by currency and tax rate."""
    months = _months()
    month, kind, search = request.args.get("month", ""), request.args.get("kind", ""), request.args.get("q", "").strip()
    month, kind = month if month in months else "", kind if kind in BUYER_KINDS else ""
    select = register.documents_matching(signed_in_actor(), kind=kind, search=search)
    if month:
        select = select.where(register.issued_within(*bounds(month)))
    found = paginate(select, request.args.get("page", 1, int))
    return page(
        "sales/house/buyer_invoices.html", documents=found.items, found=found, months=months, month=month, kind=kind,
        search=search, kinds=BUYER_KINDS, kind_words=document_kind_words, sums=register.sums(_issued_in(month)) if month else (),
        has_gap=any(gaps(BUYER_KINDS)), amounts_of=register.amounts_of, spoken=current_locale(),
        passes=passes_of_subscriptions([each.order_number for each in found.items]), is_register=True,
    )  # fmt: skip


@bp.get("/house/buyer-invoices/<month>.csv")
@access(STAFF("finance"))
def buyer_invoices_file(month: str) -> ResponseReturnValue:
    """All of a month as a table, a row for each document and tax rate; what was credited has a minus."""
    if month not in _months():
        abort(404)
    documents, spoken = _issued_in(month), current_locale()
    credited = register.credited_references(documents)
    heads = [
        _("Number"), _("Kind"), _("Invoice taken back"), _("Made out on"), _("Order"), _("Item"), _("Currency"),
        _("Tax rate, in percent"), _("Without tax"), _("Tax"), _("With tax"),
    ]  # fmt: skip
    rows: list[list[str | Decimal]] = [
        [
            each.reference, document_kind_words(each.kind), credited.get(each.id, ""),
            local_time(each.issued_at).date().isoformat(), each.order_number,
            "; ".join(line["text"][spoken] for line in each.lines if line["tax_bps"] == part.tax_bps), part.currency,
            as_decimal(part.tax_bps, "CNY"), as_decimal(part.net_minor, part.currency),
            as_decimal(part.tax_minor, part.currency), as_decimal(part.gross_minor, part.currency),
        ]
        for each in documents
        for part in register.amounts_of(each)
    ]  # fmt: skip
    return Response(
        as_csv(heads, rows), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="buyer-invoices-{month}.csv"', "Cache-Control": "no-store"},
    )  # fmt: skip


def _issued_in(month: str) -> Sequence[BuyerDocument]:
    found = register.documents_matching(signed_in_actor()).where(register.issued_within(*bounds(month)))
    return db.session.execute(found).scalars().all()


def _months() -> list[str]:
    """From the month of the last document back to that of the first, as 2026-11."""
    ends = register.first_and_last()
    if ends is None:
        return []
    first, last = (f"{local_time(each):%Y-%m}" for each in ends)
    found = [last]
    while found[-1] > first:
        found.append(month_before(bounds(found[-1])[0]))
    return found
