"""Rigs: the house is broken on purpose, and must come out as if nothing had happened.

The crash rig kills a process at every step of every flow of money; the storm shuffles,
triples, delays and loses webhooks; the races let threads meet. Each compares what is
left with an undisturbed run, and each is shown to catch a fault that is planted.
They run short in the suite, with a fixed seed, and long by `make drill`.
"""

import os

DRILL = os.environ.get("COURSEHUB_DRILL") == "1"
SEED = 20_260_302
