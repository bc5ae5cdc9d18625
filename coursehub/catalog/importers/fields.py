"""Reading a TOML table with exact complaints: which field of which file is missing or odd."""

import re
import tomllib
from typing import Any

from flask_babel import gettext as _

from coursehub.catalog.importers.opening import CourseUnreadable, Opened

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*")


class Fields:
    """A table of a TOML file that knows where it stands."""

    def __init__(self, values: dict[str, Any], file: str, where: str = "") -> None:
        self.values = values
        self.file = file
        self.where = where

    def complain(self, problem: str) -> CourseUnreadable:
        """The refusal for this place, to be raised by the caller."""
        said = f"{self.where}: {problem}" if self.where else problem
        return CourseUnreadable(name=self.file, problem=said)

    def text(self, name: str, default: str | None = None) -> str:
        """A string field."""
        value = self.values.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise self.complain(_("“%(field)s” is missing or is not text.", field=name))
        return value

    def key(self, name: str) -> str:
        """A key: lower-case letters, digits and hyphens."""
        value = self.text(name)
        if not KEY.fullmatch(value):
            raise self.complain(_("“%(field)s” may hold lower-case letters, digits and hyphens only.", field=name))
        return value

    def code(self, name: str) -> str:
        """A skill's code: keys joined by dots."""
        value = self.text(name)
        if not CODE.fullmatch(value):
            raise self.complain(_("“%(field)s” may hold lower-case letters, digits, hyphens and dots only.", field=name))
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One of a few words."""
        value = self.text(name, default)
        if value not in allowed:
            raise self.complain(_("“%(field)s” must be one of: %(words)s.", field=name, words=", ".join(allowed)))
        return value

    def whole(self, name: str, default: int, *, low: int = 0, high: int = 100_000) -> int:
        """A whole number within limits."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.complain(_("“%(field)s” must be a whole number from %(low)s to %(high)s.", field=name, low=low, high=high))
        return value

    def truth(self, name: str, default: bool = False) -> bool:
        """true or false."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.complain(_("“%(field)s” must be true or false.", field=name))
        return value

    def words(self, name: str) -> list[str]:
        """A list of strings, empty if absent."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.complain(_("“%(field)s” must be a list of texts.", field=name))
        return value

    def table(self, name: str) -> "Fields":
        """A table below, empty if absent."""
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self.complain(_("“%(field)s” must be a table.", field=name))
        return Fields(value, self.file, f"{self.where} {name}".strip())

    def tables(self, name: str) -> list["Fields"]:
        """A list of tables, empty if absent."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.complain(_("“%(field)s” must be a list of tables.", field=name))
        return [Fields(item, self.file, f"{self.where} {name} {n}".strip()) for n, item in enumerate(value, 1)]

    def by_locale(self, name: str, locales: list[str], *, required: bool = False) -> dict[str, str]:
        """A text per language. A plain string counts for the original language."""
        value = self.values.get(name, {})
        if isinstance(value, str):
            value = {locales[0]: value}
        if not isinstance(value, dict) or not all(isinstance(said, str) for said in value.values()):
            raise self.complain(_("“%(field)s” must be a text for each language.", field=name))
        if required and not value.get(locales[0], "").strip():
            raise self.complain(_("“%(field)s” is missing in %(locale)s.", field=name, locale=locales[0]))
        return {locale: value[locale] for locale in locales if locale in value}


def toml(opened: Opened, name: str) -> Fields:
    """A TOML file of the package.

    Raises CourseUnreadable when it is not valid TOML.
    """
    try:
        return Fields(tomllib.loads(opened.text(name)), name)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise CourseUnreadable(name=name, problem=str(problem)) from problem
