"""What lies beneath the values of a workbook, in the file's own records.

python-calamine gives an empty string for a blank cell, for an error and for a formula that
was never calculated. The last two, and what is hidden, are found here, so that a blank is
believed only where the file says that there is one. How far each sheet reaches is found
too, before calamine makes room for every cell of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from traderank.reading import limits, parts

ERROR, EMPTY = "an error value", "a formula without a value"

#: An error as a spreadsheet shows it.
SHOWN = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA)|Err:\d{3}")


class Beneath(NamedTuple):
    """What one sheet's values do not show; rows and columns count from 0."""

    cells: dict
    hidden_rows: set
    hidden_columns: set
    #: Ranges of cells that are one, where calamine does not tell.
    merged: list


#: Of a sheet beneath which nothing lies.
NOTHING = Beneath({}, set(), set(), [])


class Sheet:
    """A sheet as its records are gone through: what is odd in it, and how far it reaches."""

    def __init__(self, rows=0, columns=0):
        self.cells, self.hidden_rows, self.merged = {}, set(), []
        self.rows, self.columns = rows, columns
        self._hidden = bytearray(limits.COLUMNS)

    def reach(self, row, column, what=None):
        """Note a cell that is not blank, and what stands in it if that is no value."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if what is not None:
            self.cells[row, column] = what

    def hide_columns(self, first, last):
        """Note columns that are hidden, the last one included."""
        first, last = max(first, 0), min(last, limits.COLUMNS - 1)
        self._hidden[first : last + 1] = b"\1" * (last + 1 - first)

    def merge(self, top, left, bottom, right):
        """Note a range of cells that are one."""
        self.merged.append(((top, left), (bottom, right)))

    def beneath(self):
        """Return what was noted."""
        hidden = np.flatnonzero(np.frombuffer(self._hidden, np.uint8)).tolist()
        return Beneath(self.cells, self.hidden_rows, set(hidden), self.merged)


def refuse_large(sheets, path):
    """Refuse sheets whose rectangles, from A1 to the last cell, hold too many cells."""
    limits.refuse_more(len(sheets), limits.SHEETS, "sheets", path)
    if any(sheet.rows > limits.ROWS or sheet.columns > limits.COLUMNS for sheet in sheets):
        raise parts.Damaged("a cell stands outside of every sheet")
    limits.refuse_more(sum(s.rows * s.columns for s in sheets), limits.CELLS, "cells", path)
