"""Small cells stay hidden, also from whoever subtracts what is shown from the margins."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.alliance.circulation import Circulation
from coursehub.alliance.suppression import SMALLEST, Table, is_small, suppressed


def everything_possible(table: Table, highest: int):
    """Every table that fits what is published, by trying everything (small tables only)."""
    hidden = sorted(table.hidden)
    highest = min(highest, *(m for m in (table.total,) if m is not None), 13)
    for values in itertools.product(range(highest + 1), repeat=len(hidden)):
        guess = dict(zip(hidden, values, strict=True))
        rows = [[guess.get((r, c), cell) for c, cell in enumerate(row)] for r, row in enumerate(table.cells)]
        if all(m is None or sum(row) == m for row, m in zip(rows, table.rows, strict=True)) and all(
            m is None or sum(column) == m for column, m in zip(zip(*rows, strict=True), table.columns, strict=True)
        ) and (table.total is None or sum(map(sum, rows)) == table.total):  # fmt: skip
            yield guess


def attacked(table: Table, counts) -> list[tuple[int, int]]:
    """Small cells of which an attacker learns that they are small, or their number."""
    worlds = list(everything_possible(table, max(map(max, counts)) + SMALLEST + 2))
    exposed = []
    for r, c in table.hidden:
        if is_small(counts[r][c]):
            seen = {world[r, c] for world in worlds}
            if min(seen) > 0 or max(seen) < SMALLEST:
                exposed.append((r, c))
    return exposed


def test_brute_force_over_every_possible_table_does_not_bring_a_small_cell_back():
    chance = random.Random(42)
    tried = 0
    for n in range(60):
        counts = [[chance.choice([0, 1, 2, 3, 5]) for _ in range(2 + (n % 3 == 0))] for _ in range(2)]
        table = suppressed(counts)
        if len(table.hidden) > 4:
            continue
        assert attacked(table, counts) == [], counts
        tried += bool(table.hidden)
    assert tried > 20


def test_what_a_cell_could_as_well_be_is_what_trying_every_table_finds():
    chance = random.Random(9)
    for _ in range(60):
        counts = [[chance.randint(0, 3) for _ in range(3)] for _ in range(2)]
        inner = [(r, c) for r in range(2) for c in range(3)]
        hidden = set(chance.sample(inner, chance.randint(1, 4)))
        grid = [[*row, sum(row)] for row in counts]
        grid.append([sum(column) for column in zip(*grid, strict=True)])
        cells = tuple(tuple(None if (r, c) in hidden else n for c, n in enumerate(row)) for r, row in enumerate(counts))
        table = Table(cells, tuple(row[-1] for row in grid[:-1]), tuple(grid[-1][:-1]), grid[-1][-1])
        worlds = list(everything_possible(table, 9))
        for r, c in hidden:
            seen = {world[r, c] for world in worlds}
            now = counts[r][c]
            for by in range(-now, 8 - now):
                if by:
                    could = Circulation(grid, hidden).change((r, c), by).cells is not None
                    assert could == (now + by in seen), (counts, hidden, (r, c), by)


def test_hiding_only_the_small_cells_would_be_undone_by_the_margins():
    counts = [[3, 6], [7, 8]]
    naive = Table(((None, 6), (7, 8)), (9, 15), (10, 14), 24)
    assert attacked(naive, counts) == [(0, 0)]
    table = suppressed(counts)
    assert attacked(table, counts) == []
    assert None not in (*table.rows, *table.columns, table.total), "margins are hidden last"


@st.composite
def tables(draw):
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    return [[draw(st.integers(0, 40)) for _ in range(columns)] for _ in range(rows)]


@given(tables())
@settings(max_examples=300, deadline=None)
def test_no_small_number_is_ever_shown_and_what_is_shown_is_true(counts):
    table = suppressed(counts)
    for r, row in enumerate(table.cells):
        for c, cell in enumerate(row):
            assert cell is None or cell == counts[r][c]
            assert cell is None or not is_small(cell)
    for r, margin in enumerate(table.rows):
        assert margin is None or (margin == sum(counts[r]) and not is_small(margin))
    for c, margin in enumerate(table.columns):
        assert margin is None or (margin == sum(row[c] for row in counts) and not is_small(margin))


def test_a_table_without_small_cells_is_published_whole():
    table = suppressed([[0, 5], [7, 9]])
    assert table.hidden == frozenset()
    assert (table.rows, table.columns, table.total) == ((5, 16), (7, 14), 21)


@pytest.mark.parametrize("counts", [[], [[]], [[3]], [[1, 1], [1, 1]]])
def test_tiny_tables_do_not_break_and_hide_what_they_must(counts):
    assert all(cell is None or not is_small(cell) for row in suppressed(counts).cells for cell in row)


@given(tables())
@settings(max_examples=200, deadline=None)
def test_as_little_is_hidden_as_protects_and_every_small_cell_could_as_well_be_none_or_five(counts):
    table = suppressed(counts)
    grid = [[*row, sum(row)] for row in counts]
    grid.append([sum(column) for column in zip(*grid, strict=True)])
    published = [[*row, margin] for row, margin in zip(table.cells, table.rows, strict=True)]
    published.append([*table.columns, table.total])
    places = [(r, c) for r, row in enumerate(grid) for c in range(len(row))]
    hidden = {(r, c) for r, c in places if published[r][c] is None}
    small = {(r, c) for r, c in places if is_small(grid[r][c])}

    def exposed(hidden):
        seen = Circulation(grid, hidden)
        return [
            (r, c) for r, c in small for by in (-grid[r][c], SMALLEST - grid[r][c]) if seen.change((r, c), by).cells is None
        ]  # fmt: skip

    assert small <= hidden and (exposed(hidden) == [] or hidden == set(places))
    if hidden != set(places):
        assert all(exposed(hidden - {cell}) for cell in hidden - small)


def test_a_table_of_sixty_organisations_is_worked_out_while_somebody_waits(monkeypatch):
    """Rounds that tried every cell against every other took a minute for a dozen. Steps are counted: they are no matter of the machine."""
    chance = random.Random(1)
    counts = [[chance.choice([1, 2, 3, 6, 9, 20]) if chance.random() < 0.3 else 0 for _ in range(63)] for _ in range(64)]
    steps, walk = [], Circulation._came
    monkeypatch.setattr(Circulation, "_came", lambda *those: steps.append(1) or walk(*those))
    table = suppressed(counts)
    assert len(table.hidden) > 500 and 500 < len(steps) < 20_000
