"""The objects of the payment service, each with the names and types that Stripe gives it."""

import secrets
import string
from collections.abc import Mapping
from typing import Any

from coursehub.sandbox.errors import API_VERSION

Body = dict[str, Any]

_LETTERS = string.ascii_letters + string.digits
_FIXED_FEE = {"usd": 30, "eur": 25, "gbp": 20, "cny": 200, "hkd": 235, "jpy": 40, "sgd": 50}
_FEE_BPS = 290
DELAY_DAYS = 2
WALLETS = ("alipay", "wechat_pay")


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id in Stripe's manner."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


def fee_minor(amount_minor: int, currency: str) -> int:
    """What the service keeps of a payment: 2.9 % rounded half up, and a fixed part by currency."""
    return min(amount_minor, (amount_minor * _FEE_BPS + 5_000) // 10_000 + _FIXED_FEE.get(currency, 30))


def listing(url: str, data: list[Body], has_more: bool = False) -> Body:
    """A list object."""
    return {"object": "list", "url": url, "has_more": has_more, "data": data}


def empty(names: str) -> Body:
    """Fields that an object has and that are not known here."""
    return dict.fromkeys(names.split())


def session(**given: Any) -> Body:
    """A checkout session."""
    return {
        "object": "checkout.session",
        **empty(
            "adaptive_pricing after_expiration allow_promotion_codes billing_address_collection client_secret"
            " collected_information consent consent_collection currency_conversion customer_account customer_creation"
            " customer_details invoice invoice_creation integration_identifier managed_payments origin_context"
            " payment_link payment_method_configuration_details permissions recovered_from"
            " saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type"
            " subscription wallet_options"
        ),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": empty("after_submit shipping_address submit terms_of_service_acceptance"),
        "discounts": [],
        "livemode": False,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        **given,
    }


def line_item(*, name: str, amount: int, currency: str, quantity: int, description: str | None, created: int) -> Body:
    """One line of a checkout session, with the price it was given inline."""
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": name,
        "metadata": {},
        "quantity": quantity,
        "price": {
            "id": new_id("price"),
            "object": "price",
            **empty("custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity"),
            "active": False,
            "billing_scheme": "per_unit",
            "created": created,
            "currency": currency,
            "livemode": False,
            "metadata": {"description": description} if description else {},
            "product": new_id("prod"),
            "tax_behavior": "unspecified",
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
    }


def payment_intent(**given: Any) -> Body:
    """The intent to be paid, which a session opens when the buyer pays."""
    return {
        "object": "payment_intent",
        **empty(
            "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer"
            " customer_account description excluded_payment_method_types last_payment_error latest_charge"
            " managed_payments next_action on_behalf_of payment_method payment_method_configuration_details processing"
            " receipt_email review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix"
            " transfer_data transfer_group"
        ),
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "status": "requires_payment_method",
        **given,
    }


def method_details(method: str) -> Body:
    """How a charge was paid."""
    if method == "card":
        card = {
            **empty("amount_authorized mandate network_token three_d_secure wallet installments authorization_code"),
            "brand": "visa",
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "CN",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "sandboxsandbox42",
            "funding": "credit",
            "last4": "4242",
            "network": "visa",
        }
        return {"card": card, "type": "card"}
    return {method: {"fingerprint": None, "transaction_id": new_id("sandbox", 12)}, "type": method}


def charge(**given: Any) -> Body:
    """One attempt to take the money of an intent."""
    return {
        "object": "charge",
        **empty(
            "application application_fee application_fee_amount balance_transaction customer description"
            " failure_balance_transaction failure_code failure_message on_behalf_of receipt_email"
            " receipt_number receipt_url review shipping source source_transfer statement_descriptor"
            " statement_descriptor_suffix transfer_data transfer_group"
        ),
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": {
            "address": empty("city country line1 line2 postal_code state"),
            **empty("email name phone tax_id"),
        },
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "outcome": None,
        "paid": False,
        "payment_method": new_id("pm"),
        "refunded": False,
        "status": "pending",
        **given,
    }


def balance_transaction(
    *, amount: int, fee: int, currency: str, source: str, type: str, created: int, delay_days: int = 0, rate: Any = None
) -> Body:
    """One movement of our balance: gross, fee and net; at which rate, if it was presented in another currency."""
    fees = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Sandbox processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + delay_days * 86_400,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": None,
        "exchange_rate": rate,
        "fee": fee,
        "fee_details": [fees] if fee else [],
        "net": amount - fee,
        "reporting_category": {"payment": "charge", "payment_refund": "refund"}.get(type, type),
        "source": source,
        "status": "pending" if delay_days else "available",
        "type": type,
    }


def refund(**given: Any) -> Body:
    """Money on its way back."""
    return {
        "object": "refund",
        **empty(
            "balance_transaction customer customer_account payment_method reason receipt_number source_transfer_reversal"
            " transfer_reversal"
        ),
        "destination_details": {"card": {"type": "refund", "reference_status": "pending"}, "type": "card"},
        "metadata": {},
        **given,
    }


def event(type: str, subject: Body, *, created: int, request: Mapping[str, str | None], pending: int) -> Body:
    """Something that happened, with the object as it was then."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": subject},
        "livemode": False,
        "pending_webhooks": pending,
        "request": dict(request),
        "type": type,
    }


def webhook_endpoint(**given: Any) -> Body:
    """An address that events are sent to."""
    return {
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "description": None,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        **given,
    }
