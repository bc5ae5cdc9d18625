"""Templates, compiled once for each language with their fixed strings already in it.

A page looks up some forty strings that never change. Here `{{ _("Sign in") }}` is text
before the template is compiled, so that a request only looks up what has a value in it.
Letters and everything else outside pages use Flask's own environment, which asks each time.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from flask import current_app
from flask_babel import get_domain
from jinja2 import Environment, Template
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup

from coursehub.kept import Kept
from coursehub.web.locale import language_spoken

FRAGMENTS = 4096
"""How many parts of pages, each language apart, a process keeps."""


class FixedStrings(Extension):
    """Puts the translation in the place of `_("a string without values")` while a template is read."""

    def __init__(self, environment: Environment) -> None:
        """Let the environment hold the language's catalogue."""
        super().__init__(environment)
        environment.extend(catalogue=None, fragments=None)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's
        """The source with the parts that it includes by a fixed name set in their places, each in a scope of its own."""
        return _INCLUDE.sub(self._part, source)

    def _part(self, found: re.Match[str]) -> str:
        loader = self.environment.loader
        assert loader is not None
        source = loader.get_source(self.environment, found.group(1))[0].removesuffix("\n")
        return "{% with %}" + _INCLUDE.sub(self._part, source) + "{% endwith %}"

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The same tokens with fixed strings said."""
        tokens = list(stream)
        n = 0
        while n < len(tokens):
            kinds = [token.type for token in tokens[n : n + 4]]
            if kinds[:3] == ["name", "lparen", "string"] and tokens[n].value == "_" and kinds[3:] in (["rparen"], ["comma"]):
                said = str(self.environment.catalogue.gettext(tokens[n + 2].value))  # type: ignore[attr-defined]
                if kinds[3] == "rparen":
                    yield from _as_expression(tokens[n].lineno, said % {})  # as gettext does it: %% is a per cent sign
                else:
                    line = tokens[n].lineno
                    yield from (Token(line, "name", "said_with"), tokens[n + 1], Token(line, "string", said), tokens[n + 3])
                n += 4
                continue
            yield tokens[n]
            n += 1


_INCLUDE = re.compile(r'\{%\s*include\s+"([^"]+)"\s*%\}')


def _said_with(said: str, **values: Any) -> Markup:
    """A translation with its values, each escaped."""
    return Markup(said) % values  # noqa: S704 - catalogues are ours


def _as_expression(line: int, said: str) -> Iterator[Token]:
    """A string that autoescaping leaves alone, as it does a translation; standing alone it is compiled to plain text."""
    yield Token(line, "lparen", "(")
    yield Token(line, "string", said)
    yield Token(line, "pipe", "|")
    yield Token(line, "name", "safe")
    yield Token(line, "rparen", ")")


def _counted(catalogue: Any) -> Callable[..., Markup]:
    def ngettext(one: str, many: str, num: int, **values: Any) -> Markup:
        """A string for so many things, with its values escaped."""
        return Markup(catalogue.ngettext(one, many, num)) % ({"num": num} | values)  # noqa: S704 - catalogues are ours

    return ngettext


class SpokenTemplate(Template):
    """A template whose macros are made once: no page of ours gives a template globals of its own."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002 - Jinja's
        if self._module is None:
            self._module = self.make_module()
        return self._module


def environment() -> Environment:
    """The templates in the language of this request."""
    language = language_spoken()
    kept: dict[str, Environment] = current_app.extensions.setdefault("coursehub_spoken", {})
    found = kept.get(language)
    if found is None:
        found = kept[language] = current_app.jinja_env.overlay(extensions=[FixedStrings])
        found.template_class = SpokenTemplate
        found.catalogue = get_domain().get_translations()  # type: ignore[attr-defined]
        found.fragments = Kept(FRAGMENTS)  # type: ignore[attr-defined]
        found.globals = found.globals | {"said_with": _said_with, "ngettext": _counted(found.catalogue)}  # type: ignore[attr-defined]
    return found


def fragment(name: str, /, **said: Hashable) -> Markup:
    """A part of a page made of these values alone, in the language of this request; kept for whoever asks with the same.

    The template gets nothing else: no request, no reader, no moment. So what is kept is never out of date.
    """
    spoken = environment()
    kept: Kept[Markup] = spoken.fragments  # type: ignore[attr-defined]
    return kept.get(
        (name, *said.items()),
        lambda: Markup(spoken.get_template(name).render(said)),  # noqa: S704 - the template has escaped it
    )


def render(name: str, context: dict[str, Any]) -> str:
    """A template of this name in the language of this request, with what every template knows."""
    current_app.update_template_context(context)
    return environment().get_template(name).render(context)
