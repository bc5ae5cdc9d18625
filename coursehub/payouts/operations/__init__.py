"""What payouts do: end holds, prepare and confirm runs, hand out the file, read the bank's answer, give claims up."""

from coursehub.payouts.answer_file import LARGEST_BYTES
from coursehub.payouts.operations.accounts import (
    CountryNotReached,
    choose_bank,
    choose_rail,
    follow_account,
    follow_accounts,
    onboarding_page,
    open_account,
)
from coursehub.payouts.operations.answers import (
    AnswerKnown,
    AnswerNotRead,
    ExplainedAlready,
    explain_line,
    import_answer,
)
from coursehub.payouts.operations.bank_statements import book_bank_statement
from coursehub.payouts.operations.calendars import set_calendar
from coursehub.payouts.operations.files import NothingForTheBank, NotOrdered, take_file
from coursehub.payouts.operations.giving_up import (
    GivenUpAlready,
    NotRefused,
    ProposalAnswered,
    confirm_giving_up,
    decline_giving_up,
    propose_giving_up,
)
from coursehub.payouts.operations.holds import end_holds, give_up_claims
from coursehub.payouts.operations.movements import explain_movement, match_movements, read_movements
from coursehub.payouts.operations.payees import MoneyWaits, PayoutUnderWay, remove_account
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
from coursehub.payouts.operations.transfers import (
    NotArrived,
    hear_failed_payout,
    send_transfer,
    take_transfer_back,
    try_again,
    want_back,
)

__all__ = [
    "LARGEST_BYTES",
    "AnswerKnown",
    "AnswerNotRead",
    "CountryNotReached",
    "ExplainedAlready",
    "GivenUpAlready",
    "HouseAccountUnfit",
    "MoneyWaits",
    "NoHouseAccount",
    "NotArrived",
    "NotOrdered",
    "NotRefused",
    "NothingForTheBank",
    "NothingToPay",
    "OneRunWaits",
    "PaydayPast",
    "PayoutUnderWay",
    "ProposalAnswered",
    "RunDecided",
    "RunOutOfDate",
    "book_bank_statement",
    "choose_bank",
    "choose_rail",
    "confirm_giving_up",
    "confirm_run",
    "decline_giving_up",
    "end_holds",
    "explain_line",
    "explain_movement",
    "follow_account",
    "follow_accounts",
    "give_up_claims",
    "hear_failed_payout",
    "import_answer",
    "match_movements",
    "onboarding_page",
    "open_account",
    "prepare_run",
    "propose_giving_up",
    "read_movements",
    "remove_account",
    "send_transfer",
    "set_calendar",
    "take_file",
    "take_run_back",
    "take_transfer_back",
    "try_again",
    "want_back",
]
