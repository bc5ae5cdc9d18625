"""From an opening to a placement."""

from coursehub.talent.machines.machine import Machine, ways

OPENING = Machine(
    "opening",
    "draft",
    {
        "submit": ways("approval", "draft"),
        "return": ways("draft", "approval"),
        "publish": ways("open", "approval"),
        "pause": ways("paused", "open"),
        "resume": ways("open", "paused"),
        "fill": ways("filled", "open", "paused"),
        "close": ways("closed", "draft", "approval", "open", "paused"),
    },
)

_RUNNING = ("applied", "sourced", "screen", "interview", "offer")

APPLICATION = Machine(
    "application",
    "applied",
    {
        "source": ways("sourced", "applied"),  # at birth only: the person accepted an introduction
        "screen": ways("screen", "applied", "sourced", "interview"),
        "interview": ways("interview", "applied", "sourced", "screen", "offer"),
        "offer": ways("offer", "screen", "interview"),
        "hire": ways("hired", "offer"),
        "reject": ways("rejected", *_RUNNING),
        "withdraw": ways("withdrawn", *_RUNNING),
        "lapse": ways("lapsed", *_RUNNING),  # the employer was silent past its promise and the grace after it
        "reopen": ways("screen", "rejected", "lapsed"),  # while the person has not been told, or agrees
        **{
            f"back_to_{state}": ways(state, *(other for other in (*_RUNNING, "rejected") if other != state)) for state in _RUNNING
        },  # the employer's undo: to where it was, within the time for it
    },
)

INTERVIEW = Machine(
    "interview",
    "proposed",
    {
        "pick": ways("agreed", "proposed"),
        "reschedule": ways("proposed", "proposed", "agreed"),
        "hold": ways("held", "agreed"),
        "miss": ways("missed", "agreed"),
        "cancel": ways("cancelled", "proposed", "agreed"),
    },
)

OFFER = Machine(
    "offer",
    "draft",
    {
        "revise": ways("draft", "draft", "approved"),
        "approve": ways("approved", "draft"),
        "extend": ways("extended", "approved"),
        "accept": ways("accepted", "extended"),
        "decline": ways("declined", "extended"),
        "expire": ways("expired", "extended"),
        "drop": ways("dropped", "draft", "approved"),  # nobody was told of it
        "rescind": ways("rescinded", "approved", "extended", "accepted"),
    },
)

PLACEMENT = Machine(
    "placement",
    "agreed",
    {
        "confirm_by_person": ways("confirmed_by_person", "agreed") | ways("guarantee", "confirmed_by_employer"),
        "confirm_by_employer": ways("confirmed_by_employer", "agreed") | ways("guarantee", "confirmed_by_person"),
        "fall_through": ways("fell_through", "agreed", "confirmed_by_person", "confirmed_by_employer"),
        "leave": ways("refunded", "guarantee"),  # ended inside the guarantee: refund pro rata
        "settle": ways("settled", "guarantee", "disputed"),
        "dispute": ways("disputed", "guarantee"),
        "refund": ways("refunded", "disputed"),
    },
)
