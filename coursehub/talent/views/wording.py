"""What the templates of talent say in more than one place."""

from collections.abc import Callable

from flask import url_for

from coursehub.people import queries as people
from coursehub.talent.consent_text import FIELD_WORDS, PURPOSE_WORDS, fields_asked, fields_in_words
from coursehub.talent.forms.profiles import FORM_WORDS, RUNG_WORDS
from coursehub.talent.operations.consent import ANSWERED_WITHIN
from coursehub.talent.operations.erasure_notices import ERASED_WITHIN


def words() -> dict[str, object]:
    """Words, clocks and addresses; a blueprint takes them with `bp.context_processor(words)`."""
    return {
        "field_words": FIELD_WORDS,
        "purpose_words": PURPOSE_WORDS,
        "form_words": FORM_WORDS,
        "rung_words": RUNG_WORDS,
        "fields_in_words": fields_in_words,
        "fields_asked": fields_asked,
        "answered_within": ANSWERED_WITHIN,
        "erased_within": ERASED_WITHIN,
        "organisation_of": _organisation_of,
        "skill_url": _skill_url,
        "candidate_skill_url": _candidate_skill_url,
    }


def _organisation_of(organisation_id: int | None) -> str:
    return people.organisation_names([organisation_id]).get(organisation_id or 0, "—")


def _skill_url(code: str) -> str:
    return url_for("talent_profiles.skill", code=code)


def _candidate_skill_url(public_id: str) -> Callable[[str], str]:
    return lambda code: url_for("talent_candidates.skill", public_id=public_id, code=code)
