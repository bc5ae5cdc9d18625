"""Billing: what organisations owe the house in writing, and what they paid of it.

An invoice is final once it has its number, and numbers have no gaps. A mistake is
mended by a credit note. Money received is marked against invoices by staff.
"""
