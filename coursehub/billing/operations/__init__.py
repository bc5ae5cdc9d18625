"""What billing does: put in writing what is owed, mark what was paid."""

from coursehub.billing.operations.accounts import set_collection_account
from coursehub.billing.operations.documents import Line, issue_credit_note, issue_invoice
from coursehub.billing.operations.receipts import record_receipt, undo_receipt

__all__ = ["Line", "issue_credit_note", "issue_invoice", "record_receipt", "set_collection_account", "undo_receipt"]
