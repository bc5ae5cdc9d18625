"""Contracts: how the house and its partners share what their courses earn.

A contract has terms; each terms row holds from a date until the next begins, and
is never edited. Change comes only by a proposal that every side signs, or as many
sides as terms in force ask for (`quorum.py`). A sale keeps the hash of the terms it
was placed under: nothing here looks back. The waterfall turns a money event under
terms and facts into lines; the book of money events keeps every event with its
facts, its lines and its journal.
"""
