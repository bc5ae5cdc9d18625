"""The tables of talent, split by noun."""

from coursehub.talent.models.applications import Application, Batch, BatchItem, Merge, Note, Scorecard
from coursehub.talent.models.consent import Block, TalentGrant
from coursehub.talent.models.exports import PoolExport, PoolExportPerson
from coursehub.talent.models.interviews import CalendarFeed, ChosenZone, Interview, InterviewSlot
from coursehub.talent.models.introductions import Introduction, OutreachEntry
from coursehub.talent.models.moves import Move
from coursehub.talent.models.offers import Offer, OfferVersion, Placement
from coursehub.talent.models.openings import DayOff, Opening, OpeningSkill, TeamMember
from coursehub.talent.models.pool import PoolChange
from coursehub.talent.models.profiles import Blackout, ClaimedSkill, Employment, PortfolioItem, Profile, ProvenSkill
from coursehub.talent.models.rounds import (
    MatchingAsked,
    MatchingEntry,
    MatchingList,
    MatchingResult,
    MatchingRound,
    MatchingRun,
    MatchingSeat,
)
from coursehub.talent.models.searches import SavedSearch, SearchKnown
from coursehub.talent.models.shortlists import Shortlist, ShortlistEntry, ShortlistNote
from coursehub.talent.models.timeline import CareerFact
from coursehub.talent.models.work import Dispute, Engagement, HomeDocument, Timesheet, TimesheetDay

__all__ = [
    "Application",
    "Batch",
    "BatchItem",
    "Blackout",
    "Block",
    "CalendarFeed",
    "CareerFact",
    "ChosenZone",
    "ClaimedSkill",
    "DayOff",
    "Dispute",
    "Employment",
    "Engagement",
    "HomeDocument",
    "Interview",
    "InterviewSlot",
    "Introduction",
    "MatchingAsked",
    "MatchingEntry",
    "MatchingList",
    "MatchingResult",
    "MatchingRound",
    "MatchingRun",
    "MatchingSeat",
    "Merge",
    "Move",
    "Note",
    "Offer",
    "OfferVersion",
    "Opening",
    "OpeningSkill",
    "OutreachEntry",
    "Placement",
    "PoolChange",
    "PoolExport",
    "PoolExportPerson",
    "PortfolioItem",
    "Profile",
    "ProvenSkill",
    "SavedSearch",
    "Scorecard",
    "SearchKnown",
    "Shortlist",
    "ShortlistEntry",
    "ShortlistNote",
    "TalentGrant",
    "TeamMember",
    "Timesheet",
    "TimesheetDay",
]
