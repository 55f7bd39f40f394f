"""Beneath an .xls: BIFF records in a compound document ([MS-XLS] 2.4, [MS-CFB])."""

from __future__ import annotations

import io
import re
import struct
from itertools import islice, pairwise

import numpy as np
import olefile

from traderank.reading import limits
from traderank.reading.beneath import EMPTY, ERROR, Sheet, refuse_large
from traderank.reading.parts import Damaged
from traderank.table import Refused

_FORMULA, _EOF, _FILEPASS, _COLINFO, _BOUNDSHEET = 0x06, 0x0A, 0x2F, 0x7D, 0x85
_MULRK, _RSTRING, _STRINGS, _LABELSST, _DIMENSIONS = 0xBD, 0xD6, 0xFC, 0xFD, 0x200
_NUMBER, _LABEL, _BOOLERR, _ROW, _RK, _BOF = 0x203, 0x204, 0x205, 0x208, 0x27E, 0x809

_CELLS = frozenset((_FORMULA, _MULRK, _RSTRING, _LABELSST, _NUMBER, _LABEL, _BOOLERR, _RK))
_HEAD = struct.Struct("<HH")

#: A kind of record that nobody reads.
_SILENT = b"\xff\xff"

# Nearly all records are of a few kinds, and say nothing that matters here: cells with a value
# in the first 1,024 rows, blank ones, rows that are not hidden, formats. One look passes over
# all of them; walking them one by one takes longer than all the rest.
_NEAR = (0x400, 0x100)
_USUAL = re.compile(
    rb"""(?:
      \x03\x02\x0e\x00 .[\x00-\x03].\x00.{10}     # NUMBER
    | \xfd\x00\x0a\x00 .[\x00-\x03].\x00.{6}      # LABELSST
    | \x7e\x02\x0a\x00 .[\x00-\x03].\x00.{6}      # RK
    | \x08\x02\x10\x00 .{12}[\x00-\x1f\x40-\x5f\x80-\x9f\xc0-\xdf].{3}  # ROW
    | \x01\x02\x06\x00 .{6}                       # BLANK
    | \xbe\x00\x0a\x00 .{10}                      # MULBLANK, of two cells to ten
    | \xbe\x00\x0c\x00 .{12}
    | \xbe\x00\x0e\x00 .{14}
    | \xbe\x00\x10\x00 .{16}
    | \xbe\x00\x12\x00 .{18}
    | \xbe\x00\x14\x00 .{20}
    | \xbe\x00\x16\x00 .{22}
    | \xbe\x00\x18\x00 .{24}
    | \xbe\x00\x1a\x00 .{26}
    | \xbd\x00\x12\x00 .[\x00-\x03].\x00.{14}     # MULRK, of two cells to seven
    | \xbd\x00\x18\x00 .[\x00-\x03].\x00.{20}
    | \xbd\x00\x1e\x00 .[\x00-\x03].\x00.{26}
    | \xbd\x00\x24\x00 .[\x00-\x03].\x00.{32}
    | \xbd\x00\x2a\x00 .[\x00-\x03].\x00.{38}
    | \xbd\x00\x30\x00 .[\x00-\x03].\x00.{44}
    | \x7d\x00\x0c\x00 .{8}[\x00\x02\x04\x06].{3}  # COLINFO of columns that are not hidden
    | \xe0\x00\x14\x00 .{20}                      # XF
    | \x93\x02\x04\x00 .{4}                       # STYLE
    # How a sheet is calculated and printed.
    | [\x0c-\x11\x2a\x2b\x55\x5f\x80\x82-\x84]\x00\x02\x00 .{2}
    | [\x10\x26-\x29\x80]\x00\x08\x00 .{8}
    )*+""",
    re.DOTALL | re.VERBOSE,
)
_NONE_IS_USUAL = re.compile(b"")

_SECTOR = 4096


def look(content, path):
    """Return what lies beneath each sheet, in their order, and the document to be read.

    The document holds the records of the workbook and nothing else.
    """
    stream = _stream(content, path)
    for usual, least in ((_USUAL, _NEAR), (_NONE_IS_USUAL, (0, 0))):
        sheets, heard = _walk(stream, usual, least, path)
        if sum(sheet.rows * sheet.columns for sheet in sheets) <= limits.CELLS:
            break
    refuse_large(sheets, path)
    return [sheet.beneath() for sheet in sheets], compound(heard)


def locked(path):
    """Return the refusal of a workbook that only a password opens."""
    return Refused(
        "the workbook is protected by a password",
        "open it with the password and save it without one",
        file=path,
    )


def _stream(content, path):
    """Return the stream of a compound file that holds the workbook's records."""
    with olefile.OleFileIO(io.BytesIO(content)) as document:
        streams = {entry.name.lower(): entry for entry in document.root.kids}
        if "encryptedpackage" in streams:
            raise locked(path)
        entry = streams.get("workbook") or streams.get("book")
        if entry is None:
            raise Refused(
                "this Office document is not a workbook",
                "name the .xls or .xlsx file",
                file=path,
            )
        limits.refuse_more(entry.size, limits.TEXT, "bytes of records", path)
        # Where sectors go in a circle, a reader would never leave it.
        table, size = document.fat, document.sectorsize
        if any(_endless(table, sector) for sector, after in enumerate(table) if after <= sector):
            raise Damaged("its sectors go in a circle")
        if entry.size < document.minisectorcutoff:
            stream = document.openstream(entry.name).read()
        else:
            sectors = list(_followed(table, entry.isectStart))
            stream = b"".join(content[start:end] for start, end in _runs(sectors, size))
    if not 0 < entry.size <= len(stream):
        raise Damaged("the end of its records is missing")
    return stream[: entry.size]


