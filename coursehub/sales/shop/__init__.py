"""The shop: the pages on which everybody finds a course, reads what it is, and decides.

`forms.py` reads a wish from the address, `finding.py` finds the courses that meet it on the
shelf that `shelf.py` holds in memory, `queries.py` reads what one course's page tells,
`describing.py` says the same to search engines. Reading here writes nothing and starts no session.
"""
