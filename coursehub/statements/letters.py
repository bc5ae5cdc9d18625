"""Letters about statements, to those who answer for a partner's money, in their language."""

from datetime import datetime

from coursehub import mail
from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.statements import reckoning
from coursehub.statements.models import Statement


@on("statements.issued")
def send_statement_issued(*, at: datetime, statement_id: int) -> None:
    """A statement is there. One in which nothing stood and nothing moved is not worth a letter."""
    statement = db.session.get_one(Statement, statement_id)
    totals = reckoning.totals(statement.body)
    if not (statement.body["moves"] or totals.opening_minor):
        return
    for person_id in people.members_with_role(statement.organisation_id, "owner", "finance"):
        email = people.email_of(person_id)
        if email is not None:
            mail.send_once(
                key=f"statements.issued:{statement.id}:{person_id}", person_id=person_id, to=email,
                locale=people.locale_of(person_id), template="statements/letters/issued.txt", at=at, kind="receipt",
                statement=statement, totals=totals,
            )  # fmt: skip
