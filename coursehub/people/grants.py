"""A grant as a fact: why an organisation may see some fields of a person until a moment.

Upper rooms hold the reason (an enrolment, an application) and hand it down; people
checks that it fits and logs the opening.
"""

from dataclasses import dataclass
from datetime import datetime

FIELDS = ("display_name", "email", "birth_on", "guardian_email")
TEACHING_FIELDS = frozenset({"display_name"})
EMPLOYER_PURPOSES = ("hiring", "application", "work")
EMPLOYER_FIELDS = frozenset({"display_name", "email"})


@dataclass(frozen=True)
class Grant:
    """One person's live consent to one organisation, for one purpose and some fields.

    `fields` may name more than the vault holds: what an upper room shows under the same consent.
    `public_id` is the grant's own, where it has a row; the log keeps it, so that every opening can be
    held against the consent it stood on.
    """

    person_id: int
    organisation_id: int
    purpose: str
    fields: frozenset[str]
    until_at: datetime | None = None
    public_id: str = ""

    def covers(self, person_id: int, organisation_id: int | None, purpose: str, fields: frozenset[str], at: datetime) -> bool:
        """Whether it allows just this opening, now."""
        return (
            (self.person_id, self.organisation_id, self.purpose) == (person_id, organisation_id, purpose)
            and fields <= self.fields
            and (self.until_at is None or at < self.until_at)
        )
