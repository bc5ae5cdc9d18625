"""How talent writes to somebody: in their language, once per key; an erased person has no address."""

from datetime import datetime

from flask_babel import force_locale

from coursehub import mail
from coursehub.db import db
from coursehub.people.models import Organisation
from coursehub.people.queries import display_names, email_of, locale_of, members_with_role, name_of
from coursehub.web.locale import gettext_locale


def write(person_id: int, *, key: str, template: str, kind: str, at: datetime, **context: object) -> None:
    """One letter, from templates/talent/letters/<template>.txt."""
    to = email_of(person_id)
    if to is None:
        return
    mail.send_once(
        key=f"talent.{key}", person_id=person_id, to=to, locale=locale_of(person_id),
        template=f"talent/letters/{template}.txt", at=at, kind=kind,
        name=display_names([person_id]).get(person_id, ""), **context,
    )  # fmt: skip


def write_to_hr(organisation_id: int, *, key: str, template: str, kind: str, at: datetime, **context: object) -> None:
    """The same letter to everybody who hires for an organisation; its owners when nobody does."""
    people = members_with_role(organisation_id, "hr") or members_with_role(organisation_id, "owner")
    for person_id in people:
        write(person_id, key=f"{key}:{person_id}", template=template, kind=kind, at=at, **context)


def organisation_in(organisation_id: int, locale: str) -> str:
    """What an organisation is called in the language of a letter."""
    with force_locale(gettext_locale(locale)):
        return name_of(db.session.get_one(Organisation, organisation_id))
