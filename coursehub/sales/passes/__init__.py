"""Passes: several courses for a price a month, and the pool that the payments of a month make.

What is offered is `operations/defining.py`, who subscribes `operations/subscribing.py`, what the rail tells
`operations/following.py`, money back `operations/refunding.py`, and how a month is shared `operations/sharing.py`.
"""
