"""What pages and refusals say about statements of the bank."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.billing.bank.reading import NotReadable

PROBLEMS = {
    "too_large": _l("It is larger than 5 MB. Ask the bank for files of a shorter time, and hand them in one after the other."),
    "too_many": _l(
        "It has more than 5,000 lines. Ask the bank for files of a shorter time, or cut the table between two days; each part "
        "begins with the line of headings. Hand them in one after the other, the earliest first."
    ),
    "empty": _l("It is empty."),
    "no_lines": _l("It has no lines."),
    "document_type": _l("It carries a document type or entities, which no statement of a bank needs."),
    "no_xml": _l("It is broken XML. Download it again, and do not save it from another program."),
    "other_message": _l("It is another message (%(said)s); a statement is camt.053."),
    "no_table": _l("It is neither a camt.053 file nor a table with the columns described on this page."),
    "other_account": _l("It is about another account than the one chosen (it ends in %(said)s)."),
    "several_accounts": _l("It is about several accounts. Ask the bank for a file for each."),
    "statements_apart": _l("Its statements do not follow each other: %(said)s does not begin where the one before it ends."),
    "balance": _l("Its balances do not add up: opening and lines give one closing balance, the file says another (%(said)s)."),
    "file_currency": _l("It is in another currency (%(said)s) than the account chosen."),
    "other_currency": _l("It is in another currency than its account (%(said)s)."),
    "amount": _l("The amount cannot be read (%(said)s)."),
    "day": _l("The day cannot be read (%(said)s)."),
    "future": _l("It is of a day that has not come (%(said)s)."),
    "state": _l("It does not say whether it is booked (%(said)s)."),
    "direction": _l("It does not say whether money came or left (%(said)s)."),
    "reference": _l("The bank's own number of it is missing; it keeps one line from being booked twice."),
    "row_balance": _l("Its balance is not the one before it with its amount: a line is missing, or an amount was changed."),
    "parts": _l("Its transfers do not add up to its amount."),
}
"""Why a file is refused."""


def problem_told(found: NotReadable) -> str:
    """The sentence for a refusal, with the line that it is about."""
    what = str(PROBLEMS[found.problem]) % {"said": found.said or "—"}
    return _("Line %(n)s: %(what)s", n=found.n, what=what) if found.n else what
