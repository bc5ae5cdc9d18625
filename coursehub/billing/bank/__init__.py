"""Statements of the house's bank: what a file says is read (`reading`), matched to invoices (`matching`), shown and booked.

A file is taken in whole or not at all and waits as a draft; booking it puts every entry that came in for us into suspense
and takes out again what pays an invoice exactly. The rest waits there for a person.
"""
