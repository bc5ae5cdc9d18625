"""Tables of contracts: negotiation, terms, listings, facts, and the book of money events."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

PROPOSAL_STATES = ("open", "countered", "declined", "withdrawn", "expired", "agreed")
FACT_KINDS = ("module_weight", "approved_minutes")
CONTEST_OUTCOMES = ("accepted", "taken_back", "unanswered", "let_stand", "upheld")


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


def _while_null(name: str, *columns: str, null: str) -> Index:
    where = sa.text(f"{null} IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


MONEY_EVENT_KINDS = (
    "sale", "refund", "dispute", "reinstated", "reshared", "hire", "hour", "period", "rebate", "true_up", "guarantee",
)  # fmt: skip
SHARED = ("sale", "hire", "hour", "period")
"""Kinds of money event that terms divide: a sale, or a course's part of a placement, of hours or of a pass."""
TAKEN_BACK = ("refund", "dispute", "reinstated")
"""Kinds of money event that take a sale back or, reinstated, undo that a dispute took it."""


class Contract(Model):
    """What binds the house and its partners about some courses. Its state is in its rows.

    `ends_at` is set once, when somebody gives notice: from then on nothing new is sold
    under it. `entries` counts the links of its record.
    """

    __tablename__ = "contract"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = ref("person.id", index=False)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    entries: Mapped[int] = mapped_column(default=0)

    parties: Mapped[list["ContractParty"]] = relationship(order_by="ContractParty.position", lazy="selectin")


