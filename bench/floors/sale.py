"""A paid order by hand: payment, enrolment, outbox, shares, one balanced journal, all in one commit.

The rules are those of the bench's own terms (tax out of the price, the rail's fee and
the house's 30 % off, the rest to the partner), written as plain arithmetic.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.floors import journals
from bench.floors.database import IS_SQLITE, Database, data, moment

_LOCK = "" if IS_SQLITE else " FOR UPDATE OF o"
ORDER = f"""SELECT o.*, p.locale AS own_locale, e.languages, e.state AS release_state
 FROM "order" o JOIN person p ON p.id = o.buyer_id JOIN release e ON e.id = o.release_id WHERE o.id = ?{_LOCK}"""
KNOWN = """SELECT (SELECT id FROM payment WHERE rail_payment_id = ?) AS payment,
 (SELECT id FROM enrolment WHERE person_id = ? AND course_id = ? AND ended_at IS NULL) AS enrolment,
 (SELECT id FROM money_event WHERE effect_key = ?) AS event"""
PAYMENT = """INSERT INTO payment (order_id, rail, rail_payment_id, rail_charge_id, amount_minor, fee_minor, currency, method,
 paid_at, recorded_at, outcome) VALUES (?, 'stripe', ?, ?, ?, ?, ?, 'card', ?, ?, 'sold')"""
ENROLMENT = """INSERT INTO enrolment (public_id, person_id, course_id, release_id, source, locale, opened_at)
 VALUES (?, ?, ?, ?, 'order', ?, ?) RETURNING id"""
SOLD = """UPDATE "order" SET state = 'paid', paid_at = ?, closed_at = ?, enrolment_id = ? WHERE id = ?"""
EVENT = "INSERT INTO event (name, at, payload) VALUES (?, ?, ?)"
JOB = "INSERT INTO job (name, args, state, attempts, enqueued_at, run_at) VALUES (?, ?, 'waiting', 0, ?, ?)"
_LOCK_CONTRACT = "" if IS_SQLITE else " FOR UPDATE OF c"
TERMS = f"""SELECT t.contract_id, t.body FROM terms t JOIN contract c ON c.id = t.contract_id
 JOIN terms_course x ON x.terms_id = t.id AND x.course_id = ? WHERE t.terms_hash = ?{_LOCK_CONTRACT}"""
FACTS = """SELECT kind, party, value FROM contribution_fact f WHERE contract_id = ? AND course_id = ? AND holds_from <= ?
 AND withdrawn_at IS NULL AND NOT EXISTS (SELECT 1 FROM fact_contest x WHERE x.fact_id = f.id AND x.settled_at IS NULL)"""
MONEY = """INSERT INTO money_event (public_id, kind, effect_key, occurred_at, recorded_at, contract_id, course_id, terms_hash,
 currency, channel, amount_minor, facts, contribution, held_until, journal_id)
 VALUES (?, 'sale', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
LINES = "INSERT INTO money_line (event_id, n, role, party, amount_minor, path, reason) VALUES " + ", ".join(
    ["(?, ?, ?, ?, ?, ?, ?)"] * 4
)
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def _id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def complete(db: Database, order_id: int) -> str:
    """Complete one order."""
    db.begin()
    try:
        state = _complete(db, order_id, datetime.now(UTC))
    except BaseException:
        db.rollback()
        raise
    db.commit()
    return state


def _complete(db: Database, order_id: int, at: datetime) -> str:
    order = db.row(ORDER, order_id)
    key = f"pi_bench_{order_id}"
    effect, now = f"sale:{key}", moment(at)
    if (
        order is None
        or order.state not in ("placed", "awaiting_payment")
        or order.release_state not in ("approved", "listed", "retired")
    ):
        return "refused"
    known = db.row(KNOWN, key, order.buyer_id, order.course_id, effect)
    if known is None or known.payment or known.enrolment or known.event:
        return "known"
    fee = 603
    db.run(PAYMENT, order.id, key, f"ch_bench_{order_id}", order.gross_minor, fee, order.currency, now, now)
    languages = data(order.languages)
    locale = order.own_locale if order.own_locale in languages else languages[0]
    enrolment = db.row(ENROLMENT, _id(), order.buyer_id, order.course_id, order.release_id, locale, now)
    assert enrolment is not None
    db.run(SOLD, now, now, enrolment.id, order.id)
    db.run(EVENT, "learning.enrolled", now, json.dumps({"enrolment_id": enrolment.id, "course_id": order.course_id}))
    bought = json.dumps({"order_id": order.id})
    db.run(EVENT, "sales.course_purchased", now, bought)
    db.run(JOB, "sales.course_purchased->sales.letters.send_receipt", bought, now, now)
    _share(db, order, effect, fee, at)
    return "paid"


def _share(db: Database, order: Any, effect: str, fee: int, at: datetime) -> None:
    terms = db.row(TERMS, order.course_id, order.terms_hash)
    assert terms is not None
    db.rows(FACTS, terms.contract_id, order.course_id, moment(at))
    body = data(terms.body)
    house, partner = body["parties"][0]["id"], body["split"]["party"]
    gross, whole = order.gross_minor, 10_000 + order.tax_bps
    tax = (2 * gross * order.tax_bps + whole) // (2 * whole)
    base = gross - tax - fee
    share_bps = body["rates"]["rest"]["share_bps"]
    ours = (2 * base * share_bps + 10_000) // 20_000
    legs = [
        ("asset:rail:stripe", "", gross - fee, None), ("liability:tax", "", -tax, "/base"), ("income:share", "", -ours, "/rates/rest"),
        ("liability:payable:held", partner, -(base - ours), "/split"),
    ]  # fmt: skip
    journal = journals.book(db, "sale", effect, order.currency, legs, at, terms_hash=order.terms_hash)
    facts = {
        "gross_minor": gross, "tax_bps": order.tax_bps, "fee_minor": fee, "channel": order.channel, "attributed": None,
        "discount_minor": order.discount_minor, "discount_borne_by": order.discount_borne_by, "order": order.public_id, "rail": "stripe",
    }  # fmt: skip
    now = moment(at)
    event = db.row(
        MONEY, _id(), effect, now, now, terms.contract_id, order.course_id, order.terms_hash, order.currency, order.channel, gross,
        json.dumps(facts), '{"module_weights": {}, "approved_minutes": {}}', moment(at + timedelta(days=body["hold"]["days"])), journal,
    )  # fmt: skip
    assert event is not None
    lines: list[Any] = []
    for n, (role, party, amount, path, of, factors) in enumerate(
        (
            ("tax", None, tax, "/base", gross, [["tax", order.tax_bps, whole]]),
            ("rail_fee", None, fee, "/base", fee, []),
            ("share", house, ours, "/rates/rest", base, [["rate", share_bps, 10_000]]),
            ("share", partner, base - ours, "/split", base, [["rest", 10_000 - share_bps, 10_000]]),
        ),
        start=1,
    ):
        reason = {"kind": role, "of": f"{of}/1", "factors": factors, "channel": None, "cap_minor": None, "already_minor": 0}
        lines += [event.id, n, role, party, amount, path, json.dumps(reason)]
    db.run(LINES, *lines)
