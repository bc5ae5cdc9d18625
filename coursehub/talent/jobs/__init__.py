"""Scheduled work and projections of talent, split by noun; each is one call of an operation."""

from coursehub.talent.jobs import consent, hiring, profiles, rounds, work

__all__ = ["consent", "hiring", "profiles", "rounds", "work"]
