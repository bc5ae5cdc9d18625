"""Desks: the home page, the bar on every page, and what each kind of user meets first.

Reads every room and writes nothing. What a desk shows comes from the queries of
the rooms it names; the two choices a reader makes here, language and theme, are
kept in the reader's own cookies.
"""
