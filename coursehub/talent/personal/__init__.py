"""What talent knows of a person: to take with them, and to empty. Each noun has a module with the same two functions.

A noun that keeps a person's words adds its module to NOUNS; the test with canaries looks at every table.
"""

from datetime import datetime
from typing import Any

from coursehub.talent.personal import consent, hiring, kept, profiles, rounds, work

NOUNS = {"profile": profiles, "consent": consent, "hiring": hiring, "rounds": rounds, "kept": kept, "work": work}


def export(person_id: int) -> dict[str, Any]:
    """Everything of talent about a person, noun by noun."""
    return {name: module.export(person_id) for name, module in NOUNS.items()}


def erase(person_id: int, at: datetime) -> None:
    """Empty the person's words in every noun, and end what they let others see."""
    for module in NOUNS.values():
        module.erase(person_id, at)
