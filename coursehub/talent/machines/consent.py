"""A person's consent, and an employer's first word to somebody."""

from coursehub.talent.machines.machine import Machine, ways

GRANT = Machine(
    "grant",
    "requested",
    {
        "give": ways("granted", "requested"),
        "decline": ways("declined", "requested"),
        "lapse": ways("lapsed", "requested"),  # nobody answered in time
        "withdraw": ways("withdrawn", "granted"),
        "expire": ways("expired", "granted"),
        "notify_erasure": ways("erasure_notified", "withdrawn", "expired"),
        "confirm_erasure": ways("erasure_confirmed", "erasure_notified"),
    },
)

INTRODUCTION = Machine(
    "introduction",
    "sent",
    {
        "see": ways("seen", "sent"),
        "accept": ways("accepted", "sent", "seen"),
        "decline": ways("declined", "sent", "seen"),
        "expire": ways("expired", "sent", "seen"),
    },
)
