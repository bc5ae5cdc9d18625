"""Grading: what a learner hands in becomes a verdict, and nothing else decides it.

`quiz` and `verdict` are pure arithmetic. `code` runs a learner's program in a
closed room (`isolation`: bubblewrap, or our own namespaces where it is missing)
and compares what comes back *outside* that room: the expected values never enter
the learner's process. Where no closed room can be built, nothing is graded.
"""
