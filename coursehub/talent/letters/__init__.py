"""The letters of talent, split by noun: short, plain, one link each."""

from coursehub.talent.letters import (
    applications,
    consent,
    hiring,
    interviews,
    offers,
    openings,
    placements,
    profiles,
    rounds,
    work,
)

__all__ = ["applications", "consent", "hiring", "interviews", "offers", "openings", "placements", "profiles", "rounds", "work"]
