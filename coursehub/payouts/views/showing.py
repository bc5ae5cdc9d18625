"""Words that both sides of payouts read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from coursehub.billing.bank import table
from coursehub.billing.models import EntryUse
from coursehub.ledger.names import journal_kind
from coursehub.payouts import runbook
from coursehub.payouts.models import PayoutStep, RunDecision
from coursehub.payouts.paydays import Calendar, next_payday
from coursehub.payouts.queries import TO_BE_BOOKED, Mismatch, Waiting, calendar
from coursehub.talent.queries.working_days import days_off
from coursehub.talent.working_days import local_day

STEPS = {
    "": _l("prepared"),
    "ordered": _l("on its way"),
    "paid": _l("arrived"),
    "bounced": _l("came back"),
    "returned": _l("arrived, then came back"),
}
STEP_TONES = {"": "plain", "ordered": "waits", "paid": "done", "bounced": "harm", "returned": "harm"}
RUNS = {"": _l("waits for a second person"), "confirmed": _l("confirmed"), "taken_back": _l("taken back")}
RUN_TONES = {"": "waits", "confirmed": "done", "taken_back": "plain"}
REASONS = {
    "no_account": _l("no bank account is given"),
    "account_unfit": _l("the account does not fit the currency"),
    "account_bounced": _l("the last payout to this account came back"),
    "account_new": _l("the account is new and rests three working days"),
    "provider_waits": _l("the payment provider does not know enough of the partner yet"),
    "below_minimum": _l("below the smallest payout"),
}
WHATS = {
    "clawback": _l("refund after payout"),
    "fee": _l("fee of a refund"),
    "true_up": _l("close of a month"),
    "contest": _l("sale shared anew after payout"),
}
MOVEMENTS = {
    "sale": _l("Payment by a buyer"),
    "refund": _l("Refund"),
    "refund_failed": _l("Failed refund"),
    "transfer": _l("To a partner's account"),
    "transfer_back": _l("Back from a partner's account"),
    "payout": _l("To the bank"),
    "payout_failed": _l("Back from the bank"),
    "dispute": _l("Taken or given back by a bank"),
    "fee": _l("Fee of the provider"),
    "other": _l("Something else"),
}
TROUBLES = {
    ("transfer", True): _l("The transfer's key is spoiled"),
    ("transfer", False): _l("The transfer stands still"),
    ("back", True): _l("The reversal's key is spoiled"),
    ("back", False): _l("The reversal was refused"),
}
"""What stands still, and whether its key is spoiled."""
PROBLEMS = {
    "balance_insufficient": _l("The partner's account at the provider does not hold that much any more."),
    "insufficient_capabilities_for_transfer": _l("The partner's account at the provider may not receive anything now."),
}
"""What the provider's most frequent answers mean; its own word stands beside it."""
ENDINGS = {
    "keeps": _l("the partner keeps the money"),
    "back": _l("the money came back another way"),
    "lost": _l("the house bears it, and the partner is paid again"),
}
"""How a reversal that was refused ends."""
ABOUT = {
    "order": (_l("Order"), "sales.house_order"),
    "pass": (_l("Pass"), "passes_house.one"),
    "dispute": (_l("Payment dispute"), "sales.house_dispute"),
    "adjustment": (_l("Adjusting entry"), "payouts_adjustments.entry"),
}
"""What money in suspense belongs to, and where that stands."""
STANDS = {
    "waits": (_l("matches nothing yet"), "waits"),
    "explained": (_l("explained"), "plain"),
    "booked": (_l("booked"), "done"),
    "matched": (_l("matched"), "done"),
}
"""Where a movement at the provider stands, and in which tone that is said."""
NATURES = {
    "receipt": _l("money for us"),
    "by_hand": _l("marked by hand before"),
    "returned": _l("our payout came back"),
    "provider": _l("from the payment provider"),
    "payout": _l("our payout"),
    "repayment": _l("credit sent back"),
    "taken_back": _l("the bank takes back what had come in"),
    "other": _l("left the account"),
}
MATCHES = {
    "exact": _l("pays it exactly"),
    "underpaid": _l("less than is open"),
    "overpaid": _l("more than is open"),
    "several": _l("several invoices"),
    "settled": _l("paid already"),
    "guess": _l("only payer and amount fit"),
    "unknown": _l("nothing fits"),
}
MATCH_TONES = {"exact": "done", "guess": "tide", "unknown": "plain"}
"""How a line of the bank fits our invoices; what is not here waits for a person."""


