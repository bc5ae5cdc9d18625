"""What hidden cells of a table with margins could as well be: seen from everything shown, worked out exactly.

A table with margins is a circulation: total -> column margins -> cells -> row margins -> total, where what comes into a
column or a row goes out of it. Starting from the true numbers, a cell can change by one exactly when the change can flow
back along hidden cells; since such flows are whole numbers when their limits are, trying them one by one is exact
(Ford and Fulkerson 1956).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell changed as far as was asked, or not so far.

    cells: what else changes with it; None where it cannot change so far. reached: the nodes at which the change that could not
    flow back has arrived; only a further hidden cell that leads out of them can carry it on.
    """

    cells: frozenset[Cell] | None
    reached: frozenset[str] = frozenset()


class Circulation:
    """The hidden cells of a table, its margins among them, and what each could as well be."""

    def __init__(self, grid: Sequence[Sequence[int]], hidden: Iterable[Cell] = ()) -> None:
        self.grid = grid
        self.hidden: set[Cell] = set()
        self._beside: dict[str, dict[Cell, tuple[str, int]]] = {}
        for cell in hidden:
            self.hide(cell)

    def hide(self, cell: Cell) -> None:
        """Let changes flow along this cell."""
        tail, head = self._ends(cell)
        self.hidden.add(cell)
        self._beside.setdefault(tail, {})[cell] = head, 1
        self._beside.setdefault(head, {})[cell] = tail, -1

    def show(self, cell: Cell) -> None:
        """Let no change flow along it any more."""
        self.hidden.remove(cell)
        for node in self._ends(cell):
            del self._beside[node][cell]

    def change(self, cell: Cell, by: int) -> Change:
        """What changes when a hidden cell is `by` more (or less) with every shown number as it is and no cell below zero."""
        if self._at(cell) + by < 0:
            return Change(None)
        tail, head = self._ends(cell)
        start, goal = (head, tail) if by > 0 else (tail, head)
        moved: dict[Cell, int] = {}
        for _ in range(abs(by)):
            came = self._came(moved, cell, start, goal)
            if goal not in came:
                return Change(None, frozenset((start, *came)))
            node = goal
            while node != start:
                node, along, change = came[node]
                moved[along] = moved.get(along, 0) + change
        return Change(frozenset(each for each, change in moved.items() if change))

    def carries_on(self, cell: Cell, reached: frozenset[str]) -> bool:
        """Whether a change that got so far could flow on along this cell, were it hidden."""
        tail, head = self._ends(cell)
        return (tail in reached) != (head in reached) and (tail in reached or self._at(cell) > 0)

    def _came(self, moved: dict[Cell, int], but: Cell, start: str, goal: str) -> dict[str, tuple[str, Cell, int]]:
        """From where, along which cell and with which change one more unit gets to every node it gets to, until it is there."""
        came: dict[str, tuple[str, Cell, int]] = {}
        queue = deque([start])
        while queue and goal not in came:
            node = queue.popleft()
            for cell, (beside, change) in self._beside.get(node, {}).items():
                if beside in came or beside == start or cell == but:
                    continue
                if change > 0 or self._at(cell) + moved.get(cell, 0) > 0:
                    came[beside] = node, cell, change
                    queue.append(beside)
        return came

    def _at(self, cell: Cell) -> int:
        return self.grid[cell[0]][cell[1]]

    def _ends(self, cell: Cell) -> tuple[str, str]:
        """Between which nodes a cell of the table flows."""
        last_row, last_column = len(self.grid) - 1, len(self.grid[0]) - 1
        r, c = cell
        source = f"column{c}" if c < last_column else ("rows" if r == last_row else f"row{r}")
        if r == last_row:
            return ("columns", source) if c < last_column else ("rows", "columns")
        return (source, f"row{r}") if c < last_column else (source, "rows")
