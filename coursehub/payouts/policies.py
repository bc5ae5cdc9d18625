"""Who may see, prepare and confirm payouts; pure, no query, no request."""

from coursehub.payouts.models import Adjustment, BackGivenUp, PayoutRun
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.people.policies import may_change_payee


def may_read_all(by: Actor) -> bool:
    """Finance staff of the house."""
    return "finance" in by.staff_roles


def may_prepare(by: Actor) -> bool:
    """Finance staff, but nobody while looking as somebody else."""
    return not by.is_only_looking and may_read_all(by)


def may_confirm(by: Actor, run: PayoutRun) -> bool:
    """Another person of finance than who prepared it."""
    return may_prepare(by) and by.person_id != run.prepared_by_id


def may_confirm_giving_up(by: Actor, row: BackGivenUp) -> bool:
    """Another person of finance than who proposed it."""
    return may_prepare(by) and by.person_id != row.proposed_by_id


def may_confirm_adjustment(by: Actor, row: Adjustment) -> bool:
    """Another person of finance than who wrote the entry."""
    return may_prepare(by) and by.person_id != row.proposed_by_id


def may_look_after(by: Actor) -> bool:
    """Whoever does finance for the house says who looks after a mismatch, also for a colleague who is away."""
    return may_prepare(by)


def may_take_back(by: Actor, run: PayoutRun) -> bool:  # noqa: ARG001 - one shape for all policies of a run
    """Any person of finance: stopping money needs one."""
    return may_prepare(by)


def may_choose_way(by: Actor) -> bool:
    """Owners and finance of a partner choose how it is paid; nobody while looking as somebody else."""
    return not by.is_only_looking and may_read_own(by)


def may_remove_account(by: Actor, organisation: Organisation) -> bool:
    """Whoever may change where the organisation is paid."""
    return may_change_payee(by, organisation)


def may_read_own(by: Actor) -> bool:
    """Owners and finance of a partner read its payouts."""
    return by.organisation_id is not None and by.has_role("owner", "finance")
