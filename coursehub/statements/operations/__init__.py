"""What changes statements: issuing them, and closing a month with two persons behind it."""

from coursehub.statements.operations.closing import (
    AnotherPersonCloses,
    EarlierMonthOpen,
    MonthClosed,
    NotEverythingDone,
    SuspenseNotNamed,
    close_month,
    prepare_close,
)
from coursehub.statements.operations.issuing import DoesNotAddUp, MonthNotOver, first_working_day, issue, issue_due

__all__ = [
    "AnotherPersonCloses",
    "DoesNotAddUp",
    "EarlierMonthOpen",
    "MonthClosed",
    "MonthNotOver",
    "NotEverythingDone",
    "SuspenseNotNamed",
    "close_month",
    "first_working_day",
    "issue",
    "issue_due",
    "prepare_close",
]
