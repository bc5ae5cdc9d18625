"""Subscriptions and their invoices, each with the names and types that Stripe gives them."""

from typing import Any

from coursehub.sandbox.shapes import Body, empty, listing, new_id


def price(*, unit_amount: int, currency: str, created: int) -> Body:
    """A price that comes again every month, as it was given inline."""
    return {
        "id": new_id("price"),
        "object": "price",
        **empty("custom_unit_amount lookup_key nickname tiers_mode transform_quantity"),
        "active": False,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": new_id("prod"),
        "recurring": {
            "interval": "month", "interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed",
        },
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }  # fmt: skip


def subscription(*, id: str, price: Body, starts: int, ends: int, **given: Any) -> Body:
    """Something paid month by month; its period stands with its one item."""
    item = {
        "id": new_id("si"), "object": "subscription_item", "created": starts, "current_period_start": starts,
        "current_period_end": ends, "discounts": [], "metadata": {}, "price": price, "quantity": 1, "subscription": id,
        "tax_rates": [], "billing_thresholds": None,
    }  # fmt: skip
    return {
        "id": id,
        "object": "subscription",
        **empty(
            "application application_fee_percent billing_cycle_anchor_config billing_schedules billing_thresholds cancel_at"
            " canceled_at customer_account days_until_due default_payment_method default_source description ended_at"
            " latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection"
            " pending_invoice_item_interval pending_setup_intent pending_update schedule test_clock transfer_data"
            " trial_end trial_start"
        ),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": starts,
        "billing_mode": {"type": "flexible", "flexible": {}},
        "cancel_at_period_end": False,
        "cancellation_details": empty("comment feedback reason"),
        "collection_method": "charge_automatically",
        "created": starts,
        "currency": price["currency"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": listing(f"/v1/subscription_items?subscription={id}", [item]),
        "livemode": False,
        "metadata": {},
        "payment_settings": empty("payment_method_options payment_method_types save_default_payment_method"),
        "start_date": starts,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
        **given,
    }


def invoice(*, id: str, subscription: Body, amount: int, starts: int, ends: int, created: int, **given: Any) -> Body:
    """What a subscription asks for one period; the period stands with its one line."""
    currency = subscription["currency"]
    parent = {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None, "proration": False, "proration_details": None, "subscription": subscription["id"],
            "subscription_item": subscription["items"]["data"][0]["id"],
        },
    }  # fmt: skip
    line = {
        "id": new_id("il"), "object": "line_item", "amount": amount, "currency": currency, "description": None,
        "discount_amounts": [], "discountable": True, "discounts": [], "invoice": id, "livemode": False, "metadata": {},
        "parent": parent, "period": {"start": starts, "end": ends}, "pricing": None, "quantity": 1, "subtotal": amount,
        "taxes": [],
    }  # fmt: skip
    return {
        "id": id,
        "object": "invoice",
        **empty(
            "account_name account_tax_ids application automatically_finalizes_at custom_fields customer_account"
            " customer_address customer_email customer_name customer_phone customer_shipping default_payment_method"
            " default_source description due_date effective_at ending_balance footer from_invoice hosted_invoice_url"
            " invoice_pdf last_finalization_error latest_revision next_payment_attempt number on_behalf_of receipt_number"
            " rendering shipping_cost shipping_details statement_descriptor subscription subtotal_excluding_tax test_clock"
            " total_excluding_tax total_pretax_credit_amounts total_taxes webhooks_delivered_at"
        ),
        "account_country": "CN",
        "amount_due": amount,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": amount,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": subscription["customer"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": listing(f"/v1/invoices/{id}/lines", [line]),
        "livemode": False,
        "metadata": {},
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        },
        "payment_settings": empty("default_mandate payment_method_options payment_method_types"),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": {"finalized_at": created, **empty("marked_uncollectible_at paid_at voided_at")},
        "subtotal": amount,
        "total": amount,
        "total_discount_amounts": [],
        **given,
    }


def invoice_payment(*, invoice: Body, payment_intent: str, paid_at: int) -> Body:
    """Which payment paid an invoice."""
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": invoice["amount_due"],
        "amount_requested": invoice["amount_due"],
        "created": paid_at,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": paid_at},
    }
