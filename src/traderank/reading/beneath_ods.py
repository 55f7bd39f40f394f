"""Beneath an .ods: its content as XML (OpenDocument 1.3, part 3, chapters 9 and 19)."""

from __future__ import annotations

from itertools import product

from traderank.reading import parts as zipped
from traderank.reading.beneath import EMPTY, ERROR, SHOWN, Sheet, refuse_large

BOOK = "content.xml"

_CELLS = ("table:table-cell", "table:covered-table-cell")
_VALUES = tuple(f"office:{kind}value" for kind in ("", "string-", "date-", "time-", "boolean-"))


def look(parts, path):
    """Return what lies beneath each sheet, in their order."""
    reader = _Reader()
    zipped.parse(zipped.find(parts, BOOK), reader.start, reader.end, reader.text)
    refuse_large(reader.sheets, path)
    return [_spread(*found).beneath() for found in zip(reader.sheets, reader.odd, strict=True)]


def is_locked(parts):
    """Tell a workbook that only a password opens."""
    return any(b"encryption-data" in part for name, part in parts.items() if "manifest" in name)


def is_sheets(parts):
    """Tell a workbook from a text or a drawing, which have the same parts."""
    return "mimetype" not in parts or b"opendocument.spreadsheet" in parts["mimetype"]


class _Reader:
    """Follow the cells of all sheets; one written may stand for many, beside and below it."""

    def __init__(self):
        self.sheets, self.odd, self.open = [], [], False
        self.row, self.rows, self.column, self.columns = 0, 1, 0, 1
        self.cell, self.shown, self.note = None, [], 0

    def start(self, name, told):
        if name == "table:table":
            self._table(told)
        elif not self.open:
            return
        elif name == "table:table-row":
            self.rows, self.column = _times(told, "table:number-rows-repeated"), 0
            if _is_hidden(told):
                self.odd[-1].append((self.row, self.rows, None, 1, None))
        elif name == "table:table-column":
            self._columns(told)
        elif name in _CELLS:
            self.cell, self.shown = told, []
        elif name == "office:annotation":
            self.note += 1

    def text(self, data):
        # A comment on a cell is no part of it.
        if self.cell is not None and not self.note:
            self.shown.append(data)

    def end(self, name):
        if name == "table:table":
            self.open = False
        elif name == "office:annotation":
            self.note -= 1
        elif name == "table:table-row" and self.open:
            self.row += self.rows
        elif name in _CELLS and self.cell is not None:
            self._cell(self.cell, "".join(self.shown).strip())
            self.cell = None

    def _table(self, told):
        if self.open or "table:name" not in told:
            raise zipped.Damaged("a table stands within a table, or has no name")
        self.sheets.append(Sheet())
        self.odd.append([])
        self.open, self.row, self.column = True, 0, 0

    def _columns(self, told):
        last = self.column + _times(told, "table:number-columns-repeated")
        if _is_hidden(told):
            self.sheets[-1].hide_columns(self.column, last - 1)
        self.column = last

    def _cell(self, told, shown):
        sheet, row, column = self.sheets[-1], self.row, self.column
        columns = _times(told, "table:number-columns-repeated")
        self.column += columns
        if shown or any(name in told for name in ("table:formula", *_VALUES)):
            sheet.reach(row + self.rows - 1, self.column - 1)
            if what := _odd(told, shown):
                self.odd[-1].append((row, self.rows, column, columns, what))
        across = _times(told, "table:number-columns-spanned")
        down = _times(told, "table:number-rows-spanned")
        if across * down > 1:
            sheet.merge(row, column, row + down - 1, column + across - 1)


def _spread(sheet, odd):
    """Note what is odd in each row and cell that one written stands for, now they are few."""
    for row, rows, column, columns, what in odd:
        below = range(row, min(row + rows, sheet.rows))
        if column is None:
            sheet.hidden_rows.update(below)
        else:
            beside = range(column, column + columns)
            sheet.cells.update(dict.fromkeys(product(below, beside), what))
    return sheet


def _times(told, name):
    return max(int(told.get(name, 1)), 1)


def _is_hidden(told):
    return told.get("table:visibility") in ("collapse", "filter")


def _odd(told, shown):
    """Say what stands in a cell that is neither blank nor has a value."""
    if told.get("calcext:value-type") == "error" or SHOWN.fullmatch(shown):
        return ERROR
    return EMPTY if "table:formula" in told and not shown and not _value(told) else None


def _value(told):
    return any(told.get(name) for name in _VALUES)