def _followed(table, sector):
    while sector < len(table):
        yield sector
        sector = table[sector]


def _runs(sectors, size):
    """Yield where sectors lie in a file: one beginning and end of those that follow each other."""
    breaks = [at for at, pair in enumerate(pairwise(sectors), 1) if pair[1] != pair[0] + 1]
    for first, last in pairwise([0, *breaks, len(sectors)]):
        if last > first:
            yield (sectors[first] + 1) * size, (sectors[last - 1] + 2) * size


def _endless(table, sector):
    return next(islice(_followed(table, sector), len(table), None), None) is not None


def _walk(stream, usual, least, path):
    """Go through the records, but the usual ones, and note of each sheet what matters.

    Returns
    -------
    (list of Sheet, bytes)
        The sheets, which reach at least so far, and the records that are to be read.
    """
    sheets, begun, depth, sheet = {}, set(), 0, None
    position, end, count = 0, len(stream) - 4, 0
    while position <= end:
        # A chart in a sheet has records of its own, which are not the sheet's: nobody reads them.
        if depth < 2 and (position := usual.match(stream, position).end()) > end:
            break
        kind, length = _HEAD.unpack_from(stream, position)
        if kind == _BOF:
            depth, sheet = (1, sheets[position]) if position in sheets else (depth + 1, sheet)
            begun.add(position)
        if kind == 0 and depth:
            raise Damaged("its records break off")
        if depth > 1 or (kind == _DIMENSIONS and not _is_true(stream, position, length)):
            stream = _silence(stream, position)
        elif sheet is not None:
            _note(sheet, kind, length, stream, position + 4)
        else:
            _note_book(sheets, kind, stream, position + 4, least, path)
        depth -= kind == _EOF
        position, count = position + 4 + length, count + 1
        if count > limits.RECORDS:
            raise Damaged("it has more records than any workbook")
    if not sheets.keys() <= begun:
        raise Damaged("a sheet does not begin where it says")
    return list(sheets.values()), bytes(stream)


def _note_book(sheets, kind, stream, body, least, path):
    """Note what the workbook says before its first sheet."""
    if kind == _FILEPASS and any(stream[body : body + 2]):
        raise locked(path)
    if kind == _BOUNDSHEET:
        (place,) = struct.unpack_from("<I", stream, body)
        if place in sheets:
            raise Damaged("two sheets are in one place")
        sheets[place] = Sheet(*least)
    # calamine makes room for as many texts as are announced, there or not.
    if kind == _STRINGS and struct.unpack_from("<I", stream, body + 4)[0] * 3 > len(stream):
        raise Damaged("it has fewer texts than it says")


def _note(sheet, kind, length, stream, body):
    if kind in _CELLS:
        row, column = _HEAD.unpack_from(stream, body)
        last = column + (max(length - 6, 0) // 6 if kind == _MULRK else 0)
        sheet.reach(row, last)
        if what := _odd(kind, stream, body):
            sheet.cells[row, column] = what
    elif kind == _ROW and stream[body + 12] & 0x20:
        sheet.hidden_rows.add(_HEAD.unpack_from(stream, body)[0])
    elif kind == _COLINFO and stream[body + 8] & 1:
        sheet.hide_columns(*_HEAD.unpack_from(stream, body))


def _odd(kind, stream, body):
    """Say what stands in a cell that is neither blank nor has a value."""
    if kind == _BOOLERR and stream[body + 7]:
        return ERROR
    if kind == _FORMULA and stream[body + 12 : body + 14] == b"\xff\xff":
        return {2: ERROR, 3: EMPTY}.get(stream[body + 6])
    return None


def _is_true(stream, position, length):
    """Tell whether a sheet says that it reaches where a sheet can: room is made for all of it."""
    form = {10: "<HHHH", 14: "<IIHH"}.get(length)
    if form is None:
        return True
    first, last, left, right = struct.unpack_from(form, stream, position + 4)
    rows, columns = last - first, right - left
    return rows >= 0 and columns >= 0 and rows * columns <= limits.CELLS


def _silence(stream, position):
    """Take a record away, without moving any other."""
    stream = stream if stream.__class__ is bytearray else bytearray(stream)
    stream[position : position + 2] = _SILENT
    return stream


# ── the document that is read ────────────────────────────────────────────────────────────

_END, _SELF, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def compound(stream):
    """Wrap a workbook's records as a compound document of their own ([MS-CFB] 2).

    Sectors: the records, one for smaller streams (there are none), the two entries, the
    table of which sector follows which.
    """
    data = max(-(-len(stream) // _SECTOR), 1)
    tables = -(-(data + 2) // (_SECTOR // 4 - 1))
    chain = np.full(tables * (_SECTOR // 4), _NONE, dtype="<u4")
    chain[:data] = np.arange(1, data + 1)
    chain[[data - 1, data, data + 1]] = _END
    first = data + 2
    chain[first : first + tables] = _SELF
    header = olefile.MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, data + 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack(f"<{tables}I", *range(first, first + tables))
    entries = _entry("Root Entry", 5, 1, data, 0) + _entry("Workbook", 2, _NONE, 0, len(stream))
    return b"".join(
        (
            header.ljust(512, b"\xff").ljust(_SECTOR, b"\0"),
            stream.ljust(data * _SECTOR, b"\0"),
            bytes(_SECTOR),
            entries.ljust(_SECTOR, b"\0"),
            chain.tobytes(),
        )
    )


def _entry(name, kind, child, start, size):
    text = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
    head = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, _NONE, _NONE, child)
    return text + head + bytes(36) + struct.pack("<IQ", start, size)
