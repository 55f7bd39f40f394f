"""What becomes of a change: refused, reported, without effect, or missed."""

import re
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from corruption import with_cells
from openpyxl.utils.cell import coordinate_to_tuple

from traderank.reading import read_grids
from traderank.reading.grid import cell_name
from traderank.table import Refused


def place_of(cell):
    """Return row and column of a cell's name, from 0."""
    row, column = coordinate_to_tuple(cell)
    return row - 1, column - 1


def _same(place):
    return place


def outcome(book, grids, moved=_same):
    """Return what became of a change, and the table that was read; `moved` tells where cells go."""
    known = [
        entry | {"cell": cell_name(*to)}
        for entry in book.given.known_errors
        if (to := moved(place_of(entry["cell"])))
    ]
    try:
        after = read_grids(grids, replace(book.given, known_errors=tuple(known)))
    except Refused:
        return "refused", None
    before = book.reading
    there = {
        (sheet, cell_name(*to))
        for sheet, cell in before.proof.uncovered
        if (to := moved(place_of(cell)))
    }
    told = Counter(map(_without_cells, after.proof.notes))
    told -= Counter(map(_without_cells, before.proof.notes))
    if told or set(after.proof.uncovered) - there or after.proof.word != before.proof.word:
        return "reported", after.table
    same = after.table[SAID].equals(before.table[SAID])
    return "no effect" if same else "missed", after.table


SAID = ["partner", "flow", "period", "currency", "value"]


def _without_cells(note):
    """Leave out of a note where its cells stand: where a row was deleted, all move."""
    return re.sub(r"\b[A-Z]{1,3}\d+\b|\brows? \d+", "#", note)


class Slip(NamedTuple):
    """One thing changed: the sheets after it, where cells go, and whether something tells.

    `seen` is asked of the table that was read, where the change is missed: whatever has been
    left out, a number in another place than before is a wrong one.
    """

    kind: str
    what: object
    grids: list
    seen: object
    moved: object = _same


def changed(book, sheet, cells):
    """Return a book's sheets with some cells of one changed: (row, column) → what stands there."""
    return [
        replace(grid, rows=with_cells(grid.rows, cells)) if grid.sheet == sheet else grid
        for grid in book.grids
    ]


def lines_of(panel, row):
    """Return column → the place in the file of a row's number, where the table has one."""
    there = (panel.column_of[row] >= 0).nonzero()[0].tolist()
    return {at: place_of(panel.cell(row, at)) for at in there}


def across(panel):
    """Return along which way of the file a partner's numbers do not lie: 0 its rows."""
    return int(panel.grid.is_turned)
