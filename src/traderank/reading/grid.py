"""One sheet as rows and columns of plain values, and the names of its cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from traderank.table import Refused

NUMBERS = (float, int)

_NONE = "what is not a number"

#: A number that stands alone over a table is a year, and then a title.
YEARS = range(1900, 2101)


@dataclass(slots=True)
class Grid:
    """One sheet: rows of values from A1 on, and what stands beneath the blank ones."""

    file: str
    sheet: str
    rows: list
    merged: list = field(default_factory=list)
    beneath: dict = field(default_factory=dict)
    hidden_rows: set = field(default_factory=set)
    hidden_columns: set = field(default_factory=set)
    #: Whether the file keeps numbers apart from texts, as a workbook does and a CSV does not.
    typed: bool = True
    #: Whether rows and columns have changed places since the file was opened.
    is_turned: bool = False
    #: Columns of values, without the blank ones at the right end.
    columns: list = None
    #: For each column the texts in it that are not empty: (row, text).
    texts: list = None
    #: For each column its numbers, nan where none stands.
    numbers: np.ndarray = None
    #: For the first cell of a merged range, the last column of it.
    ends: dict = None
    #: Texts that stood alone in a row before the sheet was turned: (row, column, text).
    above: list = field(default_factory=list)
    below: list = field(default_factory=list)

    def __post_init__(self):
        self.columns = list(zip_longest(*self.rows, fillvalue=""))
        while self.columns and self.columns[-1].count("") == len(self.rows):
            self.columns.pop()
        self.texts = list(map(texts_in, self.columns))
        self.numbers, endless = _numbers_in(self.columns, self.texts, len(self.rows))
        if endless:
            self._without(endless)
        # A range may claim a billion columns: it has those that are there.
        last = len(self.columns) - 1
        self.ends = {start: min(end[1], last) for start, end in self.merged}

    def _without(self, endless):
        """Take numbers that have no end for the errors that they are: 1e999, or none at all."""
        self.rows = [list(row) for row in self.rows]
        for column, row in endless:
            self.rows[row][column] = ""
        self.beneath = self.beneath | {(row, column): _NONE for column, row in endless}
        self.__post_init__()

    def turned(self, row, named):
        """Return the sheet with rows and columns in each other's place.

        Texts that stand alone in a row, as titles and notes do, are kept apart: those above
        `row`, in which the partners stand, and those below it. So is a year over no partner;
        ``named`` has the partner of each column, or None.
        """
        rows, above, below = [], [], []
        for at, values in enumerate(self.rows):
            filled = [i for i, value in enumerate(values) if value != ""]
            alone = values[filled[0]] if len(filled) == 1 else ""
            if alone and (alone.__class__ is str or (alone in YEARS and not named[filled[0]])):
                text = (at, filled[0], alone)
                (above if at < row else below).append(text)
                values = [""] * len(values)
            rows.append(values[: len(self.columns)])
        return Grid(
            self.file,
            self.sheet,
            [list(column) for column in zip(*rows, strict=True)],
            [((b, a), (d, c)) for (a, b), (c, d) in self.merged],
            {(column, row): what for (row, column), what in self.beneath.items()},
            self.hidden_columns,
            self.hidden_rows,
            typed=self.typed,
            is_turned=not self.is_turned,
            above=[*((column, row, text) for row, column, text in self.above), *above],
            below=below,
        )

    def name(self, row, column):
        """Name a cell as the file does."""
        return cell_name(column, row) if self.is_turned else cell_name(row, column)

    def line(self, column):
        """Name a column as the file does; a row, where the sheet is turned."""
        return f"row {column + 1}" if self.is_turned else f"column {cell_name(0, column)[:-1]}"

    def called(self, word=""):
        """Name the sheet in a sentence; a text file has none."""
        return f"{word}«{self.sheet}»" if self.sheet else "another table of the file"

    def remark(self, text):
        """Say of which sheet something is said."""
        return f"{self.sheet}: {text}" if self.sheet else text

    def refuse(self, reason, remedy=None, *, row=None, column=0):
        """Return the refusal of this sheet, or of one of its cells."""
        cell = None if row is None else self.name(row, column)
        return Refused(reason, remedy, file=self.file, sheet=self.sheet, cell=cell)


def texts_in(cells):
    """Return the texts among some cells that are not empty: (place, text)."""
    return [(place, cell) for place, cell in enumerate(cells) if cell.__class__ is str and cell]


def _numbers_in(columns, texts, height):
    """Return the numbers, nan where none stands, and where those stand that have no end."""
    found, endless = np.full((len(columns), height), math.nan), []
    for at, (cells, told) in enumerate(zip(columns, texts, strict=True)):
        left = height - len(told) - cells.count("")
        if left:
            found[at] = [cell if cell.__class__ in NUMBERS else math.nan for cell in cells]
            if np.count_nonzero(np.isfinite(found[at])) < left:
                endless += [(at, row) for row, cell in enumerate(cells) if _is_endless(cell)]
    return found, endless


def _is_endless(cell):
    return cell.__class__ is float and not math.isfinite(cell)


def cell_name(row, column):
    """Name a cell as a spreadsheet does, from counts that begin at 0.

    >>> cell_name(11, 3), cell_name(0, 26)
    ('D12', 'AA1')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
