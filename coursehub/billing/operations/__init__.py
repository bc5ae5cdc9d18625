"""What billing does: put in writing what is owed, mark what was paid, book statements of the bank."""

from coursehub.billing.operations.accounts import set_collection_account
from coursehub.billing.operations.bank_entries import (
    assign_entry,
    must_be_as_seen,
    send_entry_back,
    set_entry_aside,
    take_entry_on,
    undo_use,
    use_entry,
)
from coursehub.billing.operations.bank_statements import book_statement, drop_draft, take_in_statement
from coursehub.billing.operations.charges import invoice_charges, note_charge, take_charge_back
from coursehub.billing.operations.documents import Line, issue_credit_note, issue_invoice
from coursehub.billing.operations.receipts import record_receipt, undo_receipt
from coursehub.billing.operations.repayments import record_repayment

__all__ = [
    "Line", "assign_entry", "book_statement", "drop_draft", "invoice_charges", "issue_credit_note", "issue_invoice",
    "must_be_as_seen", "note_charge", "record_receipt", "record_repayment", "send_entry_back", "set_collection_account",
    "set_entry_aside", "take_charge_back", "take_entry_on", "take_in_statement", "undo_receipt", "undo_use", "use_entry",
]  # fmt: skip
