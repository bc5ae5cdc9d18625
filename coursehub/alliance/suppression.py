"""Hiding small cells of a published table so that its margins do not give them back.

A cell that counts fewer than five people (but more than none) is hidden. So that nobody
can subtract the shown cells from a margin, further cells are hidden until no hidden cell
can be pinned down: seen from the shown numbers, each could as well be none, and as well be
five. Whether it could is worked out exactly, from all lines together, as the most
patient attacker would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from coursehub.alliance.circulation import Cell, Change, Circulation

SMALLEST = 5
"""Fewer people than this are never shown as a number."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it may be published: None stands for a hidden cell. Margins are those of the true numbers."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None

    @property
    def hidden(self) -> frozenset[Cell]:
        """Where nothing is shown."""
        return frozenset((r, c) for r, row in enumerate(self.cells) for c, cell in enumerate(row) if cell is None)


def is_small(count: int) -> bool:
    """Whether a count stands for so few people that it could point at them."""
    return 0 < count < SMALLEST


def suppressed(counts: Sequence[Sequence[int]]) -> Table:
    """The table with every small cell hidden, and as few others as a simple search finds so that none can be recomputed.

    A margin that is itself small is hidden with its whole line. Zeros are shown, unless hiding one protects a cell.
    The search takes some hundredths of a second for forty organisations; a table is worked out once all the same.
    """
    return _suppressed(tuple(tuple(row) for row in counts))


@lru_cache(maxsize=256)
def _suppressed(counts: tuple[tuple[int, ...], ...]) -> Table:
    grid = _with_margins(counts)
    small = [(r, c) for r, row in enumerate(grid) for c, count in enumerate(row) if is_small(count)]
    network = Circulation(grid, small)
    proofs = {cell: _proof(network, cell) for cell in small}
    while exposed := {cell: proof for cell, proof in proofs.items() if proof.cells is None}:
        more = _partner(network, exposed)
        if more is None:  # everything is hidden
            break
        network.hide(more)
        proofs |= {cell: _proof(network, cell) for cell in exposed}  # one more hidden cell exposes none of the others
    if not exposed:
        _show_again(network, proofs)
    shown = [[None if (r, c) in network.hidden else count for c, count in enumerate(row)] for r, row in enumerate(grid)]
    return Table(
        cells=tuple(tuple(row[:-1]) for row in shown[:-1]),
        rows=tuple(row[-1] for row in shown[:-1]),
        columns=tuple(shown[-1][:-1]),
        total=shown[-1][-1],
    )


def _with_margins(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The counts with a last column and a last row that add them up; margins are cells like any other."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else [[0]]


def _proof(network: Circulation, cell: Cell) -> Change:
    """The cells by which a small one could as well be none, and as well be the smallest number that is shown."""
    count = network.grid[cell[0]][cell[1]]
    none = network.change(cell, -count)
    if none.cells is None:
        return none
    enough = network.change(cell, SMALLEST - count)
    return enough if enough.cells is None else Change(none.cells | enough.cells)


def _partner(network: Circulation, exposed: dict[Cell, Change]) -> Cell | None:
    """The next cell to hide: one that protects something, inner cells before margins, small numbers before large ones."""
    rows, columns = len(network.grid), len(network.grid[0])
    r, c = next(iter(exposed))

    def cost(cell: Cell) -> tuple[bool, int, Cell]:
        return cell[0] != r and cell[1] != c, network.grid[cell[0]][cell[1]], cell

    inner = {(k, n) for k in range(rows - 1) for n in range(columns - 1)}
    margins = {(k, n) for k in range(rows) for n in range(columns)} - inner
    for free in (inner - network.hidden, margins - network.hidden):
        if free:
            in_turn = sorted(free, key=cost)
            return next((cell for cell in in_turn if _helps(network, cell, exposed)), in_turn[0])
    return None


def _helps(network: Circulation, more: Cell, exposed: dict[Cell, Change]) -> bool:
    """Whether hiding one more cell protects any that is exposed."""
    close = [cell for cell, stuck in exposed.items() if network.carries_on(more, stuck.reached)]
    if not close:
        return False
    network.hide(more)
    helped = any(_proof(network, cell).cells is not None for cell in close)
    network.show(more)
    return helped


def _show_again(network: Circulation, proofs: dict[Cell, Change]) -> None:
    """Show cells that need not be hidden after all, the largest first.

    Whoever is proven without a cell does not need it; the others must find another proof.
    """
    for cell in sorted(network.hidden - proofs.keys(), key=lambda at: (-network.grid[at[0]][at[1]], at)):
        network.show(cell)
        again = {}
        for each, proof in proofs.items():
            if proof.cells is not None and cell in proof.cells:
                again[each] = _proof(network, each)
                if again[each].cells is None:
                    network.hide(cell)
                    break
        else:
            proofs |= again
