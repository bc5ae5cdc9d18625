"""Who may see invoices and mark what was paid; pure, no query, no request."""

from coursehub.people.actor import Actor


def may_read_own(by: Actor) -> bool:
    """Owners and finance of an organisation read what it was invoiced."""
    return by.organisation_id is not None and by.has_role("owner", "finance")


def may_read_all(by: Actor) -> bool:
    """Finance staff of the house."""
    return "finance" in by.staff_roles


def may_mark_receipts(by: Actor) -> bool:
    """Finance staff, but nobody while looking as somebody else."""
    return not by.is_only_looking and may_read_all(by)
