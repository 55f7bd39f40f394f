"""Exchange two rows' numbers, delete or repeat a row, delete a column."""

from dataclasses import replace
from functools import partial

import numpy as np

from changing.became import Slip, across, changed, lines_of, place_of
from changing.books import could_be_seen, panels_of


def _values(panel, row):
    """Return (sheet, cell) → value for the values of one row, a blank as 0."""
    return {
        at: ((panel.grid.sheet, panel.cell(row, at)), float(np.nan_to_num(panel.numbers[row, at])))
        for at, column in enumerate(panel.columns)
        if column.measure == "value" and panel.column_of[row, at] >= 0
    }


def _rows_are_told(panel, one, other, checks):
    """Whether a sum is broken where two rows exchange their numbers: all else goes with them.

    A row that holds nothing is in no sum, and may be in that of any row under its heading.
    """
    here, there = _values(panel, one), _values(panel, other)
    near = _heading(panel, one) == _heading(panel, other)
    changes = {}
    for at in here.keys() & there.keys():
        (place, value), (place2, value2) = here[at], there[at]
        if not near or (checks[place] and checks[place2]):
            changes |= {place: value2 - value, place2: value - value2}
    return could_be_seen(checks, changes, ("sum",))


def _heading(panel, row):
    """Return the row of the group, if any, that a row stands under."""
    return next((at for at in range(row, -1, -1) if panel.kinds[at] == "aggregate"), None)


def row_slips(book, checks, rng):
    """Exchange two rows' numbers; delete a row, repeat one, delete a column."""
    panel = rng.choice(panels_of(book))
    grid = next(grid for grid in book.grids if grid.sheet == panel.grid.sheet)
    way, count = across(panel), len(panel.partners)
    if count > 1:
        one, other = rng.sample(range(count), 2)
        here, there = lines_of(panel, one), lines_of(panel, other)
        pairs = [(here[at], there[at]) for at in here.keys() & there.keys()]
        cells = {a: grid.rows[b[0]][b[1]] for a, b in pairs}
        cells |= {b: grid.rows[a[0]][a[1]] for a, b in pairs}
        told = _rows_are_told(panel, one, other, checks)
        grids = changed(book, grid.sheet, cells)
        if any(grid.rows[r][c] != new for (r, c), new in cells.items()):
            yield Slip("two rows’ numbers exchanged", pairs[0], grids, lambda _: told)
    line = rng.choice(list(lines_of(panel, rng.randrange(count)).values()))[way]
    grids, moved = _shifted(book, grid, way, line, -1)
    gone = _loss_is_told(grid, way, line, checks)
    yield Slip("row deleted", line, grids, lambda after: gone, moved)
    grids, moved = _shifted(book, grid, way, line, 1)
    yield Slip("row repeated", line, grids, lambda _: True, moved)
    line = rng.choice(list(lines_of(panel, 0).values()))[1 - way]
    grids, moved = _shifted(book, grid, 1 - way, line, -1)
    wrong = partial(_tells_otherwise, book.reading.table)
    yield Slip("column deleted", line, grids, wrong, moved)


def _loss_is_told(grid, way, line, checks):
    """Whether a sum of several parts misses what a line held.

    The line of a sum itself may go: its parts then stand under what is above it.
    """
    here = {place for place in checks if place[0] == grid.sheet and place_of(place[1])[way] == line}
    sums = {p: {n: s for n, (s, _) in checks[p].items() if n[1] == "sum"} for p in here}
    if any(sign > 0 for signs in sums.values() for sign in signs.values()):
        return False
    changes = {}
    for place in here:
        row, column = place_of(place[1])
        value = grid.rows[row][column]
        if value.__class__ is float and all(name[3] > 2 for name in sums[place]):
            changes[place] = -value
    return could_be_seen(checks, changes, ("sum",))


def _tells_otherwise(before, after):
    """Whether a table says of anything what the other does not, and not only less."""
    keys = ["reporter", "partner", "flow", "period", "product"]
    before, after = (table.fillna({"value": -1.0}) for table in (before, after))
    both = after.merge(before[[*keys, "value", "currency"]], on=keys, how="left")
    same = (both["value_x"] == both["value_y"]) & (both["currency_x"] == both["currency_y"])
    return len(both) != len(after) or not same.all()


def _shifted(book, grid, way, at, by):
    """Delete a row of a sheet (`way` 0; 1 a column) or repeat it; and say where cells go."""

    def to(place):
        index = place[way]
        if by < 0 and index == at:
            return None
        index += by * (index > at)
        return (index, place[1]) if way == 0 else (place[0], index)

    def line(values):
        values = list(values)
        return values[:at] + ([] if by < 0 else [values[at]] * 2) + values[at + 1 :]

    merged = []
    for start, end in grid.merged:
        first, last = start[way] + by * (start[way] > at), end[way]
        last += by * (last >= at if by < 0 else last > at)
        if first <= last:
            ends = (
                ((first, start[1]), (last, end[1]))
                if way == 0
                else ((start[0], first), (end[0], last))
            )
            merged.append(ends)
    rows = line(grid.rows) if way == 0 else [line(values) for values in grid.rows]
    beneath = {new: what for place, what in grid.beneath.items() if (new := to(place))}
    changed = replace(grid, rows=rows, merged=merged, beneath=beneath)
    return [changed if other is grid else other for other in book.grids], to
