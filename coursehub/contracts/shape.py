"""Shape: read typed dataclasses from JSON data, and publish what that data must look like.

One table of types drives both directions, so the parser and the JSON schema cannot
drift apart. Every field is required and no other is allowed: one meaning has one
canonical form, and so one hash. A field that came later has a default that says nothing:
data may leave it out, and the canonical form does, so what was signed before keeps its hash.
"""

import dataclasses
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from flask_babel import lazy_gettext as _l

MAX_DEPTH = 60  # a document from outside must not exhaust the stack


@dataclass(frozen=True)
class Whole:
    """A whole number between two limits, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class Words:
    """A text of a certain length, perhaps of a certain form."""

    low: int
    high: int
    pattern: str | None = None
    wanted: Any = None  # a lazy sentence that shows the form; without it the length and the form are refused in general words


@dataclass(frozen=True)
class Count:
    """How many items a list may have."""

    low: int
    high: int


@dataclass(frozen=True)
class Problem:
    """Something wrong at one place of a document, said so that it can be mended."""

    path: str
    message: Any  # a lazy sentence; str() of it speaks the reader's language

    def __str__(self) -> str:
        return str(self.message)


def read(wanted: Any, data: object, path: str, problems: list[Problem]) -> Any:
    """Turn JSON data into the wanted type; what does not fit is added to `problems`.

    Returns None for a part that does not fit: look at `problems` before using the result.
    """
    if path.count("/") > MAX_DEPTH:
        _wrong(problems, path, _l("This is nested too deeply. Make it simpler."))
        return None
    origin, rules = get_origin(wanted), ()
    if origin is Annotated:
        wanted, *rest = get_args(wanted)
        origin, rules = get_origin(wanted), tuple(rest)
    rule = rules[0] if rules else None
    if dataclasses.is_dataclass(wanted):
        return _read_record(wanted, data, path, problems)
    if origin in (Union, types.UnionType):
        return _read_one_of(get_args(wanted), data, path, problems)
    if origin is tuple:
        return _read_list(get_args(wanted)[0], rule, data, path, problems)
    if origin is Literal:
        if isinstance(data, str) and data in get_args(wanted):
            return data
        _wrong(problems, path, _l("Choose one of: %(choices)s.", choices=", ".join(get_args(wanted))))
        return None
    if wanted is int:
        return _read_whole(rule, data, path, problems)
    return _read_words(rule, data, path, problems)


def _wrong(problems: list[Problem], path: str, message: Any) -> None:
    problems.append(Problem(path or "/", message))


def _read_record(wanted: Any, data: object, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, Mapping):
        _wrong(problems, path, _l("Here a group of named values is expected."))
        return None
    hints, unsaid = fields_of(wanted), unsaid_of(wanted)
    for name in data:
        if name not in hints:
            _wrong(problems, f"{path}/{name}", _l("“%(name)s” is not known here. Remove it.", name=name))
    values = {}
    for name, hint in hints.items():
        if name in data:
            values[name] = read(hint, data[name], f"{path}/{name}", problems)
        elif name in unsaid:
            values[name] = unsaid[name]
        elif name == "rest":
            _wrong(problems, f"{path}/rest", _l("Nothing says who gets the rest. Add “rest”, so that no case is left open."))
        else:
            _wrong(problems, f"{path}/{name}", _l("“%(name)s” is missing. Add it.", name=name))
    return wanted(**values) if len(values) == len(hints) else None


def _read_one_of(choices: tuple[Any, ...], data: object, path: str, problems: list[Problem]) -> Any:
    if types.NoneType in choices:
        if data is None:
            return None
        choices = tuple(choice for choice in choices if choice is not types.NoneType)
        if len(choices) == 1:
            return read(choices[0], data, path, problems)
    by_kind = {kind_of(choice): choice for choice in choices}
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind not in by_kind:
        _wrong(problems, path, _l("Say which kind this is, one of: %(choices)s.", choices=", ".join(by_kind)))
        return None
    return read(by_kind[kind], data, path, problems)


def _read_list(item: Any, rule: Count | None, data: object, path: str, problems: list[Problem]) -> Any:
    if not isinstance(data, list | tuple):
        _wrong(problems, path, _l("Here a list is expected."))
        return None
    if rule and not rule.low <= len(data) <= rule.high:
        _wrong(problems, path, _l("This list may have %(low)s to %(high)s entries.", low=rule.low, high=rule.high))
    return tuple(read(item, entry, f"{path}/{n}", problems) for n, entry in enumerate(data))


def _read_whole(rule: Whole | None, data: object, path: str, problems: list[Problem]) -> int | None:
    if isinstance(data, bool) or not isinstance(data, int):
        _wrong(problems, path, _l("Here a whole number is expected."))
        return None
    if rule and not rule.low <= data <= rule.high:
        _wrong(problems, path, _l("This number must be between %(low)s and %(high)s.", low=rule.low, high=rule.high))
        return None
    return data


def _read_words(rule: Words | None, data: object, path: str, problems: list[Problem]) -> str | None:
    if not isinstance(data, str):
        _wrong(problems, path, _l("Here a text is expected."))
        return None
    if rule and rule.wanted and rule.pattern and not re.fullmatch(rule.pattern, data):
        _wrong(problems, path, rule.wanted)
        return None
    if rule and not rule.low <= len(data) <= rule.high:
        _wrong(problems, path, _l("This text must have %(low)s to %(high)s characters.", low=rule.low, high=rule.high))
        return None
    if rule and rule.pattern and not re.fullmatch(rule.pattern, data):
        _wrong(problems, path, _l("This text does not have the form that is expected here."))
        return None
    return data


@cache
def fields_of(record: Any) -> dict[str, Any]:
    """Field names and types of a dataclass, in declared order."""
    hints = get_type_hints(record, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(record)}


@cache
def unsaid_of(record: Any) -> dict[str, Any]:
    """The fields that may be left out, each with the value that says nothing."""
    return {field.name: field.default for field in dataclasses.fields(record) if field.default is not dataclasses.MISSING}


def kind_of(record: Any) -> str:
    """The word by which a node says what it is."""
    return str(get_args(fields_of(record)["kind"])[0])


def as_data(value: Any) -> Any:
    """The plain JSON data of a dataclass tree, without fields that say nothing."""
    if dataclasses.is_dataclass(value):
        unsaid = unsaid_of(value.__class__)
        said = {name: getattr(value, name) for name in fields_of(value.__class__)}
        return {name: as_data(one) for name, one in said.items() if name not in unsaid or one != unsaid[name]}
    if isinstance(value, tuple):
        return [as_data(item) for item in value]
    return value


def schema_of(wanted: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema (2020-12) of a type; records go into `definitions` once."""
    origin, rule = get_origin(wanted), None
    if origin is Annotated:
        wanted, rule = get_args(wanted)[:2]
        origin = get_origin(wanted)
    if dataclasses.is_dataclass(wanted):
        return _schema_of_record(wanted, definitions)
    if origin in (Union, types.UnionType):
        return {
            "anyOf": [
                {"type": "null"} if choice is types.NoneType else schema_of(choice, definitions) for choice in get_args(wanted)
            ]
        }
    if origin is tuple:
        limits = {"minItems": rule.low, "maxItems": rule.high} if isinstance(rule, Count) else {}
        return {"type": "array", "items": schema_of(get_args(wanted)[0], definitions), **limits}
    if origin is Literal:
        return {"enum": list(get_args(wanted))}
    if wanted is int:
        return {"type": "integer"} | ({"minimum": rule.low, "maximum": rule.high} if isinstance(rule, Whole) else {})
    text: dict[str, Any] = {"type": "string"}
    if isinstance(rule, Words):
        text |= {"minLength": rule.low, "maxLength": rule.high}
        text |= {"pattern": f"^(?:{rule.pattern})$"} if rule.pattern else {}
    return text


def _schema_of_record(record: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = record.__name__
    if name not in definitions:
        definitions[name] = {}  # taken before its fields are read: the split tree refers to itself
        definitions[name] = {
            "type": "object",
            "description": (record.__doc__ or "").split("\n")[0],
            "properties": {field: schema_of(hint, definitions) for field, hint in fields_of(record).items()},
            "required": [field for field in fields_of(record) if field not in unsaid_of(record)],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
