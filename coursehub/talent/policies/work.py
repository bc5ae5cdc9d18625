"""Who may do what in part-time work; pure."""

from coursehub.people.actor import Actor
from coursehub.talent.policies.hiring import Owned, Personal, Placed, may_answer, may_hire, may_settle_disputes, may_work_on


def may_propose_work(by: Actor) -> bool:
    """HR and owners of an organisation that staff let hire."""
    return may_hire(by)


def may_answer_work(by: Actor, thing: Personal) -> bool:
    """The worker, for proposals, papers and weeks of their own."""
    return may_answer(by, thing)


def may_decide_on_work(by: Actor, thing: Owned) -> bool:
    """HR and owners of the organisation the work is done for."""
    return may_work_on(by, thing)


def may_speak_about_work(by: Actor, thing: Placed) -> bool:
    """Either party."""
    return may_answer(by, thing) or may_work_on(by, thing)


def may_mediate(by: Actor) -> bool:
    """Support staff, once a dispute has come to them."""
    return may_settle_disputes(by)
