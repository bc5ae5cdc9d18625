"""The objects on the other side of the house's balance: customers, accounts, transfers, payouts, disputes."""

from typing import Any

from coursehub.sandbox.shapes import Body, empty, listing


def customer(**given: Any) -> Body:
    """Somebody who pays."""
    return {
        "object": "customer",
        **empty("address currency default_source description discount email name phone shipping test_clock"),
        "balance": 0,
        "delinquent": False,
        "invoice_prefix": str(given["id"])[-8:].upper(),
        "invoice_settings": dict.fromkeys(("custom_fields", "default_payment_method", "footer", "rendering_options")),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        **given,
    }


def account(**given: Any) -> Body:
    """A connected account, as little of it as transfers need."""
    wants: dict[str, Any] = {
        name: [] for name in ("alternatives", "currently_due", "errors", "eventually_due", "past_due", "pending_verification")
    }
    return {
        "object": "account",
        "business_profile": dict.fromkeys(
            ("mcc", "name", "product_description", "support_email", "support_phone", "support_url", "url")
        ),
        "business_type": None,
        "capabilities": {"transfers": "active"},
        "charges_enabled": False,
        "controller": {"type": "application"},
        "details_submitted": True,
        "external_accounts": listing(f"/v1/accounts/{given['id']}/external_accounts", []),
        "future_requirements": {**wants, "current_deadline": None, "disabled_reason": None},
        "metadata": {},
        "payouts_enabled": True,
        "requirements": {**wants, "current_deadline": None, "disabled_reason": None},
        "settings": {
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"delay_days": 2, "interval": "manual"},
                "statement_descriptor": None,
            }
        },
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "none",
        **given,
    }


def transfer(**given: Any) -> Body:
    """Money moved to a connected account."""
    return {
        "object": "transfer",
        "amount_reversed": 0,
        "description": None,
        "livemode": False,
        "metadata": {},
        "reversals": listing(f"/v1/transfers/{given['id']}/reversals", []),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": None,
        **given,
    }


def transfer_reversal(**given: Any) -> Body:
    """A transfer taken back, wholly or in part."""
    return {"object": "transfer_reversal", "destination_payment_refund": None, "metadata": {}, "source_refund": None, **given}


def payout(**given: Any) -> Body:
    """Our balance on its way to the bank."""
    return {
        "object": "payout",
        **empty(
            "application_fee application_fee_amount description failure_balance_transaction failure_code failure_message"
            " original_payout payout_method reversed_by statement_descriptor trace_id"
        ),
        "automatic": False,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "not_applicable",
        "source_type": "card",
        "status": "in_transit",
        "type": "bank_account",
        **given,
    }


_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
    " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
    " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
    " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
    " uncategorized_file uncategorized_text"
)


def dispute(*, due_by: int, **given: Any) -> Body:
    """A buyer's bank that wants the money back."""
    return {
        "object": "dispute",
        "enhanced_eligibility_types": [],
        "evidence": {**empty(_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        "status": "needs_response",
        **given,
    }
