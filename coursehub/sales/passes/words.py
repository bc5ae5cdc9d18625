"""Words for the states of passes and the rules of their pools."""

from flask_babel import lazy_gettext as _l

from coursehub.contracts.clauses import Pool
from coursehub.contracts.prose import sentences_of_pool

STATES = {
    "placed": _l("not agreed yet"),
    "awaiting_payment": _l("not agreed yet"),
    "trial": _l("on trial"),
    "running": _l("paid"),
    "late": _l("payment failed"),
    "ended": _l("ended"),
    "expired": _l("never began"),
}
TONES = {"trial": "tide", "running": "done", "late": "harm", "ended": "plain"}
RULES = {
    "minutes_each": _l("Each learner's own minutes"),
    "minutes_together": _l("The minutes of all learners"),
    "courses_each": _l("Equally among a learner's courses"),
}


def rule_sentences(pool: Pool, locale: str) -> list[str]:
    """The rule of a pass in the very sentences that partners sign."""
    return sentences_of_pool(pool, locale)
