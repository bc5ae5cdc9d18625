"""Part-time work: the engagement, its weeks, and what to do when two people disagree about one."""

from coursehub.talent.machines.machine import Machine, ways

ENGAGEMENT = Machine(
    "engagement",
    "proposed",
    {
        "accept": ways("home_rule", "proposed"),  # the worker says yes; the home rule decides whether it may begin
        "decline": ways("declined", "proposed"),
        "expire": ways("expired", "proposed"),
        "take_back": ways("taken_back", "proposed"),  # the employer thought again before the worker answered
        "begin": ways("active", "home_rule"),
        "pause": ways("paused", "active"),
        "resume": ways("active", "paused"),
        "end": ways("ended", "home_rule", "active", "paused"),
    },
)

TIMESHEET = Machine(
    "timesheet",
    "draft",
    {
        "submit": ways("submitted", "draft"),
        "take_back": ways("draft", "submitted"),
        "approve": ways("approved", "submitted"),
        "approve_by_time": ways("approved", "submitted"),  # nobody answered within the working days agreed
        "dispute": ways("disputed", "submitted"),
        "uphold": ways("approved", "disputed"),  # only together with the end of its dispute
        "invoice": ways("invoiced", "approved"),
        "pay": ways("paid", "invoiced"),
        "reverse": ways("reversed", "approved", "invoiced", "paid"),  # a correction: this one goes back, a new one follows
        "drop": ways("dropped", "draft", "disputed"),
    },
)

DISPUTE = Machine(
    "dispute",
    "between_parties",
    {
        "escalate": ways("with_mediator", "between_parties"),
        "go_outside": ways("outside", "with_mediator"),
        "settle": ways("settled", "between_parties", "with_mediator", "outside"),
        "withdraw": ways("withdrawn", "between_parties", "with_mediator"),
    },
)
