"""What a lifecycle is: a name, where it begins, and a table of moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from coursehub.errors import Refusal

Moves = Mapping[str, Mapping[str, str]]


class IllegalMove(Refusal):
    """This has moved on meanwhile, so that is not possible any more. Load the page again to see how it stands."""


@dataclass(frozen=True)
class Machine:
    """A lifecycle.

    name:  one word; rows of the table `move` carry it.
    start: the state a new row has.
    moves: for each move (a verb) the states it leaves and the state each leads to.
    """

    name: str
    start: str
    moves: Moves

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Every state, in order of appearance, the first one first."""
        found = [self.start]
        for ways in self.moves.values():
            found += [*ways.keys(), *ways.values()]
        return tuple(dict.fromkeys(found))

    @cached_property
    def final(self) -> frozenset[str]:
        """States that no move leaves."""
        return frozenset(self.states) - {before for ways in self.moves.values() for before in ways}

    def after(self, state: str, move: str) -> str:
        """Where a move leads. Raises IllegalMove if it does not exist from this state."""
        try:
            return self.moves[move][state]
        except KeyError:
            raise IllegalMove from None

    def allows(self, state: str, move: str) -> bool:
        """Whether a move exists from this state."""
        return state in self.moves.get(move, {})

    def possible(self, state: str) -> tuple[str, ...]:
        """The moves that leave this state."""
        return tuple(move for move, ways in self.moves.items() if state in ways)


def ways(to: str, *before: str) -> dict[str, str]:
    """A move that leads from any of these states to one."""
    return dict.fromkeys(before, to)


def replay(machine: Machine, moves: Iterable[str]) -> str:
    """The state that these moves lead to, from the beginning. Raises IllegalMove at the first that does not exist."""
    state = machine.start
    for move in moves:
        state = machine.after(state, move)
    return state