USES = {
    "assigned": _l("assigned"),
    "sent_back": _l("sent back to who had paid"),
    "set_aside": _l("no receipt"),
    "debt_paid": _l("pays back what a partner owed"),
}


def step_of(steps: list[PayoutStep]) -> str:
    """Where a payout stands, by what happened to it."""
    return steps[-1].kind if steps else ""


def kind_of(decision: RunDecision | None) -> str:
    """Where a run stands."""
    return decision.kind if decision else ""


def payday_after(at: datetime, rule: Calendar | None = None) -> date:
    """The next day on which payouts leave by a rule, by the house's where none is given."""
    today = local_day(at)
    return next_payday(rule or calendar(), today, days_off(today))


def about_url(waiting: Waiting) -> str:
    """Where the thing stands of which money waits in suspense."""
    return url_for(ABOUT[waiting.about][1], public_id=waiting.name)


def place_of(found: Mismatch) -> str:
    """Where somebody puts a mismatch right, if not on the page of reconciliation; an address or nothing."""
    thing = found.thing
    if found.kind == "suspense":
        return about_url(thing) if thing.about else url_for("books.accounts", q="liability:suspense")
    if found.kind == "movement" and found.what in TO_BE_BOOKED:
        return url_for("payouts_adjustments.write_for_movement", movement_id=thing.id)
    if found.kind == "claim":
        return url_for("books.accounts", q=found.name)
    return ""


def words() -> dict[str, Any]:
    """For the templates of all blueprints."""
    return {
        "step_words": STEPS, "step_tones": STEP_TONES, "run_words": RUNS, "run_tones": RUN_TONES, "reason_words": REASONS,
        "what_words": WHATS, "movement_words": MOVEMENTS, "wrong_words": runbook.WRONG, "stands_words": STANDS,
        "trouble_words": TROUBLES, "problem_words": PROBLEMS, "ending_words": ENDINGS, "step_of": step_of, "kind_of": kind_of,
        "about_words": {about: name for about, (name, _endpoint) in ABOUT.items()},
        "about_url": about_url, "journal_kind": journal_kind,
    }  # fmt: skip


COLUMNS = {
    "day": _l("day it was booked"),
    "reference": _l("the bank's own number of the line"),
    "amount": _l("amount; what left has a minus"),
    "came_in": _l("amount that came in"),
    "left": _l("amount that left"),
    "party": _l("name of the other side (may be missing)"),
    "account": _l("account of the other side (may be missing)"),
    "words": _l("words of the transfer (may be missing)"),
    "balance": _l("balance after the line (may be missing)"),
    "currency": _l("currency (may be missing)"),
}
"""What the columns of a table say."""


def table_columns() -> list[tuple[Any, str, str]]:
    """Each column of a statement as a table: what it says, its name in our own table and in the example."""

    def named(layout: table.Layout, part: str) -> str:
        found = getattr(layout, part)
        return found if isinstance(found, str) else ", ".join(found)

    return [(words, named(table.PLAIN, part), named(table.CHINESE, part)) for part, words in COLUMNS.items()]


def last_of(uses: Sequence[EntryUse]) -> str:
    """How the last of an entry's money left suspense."""
    undone = {use.undoes_id for use in uses}
    return next((use.kind for use in reversed(uses) if use.undoes_id is None and use.id not in undone), "assigned")


def bank_words() -> dict[str, Any]:
    """For the pages of the bank's statements."""
    return {
        "nature_words": NATURES, "what_words": WHATS, "match_words": MATCHES, "match_tones": MATCH_TONES, "use_words": USES,
        "last_of": last_of,
    }  # fmt: skip
