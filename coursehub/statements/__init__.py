"""Statements: what stood with a partner when a month began, what moved, and what stands when it ends, to the cent.

A statement is reckoned from the books and from the lines of the money events, and the two must agree. Issued
once it is over, it is fixed: what the books learn later stands on a later one. A partner recomputes it without
the house, from the bundle that goes with it.
"""
