"""Open a workbook as plain grids: the values, by python-calamine, and what lies beneath them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

from olefile import MAGIC
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from traderank.reading.beneath import Beneath, look_beneath
from traderank.table import Refused

NOTHING = Beneath({}, set(), set())

# What the libraries raise when a file is not what it says it is.
_DAMAGED = (
    *(CalamineError, OSError, zipfile.BadZipFile, zlib.error, ParseError, struct.error),
    *(KeyError, IndexError, ValueError, EOFError, RuntimeError),
)


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

    def refuse(self, reason, remedy=None, *, row=None, column=0):
        """Return the refusal of this sheet, or of one of its cells."""
        cell = None if row is None else cell_name(row, column)
        return Refused(reason, remedy, file=self.file, sheet=self.sheet, cell=cell)


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


def open_workbook(path):
    """Return the visible sheets of a workbook as grids, and the names of the hidden ones."""
    path = Path(path)
    content = _read_bytes(path)
    try:
        grids, hidden = _open(content, path)
    except Refused:
        raise
    except _DAMAGED as error:
        raise _damaged(path, error) from error
    except BaseException as error:
        # Not an Exception: what calamine lets fall when it trips over a record.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path, error) from error
    if not grids:
        raise Refused("every sheet is hidden", "show the sheet with the table", file=path)
    return grids, hidden


def _open(content, path):
    beneath = look_beneath(content, path)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = workbook.sheets_metadata
    grids, hidden = [], []
    for meta, under in zip(sheets, beneath or [NOTHING] * len(sheets), strict=True):
        if meta.visible == SheetVisibleEnum.Visible:
            grids.append(_grid(path, workbook.get_sheet_by_name(meta.name), under))
        else:
            hidden.append(meta.name)
    return grids, hidden


def _damaged(path, error):
    return Refused(
        f"the workbook is damaged or cut short ({type(error).__name__}: {error})",
        "get the file again from the office",
        file=path,
    )


def _grid(path, sheet, under):
    rows = sheet.to_python(skip_empty_area=False)
    if under.cells:
        rows = _with_room_for(rows, under.cells)
    return Grid(path.name, sheet.name, rows, sheet.merged_cell_ranges or [], *under)


def _with_room_for(rows, cells):
    """Return the rows with blanks up to the last of some cells, which may lie outside them."""
    height = max(len(rows), *(row + 1 for row, _ in cells))
    width = max(len(rows[0]) if rows else 0, *(column + 1 for _, column in cells))
    rows = rows + [[]] * (height - len(rows))
    return [row + [""] * (width - len(row)) for row in rows]


def _read_bytes(path):
    if path.is_dir():
        raise Refused("this is a folder, not a workbook", "name the workbook in it", file=path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise Refused("there is no such file", "check the path", file=path) from None
    except OSError as error:
        raise Refused(f"the file cannot be read ({error.strerror})", file=path) from error
    if not content:
        raise Refused("the file is empty", "get it again from the office", file=path)
    if content[:8] != MAGIC and content[:4] != b"PK\x03\x04":
        raise Refused(
            "this is not an Excel workbook, whatever its name says: it begins with "
            f"{content[:16]!r}",
            "open it in a spreadsheet program and save it as .xlsx",
            file=path,
        )
    return content
