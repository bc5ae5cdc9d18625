"""The Chinese catalogues, one per room, and the check that both languages are complete.

`python -m coursehub.translations check [ROOM …]` names every visible string that
lacks Chinese, every entry nothing uses any more, and placeholders that differ.
`python -m coursehub.translations missing ROOM` prints empty entries to fill in.
"""
