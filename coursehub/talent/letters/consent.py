"""Letters about consent: who asks, what was answered, and what is to be erased."""

from datetime import datetime

from flask_babel import force_locale

from coursehub import events
from coursehub.db import db
from coursehub.people.queries import locale_of
from coursehub.talent.consent_text import fields_in_words
from coursehub.talent.letters.writing import organisation_in, write, write_to_hr
from coursehub.talent.models import TalentGrant
from coursehub.talent.operations.consent import ANSWERED_WITHIN
from coursehub.talent.operations.erasure_notices import ERASED_WITHIN
from coursehub.talent.queries.consent import pool_ids
from coursehub.web.locale import gettext_locale


def _short_id(grant: TalentGrant) -> str:
    return pool_ids([grant.person_id]).get(grant.person_id, grant.public_id)[:6].upper()


@events.on("talent.grant_requested")
def tell_the_person(*, at: datetime, grant_id: int) -> None:
    """An organisation asks to see something of you."""
    grant = db.session.get_one(TalentGrant, grant_id)
    if grant.state != "requested":
        return
    locale = locale_of(grant.person_id)
    with force_locale(gettext_locale(locale)):
        fields = fields_in_words(grant.fields)
    write(
        grant.person_id, key=f"asked:{grant.public_id}", template="consent_asked", kind="consent", at=at, grant=grant,
        fields=fields, organisation=organisation_in(grant.organisation_id, locale), due_at=grant.asked_at + ANSWERED_WITHIN,
    )  # fmt: skip


@events.on("talent.grant_granted")
def tell_who_asked_yes(*, at: datetime, grant_id: int) -> None:
    """Somebody you asked said yes."""
    _answer(grant_id, "consent_given", at=at)


@events.on("talent.grant_declined")
def tell_who_asked_no(*, at: datetime, grant_id: int) -> None:
    """Somebody you asked said no."""
    _answer(grant_id, "consent_declined", at=at)


def _answer(grant_id: int, template: str, *, at: datetime) -> None:
    grant = db.session.get_one(TalentGrant, grant_id)
    if grant.asked_by_id is None:
        return
    write(
        grant.asked_by_id, key=f"{template}:{grant.public_id}", template=template, kind="consent", at=at,
        grant=grant, short_id=_short_id(grant),
    )  # fmt: skip


@events.on("talent.grant_erasure_notified")
def ask_the_organisation(*, at: datetime, grant_id: int) -> None:
    """A consent has ended: erase what you kept, and say so. It cannot be turned off, since it is a duty."""
    grant = db.session.get_one(TalentGrant, grant_id)
    write_to_hr(
        grant.organisation_id, key=f"erase:{grant.public_id}", template="consent_ended", kind="security", at=at,
        grant=grant, short_id=_short_id(grant), due_at=at + ERASED_WITHIN,
    )  # fmt: skip


@events.on("talent.grant_erasure_confirmed")
def tell_the_person_it_is_erased(*, at: datetime, grant_id: int) -> None:
    """The organisation says that it erased what it kept of you."""
    grant = db.session.get_one(TalentGrant, grant_id)
    write(
        grant.person_id, key=f"erased:{grant.public_id}", template="consent_erased", kind="consent", at=at,
        grant=grant, organisation=organisation_in(grant.organisation_id, locale_of(grant.person_id)),
    )  # fmt: skip
