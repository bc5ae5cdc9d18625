"""The letter that asks whether a profile is still true, with a link that confirms in one click."""

from datetime import datetime

from coursehub.talent.letters.writing import write
from coursehub.talent.models import Profile
from coursehub.talent.queries.profiles import CONFIRMED_FOR
from coursehub.web.tokens import sign_token

CONFIRM = "confirm profile"
"""What the token of such a link is for."""


def ask_to_confirm(profile: Profile, *, at: datetime) -> None:
    """One letter for each confirmation that runs out."""
    stamp = profile.confirmed_at.isoformat()
    write(
        profile.person_id, key=f"confirm:{profile.public_id}:{stamp}", template="confirm_profile", kind="career", at=at,
        due_at=profile.confirmed_at + CONFIRMED_FOR, token=sign_token(CONFIRM, [profile.public_id, stamp]),
        is_over=at >= profile.confirmed_at + CONFIRMED_FOR,
    )  # fmt: skip
