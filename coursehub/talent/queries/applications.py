"""Applications: a person's own, an employer's board, what waits, who may read what about them."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.talent.models import (
    Application,
    Batch,
    Interview,
    Merge,
    Move,
    Note,
    Offer,
    Opening,
    Placement,
    Scorecard,
    TalentGrant,
    TeamMember,
)
from coursehub.talent.queries.consent import is_live
from coursehub.talent.queries.openings import AskedSkill, met_of, skills_asked_of

COLUMNS = ("applied", "screen", "interview", "offer")
"""The columns of a board; somebody who came by an introduction stands in the first."""


def applications_of(reader: Actor) -> "sa.Select[Application]":
    """The reader's own applications, the latest first; what was merged away of theirs is shown as the one that stands for it."""
    return (
        sa.select(Application)
        .where(Application.person_id == reader.person_id, Application.merged_into_id.is_(None))
        .order_by(Application.id.desc())
    )


def applications_visible_to(reader: Actor) -> "sa.Select[Application]":
    """Every application to the reader's organisation."""
    return sa.select(Application).where(Application.organisation_id == reader.organisation_id).order_by(Application.id)


def state_shown_to_person(application: Application) -> str:
    """Where their application is, as the person may know it: a rejection shows once they have been told."""
    if application.state != "rejected" or application.ended_at is not None:
        return application.state
    before = sa.select(Move.from_state).where(Move.machine == "application", Move.subject_id == application.id)
    return str(db.session.execute(before.order_by(Move.n.desc()).limit(1)).scalar_one())


@dataclass(frozen=True)
class Card:
    """One application on a board: never a name, until somebody asks for names and the grant allows it."""

    application: Application
    skills: list[AskedSkill]
    cards_in: int = 0
    notes: int = 0

    @property
    def code(self) -> str:
        """What an application is called while nobody needs a name."""
        return code_of(self.application)

    @property
    def met(self) -> tuple[int, int]:
        """How many required skills are proven, of how many."""
        return met_of(self.skills)


def code_of(application: Application) -> str:
    """A short name for an application that says nothing about the person."""
    return application.public_id[:5].upper()


def cards_of(opening: Opening, reader: Actor, *, ended: bool = False) -> list[Card]:
    """The applications of one opening as cards, the longest waiting first; what was merged away is not among them."""
    over = sa.or_(Application.ended_at.is_not(None), Application.state == "rejected")
    found = sa.select(Application).where(
        Application.opening_id == opening.id, Application.merged_into_id.is_(None), over if ended else sa.not_(over)
    )
    rows = list(db.session.execute(found.order_by(Application.applied_at, Application.id).limit(500)).scalars())
    ids = [row.id for row in rows]
    cards = _counted(sa.select(Scorecard.application_id, sa.func.count()).where(Scorecard.application_id.in_(ids)), Scorecard)
    notes = _counted(_readable_notes(reader).with_only_columns(Note.application_id, sa.func.count()).order_by(None), Note)
    skills = skills_asked_of(opening.id, [row.person_id for row in rows])
    return [Card(row, skills[row.person_id], cards.get(row.id, 0), notes.get(row.id, 0)) for row in rows]


def _counted(select: "sa.Select[int, int]", model: type[Scorecard] | type[Note]) -> dict[int, int]:
    return dict(db.session.execute(select.group_by(model.application_id)).tuples().all())


def fields_shown(application: Application, at: datetime) -> list[str]:
    """What this application lets its employer see now: of everything merged into it, only what each lets be seen."""
    together = [application.id]
    behind = sa.select(Application.id).where(Application.merged_into_id == application.id)
    together += list(db.session.execute(behind).scalars())
    shown: set[str] | None = None
    for application_id in together:
        grant = db.session.execute(
            sa.select(TalentGrant).where(TalentGrant.cause == "application", TalentGrant.cause_id == application_id, is_live(at))
        ).scalar_one_or_none()
        mine = set(grant.fields) if grant is not None else set()
        shown = mine if shown is None else shown & mine
    return sorted(shown or ())


def _readable_notes(reader: Actor) -> "sa.Select[Note]":
    on_team = sa.select(Application.id).join(TeamMember, TeamMember.opening_id == Application.opening_id)
    on_team = on_team.where(TeamMember.person_id == reader.person_id)
    own = sa.select(Application.id).where(Application.organisation_id == reader.organisation_id)
    return (
        sa.select(Note)
        .where(
            Note.removed_at.is_(None),
            Note.application_id.in_(own),
            sa.or_(
                Note.by_id == reader.person_id,
                Note.scope == "organisation",
                sa.and_(Note.scope == "team", Note.application_id.in_(on_team)),
            ),
        )
        .order_by(Note.id)
    )


