"""Refusals: what a person asked for and may not have, said in a sentence they can act on.

A refusal is a class beside the operation that raises it; its docstring is the
sentence the reader sees (collected for translation by `coursehub.translations`).
Our own mistakes are ordinary exceptions and end as a 500 with a request id.
"""

import inspect

from flask_babel import gettext


def sentence_of(cls: type) -> str:
    """The docstring of a refusal as one line: its message id."""
    return " ".join(inspect.cleandoc(cls.__doc__ or "").split())


class Refusal(Exception):
    """This is not possible right now."""

    status = 409

    def __init__(self, **values: object) -> None:
        super().__init__(sentence_of(type(self)))
        self.values = values

    def __str__(self) -> str:
        """The sentence in the reader's language, with the values filled in."""
        return str(gettext(sentence_of(type(self)), **self.values))


class NotAllowed(Refusal):
    """You may not do this. Ask the owner of your organisation if you think you should."""

    status = 403


def require(allowed: bool) -> None:
    """Stop an operation whose actor may not ask for it.

    Raises NotAllowed when `allowed`, the answer of a policy, is false.
    """
    if not allowed:
        raise NotAllowed
