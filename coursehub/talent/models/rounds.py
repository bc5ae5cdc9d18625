"""Matching rounds: what was announced, who takes part, what was sealed, and what came of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import MATCH, ROUND
from coursehub.talent.models.profiles import one_of


class MatchingRound(Model):
    """One round with its timetable. From its announcement on its rules, seats and times stand under one hash.

    Each `..._until_at` is the first moment after that step. audit_days: how long after the end the sealed lists are kept.
    erased_at: when the lists were deleted.
    """

    __tablename__ = "matching_round"
    __table_args__ = (
        one_of("state", ROUND.states),
        CheckConstraint("audit_days BETWEEN 7 AND 180", name="audit_sane"),
        CheckConstraint(
            "lists_until_at < ranks_until_at AND ranks_until_at < accept_until_at AND accept_until_at < second_lists_until_at "
            "AND second_lists_until_at < second_ranks_until_at AND second_ranks_until_at < second_accept_until_at",
            name="times_in_order",
        ),
        CheckConstraint("announced_at IS NULL OR rules_hash <> ''", name="announced_with_rules"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    title: Mapped[str] = mapped_column(String(120))
    rules: Mapped[str] = mapped_column(Text)
    audit_days: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lists_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ranks_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accept_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    second_lists_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    second_ranks_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    second_accept_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rules_hash: Mapped[str] = mapped_column(String(64), default="")
    announced: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what the hash is over
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class MatchingRun(Model):
    """The first or the second run of a round: the number bound before, the root over all seals, the seed, the result's root.

    number_sealed: the house's number, encrypted until it is published in `number`.
    """

    __tablename__ = "matching_run"
    __table_args__ = (CheckConstraint("n IN (1, 2)", name="first_or_second"),)

    round_id: Mapped[int] = ref("matching_round.id", index=False, primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    commitment: Mapped[str] = mapped_column(String(64))
    number_sealed: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(String(64), default="")
    seals_root: Mapped[str] = mapped_column(String(64), default="")
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seed: Mapped[str] = mapped_column(String(64), default="")
    certificates_root: Mapped[str] = mapped_column(String(64), default="")
    ran_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    learners: Mapped[int] = mapped_column(Integer, default=0)
    places: Mapped[int] = mapped_column(Integer, default=0)
    matched: Mapped[int] = mapped_column(Integer, default=0)


class MatchingSeat(Model):
    """Places of one opening that its employer enters; whoever is matched and accepts gets the offer that the opening promised."""

    __tablename__ = "matching_seat"
    __table_args__ = (CheckConstraint("places BETWEEN 1 AND 100", name="places_sane"),)

    round_id: Mapped[int] = ref("matching_round.id", index=False, primary_key=True)
    opening_id: Mapped[int] = ref("opening.id", primary_key=True)
    organisation_id: Mapped[int] = ref("organisation.id")
    places: Mapped[int] = mapped_column(Integer)
    start_on: Mapped[date] = mapped_column(Date)
    entered_by_id: Mapped[int] = ref("person.id", index=False)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatchingEntry(Model):
    """One person takes part in one round, under an id that says nothing, until they leave."""

    __tablename__ = "matching_entry"
    __table_args__ = (UniqueConstraint("round_id", "person_id", name="uq_matching_entry_once"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = ref("matching_round.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MatchingList(Model):
    """One sealed list: a person's order of seats, or a seat's order of people. `sealed` is encrypted, and empty once deleted."""

    __tablename__ = "matching_list"
    __table_args__ = (
        CheckConstraint("(entry_id IS NULL) <> (opening_id IS NULL)", name="one_writer"),
        CheckConstraint("n IN (1, 2)", name="first_or_second"),
        UniqueConstraint("round_id", "n", "entry_id", name="uq_matching_list_entry"),
        UniqueConstraint("round_id", "n", "opening_id", name="uq_matching_list_opening"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = ref("matching_round.id", index=False)
    n: Mapped[int] = mapped_column(Integer)
    entry_id: Mapped[int | None] = ref("matching_entry.id", index=False)
    opening_id: Mapped[int | None] = ref("opening.id", index=False)
    sealed: Mapped[str] = mapped_column(Text)
    seal: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatchingAsked(Model):
    """This person asked for this seat, so its employer meets them without a name; at which place it stands is sealed."""

    __tablename__ = "matching_asked"

    entry_id: Mapped[int] = ref("matching_entry.id", index=False, primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    opening_id: Mapped[int] = ref("opening.id", primary_key=True)


class MatchingResult(Model):
    """What one person got in one run, with the certificate, and what they answered. opening_id is None for nothing."""

    __tablename__ = "matching_result"
    __table_args__ = (
        one_of("state", MATCH.states),
        UniqueConstraint("entry_id", "n", name="uq_matching_result_once"),
        Index("ix_matching_result_round", "round_id", "n", "state"),
        CheckConstraint("opening_id IS NULL OR state <> 'unmatched'", name="no_seat_when_unmatched"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = ref("matching_round.id", index=False)
    n: Mapped[int] = mapped_column(Integer)
    entry_id: Mapped[int] = ref("matching_entry.id", index=False)
    opening_id: Mapped[int | None] = ref("opening.id")
    state: Mapped[str] = mapped_column(String(12))
    certificate: Mapped[dict[str, Any]] = mapped_column(JSON)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    application_id: Mapped[int | None] = ref("application.id", index=False)
