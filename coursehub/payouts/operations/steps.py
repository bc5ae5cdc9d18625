"""What happened to a payout, booked and written down: the same three journals, whichever rail it leaves by."""

from datetime import date, datetime, time

from coursehub import events
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_ON_ITS_WAY, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.payouts.models import Payout, PayoutStep
from coursehub.people.models import Organisation
from coursehub.rails import PayoutRail
from coursehub.talent.working_days import local_day
from coursehub.web.locale import SHOWN_ZONE


def book_step(
    payout: Payout, kind: str, words: str, at: datetime, *, rail: PayoutRail, on: date | None = None,
    against: AccountRef | None = None,
) -> None:  # fmt: skip
    """Book that a payout was paid, bounced or returned, and write it down. Joins; the caller stands in line.

    rail: by which the payout left. on: the day that a bank says, which it has no hour of. against: what bears a payout that
    came back, where it is not the rail.
    """
    party = db.session.get_one(Organisation, payout.organisation_id).public_id
    money = AccountRef(rail.asset)
    way, ready = AccountRef(PARTNER_ON_ITS_WAY, party), AccountRef(PARTNER_READY, party)
    debited, credited = {"paid": (way, money), "bounced": (way, ready), "returned": (against or money, ready)}[kind]
    booked = post(
        kind="payout_paid" if kind == "paid" else "payout_bounced", effect_key=f"payout:{payout.public_id}:{kind}",
        occurred_at=min(datetime.combine(on, time(12), SHOWN_ZONE), at) if on else at, at=at, currency=payout.currency,
        postings=[Leg(debited, payout.amount_minor), Leg(credited, -payout.amount_minor)],
    )  # fmt: skip
    step = PayoutStep(payout_id=payout.id, kind=kind, journal_id=booked.id, at=at, on=on or local_day(at), words=words)
    db.session.add(step)
    db.session.flush()
    events.record(f"payouts.{kind}", at=at, payout_id=payout.id)
