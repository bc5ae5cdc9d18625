"""Letters: written once per key into an outbox row, then delivered by a job.

Without an SMTP address the row is all there is: staff read it in /house/outbox and,
on a demo, anybody on this machine at /outbox. A letter is rendered in the reader's
language when it is written, so what was sent can always be shown again.
"""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import render_template
from flask_babel import force_locale
from sqlalchemy.orm import Mapped, mapped_column

from coursehub import jobs
from coursehub.config import current_settings
from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, db, in_transaction, look, transaction

ALWAYS = ("security", "receipt")
"""Kinds of letter that cannot be turned off."""


class Letter(Model):
    """A letter as it was written: to whom, in which language, why, and whether it left."""

    __tablename__ = "letter"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    person_id: Mapped[int | None] = mapped_column(BigId, index=True)
    to: Mapped[str] = mapped_column(sa.String(320))
    locale: Mapped[str] = mapped_column(sa.String(10))
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LetterOptOut(Model):
    """A person's wish not to get letters of one kind."""

    __tablename__ = "letter_opt_out"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)


_WRITTEN = sa.select(Letter.id).where(Letter.key == sa.bindparam("key"))


def send_once(
    *,
    key: str,
    person_id: int | None,
    to: str,
    locale: str,
    template: str,
    at: datetime,
    kind: str,
    **context: object,
) -> None:
    """Write a letter unless one with this key exists; a job delivers it.

    template: `<room>/letters/<name>.txt`, whose first line is `Subject: …`.
    kind: what the reader can turn off, except ALWAYS.
    """
    if person_id is not None and kind not in ALWAYS:
        turned_off = db.session.get(LetterOptOut, (person_id, kind))
        if turned_off is not None:
            return
    if look(_WRITTEN, {"key": key}).first() is not None:
        return
    with force_locale(locale.replace("-", "_") if locale == "en" else "zh_Hans_CN"):
        text = render_template(template, **context)
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith("Subject:"):
        raise ValueError(f"{template} must begin with a line `Subject: …`")
    row = {
        "key": key, "person_id": person_id, "to": to, "locale": locale, "kind": kind,
        "subject": first.removeprefix("Subject:").strip(), "body": body.strip() + "\n", "written_at": at,
    }  # fmt: skip
    try:
        with transaction(), db.session.begin_nested():
            db.session.add(letter := Letter(**row))
            db.session.flush()
            if current_settings().smtp_url:
                jobs.enqueue("mail.deliver", at=at, letter_id=letter.id)
    except sa.exc.IntegrityError:
        return  # written by a second run at the same moment


@jobs.job("mail.deliver")
def deliver(*, at: datetime, letter_id: int) -> None:
    """Hand one letter to the SMTP server; a second run after success does nothing."""
    if in_transaction():
        raise RuntimeError("mail is never sent inside a transaction")
    letter = db.session.get_one(Letter, letter_id)
    url = current_settings().smtp_url
    if letter.sent_at is not None or not url:
        return
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = current_settings().mail_from, letter.to, letter.subject
    message["Message-ID"] = f"<{letter.public_id}@{current_settings().host.split(':')[0]}>"
    message.set_content(letter.body)
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    host, port = parts.hostname or "localhost", parts.port or (465 if secure else 587)
    context = ssl.create_default_context()
    server = smtplib.SMTP_SSL(host, port, timeout=20, context=context) if secure else smtplib.SMTP(host, port, timeout=20)
    with server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
    with transaction():
        letter.sent_at = at


def newest_letters(*, search: str = "") -> sa.Select[Letter]:
    """All letters, newest first; `search` looks in address and subject."""
    every = sa.select(Letter).order_by(Letter.written_at.desc(), Letter.id.desc())
    if search:
        like = f"%{search.lower()}%"
        every = every.where(sa.or_(sa.func.lower(Letter.to).like(like), sa.func.lower(Letter.subject).like(like)))
    return every
