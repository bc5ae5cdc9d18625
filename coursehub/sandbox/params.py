"""Form-encoded parameters with brackets, read into nested values.

`line_items[0][price_data][currency]=eur` becomes
`{"line_items": [{"price_data": {"currency": "eur"}}]}`.
"""

import re
from collections.abc import Iterable
from typing import Any

from coursehub.sandbox.errors import ApiError, unknown, wanted

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 8


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The nested value that a form's pairs spell.

    Raises ApiError for a key that cannot be read.
    """
    tree: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match is None:
            raise ApiError(400, f"Invalid parameter name: {key}", code="parameter_unknown", param=key)
        path = [match[1], *_PART.findall(match[2])]
        if len(path) > _DEEPEST:
            raise ApiError(400, f"Parameter is nested too deeply: {key}", param=key)
        _put(tree, path, value, key)
    return {name: _with_lists(value) for name, value in tree.items()}


def _put(tree: dict[str, Any], path: list[str], value: str, key: str) -> None:
    node = tree
    for step in path[:-1]:
        node = node.setdefault(step or str(len(node)), {})  # `items[][x]`: each pair opens a new place
        if not isinstance(node, dict):
            raise ApiError(400, f"Invalid parameter: {key}", param=key)
    node[path[-1] or str(len(node))] = value


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    children = {name: _with_lists(child) for name, child in value.items()}
    if children and all(name.isdigit() for name in children):
        return [children[name] for name in sorted(children, key=int)]
    return children


class Params:
    """The parameters of one request: each is taken once, what is left over is unknown."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.expand: list[str] = values.pop("expand", [])
        self._values = values

    def text(self, name: str, default: str | None = None) -> str | None:
        """A string, or the default."""
        value = self._values.pop(name, default)
        if value is not None and not isinstance(value, str):
            raise ApiError(400, f"Invalid string: {name}", param=name)
        return value or default

    def need(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if value is None:
            raise wanted(name)
        return value

    def whole(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or the default."""
        value = self._values.pop(name, None)
        return default if value in (None, "") else as_whole(value, name)

    def need_whole(self, name: str, *, least: int = 1) -> int:
        """A whole number that must be there and reach `least`."""
        number = self.whole(name)
        if number is None:
            raise wanted(name)
        if number < least:
            raise ApiError(
                400, f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=name
            )
        return number

    def truth(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self._values.pop(name, None)
        return default if value is None else value == "true"

    def tree(self, name: str) -> dict[str, Any]:
        """A nested value, {} when absent."""
        value = self._values.pop(name, {})
        if value == "":
            return {}
        if isinstance(value, list):  # metadata whose keys are all digits
            return {str(n): child for n, child in enumerate(value)}
        if not isinstance(value, dict):
            raise ApiError(400, f"Invalid hash: {name}", param=name)
        return value

    def items(self, name: str) -> list[Any]:
        """A list, [] when absent."""
        value = self._values.pop(name, [])
        if not isinstance(value, list):
            raise ApiError(400, f"Invalid array: {name}", param=name)
        return value

    def metadata(self) -> dict[str, str]:
        """The caller's own notes on the object."""
        return {str(name): str(value) for name, value in self.tree("metadata").items()}

    def created(self) -> dict[str, int]:
        """The bounds of a list in time: `created=…` or `created[gte]=…`."""
        raw = self._values.pop("created", {})
        bounds = {"is": raw} if isinstance(raw, str) else raw
        return {word: as_whole(value, f"created[{word}]") for word, value in bounds.items()}

    def ignore(self, *names: str) -> None:
        """Parameters that are accepted and change nothing here."""
        for name in names:
            self._values.pop(name, None)

    def finish(self) -> None:
        """Refuse what nobody took."""
        if self._values:
            raise unknown(sorted(self._values))


def as_whole(value: Any, name: str) -> int:
    """A parameter as a whole number, or Stripe's refusal."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ApiError(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name) from None
