"""Who may ask for a person's data, and for their being forgotten."""

from coursehub.people.actor import Actor
from coursehub.privacy.models import DataExport, ErasureWish


def may_decide_about_own_data(by: Actor) -> bool:
    """The person themselves, never somebody who looks as them."""
    return not by.is_only_looking


def may_download(by: Actor, export: DataExport) -> bool:
    """Whose data it is."""
    return may_decide_about_own_data(by) and by.person_id == export.person_id


def may_undo(by: Actor, wish: ErasureWish) -> bool:
    """Whoever wished it."""
    return may_decide_about_own_data(by) and by.person_id == wish.person_id
