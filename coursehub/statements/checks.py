"""Proving statements: each is what the books still say, and begins where the one before ended."""

from collections.abc import Iterator

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.statements import queries, reckoning
from coursehub.statements.models import Statement
from coursehub.statements.months import read_month

SOUND = "Every statement is what the books say, adds up, and begins where the one before ended."


def faults() -> Iterator[str]:
    """Every statement that does not hold, in plain English for whoever runs the house's machines."""
    last: dict[tuple[int, str], Statement] = {}
    for statement in db.session.execute(sa.select(Statement).order_by(Statement.month, Statement.id)).scalars():
        organisation = db.session.get_one(Organisation, statement.organisation_id)
        name = f"The statement of {organisation.slug} for {statement.month} in {statement.currency}"
        month = read_month(statement.month)
        if reckoning.hash_of(statement.body) != statement.body_hash:
            yield f"{name} was altered: what it says does not give its hash."
        if reckoning.disagreements(statement.body):
            yield f"{name} does not add up."
        at = statement.issued_at
        form = statement.body["format"]
        now = queries.reckon(organisation, month, statement.currency, at=at, for_issue=True, form=form) if month else None
        if now != statement.body:
            yield f"{name} is not what the books say."
        before = last.get((statement.organisation_id, statement.currency))
        if before and (before.body["closing"], before.through_id) != (statement.body["opening"], statement.after_id):
            yield f"{name} does not begin where the one for {before.month} ended."
        last[statement.organisation_id, statement.currency] = statement
