"""The pages of talent: the learner's under /career, the employer's under /hire. Each noun has its own blueprint."""

from flask import Blueprint

from coursehub.talent.views import blocks, candidates, consent, profile_parts, profiles, resume, viewed

blueprints: list[Blueprint] = [
    profiles.bp,
    profile_parts.bp,
    consent.bp,
    candidates.bp,
    blocks.bp,
    viewed.bp,
    resume.bp,
]
