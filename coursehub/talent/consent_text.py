"""The sentence a person agrees to, in their language, and the hash that fixes it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coursehub.people import queries as people
from coursehub.people.models import Organisation
from coursehub.web.filters import day
from coursehub.web.locale import gettext_locale

FIELD_WORDS = {
    "display_name": _l("The name you show"),
    "email": _l("Your e-mail address"),
    "credentials": _l("Your credentials, with their addresses"),
    "portfolio": _l("Your portfolio, with its links"),
    "claims": _l("The skills you claim"),
}
ASKED_WORDS = {
    "display_name": _l("Name"),
    "email": _l("E-mail address"),
    "credentials": _l("Credentials, with their addresses"),
    "portfolio": _l("Portfolio, with its links"),
    "claims": _l("Skills they claim"),
}
"""The same fields as an employer reads them."""
PURPOSE_WORDS = {
    "hiring": _l("Getting to know you for a job"),
    "application": _l("Your application"),
    "work": _l("Working together"),
}


def fields_in_words(fields: Iterable[str]) -> str:
    """The fields of a grant as one list in the reader's language, in declared order."""
    wanted = set(fields)
    return str(_(", ")).join(str(words) for field, words in FIELD_WORDS.items() if field in wanted)


def fields_asked(fields: Iterable[str]) -> str:
    """The same list as an employer reads it."""
    wanted = set(fields)
    return str(_(", ")).join(str(words) for field, words in ASKED_WORDS.items() if field in wanted)


def wording(organisation: Organisation, *, purpose: str, fields: Iterable[str], until_at: datetime, locale: str) -> str:
    """What the person agrees to, word for word; no personal field stands in it."""
    with force_locale(gettext_locale(locale)):
        text = _(
            "%(organisation)s may see the following about me until %(until)s, for this purpose only: %(purpose)s. "
            "It may see: %(fields)s. I can end this at any moment; from then on it sees nothing more, "
            "and is asked to erase what it kept.",
            organisation=people.name_of(organisation),
            until=day(until_at),
            purpose=str(PURPOSE_WORDS[purpose]),
            fields=fields_in_words(fields),
        )
    return str(text)


def hash_of(text: str) -> str:
    """SHA-256 of an agreed text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
