"""Who may do what with offerings, orders and refunds; pure, no query, no request."""

from coursehub.billing.models import Document
from coursehub.catalog.models import Course
from coursehub.contracts.models import Contract, MoneyEvent
from coursehub.contracts.policies import may_negotiate, side_of
from coursehub.people.actor import Actor
from coursehub.sales.models import (
    AttributionContest,
    Bundle,
    Coupon,
    Gift,
    Order,
    PartnerLink,
    Refund,
    RefundRequest,
    SponsorRequest,
)


def may_buy(by: Actor) -> bool:
    """Everybody for themselves; nobody while looking as somebody else."""
    return not by.is_only_looking


def may_price(by: Actor, course: Course) -> bool:
    """Owners and finance of the organisation whose course it is."""
    return by.acts_for(course.organisation_id) and may_sell(by)


def may_see_selling(by: Actor) -> bool:
    """Owners and finance of an organisation that sells; for the house also its catalogue and finance staff."""
    inside = by.has_role("owner", "finance") or bool(by.staff_roles & {"catalogue", "finance"})
    return by.organisation is not None and "sells" in by.rights and inside


def may_sell(by: Actor) -> bool:
    """The same people, but nobody while looking as somebody else."""
    return not by.is_only_looking and may_see_selling(by)


def may_close_link(by: Actor, link: PartnerLink) -> bool:
    """Whoever may make links for that organisation."""
    return may_sell(by) and by.acts_for(link.organisation_id)


def may_close_coupon(by: Actor, coupon: Coupon) -> bool:
    """Whoever may make coupons for that organisation; house finance any, since it answers for the books."""
    return (may_sell(by) and by.acts_for(coupon.organisation_id)) or (not by.is_only_looking and "finance" in by.staff_roles)


def may_close_bundle(by: Actor, bundle: Bundle) -> bool:
    """Whoever may make bundles for that organisation."""
    return may_sell(by) and by.acts_for(bundle.organisation_id)


def may_ask_refund(by: Actor, order: Order) -> bool:
    """The buyer."""
    return not by.is_only_looking and order.buyer_id == by.person_id


def may_change_sponsor_request(by: Actor, asked: SponsorRequest) -> bool:
    """The learner who asked."""
    return not by.is_only_looking and asked.learner_id == by.person_id


def may_change_gift(by: Actor, gift: Gift) -> bool:
    """Whoever gives it."""
    return not by.is_only_looking and gift.giver_id == by.person_id


def may_be_invoiced(by: Actor) -> bool:
    """Owners and finance of an organisation that the house has admitted as an employer or member."""
    inside = by.organisation_id is not None and by.has_role("owner", "finance") and not by.is_staff
    return not by.is_only_looking and inside and bool(by.rights & {"hires", "member"})


def may_ask_paper(by: Actor, order: Order) -> bool:
    """The buyer."""
    return may_ask_refund(by, order)


def may_ask_for_member(by: Actor, document: Document) -> bool:
    """Owners and finance of the organisation that an invoice was given to."""
    inside = by.organisation_id == document.organisation_id and by.has_role("owner", "finance")
    return not by.is_only_looking and inside and document.kind == "invoice"


def may_export_fapiao(by: Actor) -> bool:
    """Finance staff."""
    return not by.is_only_looking and "finance" in by.staff_roles


def may_make_out(by: Actor, buyer_id: int) -> bool:
    """Finance staff, never for themselves."""
    return may_export_fapiao(by) and buyer_id != by.person_id


def may_decide_refunds(by: Actor) -> bool:
    """Finance and support staff of the house."""
    return not by.is_only_looking and bool(by.staff_roles & {"finance", "support"})


def may_answer_request(by: Actor, request: RefundRequest, order: Order) -> bool:
    """Staff who decide refunds, but never about an order of their own."""
    return may_decide_refunds(by) and order.id == request.order_id and order.buyer_id != by.person_id


def may_give_refund(by: Actor, order: Order) -> bool:
    """Staff who decide refunds, never for an order of their own."""
    return may_decide_refunds(by) and order.buyer_id != by.person_id


def may_return_second_payment(by: Actor, order: Order) -> bool:
    """Staff who decide refunds, never for an order of their own."""
    return may_decide_refunds(by) and order.buyer_id != by.person_id


def may_retry_refund(by: Actor, refund: Refund) -> bool:
    """Finance staff, when a refund failed."""
    return not by.is_only_looking and "finance" in by.staff_roles and refund.state == "failed"


def may_clear_trouble(by: Actor, order: Order) -> bool:
    """Finance staff, never about an order of their own."""
    return not by.is_only_looking and "finance" in by.staff_roles and order.buyer_id != by.person_id


def may_read_orders(by: Actor) -> bool:
    """Finance and support staff see every order (its number and amounts, not its buyer's fields)."""
    return bool(by.staff_roles & {"finance", "support"})


def may_ask_support(by: Actor, order: Order | None) -> bool:
    """Everybody, about nothing in particular or about an order of their own."""
    return not by.is_only_looking and (order is None or order.buyer_id == by.person_id)


def may_answer_support(by: Actor) -> bool:
    """Support staff."""
    return not by.is_only_looking and "support" in by.staff_roles


def may_contest_attribution(by: Actor, sale: MoneyEvent, contract: Contract) -> bool:
    """A partner of the contract, a sale that came neither by its link nor from a sponsor; the house, one by a partner's link."""
    side = _answering_side(by, contract)
    if side is None or sale.kind != "sale":
        return False
    by_link = sale.channel == "partner_link"
    if any(each.party == side and each.side == "house" for each in contract.parties):
        return by_link and sale.facts.get("attributed") in {each.party for each in contract.parties if each.side == "partner"}
    return sale.channel != "sponsor" and not (by_link and sale.facts.get("attributed") == side)


def may_answer_attribution(by: Actor, contest: AttributionContest, contract: Contract) -> bool:
    """The side that is asked."""
    return _answering_side(by, contract) == contest.asked


def may_accept_attribution(by: Actor, contest: AttributionContest, contract: Contract) -> bool:
    """The side that contests."""
    return _answering_side(by, contract) == contest.party


def may_answer_for_sales(by: Actor) -> bool:
    """Owners and finance of an organisation that sells; for the house its finance staff."""
    return "finance" in by.staff_roles or ("sells" in by.rights and not by.is_staff and by.has_role("owner", "finance"))


def _answering_side(by: Actor, contract: Contract) -> str | None:
    """For which side somebody speaks: owner or finance of a partner, finance staff for the house."""
    return side_of(by, contract) if may_answer_for_sales(by) and may_negotiate(by, contract) else None
