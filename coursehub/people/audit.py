"""The one way to leave an audit line."""

from datetime import datetime
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from coursehub.db import at_the_end, db, in_transaction, look
from coursehub.people.audit_chain import BEGINNING, digest_of, link
from coursehub.people.models import AuditHead, PeopleAudit
from coursehub.prepared import Prepared


def note(
    act: str,
    *,
    at: datetime,
    person_id: int | None = None,
    by_id: int | None = None,
    organisation_id: int | None = None,
    **facts: Any,
) -> None:
    """Write down one act with the open transaction: ids and words only, never a personal field.

    The line is chained right before the commit, so that nobody waits for the end of the chain longer than that takes.
    """
    if not in_transaction():
        raise RuntimeError("note() needs an open transaction()")
    said = {"act": act, "at": at, "person_id": person_id, "by_id": by_id, "organisation_id": organisation_id, "facts": facts}
    at_the_end(_chain, said)


def _chain(lines: list[dict[str, Any]]) -> None:
    head = look(_HEAD).one_or_none()
    if head is None:
        db.session.execute(_BEGIN, {"hash": BEGINNING})
        head = look(_HEAD).one()
    height, last = head
    for height, said in enumerate(lines, start=height + 1):  # noqa: B020 - the next number is the new height
        salt = token_hex(16)
        digest = digest_of(said, salt)
        last = link(last, height, said["at"], digest)
        said |= {"id": height, "salt": salt, "digest": digest, "hash": last}
    _LINES.rows(lines)
    _MOVE({"to_height": height, "to_hash": last})


_HEAD = sa.select(AuditHead.height, AuditHead.hash).with_for_update()
_LINES = Prepared(sa.insert(PeopleAudit.__table__))  # type: ignore[arg-type]
_MOVE = Prepared(
    sa.update(AuditHead.__table__).values(height=sa.bindparam("to_height"), hash=sa.bindparam("to_hash"))  # type: ignore[arg-type]
)
_BEGIN = sa.text(
    "INSERT INTO audit_head (id, height, hash) SELECT 1, 0, :hash "
    "WHERE NOT EXISTS (SELECT 1 FROM audit_head) ON CONFLICT DO NOTHING"
)
