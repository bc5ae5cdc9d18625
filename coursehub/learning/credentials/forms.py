"""Shape of what is typed about credentials."""

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

LONGEST = 100_000


class CheckForm(FlaskForm):
    """An address, an id, or a whole credential to check."""

    what = TextAreaField(
        _l("Credential"), validators=[InputRequired(_l("Paste a credential, its address or its id.")), Length(max=LONGEST)]
    )

    @property
    def document(self) -> dict[str, Any] | None:
        """The credential that was pasted, or None when it is an address or an id."""
        text = (self.what.data or "").strip()
        return json.loads(text) if text.startswith("{") else None

    @property
    def public_id(self) -> str:
        """The id that was given, alone or at the end of an address."""
        text = (self.what.data or "").strip().partition("#")[0].partition("?")[0].rstrip("/")
        return text.rpartition("/")[2].removesuffix(".json").removesuffix(".pdf")[:40]

    def validate_what(self, field: Field) -> None:
        """What begins like JSON must be JSON, and not nested without end."""
        text = (field.data or "").strip()
        if not text.startswith("{"):
            return
        try:
            json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise ValidationError(
                _("This is not readable as JSON. Copy the whole file, from the first to the last brace.")
            ) from problem


class RevokeForm(FlaskForm):
    """Why a credential is taken back."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(_l("Say why; the holder and whoever checks it will read it.")), Length(max=500)]
    )
