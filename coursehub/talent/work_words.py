"""What states, forms, papers and rules of part-time work are called, and in which tone they are shown."""

from typing import Any

from flask_babel import lazy_gettext as _l

from coursehub.talent.hiring_words import FORMS

ENGAGEMENT_STATES = {
    "proposed": (_l("waits for the worker's answer"), "waits"),
    "home_rule": (_l("agreed, not begun"), "tide"),
    "active": (_l("running"), "done"),
    "paused": (_l("paused"), "waits"),
    "ended": (_l("ended"), "plain"),
    "declined": (_l("declined"), "plain"),
    "expired": (_l("expired"), "plain"),
    "taken_back": (_l("taken back by the employer"), "plain"),
}
TIMESHEET_STATES = {
    "draft": (_l("draft"), "plain"),
    "submitted": (_l("handed in"), "waits"),
    "approved": (_l("hours approved"), "done"),
    "disputed": (_l("disputed"), "harm"),
    "invoiced": (_l("invoiced"), "tide"),
    "paid": (_l("paid"), "done"),
    "reversed": (_l("corrected by another"), "plain"),
    "dropped": (_l("dropped"), "plain"),
}
DISPUTE_STATES = {
    "between_parties": (_l("between the two sides"), "waits"),
    "with_mediator": (_l("with a mediator of the house"), "waits"),
    "outside": (_l("outside the platform"), "harm"),
    "settled": (_l("settled"), "done"),
    "withdrawn": (_l("withdrawn"), "plain"),
}
HOME_RULES = {
    "undecided": _l("not said yet"),
    "not_needed": _l("no consent of another employer is needed"),
    "attached": _l("the paper is attached"),
    "pending": _l("a paper is still to come"),
}
PAPER_WORDS = {
    "labour_contract": _l("Written labour contract"),
    "statement_of_work": _l("What is to be done, pay, hours and notice in writing"),
    "lending_agreement": _l("Agreement of the two firms on lending at cost"),
    "workers_consent": _l("The worker's own consent to being lent"),
    "business_licence": _l("Business licence of whoever does the work"),
    "tax_invoice": _l("Tax invoice for each month"),
    "tax_report": _l("Tax on services of a person, withheld and reported by who pays"),
    "three_party_agreement": _l("Agreement of school, student and firm"),
    "accident_insurance": _l("Insurance against accidents at work"),
}
NOT_ASKED_WORDS = {
    "deposit": _l("deposits or guarantees"),
    "identity_papers": _l("keeping identity papers"),
    "family": _l("marriage or family plans"),
    "pregnancy": _l("pregnancy or a test for it"),
    "other_employers": _l("for whom else somebody works"),
    "probation": _l("a probation period"),
    "margin": _l("a margin on lent staff"),
    "exclusivity": _l("working for nobody else"),
    "nights_and_overtime": _l("nights and overtime"),
}
PAID_BY = {"host": _l("the employer you work for"), "home": _l("your own employer, whom the other one repays at cost")}

WORDS: dict[str, Any] = {
    "engagement": ENGAGEMENT_STATES, "timesheet": TIMESHEET_STATES, "dispute": DISPUTE_STATES, "home_rule": HOME_RULES,
    "paper": PAPER_WORDS, "not_asked": NOT_ASKED_WORDS, "paid_by": PAID_BY, "form": FORMS,
}  # fmt: skip
"""Everything a template of part-time work may look up, by noun."""
