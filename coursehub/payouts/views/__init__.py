"""Pages of payouts: a partner's own, and runs, answers and reconciliation for the house's finance."""

from coursehub.payouts.views import house, own, reconciliation

blueprints = [own.bp, house.bp, reconciliation.bp]
