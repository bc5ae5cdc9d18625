"""Lifecycles of talent as tables: which move leads from which state to which. No database, no clock.

A move that the table does not know is a refusal, so nothing can happen out of order;
tests draw random walks from the same tables, and every state can be told again from
the moves that were written down.
"""

from coursehub.talent.machines.consent import GRANT, INTRODUCTION
from coursehub.talent.machines.hiring import APPLICATION, INTERVIEW, OFFER, OPENING, PLACEMENT
from coursehub.talent.machines.machine import IllegalMove, Machine, replay
from coursehub.talent.machines.matching import MATCH, ROUND
from coursehub.talent.machines.work import DISPUTE, ENGAGEMENT, TIMESHEET

MACHINES = {
    machine.name: machine
    for machine in (
        GRANT, INTRODUCTION, OPENING, APPLICATION, INTERVIEW, OFFER, PLACEMENT, ENGAGEMENT, TIMESHEET, DISPUTE, ROUND, MATCH,
    )
}  # fmt: skip

__all__ = [
    "APPLICATION",
    "DISPUTE",
    "ENGAGEMENT",
    "GRANT",
    "INTERVIEW",
    "INTRODUCTION",
    "MACHINES",
    "MATCH",
    "OFFER",
    "OPENING",
    "PLACEMENT",
    "ROUND",
    "TIMESHEET",
    "IllegalMove",
    "Machine",
    "replay",
]
