"""Pages of payouts: a partner's own, and runs, answers and reconciliation for the house's finance."""

from coursehub.payouts.views import calendars, house, own, reconciliation, ways

blueprints = [own.bp, house.bp, calendars.bp, reconciliation.bp, ways.bp]
