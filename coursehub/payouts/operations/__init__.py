"""What payouts do: end holds, prepare and confirm runs, hand out the file, read the bank's answer, give claims up."""

from coursehub.payouts.answer_file import LARGEST_BYTES
from coursehub.payouts.operations.answers import (
    AnswerKnown,
    AnswerNotRead,
    ExplainedAlready,
    explain_line,
    import_answer,
)
from coursehub.payouts.operations.calendars import set_calendar
from coursehub.payouts.operations.files import NotOrdered, take_file
from coursehub.payouts.operations.holds import end_holds, give_up_claims
from coursehub.payouts.operations.movements import explain_movement, match_movements, read_movements
from coursehub.payouts.operations.runs import (
    HouseAccountUnfit,
    NoHouseAccount,
    NothingToPay,
    OneRunWaits,
    PaydayPast,
    RunDecided,
    RunOutOfDate,
    confirm_run,
    prepare_run,
    take_run_back,
)

__all__ = [
    "LARGEST_BYTES",
    "AnswerKnown",
    "AnswerNotRead",
    "ExplainedAlready",
    "HouseAccountUnfit",
    "NoHouseAccount",
    "NotOrdered",
    "NothingToPay",
    "OneRunWaits",
    "PaydayPast",
    "RunDecided",
    "RunOutOfDate",
    "confirm_run",
    "end_holds",
    "explain_line",
    "explain_movement",
    "give_up_claims",
    "import_answer",
    "match_movements",
    "prepare_run",
    "read_movements",
    "set_calendar",
    "take_file",
    "take_run_back",
]
