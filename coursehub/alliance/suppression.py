"""Hiding small cells of a published table so that its margins do not give them back.

A cell that counts fewer than five people (but more than none) is hidden. So that nobody
can subtract the shown cells from a margin, further cells are hidden until no hidden cell
can be pinned down: seen from the shown numbers, each could as well be none, and as well be
five. Whether it could is worked out exactly, from all lines together, as the most
patient attacker would.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SMALLEST = 5
"""Fewer people than this are never shown as a number."""

Cell = tuple[int, int]


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
    The search takes a good part of a second for a dozen organisations, so each table is worked out once.
    """
    return _suppressed(tuple(tuple(row) for row in counts))


@lru_cache(maxsize=256)
def _suppressed(counts: tuple[tuple[int, ...], ...]) -> Table:
    grid = _with_margins(counts)
    hidden = {(r, c) for r, row in enumerate(grid) for c, count in enumerate(row) if is_small(count)}
    while exposed := _exposed(grid, hidden):
        more = _partner(grid, hidden, exposed)
        if more is None:  # everything is hidden
            break
        hidden.add(more)
    hidden = _needed(grid, hidden)
    shown = [[None if (r, c) in hidden else count for c, count in enumerate(row)] for r, row in enumerate(grid)]
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


def can_change(grid: Sequence[Sequence[int]], hidden: set[Cell], cell: Cell, by: int) -> bool:
    """Whether a hidden cell could as well be `by` more (or less) with every shown number as it is and no cell below zero.

    A table with margins is a circulation: total -> column margins -> cells -> row margins -> total,
    where what comes into a column or a row goes out of it. Starting from the true numbers, a cell can
    change by one exactly when the change can flow back along hidden cells; since such flows are whole
    numbers when their limits are, trying them one by one is exact (Ford and Fulkerson 1956).
    """
    edges = {each: _ends(grid, each) for each in hidden}
    flow = {each: grid[each[0]][each[1]] for each in hidden}
    step = 1 if by > 0 else -1
    tail, head = edges[cell]
    for _ in range(abs(by)):
        if step < 0 and flow[cell] == 0:
            return False
        way = _way(edges, flow, cell, *((head, tail) if step > 0 else (tail, head)))
        if way is None:
            return False
        flow[cell] += step
        for each, change in way:
            flow[each] += change
    return True


def _ends(grid: Sequence[Sequence[int]], cell: Cell) -> tuple[str, str]:
    """Between which nodes of the circulation a cell of the table flows."""
    last_row, last_column = len(grid) - 1, len(grid[0]) - 1
    r, c = cell
    source = f"column{c}" if c < last_column else ("rows" if r == last_row else f"row{r}")
    if r == last_row:
        return ("columns", source) if c < last_column else ("rows", "columns")
    return (source, f"row{r}") if c < last_column else (source, "rows")


def _way(
    edges: dict[Cell, tuple[str, str]], flow: dict[Cell, int], but: Cell, start: str, goal: str
) -> list[tuple[Cell, int]] | None:
    """The cells, each with one more or one less, along which one unit gets from a node to another."""
    came: dict[str, tuple[str, Cell, int]] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if node == goal:
            way = []
            while node != start:
                node, cell, change = came[node]
                way.append((cell, change))
            return way
        for cell, (tail, head) in edges.items():
            onward = [(head, 1)] if tail == node else [(tail, -1)] if head == node and flow[cell] > 0 else []
            for beside, change in onward:
                if cell != but and beside != start and beside not in came:
                    came[beside] = (node, cell, change)
                    queue.append(beside)
    return None


def _exposed(grid: Sequence[Sequence[int]], hidden: set[Cell]) -> list[Cell]:
    """Small cells that could not as well be none, or not as well be the smallest shown number."""
    return [
        (r, c)
        for r, c in sorted(hidden)
        if is_small(grid[r][c])
        and not (can_change(grid, hidden, (r, c), -grid[r][c]) and can_change(grid, hidden, (r, c), SMALLEST - grid[r][c]))
    ]


def _partner(grid: Sequence[Sequence[int]], hidden: set[Cell], exposed: list[Cell]) -> Cell | None:
    """The next cell to hide: one that protects something, inner cells before margins, small numbers before large ones."""
    rows, columns = len(grid), len(grid[0])
    r, c = exposed[0]

    def cost(cell: Cell) -> tuple[bool, bool, bool, int, Cell]:
        is_margin = cell[0] == rows - 1 or cell[1] == columns - 1
        helps_nobody = len(_exposed(grid, hidden | {cell})) >= len(exposed)
        is_far = cell[0] != r and cell[1] != c
        return is_margin, helps_nobody, is_far, grid[cell[0]][cell[1]], cell

    free = {(k, n) for k in range(rows) for n in range(columns)} - hidden
    return min(free, key=cost, default=None)


def _needed(grid: Sequence[Sequence[int]], hidden: set[Cell]) -> set[Cell]:
    """The same without cells that need not be hidden after all, the largest first."""
    kept = set(hidden)
    for cell in sorted(hidden, key=lambda at: (-grid[at[0]][at[1]], at)):
        if not is_small(grid[cell[0]][cell[1]]) and not _exposed(grid, kept - {cell}):
            kept.discard(cell)
    return kept
