"""Pages of billing: a member's own invoices, and all of them for the house's finance."""

from coursehub.billing.views import house, own, repayments

blueprints = [own.bp, house.bp]

__all__ = ["blueprints", "house", "own", "repayments"]
