"""Privacy: a person takes all their data with them, or is forgotten.

Every room that knows something personal says in its `personal.py` what it exports
and how it forgets; nothing else is needed here to add a room.
"""
