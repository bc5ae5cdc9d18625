"""Letters about openings and first words: published or given back by the house, an introduction, and its answer."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db
from coursehub.talent.letters.hiring import to_colleague, to_invited, to_writers
from coursehub.talent.models import Introduction, Move, Opening
from coursehub.web import external_url


@events.on("talent.opening_open")
def tell_of_publication(*, at: datetime, opening_id: int) -> None:
    """The house has published it; once, however often it is paused later."""
    opening = db.session.get_one(Opening, opening_id)
    to_writers(opening, key=f"published:{opening.public_id}", template="published", at=at)


@events.on("talent.opening_draft")
def tell_what_must_change(*, at: datetime, opening_id: int) -> None:
    """The house gave it back, and says what must change; once for each time."""
    opening = db.session.get_one(Opening, opening_id)
    returns = sa.select(Move).where(Move.machine == "opening", Move.subject_id == opening_id, Move.move == "return")
    last = db.session.execute(returns.order_by(Move.n.desc()).limit(1)).scalar_one()
    to_writers(opening, key=f"returned:{opening.public_id}:{last.n}", template="returned", at=at, reason=last.reason)


@events.on("talent.introduction_sent")
def tell_who_is_invited(*, at: datetime, introduction_id: int) -> None:
    """An employer wrote about an opening."""
    row = db.session.get_one(Introduction, introduction_id)
    if row.ended_at is None:
        to_invited(
            row.person_id, db.session.get_one(Opening, row.opening_id), key=f"introduced:{row.public_id}", template="introduced",
            at=at, address=external_url("talent_candidate.introduction", public_id=row.public_id), due_at=row.answer_by_at,
        )  # fmt: skip


@events.on("talent.introduction_declined")
def tell_who_wrote(*, at: datetime, introduction_id: int) -> None:
    """Somebody they wrote to prefers not to; a yes arrives as an application."""
    row = db.session.get_one(Introduction, introduction_id)
    to_colleague(
        row.sent_by_id, db.session.get_one(Opening, row.opening_id), key=f"not_interested:{row.public_id}",
        template="not_interested", address=external_url("talent_hire.sent_introductions"), at=at,
    )  # fmt: skip


@events.on("talent.introduction_expired")
def tell_that_nobody_answered(*, at: datetime, introduction_id: int) -> None:
    """The time to answer ran out: whoever wrote learns that, and the person that nothing of them was shown."""
    row = db.session.get_one(Introduction, introduction_id)
    opening = db.session.get_one(Opening, row.opening_id)
    to_colleague(
        row.sent_by_id, opening, key=f"unanswered:{row.public_id}", template="unanswered",
        address=external_url("talent_hire.sent_introductions"), at=at,
    )  # fmt: skip
    to_invited(
        row.person_id, opening, key=f"ran_out:{row.public_id}", template="ran_out",
        address=external_url("talent_candidate.introduction", public_id=row.public_id), at=at,
    )  # fmt: skip
