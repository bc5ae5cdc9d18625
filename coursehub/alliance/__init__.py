"""Alliance: the open book of the members, and a true picture of where people went.

Reads every room and writes nothing but its own publications, which never change.
Published figures hide small cells in a way that margins cannot undo.
"""
