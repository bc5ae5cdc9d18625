"""Duplicates: two applications of one person to one opening become one, and can be taken apart for a while."""

from datetime import datetime, timedelta

from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.talent.models import Application, Merge
from coursehub.talent.policies import hiring as policies

UNMERGE_WITHIN = timedelta(days=30)


class NotADuplicate(Refusal):
    """These two do not look like one person's applications to one opening, so they stay apart."""


class TooLateToUnmerge(Refusal):
    """These were made one more than 30 days ago, or are apart already."""


def merge_applications(kept: Application, merged: Application, *, by: Actor, at: datetime) -> Merge:
    """Let one application stand for both; of what each lets be seen, only what both do is seen from now on.

    Raises NotADuplicate.
    """
    require(policies.may_work_on(by, kept) and policies.may_work_on(by, merged))
    with transaction():
        for row in sorted((kept, merged), key=lambda row: row.id):
            lock(row)
        same_person = kept.person_id == merged.person_id or (kept.mail_hash != "" and kept.mail_hash == merged.mail_hash)
        apart = kept.merged_into_id is None and merged.merged_into_id is None and kept.id != merged.id
        running = kept.ended_at is None and merged.ended_at is None
        if not (same_person and apart and running and kept.opening_id == merged.opening_id):
            raise NotADuplicate
        merge = Merge(public_id=new_public_id(), kept_id=kept.id, merged_id=merged.id, by_id=by.person_id, at=at)
        db.session.add(merge)
        merged.merged_into_id = kept.id
        if merged.due_at is not None and (kept.due_at is None or merged.due_at < kept.due_at):
            kept.due_at = merged.due_at if kept.answered_at is None else kept.due_at
        db.session.flush()
    return merge


def unmerge_applications(merge: Merge, *, by: Actor, at: datetime) -> None:
    """Take two applications apart again. Raises TooLateToUnmerge."""
    merged = db.session.get_one(Application, merge.merged_id)
    require(policies.may_work_on(by, merged))
    with transaction():
        lock(merge)
        if merge.undone_at is not None or at > merge.at + UNMERGE_WITHIN:
            raise TooLateToUnmerge
        lock(merged)
        merge.undone_at = at
        merged.merged_into_id = None
        db.session.flush()
