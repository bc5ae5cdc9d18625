"""Talent: from proven skill to junior hire and part-timer, always by the person's consent.

Nothing here allocates people. A person shows what they choose, to whom they choose,
until when; employers state their terms before anyone applies. Each lifecycle is a
table of allowed moves in `machines/`, and every move leaves a row with who and when.
"""
