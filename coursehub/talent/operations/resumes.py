"""Taking a JSON Resume into a profile."""

from datetime import datetime

from coursehub.db import lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent import resume
from coursehub.talent.models import Profile
from coursehub.talent.operations import profile_parts
from coursehub.talent.operations.profiles import TellsWhoYouAre, changed, stays_anonymous
from coursehub.talent.policies import profiles as policies
from coursehub.talent.queries.profiles import claims_of, portfolio_of
from coursehub.talent.resume import Line, Resume


def take_resume(profile: Profile, data: bytes, *, by: Actor, at: datetime) -> Resume:
    """Keep what a profile has a place for, and say of everything what became of it; nothing that is there is written over.

    Raises NotAResume, ResumeIsTooLarge; then nothing was changed.
    """
    require(policies.may_change_profile(by, profile))
    found = resume.read(data)
    with transaction():
        lock(profile)
        for column, longer in (("headline", found.headline), ("about", found.about), ("city", found.city)):
            if longer:
                _fill(profile, column, longer, found, by)
        _claim(profile, found, by=by, at=at)
        _show(profile, found, by=by, at=at)
        changed(profile, at=at)
    return found


def _fill(profile: Profile, column: str, text: str, found: Resume, by: Actor) -> None:
    part = {"headline": "basics.label", "about": "basics.summary", "city": "basics.city"}[column]
    if getattr(profile, column):
        _dropped_after_all(found, part, resume.WRITTEN_ALREADY)
        return
    try:
        stays_anonymous(by, text)
    except TellsWhoYouAre as refusal:
        _dropped_after_all(found, part, str(refusal))
        return
    setattr(profile, column, text)


def _dropped_after_all(found: Resume, part: str, why: str) -> None:
    found.report = [Line(part, 1, "dropped", (str(why),)) if line.name == part else line for line in found.report]


def _claim(profile: Profile, found: Resume, *, by: Actor, at: datetime) -> None:
    have = {claim.words for claim in claims_of(profile)}
    left_out = 0
    for words in found.claims:
        if words in have:
            continue
        try:
            profile_parts.claim_skill(profile, words, by=by, at=at)
        except Refusal:
            left_out += 1
    if left_out:
        found.report.append(Line("skills", left_out, "dropped", (str(resume.NO_ROOM),)))


def _show(profile: Profile, found: Resume, *, by: Actor, at: datetime) -> None:
    have = {(item.title, item.address) for item in portfolio_of(profile)}
    left_out = 0
    for made in found.made:
        if (made.title, made.address) in have:
            continue
        try:
            profile_parts.add_portfolio_item(profile, title=made.title, address=made.address, text=made.text, by=by, at=at)
        except Refusal:
            left_out += 1
    if left_out:
        found.report.append(Line("projects", left_out, "dropped", (str(resume.NO_ROOM),)))
