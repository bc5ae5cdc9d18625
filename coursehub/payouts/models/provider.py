"""Payouts through the payment provider: the way a partner chose, its account there, transfers made and taken back."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.payouts.models.runs import one_of


class PayoutWay(Model):
    """Which way a partner chose to be paid, by the name of the rail; the latest row counts, the bank where there is none."""

    __tablename__ = "payout_way"
    __table_args__ = (Index("payout_way_by_organisation", "organisation_id", "id"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    way: Mapped[str] = mapped_column(String(20))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    chosen_by_id: Mapped[int] = ref("person.id", index=False)


class RailAccount(Model):
    """A partner's own account at a payment provider, as the provider last described it; its papers stay there.

    rail: the provider's name among the rails. rail_account_id is empty until it has answered. transfers, payouts: see
    `rails.AccountFacts`.
    """

    __tablename__ = "rail_account"
    __table_args__ = (UniqueConstraint("organisation_id", "rail", name="rail_account_one_each"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    rail: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_by_id: Mapped[int] = ref("person.id", index=False)
    rail_account_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    transfers: Mapped[str] = mapped_column(String(12), default="pending")
    payouts: Mapped[str] = mapped_column(String(12), default="pending")
    due: Mapped[list[str]] = mapped_column(JSON, default=list)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Whether it takes transfers and sends them on to the partner's bank."""
        return self.transfers == self.payouts == "active"


class PayoutTransfer(Model):
    """This payout leaves through the payment provider instead of the file for the bank.

    source_charge: the one payment that it comes from, if it is one.
    """

    __tablename__ = "payout_transfer"

    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout.id", name="payout_transfer_payout_fkey"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = ref("rail_account.id", index=False)
    source_charge: Mapped[str | None] = mapped_column(String(120))


TROUBLES = ("transfer", "back")  # what stands still: a transfer, or taking one back


class TransferTrouble(Model):
    """The provider's answer lets a transfer, or its reversal, stand still until somebody of finance tries again, with a new key.

    problem: key_spoiled, where every further answer under the key is the first one's failure; else the provider's own word.
    """

    __tablename__ = "payout_transfer_trouble"
    __table_args__ = (
        one_of("what", TROUBLES),
        CheckConstraint("(again_at IS NULL) = (again_by_id IS NULL)", name="again_is_whole"),
        Index(
            "payout_transfer_trouble_one_open", "payout_id", "what", unique=True,
            sqlite_where=text("again_at IS NULL"), postgresql_where=text("again_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_transfer.payout_id", name="payout_transfer_trouble_fkey"), index=True
    )
    what: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str] = mapped_column(String(200))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    again_by_id: Mapped[int | None] = ref("person.id", index=False)


class TransferMade(Model):
    """The provider made the transfer of a payout; once."""

    __tablename__ = "payout_transfer_made"

    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_transfer.payout_id", name="payout_transfer_made_fkey"), primary_key=True, autoincrement=False
    )
    rail_transfer_id: Mapped[str] = mapped_column(String(120), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TransferBack(Model):
    """Somebody of finance, or the failure of the provider's own payout, wants a transfer back; then it came back. Once."""

    __tablename__ = "payout_transfer_back"

    payout_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("payout_transfer_made.payout_id", name="payout_transfer_back_fkey"),
        primary_key=True,
        autoincrement=False,
    )
    words: Mapped[str] = mapped_column(Text)
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_by_id: Mapped[int | None] = ref("person.id", index=False)
    rail_reversal_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


ENDINGS = ("keeps", "back", "lost")
"""How a reversal that the provider refused ends: the partner keeps the money, and its payout stays as it was; the money came
back another way; or the partner never had it, the house bears it and owes the partner as before."""


class BackGivenUp(Model):
    """A reversal that the provider refused is given up: proposed by one person of finance, confirmed or declined by another."""

    __tablename__ = "payout_back_given_up"
    __table_args__ = (
        one_of("ending", ENDINGS),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decision_is_whole"),
        CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name="decision_says_which"),
        CheckConstraint("is_confirmed IS NOT TRUE OR decided_by_id <> proposed_by_id", name="confirmed_by_another"),
        Index(
            "payout_back_given_up_once", "payout_id", unique=True,
            sqlite_where=text("is_confirmed IS NOT FALSE"), postgresql_where=text("is_confirmed IS NOT FALSE"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_transfer_back.payout_id", name="payout_back_given_up_fkey"), index=True
    )
    ending: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by_id: Mapped[int] = ref("person.id", index=False)
    is_confirmed: Mapped[bool | None] = mapped_column(Boolean)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = ref("person.id", index=False)
