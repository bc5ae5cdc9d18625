"""Pages of payouts: a partner's own, and runs, answers and reconciliation for the house's finance."""

from coursehub.payouts.views import (
    adjustments,
    bank,
    bank_entries,
    calendars,
    house,
    mismatches,
    own,
    reconciliation,
    records,
    refunds,
    ways,
)

blueprints = [
    adjustments.bp,
    own.bp,
    house.bp,
    bank.bp,
    calendars.bp,
    reconciliation.bp,
    mismatches.bp,
    records.bp,
    refunds.bp,
    ways.bp,
]

__all__ = ["bank_entries", "blueprints"]
