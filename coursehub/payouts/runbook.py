"""The runbook of reconciliation: what each kind of mismatch is called, and what to do about it."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from coursehub.payouts.queries import Mismatch

NAMES = {
    "line": _l("Line of the bank that matches nothing"),
    "movement": _l("Movement at the provider that matches nothing"),
    "missing": _l("Payment that the provider does not show"),
    "transfer": _l("Transfer that stands still"),
    "payout": _l("Payout without an answer"),
    "suspense": _l("Money in suspense"),
    "claim": _l("What a partner owes"),
}
WRONG = {
    "unknown": _l("unknown here"),
    "differs": _l("another amount or fee"),
    "by_hand": _l("to be booked by hand"),
    "twice": _l("booked by hand, and found since"),
}
"""What is wrong with a movement at the provider."""
_BY_HAND = _l(
    "It is the provider's own fee, or was made in its dashboard by hand. Book it, so that the balances agree; a "
    "colleague confirms it."
)
_OTHER_TRANSFER = _l(
    "A transfer of another amount than its payout: a part of it was taken back by hand. Compare the transfer's "
    "reversals in the dashboard with the payout here, then explain the movement."
)
STEPS: dict[tuple[str, ...], LazyString] = {
    ("line", "unknown"): _l(
        "Find the reference in the bank's own records. A typing mistake: read a corrected file. Money of ours for "
        "something else, such as rent: explain the line with what it was. Money that is not ours: call the bank the same "
        "day."
    ),
    ("line", "differs"): _l(
        "The bank names a payout of ours, with another amount or another end than our books. Compare the line with the "
        "payout and ask the bank for its entry. If the file was wrong, read a corrected one; then explain the line."
    ),
    ("movement", "unknown", "sale"): _l(
        "Open the charge in the provider's dashboard. If it names an order or a pass of ours, wait a day: it is looked up"
        " again and booked by itself. If it does not, another program made it: give it back there, or book it, and a "
        "colleague confirms it."
    ),
    ("movement", "unknown", "refund"): _l(
        "Somebody gave money back in the provider's dashboard. Find the payment there and its order here; then book the "
        "movement and say in its reason which order it was."
    ),
    ("movement", "unknown", "dispute"): _l(
        "Read the dispute in the provider's dashboard. Its money is booked by itself once we know the payment; if the "
        "payment is none of ours, book the movement."
    ),
    ("movement", "unknown", "transfer"): _l(
        "A transfer at the provider that is unknown here: somebody made it by hand. Take it back there, or explain the "
        "movement with the name of who answers for it."
    ),
    ("movement", "unknown", "transfer_back"): _l(
        "A transfer back that is unknown here: it was reversed in the dashboard, not here. Reverse it here, too, at its "
        "run; the provider refuses, and giving it up as money that came back another way makes the partner's share ready "
        "again. Then explain the movement."
    ),
    ("movement", "unknown"): _l(
        "Open it in the provider's dashboard. It was made there by hand or by another program: book it, and a colleague "
        "confirms it."
    ),
    ("movement", "differs", "sale"): _l(
        "The provider took another amount or another fee than we booked. Compare both in the dashboard with the order "
        "here, book the difference as an adjusting entry, and explain the movement with the number of that entry. Where the "
        "buyer paid in another currency, what was paid, the rate and the fee must all fit; once it is understood, book what "
        "left the one currency and what came into the other, each against the account between two currencies."
    ),
    ("movement", "differs", "refund"): _l(
        "The provider gave back another amount than we did. Compare the two in the dashboard and here, book the difference as "
        "an adjusting entry, and explain the movement with the number of that entry."
    ),
    ("movement", "differs", "dispute"): _l(
        "The bank took or gave back another amount or fee than the dispute says. Compare the two in the dashboard, book "
        "the difference as an adjusting entry, and explain the movement with the number of that entry."
    ),
    ("movement", "differs"): _OTHER_TRANSFER,
    ("movement", "by_hand"): _BY_HAND,
    ("movement", "twice"): _l(
        "Two persons of finance booked these movements; now their payment has turned up and is booked, too. Take the entry back."
    ),
    ("missing",): _l(
        "We booked them, yet they are not among its movements after two days. Open the payment in the dashboard; if it is"
        " not there, nobody paid: write to support before the learner goes on."
    ),
    ("transfer", "transfer_key"): _l(
        "A spoiled key of a transfer: search the provider's dashboard for the payout's number. Whether it is there or "
        "not, try again here; only one is ever made."
    ),
    ("transfer", "back_key"): _l(
        "A spoiled key of a reversal: open the transfer in the dashboard. If its reversal is there, trying again finds "
        "it; else it is asked for anew."
    ),
    ("transfer", "back"): _l(
        "A refused reversal: the partner's account there is empty. Wait until it holds money again and try again, or give"
        " it up: say how it ends, and a colleague confirms it."
    ),
    ("transfer",): _l(
        "Read the provider's own word beside the transfer and put right what it names: our balance there, or the "
        "partner's account. Then try again; a transfer that was made is found first."
    ),
    ("payout",): _l(
        "On their way for more than five days. Ask the bank for the state of the file; if it was never handed in, hand in"
        " the same file."
    ),
    ("suspense", "order"): _l(
        "A payment for an order that was over, or a refund that failed. Open the order: give the payment back, or try the"
        " refund again. A refund that you paid by bank transfer instead is written down here."
    ),
    ("suspense", "pass"): _l(
        "A refund of a pass failed. Open the pass and look why the buyer's bank refused; then try it again. "
        "A refund that you paid by bank transfer instead is written down here."
    ),
    ("suspense", "dispute"): _l(
        "A bank took more than was left of a payment, or gave that back. Open the dispute and wait for the bank's word; "
        "what stays taken is booked from suspense to what is written off."
    ),
    ("suspense", "adjustment"): _l(
        "Two persons of finance put it here because nobody knew what it was. Find out, then write an entry from suspense "
        "to where it belongs, or take the first one back."
    ),
    ("suspense",): _l(
        "Nothing of ours names it. Read its journal in the books, find out what it was, and book it by an adjusting entry."
    ),
    ("claim",): _l(
        "Refunds after payout. It is set against later payouts by itself; write to a partner whose claim is older than "
        "two months and who sells nothing any more: its page of payouts says how to pay it back. Such a transfer waits among "
        "what came in at the bank, and is booked there against these claims."
    ),
}


def steps(found: Mismatch) -> LazyString:
    """What to do about a mismatch: the words for the very thing, or else for its kind."""
    kind = (found.kind, found.what, found.thing.kind) if found.kind == "movement" else (found.kind, found.what)
    return next(STEPS[kind[:n]] for n in range(len(kind), 0, -1) if kind[:n] in STEPS)