def notes_on(application: Application, reader: Actor) -> list[Note]:
    """The notes on an application, and on what was merged into it, that this reader may read."""
    behind = sa.select(Application.id).where(Application.merged_into_id == application.id)
    which = sa.or_(Note.application_id == application.id, Note.application_id.in_(behind))
    return list(db.session.execute(_readable_notes(reader).where(which)).scalars())


def notes_of(reader: Actor) -> "sa.Select[Note]":
    """The notes this reader may read, for looking one up."""
    return _readable_notes(reader)


@dataclass(frozen=True)
class Cards:
    """Scorecards as one reader may see them: how many there are, one's own, and the others once one's own is in."""

    many: int
    own: Scorecard | None
    others: list[Scorecard] = field(default_factory=list)


def scorecards_on(application: Application, reader: Actor) -> Cards:
    """What colleagues think, hidden until the reader's own scorecard is in."""
    found = sa.select(Scorecard).where(Scorecard.application_id == application.id).order_by(Scorecard.id)
    rows = list(db.session.execute(found).scalars())
    own = next((row for row in rows if row.by_id == reader.person_id), None)
    return Cards(len(rows), own, [row for row in rows if row is not own] if own else [])


def duplicates_of(application: Application) -> list[Application]:
    """Other running applications to the same opening that look like the same person's: same account, or same hashed address."""
    same = Application.person_id == application.person_id
    if application.mail_hash:
        same = sa.or_(same, Application.mail_hash == application.mail_hash)
    found = sa.select(Application).where(
        Application.opening_id == application.opening_id, Application.id != application.id, same,
        Application.ended_at.is_(None), Application.merged_into_id.is_(None),
    )  # fmt: skip
    return list(db.session.execute(found.order_by(Application.id)).scalars())


def merges_of(application: Application) -> list[Merge]:
    """What was merged into this application and can still be seen apart."""
    found = sa.select(Merge).where(Merge.kept_id == application.id, Merge.undone_at.is_(None))
    return list(db.session.execute(found.order_by(Merge.id)).scalars())


def merges_visible_to(reader: Actor) -> "sa.Select[Merge]":
    """Merges in the reader's organisation."""
    return (
        sa.select(Merge)
        .join(Application, Application.id == Merge.kept_id)
        .where(Application.organisation_id == reader.organisation_id)
    )


def batches_visible_to(reader: Actor) -> "sa.Select[Batch]":
    """Acts on applications of the reader's organisation."""
    return sa.select(Batch).join(Opening, Opening.id == Batch.opening_id).where(Opening.organisation_id == reader.organisation_id)


def batch_to_undo(opening: Opening, at: datetime) -> Batch | None:
    """The latest act on this opening that can still be taken back."""
    found = sa.select(Batch).where(Batch.opening_id == opening.id, Batch.undone_at.is_(None), Batch.undo_until_at > at)
    return db.session.execute(found.order_by(Batch.id.desc()).limit(1)).scalar_one_or_none()


def moves_of(machine: str, subject_id: int) -> list[Move]:
    """What happened to something, the first first."""
    found = sa.select(Move).where(Move.machine == machine, Move.subject_id == subject_id)
    return list(db.session.execute(found.order_by(Move.n)).scalars())


def offers_on(application_id: int) -> list[Offer]:
    """The offers on an application, the latest first."""
    return list(
        db.session.execute(sa.select(Offer).where(Offer.application_id == application_id).order_by(Offer.id.desc())).scalars()
    )


def interviews_on(application_id: int) -> list[Interview]:
    """The interviews of an application, the latest first."""
    return list(
        db.session.execute(
            sa.select(Interview).where(Interview.application_id == application_id).order_by(Interview.id.desc())
        ).scalars()
    )


def placement_of(application_id: int) -> Placement | None:
    """What became of an accepted offer."""
    return db.session.execute(sa.select(Placement).where(Placement.application_id == application_id)).scalar_one_or_none()


def openings_by_id(ids: "set[int]") -> dict[int, Opening]:
    """Openings by their ids."""
    rows = db.session.execute(sa.select(Opening).where(Opening.id.in_(ids))).scalars() if ids else ()
    return {row.id: row for row in rows}
