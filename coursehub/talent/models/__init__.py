"""The tables of talent, split by noun."""

from coursehub.talent.models.consent import Block, TalentGrant
from coursehub.talent.models.moves import Move
from coursehub.talent.models.profiles import Blackout, ClaimedSkill, Employment, PortfolioItem, Profile, ProvenSkill
from coursehub.talent.models.timeline import CareerFact

__all__ = [
    "Blackout",
    "Block",
    "CareerFact",
    "ClaimedSkill",
    "Employment",
    "Move",
    "PortfolioItem",
    "Profile",
    "ProvenSkill",
    "TalentGrant",
]
