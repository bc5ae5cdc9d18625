"""What accounts and journals are called on a screen; their codes stand beside the words."""

from flask_babel import lazy_gettext as _l

ACCOUNTS = {
    "asset:rail:stripe": _l("Money at the payment provider"),
    "asset:bank": _l("Money in the bank"),
    "asset:exchange": _l("Between two currencies"),
    "asset:receivable": _l("Owed by a partner"),
    "asset:receivable:member": _l("Owed by a member"),
    "asset:receivable:member:unbilled": _l("Owed by a member, on the next invoice"),
    "liability:tax": _l("Tax owed"),
    "liability:payable:held": _l("Owed to a partner, on hold"),
    "liability:payable:available": _l("Owed to a partner, ready to be paid"),
    "liability:payable:reserve": _l("Owed to a partner, kept against late refunds"),
    "liability:payable:in_transit": _l("On its way to a partner"),
    "liability:invoiced": _l("Invoiced for orders, not sold yet"),
    "liability:suspense": _l("Waiting for an explanation"),
    "liability:suspense:bank": _l("Came in at the bank, not assigned yet"),
    "liability:payable:worker": _l("Owed to somebody who worked"),
    "income:hours": _l("The house's fee on hours"),
    "income:placement": _l("The house's part of placement fees"),
    "liability:pool": _l("Pool of a pass, not yet shared"),
    "income:pool": _l("What no course of a pass got"),
    "income:share": _l("The house's own share"),
    "expense:guarantee": _l("What guarantees added"),
    "expense:rail_fee": _l("Fees of the payment provider"),
    "expense:bank_fee": _l("Fees of the bank"),
    "expense:written_off": _l("Written off"),
    "income:other": _l("Other income"),
    "expense:not_given_back": _l("Refunds after payout that the house bears"),
}
COUNTERS = {
    "volume": _l("Counter of what was shared"),
    "platform": _l("Counter of the platform's part"),
    "recouped": _l("Counter of costs that came back"),
    "contra": _l("The other side of counters"),
}
KINDS_OF_ACCOUNT = {
    "asset": _l("Asset"),
    "liability": _l("Liability"),
    "income": _l("Income"),
    "expense": _l("Expense"),
    "memo": _l("Counter"),
}
KINDS_OF_JOURNAL = {
    "sale": _l("Sale"),
    "seat": _l("Seat"),
    "refund": _l("Refund"),
    "refund_failed": _l("Failed refund"),
    "refund_retry": _l("Refund given again"),
    "refund_beyond": _l("Refund of what a bank had taken"),
    "stray": _l("Payment that bought nothing"),
    "stray_return": _l("Such a payment returned"),
    "dispute": _l("Taken by the buyer's bank"),
    "reinstated": _l("Given back by the buyer's bank"),
    "reshared": _l("Sale shared anew"),
    "dispute_fee": _l("Fee of a dispute"),
    "dispute_beyond": _l("Dispute beyond its sale"),
    "period": _l("Period of a pass"),
    "pool": _l("Pool of a month"),
    "hours": _l("Hours worked"),
    "invoicing": _l("Put on an invoice"),
    "hire": _l("Placement fee"),
    "rebate": _l("Rebate of a placement fee"),
    "receipt": _l("Money received from a member"),
    "repayment": _l("Credit sent back to a member"),
    "bank_entry": _l("Came in at the bank"),
    "bank_entry_back": _l("Sent back to who had paid"),
    "bank_entry_aside": _l("Came in at the bank, but is no receipt"),
    "debt_paid": _l("Paid back by a partner"),
    "adjustment": _l("Adjusting entry"),
    "correction": _l("Correction"),
    "true_up": _l("True-up of a month"),
    "guarantee": _l("Guaranteed minimum"),
    "payout": _l("Payout"),
    "payout_paid": _l("Payout arrived"),
    "payout_bounced": _l("Payout came back"),
    "settlement": _l("From the payment provider to the bank"),
    "exchange": _l("Changed into another currency"),
    "mature": _l("End of a hold"),
    "clawback": _l("Share taken back after its hold"),
    "write_off": _l("Claim given up"),
}


def account_name(code: str) -> str:
    """The words for an account code, or the code itself."""
    if code.startswith("memo:"):
        return str(COUNTERS.get(code.split(":")[1], code))
    return str(ACCOUNTS.get(code, code))


def account_kind(kind: str) -> str:
    """The words for a kind of account."""
    return str(KINDS_OF_ACCOUNT[kind])


def journal_kind(kind: str) -> str:
    """The words for a kind of journal, or the kind itself."""
    return str(KINDS_OF_JOURNAL.get(kind, kind))
