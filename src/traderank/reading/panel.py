"""A table put in order: partners down, and for each column what its numbers are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from traderank.reading import numbers
from traderank.reading.cells import one_line


@dataclass(slots=True)
class Panel:
    """Partners down, columns of numbers across; nan is no number. Every cell is known."""

    grid: object
    #: The column that names the partners.
    label: int
    partners: list
    names: list
    columns: list
    numbers: np.ndarray
    #: Where each number stands; -1 where the table has no such cell.
    row_of: np.ndarray
    column_of: np.ndarray
    notes: list = field(default_factory=list)
    #: Where a mark stands in place of a number: it is no rounded 0, and no blank.
    marks: np.ndarray = None
    #: Cells of rows that were joined to another row of their partner.
    joined: set = field(default_factory=set)
    #: Whether the table says that it lists only some partners.
    partial: bool = False
    #: Columns without a flow of their own beside exports and imports: to be proved turnover.
    assumed: set = field(default_factory=set)

    #: The partners' codes, and what each is: country, aggregate or residual.
    codes: list = field(init=False)
    kinds: list = field(init=False)

    def __post_init__(self):
        self.codes = [partner.code for partner in self.partners]
        self.kinds = [partner.kind for partner in self.partners]
        if self.marks is None:
            self.marks = np.zeros(self.numbers.shape, dtype=bool)

    def name(self, row):
        """Name a row's partner as printed, on one line."""
        return one_line(self.names[row])

    def is_joined(self, cell):
        """Whether a cell named in a known error is of a row that was joined to another."""
        return cell in self.joined

    def cell(self, row, column):
        """Name the cell in which a number stands."""
        return self.grid.name(int(self.row_of[row, column]), int(self.column_of[row, column]))

    def cells(self, column, there):
        """Name the cells of a column's numbers, from the top down."""
        rows, columns = self.row_of[there, column], self.column_of[there, column]
        if not self.grid.is_turned and len(rows) and (columns == columns[0]).all():
            letter = self.grid.name(0, int(columns[0]))[:-1]
            return [f"{letter}{row}" for row in (rows + 1).tolist()]
        return [
            self.grid.name(*place) for place in zip(rows.tolist(), columns.tolist(), strict=True)
        ]

    def refuse(self, reason, remedy=None, *, row, column):
        """Return the refusal of one number."""
        place = int(self.row_of[row, column]), int(self.column_of[row, column])
        return self.grid.refuse(reason, remedy, row=place[0], column=place[1])


def marks_in(grid, rows, column):
    """Say in which rows a mark stands in place of a number."""
    marks = [row for row, text in grid.texts[column] if numbers.mark(text)]
    return np.isin(rows, marks) if marks else False


def numbers_in(grid, rows, column, style, notes):
    """Read one column's cells as numbers, nan for a blank; refuse what is neither."""
    rows = np.asarray(rows)
    found, cells = grid.numbers[column][rows], grid.columns[column]
    blank = np.isnan(found).nonzero()[0]
    for place, row in zip(blank.tolist(), rows[blank].tolist(), strict=True):
        # A cell may look blank and hide an error.
        if cells[row] != "" or (grid.beneath and (row, column) in grid.beneath):
            found[place] = _odd_number(grid, row, column, cells[row], style, notes)
    return found


def _odd_number(grid, row, column, value, style, notes):
    """Read what is neither a number nor plainly blank."""
    found = grid.beneath.get((row, column))
    if found is not None:
        raise not_number(grid, row, column, f"{found} stands where a number should")
    if value.__class__ is not str:
        raise not_number(grid, row, column, f"«{value}» is not a number")
    if not value.strip():
        return np.nan
    mark = numbers.mark(value)
    if mark is not None:
        if mark == "confidential":
            notes.append(f"{grid.name(row, column)} is confidential: not reported")
        return 0.0 if mark == "none" else np.nan
    bare = numbers.without_note(value)
    found = numbers.readings(bare)
    if style not in found:
        raise not_number(grid, row, column, f"«{value.strip()}» is not a number")
    if grid.typed:
        notes.append(f"{grid.name(row, column)} is a number kept as text: «{value.strip()}»")
    elif bare != value.strip():
        notes.append(f"{grid.name(row, column)} has a footnote: «{value.strip()}»")
    return found[style]


def not_number(grid, row, column, reason):
    """Return the refusal of a cell that should hold a number of trade."""
    remedy = "open the sheet, put the office's number there or leave the cell blank"
    return grid.refuse(reason, remedy, row=row, column=column)
