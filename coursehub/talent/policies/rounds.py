"""Who may do what in a matching round; pure."""

from coursehub.people.actor import Actor
from coursehub.talent.models import MatchingEntry
from coursehub.talent.policies.hiring import may_answer, may_hire, may_speak_for_oneself

__all__ = ["may_answer", "may_hire", "may_host", "may_speak_for_oneself", "may_write_own"]


def may_host(by: Actor) -> bool:
    """Catalogue staff, who publish openings, host rounds over them. Hosting opens no list."""
    return not by.is_only_looking and "catalogue" in by.staff_roles


def may_write_own(by: Actor, entry: MatchingEntry) -> bool:
    """Whoever takes part, and nobody else."""
    return may_answer(by, entry)
