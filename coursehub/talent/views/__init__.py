"""The pages of talent: the learner's under /career, the employer's under /hire. Each noun has its own blueprint."""

from flask import Blueprint

from coursehub.talent.views import (
    applications,
    blocks,
    board,
    calendars,
    candidate,
    candidates,
    consent,
    disputes,
    hire,
    hire_work,
    house,
    openings,
    placements,
    profile_parts,
    profiles,
    reports,
    resume,
    viewed,
    work,
    working_days,
)

blueprints: list[Blueprint] = [
    profiles.bp,
    profile_parts.bp,
    consent.bp,
    candidates.bp,
    blocks.bp,
    viewed.bp,
    resume.bp,
    openings.bp,
    hire.bp,
    board.bp,
    applications.bp,
    candidate.bp,
    calendars.bp,
    placements.bp,
    reports.bp,
    house.bp,
    working_days.bp,
    work.bp,
    hire_work.bp,
    disputes.bp,
]
