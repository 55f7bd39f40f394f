"""Show a part of a sheet as a spreadsheet program does: with addresses, and cells joined."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from traderank.reading.files import open_workbook
from traderank.reading.grid import Grid, cell_name
from traderank.table import Refused

# A notebook has no style sheet of ours.
_EDGE = "border: 1px solid #c8c8c8; padding: .1em .3em; vertical-align: top"
_ADDRESS = f"{_EDGE}; background: #eee; color: #444; font-weight: normal; text-align: center"
_TEXT = f"{_EDGE}; text-align: left; white-space: normal; min-width: 4em; max-width: 10em"
_NUMBER = f"{_EDGE}; text-align: right; white-space: nowrap"
_MARK = "; outline: 3px solid #d1430a; outline-offset: -2px; font-weight: bold"


def show_sheet(path, sheet, cells, *, mark=()):
    """Show a part of a sheet as it is stored, before anything is read into it.

    Parameters
    ----------
    path : path
        An Excel workbook, .xls or .xlsx.
    sheet : str
        Name of one of its visible sheets.
    cells : str
        The part, as a spreadsheet program names it: "A1:G14".
    mark : str, or sequence of str
        Addresses of cells to point at.

    Returns
    -------
    SheetView
        Shows itself in a notebook. A number has up to 15 digits, as a spreadsheet has.

    Raises
    ------
    Refused
        If the file is no workbook, it has no such visible sheet, or the part is not one
        that begins on the sheet.

    Examples
    --------
    >>> from traderank import raw_file, show_sheet
    >>> show_sheet(raw_file("kaz-2023"), "2023", "A4:C7", mark="B6")
    sheet «2023»
    A4: Наименование
    B4: Товарооборот
    B5: всего
    C5: удельный вес страны в общем объеме товарооборота, %
    A6: Всего
    B6: 139551038.0123 ←
    C6: 100
    A7: Страны СНГ
    B7: 36891616.5383
    C7: 26.43593
    """
    grids, _ = open_workbook(path)
    found = {grid.sheet: grid for grid in grids}
    if sheet not in found:
        raise Refused(
            f"there is no visible sheet «{sheet}»",
            f"name one of {', '.join(f'«{name}»' for name in found)}",
            file=path,
        )
    grid = found[sheet]
    first, last = _corners(cells, grid)
    return SheetView(grid, first, last, (mark,) if isinstance(mark, str) else tuple(mark))


def _corners(cells, grid):
    from openpyxl.utils import range_boundaries

    try:
        left, top, right, bottom = (at - 1 for at in range_boundaries(cells))
    except (ValueError, TypeError, AttributeError):
        raise grid.refuse(f"{cells!r} is not a part of a sheet", 'write it as "A1:G14"') from None
    height, width = len(grid.rows), len(grid.rows[0]) if grid.rows else 0
    if top >= height or left >= width:
        end = cell_name(height - 1, width - 1)
        raise grid.refuse(f"{cells} lies beyond the last cell", f"the sheet ends at {end}")
    return (top, left), (min(bottom, height - 1), min(right, width - 1))


@dataclass(frozen=True, eq=False, repr=False)
class SheetView:
    """A part of a sheet, which shows itself in a notebook.

    Parameters
    ----------
    grid : Grid
        The sheet.
    first, last : (int, int)
        Row and column of the part's corners, counted from 0.
    marked : tuple of str
        Addresses that are pointed at.
    """

    grid: Grid
    first: tuple
    last: tuple
    marked: tuple

    def __repr__(self):
        lines = [f"sheet «{self.grid.sheet}»"]
        for row in self._rows():
            for column in self._columns():
                if text := _text(self.grid.rows[row][column]):
                    address = cell_name(row, column)
                    lines.append(f"{address}: {text}" + " ←" * (address in self.marked))
        return "\n".join(lines)

    def _repr_html_(self):
        heads = "".join(
            f'<th scope="col" style="{_ADDRESS}">{cell_name(0, column)[:-1]}</th>'
            for column in self._columns()
        )
        body = "\n".join(
            f'<tr><th scope="row" style="{_ADDRESS}">{row + 1}</th>{"".join(self._cells(row))}</tr>'
            for row in self._rows()
        )
        return (
            f'<table aria-label="Sheet {escape(self.grid.sheet)}" '
            'style="margin: 0; width: auto; border-collapse: collapse; font-size: .72rem">\n'
            f'<thead><tr><td style="{_ADDRESS}"></td>{heads}</tr></thead>\n'
            f"<tbody>{body}</tbody></table>"
        )

    def _rows(self):
        return range(self.first[0], self.last[0] + 1)

    def _columns(self):
        return range(self.first[1], self.last[1] + 1)

    def _cells(self, row):
        """Write the cells of one row; joined ones where the first of them is shown."""
        joined = {
            (i, j): (top, left, bottom, right)
            for (top, left), (bottom, right) in self.grid.merged
            for i in range(top, bottom + 1)
            for j in range(left, right + 1)
        }
        for column in self._columns():
            top, left, bottom, right = joined.get((row, column), (row, column, row, column))
            if (row, column) != (max(top, self.first[0]), max(left, self.first[1])):
                continue
            value = self.grid.rows[top][left]
            style = _TEXT if isinstance(value, str) else _NUMBER
            style += _MARK if cell_name(top, left) in self.marked else ""
            spans = min(right, self.last[1]) - column + 1, min(bottom, self.last[0]) - row + 1
            span = f' colspan="{spans[0]}" rowspan="{spans[1]}"' if spans != (1, 1) else ""
            yield f'<td{span} style="{style}">{escape(_text(value))}</td>'


def _text(value):
    return f"{value:.15g}" if isinstance(value, float) else str(value)
