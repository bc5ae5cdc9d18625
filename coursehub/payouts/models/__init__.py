"""Tables of payouts, split by noun. Nearly all of them only grow: triggers (see the migrations) refuse to edit or delete."""

from coursehub.payouts.models.adjustments import Adjustment
from coursehub.payouts.models.bank import OUTCOMES, RESULTS, AnswerLine, BankAnswer, Explanation
from coursehub.payouts.models.debts import ClaimPaid
from coursehub.payouts.models.explanations import EXPLAINABLE, ExplanationChange
from coursehub.payouts.models.mismatches import LOOKED_AFTER_UNTIL, MISMATCHES, MismatchOwner
from coursehub.payouts.models.movements import MOVEMENTS, MovementExplanation, MovementMatch, RailMovement
from coursehub.payouts.models.provider import (
    ENDINGS,
    TROUBLES,
    BackGivenUp,
    PayoutTransfer,
    PayoutWay,
    RailAccount,
    TransferBack,
    TransferMade,
    TransferTrouble,
)
from coursehub.payouts.models.runs import (
    DECISIONS,
    STEPS,
    FileDownload,
    HoldEnd,
    Payout,
    PayoutCalendar,
    PayoutOffset,
    PayoutRun,
    PayoutStep,
    RunDecision,
    Withheld,
)

__all__ = [
    "DECISIONS",
    "ENDINGS",
    "EXPLAINABLE",
    "LOOKED_AFTER_UNTIL",
    "MISMATCHES",
    "MOVEMENTS",
    "OUTCOMES",
    "RESULTS",
    "STEPS",
    "TROUBLES",
    "Adjustment",
    "AnswerLine",
    "BackGivenUp",
    "BankAnswer",
    "ClaimPaid",
    "Explanation",
    "ExplanationChange",
    "FileDownload",
    "HoldEnd",
    "MismatchOwner",
    "MovementExplanation",
    "MovementMatch",
    "Payout",
    "PayoutCalendar",
    "PayoutOffset",
    "PayoutRun",
    "PayoutStep",
    "PayoutTransfer",
    "PayoutWay",
    "RailAccount",
    "RailMovement",
    "RunDecision",
    "TransferBack",
    "TransferMade",
    "TransferTrouble",
    "Withheld",
]
