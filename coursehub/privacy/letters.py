"""Letters about one's data; they always come."""

from datetime import datetime

from coursehub import events, mail
from coursehub.db import db
from coursehub.people.queries import display_names, email_of, locale_of
from coursehub.privacy.models import DataExport, ErasureWish


def _write(person_id: int, *, key: str, template: str, at: datetime, **context: object) -> None:
    to = email_of(person_id)
    if to is None:
        return
    mail.send_once(
        key=f"privacy.{key}", person_id=person_id, to=to, locale=locale_of(person_id), at=at, kind="security",
        template=f"privacy/letters/{template}.txt", name=display_names([person_id]).get(person_id, ""), **context,
    )  # fmt: skip


@events.on("privacy.export_ready")
def tell_it_is_ready(*, at: datetime, export_id: int) -> None:
    """The archive can be fetched."""
    export = db.session.get_one(DataExport, export_id)
    if export.dropped_at is None:
        _write(export.person_id, key=f"export:{export.public_id}", template="export_ready", at=at, export=export)


@events.on("privacy.erasure_asked")
def warn_before_forgetting(*, at: datetime, wish_id: int) -> None:
    """Somebody asked, in your name, that you be forgotten; this is how to stop it."""
    wish = db.session.get_one(ErasureWish, wish_id)
    if wish.done_at is None and wish.undone_at is None:
        _write(wish.person_id, key=f"erasure:{wish.public_id}", template="erasure_asked", at=at, wish=wish)
