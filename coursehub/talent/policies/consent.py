"""Who may ask for consent, who may give and end it, and who answers for erasing."""

from coursehub.people.actor import Actor
from coursehub.talent.models import Block, TalentGrant

HIRING_ROLES = ("hr", "owner")


def may_ask_for_consent(by: Actor) -> bool:
    """HR and owners, while acting for an organisation that may hire."""
    return not by.is_only_looking and by.organisation is not None and "hires" in by.rights and by.has_role(*HIRING_ROLES)


def may_open_fields(by: Actor) -> bool:
    """The same people; what they may open is the grant's business."""
    return may_ask_for_consent(by)


def may_answer_grant(by: Actor, grant: TalentGrant) -> bool:
    """The person it is about, and nobody else."""
    return not by.is_only_looking and by.person_id == grant.person_id


def may_choose_for_oneself(by: Actor) -> bool:
    """Whoever is here as themselves: showing, hiding and blocking are nobody else's choice."""
    return not by.is_only_looking


def may_lift_block(by: Actor, block: Block) -> bool:
    """Whoever set it, or for whom it was set."""
    return not by.is_only_looking and by.person_id == block.person_id


def may_confirm_erasure(by: Actor, grant: TalentGrant) -> bool:
    """HR and owners of the organisation that had the grant, even after it lost the right to hire."""
    return not by.is_only_looking and by.acts_for(grant.organisation_id) and by.has_role(*HIRING_ROLES)
