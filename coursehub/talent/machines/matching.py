"""A matching round: announced rules, sealed lists, a public seed, personal certificates; and what one person makes of theirs."""

from coursehub.talent.machines.machine import Machine, ways

ROUND = Machine(
    "round",
    "draft",
    {
        "announce": ways("announced", "draft"),
        "seal": ways("sealed", "announced"),
        "run": ways("run", "sealed"),
        "open_acceptance": ways("accepting", "run"),
        "open_second": ways("second", "accepting"),
        "run_second": ways("second_run", "second"),
        "open_second_acceptance": ways("second_accepting", "second_run"),
        "close": ways("closed", "accepting", "second_accepting"),
        "cancel": ways("cancelled", "draft", "announced", "sealed"),
    },
)

MATCH = Machine(
    "match",
    "offered",
    {
        "miss": ways("unmatched", "offered"),  # at birth only: no seat wanted them that they wanted
        "accept": ways("accepted", "offered"),
        "decline": ways("declined", "offered"),
        "lapse": ways("lapsed", "offered"),
    },
)
