"""Open a workbook as plain grids: the values, by python-calamine, and what lies beneath them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from olefile import MAGIC
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from traderank.reading import beneath_ods, beneath_xls, beneath_xlsb, beneath_xlsx, limits, parts
from traderank.reading.beneath import NOTHING
from traderank.reading.grid import Grid
from traderank.table import Refused

#: A part that only such a workbook has, and who looks beneath it.
_ZIPPED = {module.BOOK: module for module in (beneath_xlsx, beneath_xlsb, beneath_ods)}

# Parts of which one stands early in every such workbook.
_FIRST = {*_ZIPPED, "[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "mimetype"}

# What the libraries raise when a file is not what it says it is.
_DAMAGED = (
    *(CalamineError, OSError, zipfile.BadZipFile, zlib.error, struct.error, parts.Damaged),
    *(KeyError, IndexError, ValueError, EOFError, RuntimeError, NotImplementedError, TypeError),
)


def is_workbook(content):
    """Tell a workbook by its bytes: a compound document, or a zip of a workbook's parts."""
    if content[:8] == MAGIC:
        return True
    if content[:4] != b"PK\x03\x04":
        return False
    names = parts.names(content)
    if names is None:
        # Cut short: the list of its parts was at the end, but each part is named before it.
        return any(part.encode() in content for part in _FIRST)
    return bool(_FIRST.intersection(names))


def open_sheets(content, path):
    """Return the visible sheets of a workbook as grids, and the names of the hidden ones."""
    try:
        grids, hidden = _open(content, path)
    except Refused:
        raise
    except PasswordError:
        raise beneath_xls.locked(path) from None
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
    beneath, content = _look_beneath(content, path)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets, cells = workbook.sheets_metadata, 0
    limits.refuse_more(len(sheets), limits.SHEETS, "sheets", path)
    if len({meta.name for meta in sheets}) < len(sheets):
        raise parts.Damaged("two sheets have one name")
    grids, hidden = [], []
    for meta, under in zip(sheets, beneath or [NOTHING] * len(sheets), strict=True):
        if meta.visible != SheetVisibleEnum.Visible:
            hidden.append(meta.name)
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        cells += sheet.total_height * sheet.total_width
        limits.refuse_more(cells, limits.CELLS, "cells", path)
        grids.append(_grid(path, sheet, under))
    return grids, hidden


def _look_beneath(content, path):
    """Return what lies beneath the sheets, and the bytes in which it was found."""
    if content[:8] == MAGIC:
        return beneath_xls.look(content, path)
    unpacked = parts.unpack(content, path)
    if beneath_ods.is_locked(unpacked):
        raise beneath_xls.locked(path)
    kind = next((module for book, module in _ZIPPED.items() if book in unpacked), None)
    if kind is None or not beneath_ods.is_sheets(unpacked):
        raise Refused(
            "this Office document is not a workbook",
            "name the .xls, .xlsx or .ods file with the table",
            file=path,
        )
    return kind.look(unpacked, path), parts.pack(unpacked)


def _damaged(path, error):
    return Refused(
        f"the workbook is damaged or cut short ({type(error).__name__}: {str(error)[:200]})",
        "get the file again from the office",
        file=path,
    )


def _grid(path, sheet, under):
    rows = sheet.to_python(skip_empty_area=False)
    if under.cells:
        rows = _with_room_for(rows, under.cells)
        for row, column in under.cells:
            # Some programs keep a 0 beneath what they show as an error.
            rows[row][column] = ""
    merged = sheet.merged_cell_ranges or under.merged
    return Grid(path.name, sheet.name, rows, merged, *under[:3])


def _with_room_for(rows, cells):
    """Return the rows with blanks up to the last of some cells, which may lie outside them."""
    height = max(len(rows), *(row + 1 for row, _ in cells))
    width = max(len(rows[0]) if rows else 0, *(column + 1 for _, column in cells))
    rows = rows + [[]] * (height - len(rows))
    return [row + [""] * (width - len(row)) for row in rows]
