"""What is said of a matching round in more than one place."""

from flask_babel import lazy_gettext as _l

from coursehub.talent.models import MatchingRound

PHASES = {
    "draft": (_l("being prepared"), "plain"),
    "lists": (_l("learners write their lists"), "tide"),
    "ranks": (_l("employers rank"), "tide"),
    "sealed": (_l("sealed, about to run"), "waits"),
    "run": (_l("has run"), "waits"),
    "accepting": (_l("time to accept"), "tide"),
    "second_lists": (_l("second run: lists"), "tide"),
    "second_ranks": (_l("second run: ranking"), "tide"),
    "second_run": (_l("second run has run"), "waits"),
    "second_accepting": (_l("second run: time to accept"), "tide"),
    "closed": (_l("round closed"), "done"),
    "cancelled": (_l("called off"), "plain"),
}
STEPS = (
    ("lists_until_at", _l("Learners seal their lists")),
    ("ranks_until_at", _l("Employers rank; then all is sealed and the round runs")),
    ("accept_until_at", _l("Learners accept or not")),
    ("second_lists_until_at", _l("Second run: lists for what is left")),
    ("second_ranks_until_at", _l("Second run: ranking, sealing, running")),
    ("second_accept_until_at", _l("Second run: accept or not; the round closes")),
)
MATCHES = {
    "offered": (_l("waits for your answer"), "waits"),
    "accepted": (_l("accepted"), "done"),
    "declined": (_l("declined"), "plain"),
    "lapsed": (_l("not answered in time"), "plain"),
    "unmatched": (_l("no seat in this run"), "plain"),
}


def timetable_of(row: MatchingRound) -> list[tuple[str, object]]:
    """Each step in words with the moment at which it is over."""
    return [(str(words), getattr(row, name)) for name, words in STEPS]
