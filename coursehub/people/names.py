"""How names and addresses are spelled before they are kept and compared."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

_BLANKS = re.compile(r"\s+")


def tidy(text: str) -> str:
    """A name as we keep it: NFKC, no control or invisible characters, single spaces, trimmed."""
    shaped = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in shaped if unicodedata.category(c)[0] != "C" or c.isspace())
    return _BLANKS.sub(" ", visible).strip()


def key(text: str) -> str:
    """What two spellings of one name have in common; unique columns hold this."""
    return unicodedata.normalize("NFKC", tidy(text).casefold())


def tidy_email(text: str) -> str | None:
    """An address as we write to it, or None when it cannot be one."""
    try:
        found = validate_email(tidy(text).replace(" ", ""), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized


def email_key(email: str) -> str:
    """What makes two addresses the same account: the whole address, folded."""
    return key(email)


def slug(text: str) -> str:
    """The Latin part of a name as it stands in an address; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:50]
