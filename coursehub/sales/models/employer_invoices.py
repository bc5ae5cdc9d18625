"""Orders that an employer pays by invoice."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, UtcDateTime, ref


class EmployerInvoice(Model):
    """An employer chose to pay a learner's order by invoice: the document of billing, and who chose it.

    The order waits for the money until its `expires_at`; whether it came is billing's to say.
    """

    __tablename__ = "employer_invoice"

    id: Mapped[Id]
    order_id: Mapped[int] = ref("order.id", unique=True)
    organisation_id: Mapped[int] = ref("organisation.id")
    document_id: Mapped[int] = ref("billing_document.id", unique=True)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    chosen_by_id: Mapped[int] = ref("person.id", index=False)
