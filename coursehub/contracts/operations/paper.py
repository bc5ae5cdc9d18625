"""The key with which the house signs what it prints of contracts: made when it is first wanted, kept sealed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import pdf_signing
from coursehub.contracts import queries
from coursehub.contracts.letterhead import PURPOSE
from coursehub.contracts.models import PaperKey
from coursehub.db import db, transaction
from coursehub.people.queries import house
from coursehub.people.sealing import seal


def paper_key(*, at: datetime) -> PaperKey:
    """The key of this installation; one, however many ask for it first."""
    known = queries.current_paper_key()
    if known is not None:
        return known
    private, certificate = pdf_signing.new_key(house().name_en, at=at)
    try:
        with transaction():
            db.session.add(
                PaperKey(
                    id=1, certificate=certificate.hex(), fingerprint=pdf_signing.fingerprint(certificate),
                    sealed_private=seal(PURPOSE, private.hex()), made_at=at,
                )
            )  # fmt: skip
    except IntegrityError:  # somebody else was first
        pass
    return db.session.execute(sa.select(PaperKey)).scalar_one()
