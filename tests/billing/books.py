"""What every test of billing begins with: a debt of a member in the books, and its invoice."""

from coursehub.billing.models import Document
from coursehub.billing.operations import Line, issue_credit_note, issue_invoice, record_receipt
from coursehub.db import new_public_id, transaction
from coursehub.ledger.accounts import MEMBER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post


def booked(organisation, amount_minor, at, *, currency="CNY", effect_key="", reverses=None):
    """A journal that puts so much on a member's account."""
    legs = [Leg(AccountRef(MEMBER_OWES, organisation.public_id), amount_minor), Leg(AccountRef("income:share"), -amount_minor)]
    return post(
        kind="placement", effect_key=effect_key or f"placement:{new_public_id()}", occurred_at=at, at=at, postings=legs,
        currency=currency, reverses=reverses,
    )  # fmt: skip


def invoiced(organisation, amount_minor, at, *, currency="CNY", **more) -> Document:
    """An invoice over a debt that stands in the books."""
    key = more.pop("effect_key", "") or f"placement:{new_public_id()}"
    with transaction():
        journal = booked(organisation, amount_minor, at, currency=currency, effect_key=key)
        return issue_invoice(
            organisation, [Line({"en": "Placement fee", "zh-CN": "推荐录用服务费"}, amount_minor)], currency=currency,
            cause="placement", cause_id=new_public_id(), effect_key=key, journal_ids=[journal.id], at=at, **more,
        )  # fmt: skip


def credited(invoice, organisation, amount_minor, at) -> Document:
    """A credit note over so much of an invoice."""
    key = f"placement:{new_public_id()}:refund"
    with transaction():
        journal = booked(organisation, -amount_minor, at, currency=invoice.currency, effect_key=key)
        lines = [Line({"en": "Left inside the guarantee", "zh-CN": "保证期内离职退费"}, amount_minor)]
        return issue_credit_note(invoice, lines, effect_key=key, journal_ids=[journal.id], at=at)


def received(cast, organisation, amount_minor, at, *, reference="", **more):
    """Fay marks a line of the bank statement."""
    return record_receipt(
        organisation, currency=more.pop("currency", "CNY"), amount_minor=amount_minor, received_on=at.date(),
        bank_reference=reference or new_public_id(), by=cast.acting(cast.fay), at=at, **more,
    )  # fmt: skip