class ContractParty(Model):
    """An organisation bound by a contract; exactly one is the house."""

    __tablename__ = "contract_party"
    __table_args__ = (
        _one_of("side", ("house", "partner")),
        Index(
            "uq_contract_party_one_house", "contract_id", unique=True, sqlite_where=sa.text("side = 'house'"),
            postgresql_where=sa.text("side = 'house'"),
        ),
    )  # fmt: skip

    contract_id: Mapped[int] = mapped_column(BigId, ForeignKey("contract.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), primary_key=True, index=True)
    party: Mapped[str] = mapped_column(String(16))  # the organisation's public id, as terms name it
    side: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]


class ContractCourse(Model):
    """A course that a contract was opened for."""

    __tablename__ = "contract_course"

    contract_id: Mapped[int] = mapped_column(BigId, ForeignKey("contract.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("course.id"), primary_key=True, index=True)


class Proposal(Model):
    """Terms on offer: one immutable document, open until somebody answers or time does."""

    __tablename__ = "proposal"
    __table_args__ = (
        _one_of("state", PROPOSAL_STATES),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_is_dated"),
        UniqueConstraint("contract_id", "n", name="uq_proposal_n"),
        _while_null("uq_proposal_one_open", "contract_id", null="closed_at"),
        Index("ix_proposal_due", "state", "reply_by"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    contract_id: Mapped[int] = ref("contract.id", index=False)
    n: Mapped[int]
    offered_by_id: Mapped[int | None] = ref("person.id", index=False)
    offered_party: Mapped[str] = mapped_column(String(16))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reply_by: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    semantics: Mapped[str] = mapped_column(String(40))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)  # the whole text per language, as hashed
    terms_hash: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="open")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = ref("person.id", index=False)
    close_reason: Mapped[str] = mapped_column(Text, default="")

    contract: Mapped[Contract] = relationship()
    signatures: Mapped[list["Signature"]] = relationship(order_by="Signature.id", lazy="selectin")


class Signature(Model):
    """One side's yes to one hash; who signed, when, and when they last proved who they are.

    `assertion` is there where a passkey of the signer signed that hash itself: with it anybody checks the signature.
    """

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("proposal_id", "party", name="uq_signature_one_per_side"),)

    id: Mapped[Id]
    proposal_id: Mapped[int] = ref("proposal.id", index=False)
    party: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = ref("person.id", index=False)
    terms_hash: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    assertion: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reauthenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperKey(Model):
    """The house's key for what it prints of contracts: one for an installation, its private half sealed."""

    __tablename__ = "paper_key"
    __table_args__ = (CheckConstraint("id = 1", name="one_key"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    certificate: Mapped[str] = mapped_column(Text)  # DER, hex
    fingerprint: Mapped[str] = mapped_column(String(64))
    sealed_private: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NegotiationEntry(Model):
    """One link of a contract's record: what happened, and the hash of all before it."""

    __tablename__ = "negotiation_entry"

    contract_id: Mapped[int] = mapped_column(BigId, ForeignKey("contract.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    party: Mapped[str | None] = mapped_column(String(16))
    person: Mapped[str | None] = mapped_column(String(16))  # opaque, so that erasing a person breaks no link
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class Terms(Model):
    """Terms that every side signed, or as many as terms before ask for; they hold from a date until others begin, their last
    day is over, or all ends.
    """

    __tablename__ = "terms"
    __table_args__ = (
        UniqueConstraint("contract_id", "terms_hash", name="uq_terms_hash"),
        CheckConstraint("ended_at IS NULL OR ended_at >= effective_from", name="ends_after_start"),
        _while_null("uq_terms_one_open", "contract_id", null="ended_at"),
        Index("ix_terms_terms_hash", "terms_hash"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    contract_id: Mapped[int] = ref("contract.id", index=False)
    proposal_id: Mapped[int] = ref("proposal.id", index=False, unique=True)
    terms_hash: Mapped[str] = mapped_column(String(64))
    semantics: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TermsCourse(Model):
    """A course that terms answer for. No other terms may cover it meanwhile, which the migration `last_days` guards."""

    __tablename__ = "terms_course"
    __table_args__ = (
        _while_null("uq_terms_course_one_open", "course_id", null="ended_at"),
        Index("ix_terms_course_in_force", "course_id", "effective_from"),
    )

    terms_id: Mapped[int] = mapped_column(BigId, ForeignKey("terms.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("course.id"), primary_key=True)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Listing(Model):
    """A course is on offer under these terms, from a moment until it is closed."""

    __tablename__ = "listing"
    __table_args__ = (
        _while_null("uq_listing_one_open", "course_id", null="closed_at"),
        CheckConstraint("(closed_at IS NULL) = (close_reason = '')", name="closing_has_a_reason"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    course_id: Mapped[int] = ref("course.id")
    release_id: Mapped[int] = ref("release.id", index=False)
    terms_hash: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = ref("person.id", index=False)
    close_reason: Mapped[str] = mapped_column(String(20), default="")


class ContributionFact(Model):
    """A dated statement about what a party contributed to a course; contestable by the other sides.

    A module weight replaces the party's earlier one from `holds_from` on; approved
    minutes add up, once another side than the one that taught has said yes to them
    (`approved_at`). A fact that is contested or taken back counts for no sale.
    `evidence` says what it was computed from, where it was; the hash binds it.
    """

    __tablename__ = "contribution_fact"
    __table_args__ = (
        _one_of("kind", FACT_KINDS),
        CheckConstraint("value >= 0", name="counts"),
        Index("ix_contribution_fact_course", "contract_id", "course_id", "holds_from"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    contract_id: Mapped[int] = ref("contract.id", index=False)
    course_id: Mapped[int] = ref("course.id", index=False)
    kind: Mapped[str] = mapped_column(String(20))
    party: Mapped[str] = mapped_column(String(16))
    value: Mapped[int]
    holds_from: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = ref("person.id", index=False)
    recorded_party: Mapped[str] = mapped_column(String(16))
    fact_hash: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = ref("person.id", index=False)
    approved_party: Mapped[str | None] = mapped_column(String(16))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    contests: Mapped[list["FactContest"]] = relationship(order_by="FactContest.id", lazy="selectin")


class FactContest(Model):
    """A side says a fact is not so; the fact does not count until the contest is settled.

    The side that recorded it answers by `due_at`; then the side that contests says by a new `due_at`
    whether it accepts. `outcome` says how it ended.
    """

    __tablename__ = "fact_contest"
    __table_args__ = (
        _one_of("outcome", CONTEST_OUTCOMES),
        _while_null("uq_fact_contest_one_open", "fact_id", null="settled_at"),
    )

    id: Mapped[Id]
    fact_id: Mapped[int] = ref("contribution_fact.id")
    party: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    contested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contested_by_id: Mapped[int | None] = ref("person.id", index=False)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))


class FactSettlement(Model):
    """Sales booked from `since` to `through_id` are put right, since a fact `stands` that was contested, or never counted."""

    __tablename__ = "fact_settlement"

    id: Mapped[Id]
    fact_id: Mapped[int] = ref("contribution_fact.id")
    contest_id: Mapped[int | None] = ref("fact_contest.id", index=False, unique=True)
    stands: Mapped[bool]
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    through_id: Mapped[int] = mapped_column(BigId)
    looked_id: Mapped[int] = mapped_column(BigId, default=0)
    sales: Mapped[int] = mapped_column(default=0)
    moved: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON, default=dict)  # currency -> party -> minor units
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class MoneyEvent(Model):
    """Something that moved money under terms: its facts as they were, and its journal.

    A hire or an hour is one course's part of a placement fee or of the fee on a week's hours; the parts of one fee share a
    journal, and so do their rebates. A period is one course's part of a month of the pool of a pass. The courses of a bundle
    share the journal of their sale. A dispute is what a buyer's bank took of a sale, reinstated what it gave back of that:
    both point at the sale, and so does what moved because it was said anew how it came or what was contributed (reshared).

    `facts` are what the caller said; `contribution` is what the facts register said at
    the event. `journal_id` is empty only for an event that moved nothing.
    """

    __tablename__ = "money_event"
    __table_args__ = (
        _one_of("kind", MONEY_EVENT_KINDS),
        CheckConstraint(
            "(kind IN ('refund', 'dispute', 'reinstated', 'reshared', 'rebate')) = (reverses_id IS NOT NULL)",
            name="refund_names_its_sale",
        ),
        Index("ix_money_event_contract", "contract_id", "occurred_at"),
        Index("ix_money_event_course", "course_id", "occurred_at"),
        Index("ix_money_event_reverses", "reverses_id"),
        Index("ix_money_event_journal", "journal_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(String(10))
    effect_key: Mapped[str] = mapped_column(String(200), unique=True)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contract_id: Mapped[int] = ref("contract.id", index=False)
    course_id: Mapped[int] = ref("course.id", index=False)
    terms_hash: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3))
    channel: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(BigId)  # what the buyer paid; negative: what went back
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    contribution: Mapped[dict[str, Any]] = mapped_column(JSON)
    held_until: Mapped[datetime] = mapped_column(UtcDateTime)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)
    reverses_id: Mapped[int | None] = ref("money_event.id", index=False)

    lines: Mapped[list["MoneyLine"]] = relationship(order_by="MoneyLine.n", lazy="selectin")


class MoneyLine(Model):
    """One line of a money event: who, how much, by which clause, and the arithmetic."""

    __tablename__ = "money_line"
    __table_args__ = (
        _one_of("role", ("tax", "rail_fee", "share", "discount", "fee_cost")),
        Index("ix_money_line_party", "party", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("money_event.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(10))
    party: Mapped[str | None] = mapped_column(String(16))
    amount_minor: Mapped[int] = mapped_column(BigId)
    path: Mapped[str] = mapped_column(String(200))
    reason: Mapped[dict[str, Any]] = mapped_column(JSON)


class PublishedPrices(Model):
    """What placements and hours cost, the same for every member, from a day on; announced before and never edited.

    body: the canonical data of `price_book.PriceBook`; body_hash: its SHA-256. Of several that have
    begun the latest counts, for each currency.
    """

    __tablename__ = "published_prices"
    __table_args__ = (
        UniqueConstraint("currency", "version", name="uq_published_prices_version"),
        CheckConstraint("effective_from >= announced_at", name="announced_before"),
        Index("ix_published_prices_in_force", "currency", "effective_from"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    currency: Mapped[str] = mapped_column(String(3))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    body_hash: Mapped[str] = mapped_column(String(64))
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    announced_by_id: Mapped[int | None] = ref("person.id", index=False)
    effective_from: Mapped[datetime] = mapped_column(UtcDateTime)
