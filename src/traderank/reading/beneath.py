"""Look beneath the values of a workbook, into the file's own records.

python-calamine gives an empty string for a blank cell, for an error and for a formula that
was never calculated. The last two, and what is hidden, are found here, so that a blank is
believed only where the file says that there is one.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from itertools import islice
from typing import NamedTuple
from xml.etree import ElementTree

import olefile

from traderank.table import Refused

#: A workbook that would unpack to more than this is not opened.
LIMIT = 500_000_000

_ERROR, _EMPTY = "an error value", "a formula without a value"


class Beneath(NamedTuple):
    """What one sheet's values do not show; rows and columns count from 0."""

    cells: dict
    hidden_rows: set
    hidden_columns: set


def look_beneath(content, path):
    """Return what lies beneath each sheet of a workbook, in the order of its sheets.

    An empty list says that nothing does, on any sheet.
    """
    return _look_xls(content, path) if content[:8] == olefile.MAGIC else _look_xlsx(content, path)


def _locked(path):
    return Refused(
        "the workbook is protected by a password",
        "open it with the password and save it without one",
        file=path,
    )


# ── .xls: BIFF8 records in a compound document ([MS-XLS] 2.4, [MS-CFB]) ──────────────────

_FORMULA, _EOF, _FILEPASS, _COLINFO, _BOUNDSHEET = 0x06, 0x0A, 0x2F, 0x7D, 0x85
_BOOLERR, _ROW, _BOF = 0x205, 0x208, 0x809

# Every record that matters, as its bytes must look. Nearly always none is there; only if
# one might be are the records walked, one by one, which takes longer than all the rest.
_SUSPECT = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rb"\x05\x02\x08\x00.{7}\x01",  # BOOLERR that holds an error
        rb"\x06\x00.[\x00-\x20].{6}[\x02\x03].{5}\xff\xff",  # FORMULA: error, nothing stored
        rb"\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]",  # ROW of no height
        rb"\x7d\x00[\x0b\x0c]\x00.{8}[%s]" % re.escape(bytes(range(1, 256, 2))),  # COLINFO: hidden
    )
]


def _look_xls(content, path):
    stream = _stream(content, path)
    if any(kind == _FILEPASS for kind, *_ in islice(_records(stream), 4)):
        raise _locked(path)
    # Zeros in a row may be a piece of the file that was never fetched.
    suspect = bytes(32) in stream or any(pattern.search(stream) for pattern in _SUSPECT)
    return _walk(stream) if suspect else []


def _stream(content, path):
    """Return the stream of a compound file that holds the workbook's records."""
    with olefile.OleFileIO(io.BytesIO(content)) as document:
        streams = {entry.name.lower(): entry for entry in document.root.kids}
        if "encryptedpackage" in streams:
            raise _locked(path)
        entry = streams.get("workbook") or streams.get("book")
        if entry is None:
            raise Refused(
                "this Office document is not a workbook",
                "name the .xls or .xlsx file",
                file=path,
            )
        # Where sectors go in a circle, calamine would never leave it.
        table, size = document.fat, document.sectorsize
        if any(_endless(table, sector) for sector, after in enumerate(table) if after <= sector):
            raise OSError("its sectors go in a circle")
        if entry.size < document.minisectorcutoff:
            stream = document.openstream(entry.name).read()
        else:
            sectors = _followed(table, entry.isectStart)
            stream = b"".join(content[(at + 1) * size : (at + 2) * size] for at in sectors)
    if not 0 < entry.size <= len(stream):
        raise OSError("the end of its records is missing")
    return stream[: entry.size]


def _followed(table, sector):
    while sector < len(table):
        yield sector
        sector = table[sector]


def _endless(table, sector):
    return next(islice(_followed(table, sector), len(table), None), None) is not None


def _records(stream):
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, position, position + 4
        position += 4 + length


def _walk(stream):
    sheets, open_ones = {}, []
    for kind, position, body in _records(stream):
        if kind == _BOUNDSHEET:
            sheets[struct.unpack_from("<I", stream, body)[0]] = Beneath({}, set(), set())
        # A chart in a sheet has a BOF and records of its own, which are not the sheet's.
        elif kind == _BOF:
            open_ones.append(sheets.get(position))
        elif kind == _EOF and open_ones:
            open_ones.pop()
        elif kind == 0 and open_ones:
            raise OSError("its records break off")
        elif open_ones and open_ones[-1] is not None:
            _note_record(open_ones[-1], kind, stream, body)
    return list(sheets.values())


def _note_record(found, kind, stream, body):
    if kind == _BOOLERR and stream[body + 7]:
        found.cells[struct.unpack_from("<HH", stream, body)] = _ERROR
    elif kind == _FORMULA and stream[body + 12 : body + 14] == b"\xff\xff":
        what = {2: _ERROR, 3: _EMPTY}.get(stream[body + 6])
        if what:
            found.cells[struct.unpack_from("<HH", stream, body)] = what
    elif kind == _ROW and stream[body + 12] & 0x20:
        found.hidden_rows.add(struct.unpack_from("<H", stream, body)[0])
    elif kind == _COLINFO and stream[body + 8] & 1:
        first, last = struct.unpack_from("<HH", stream, body)
        found.hidden_columns.update(range(first, last + 1))


# ── .xlsx: parts of a zip (ECMA-376 18.2, 18.3) ──────────────────────────────────────────

_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")


def _look_xlsx(content, path):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LIMIT:
            raise Refused(
                f"the workbook unpacks to more than {LIMIT:,} bytes",
                "save only the sheet with the table in a new workbook",
                file=path,
            )
        if _BOOK not in parts.namelist():
            raise Refused(
                "this is neither an .xls nor an .xlsx workbook",
                "open it in a spreadsheet program and save it as .xlsx",
                file=path,
            )
        book = ElementTree.fromstring(parts.read(_BOOK))
        links = {
            link.get("Id"): link.get("Target")
            for link in ElementTree.fromstring(parts.read(_LINKS))
        }
        calculate = book.find("{*}calcPr")
        pending = calculate is not None and _true(calculate.get("fullCalcOnLoad"))
        return [
            _note_part(
                parts.read(_part(links[sheet.get(_LINK) or sheet.get(_STRICT_LINK)])), pending
            )
            for sheet in book.iterfind("{*}sheets/{*}sheet")
        ]


def _part(target):
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _true(word):
    return word in ("1", "true")


def _note_part(xml, pending):
    found = Beneath({}, set(), set())
    if not re.search(rb"""["']e["']|<(?:\w+:)?f[\s/>]|hidden""", xml):
        return found
    row = column = -1
    for element in ElementTree.fromstring(xml).iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "col" and _true(element.get("hidden")):
            found.hidden_columns.update(range(int(element.get("min")) - 1, int(element.get("max"))))
        elif kind == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
            if _true(element.get("hidden")):
                found.hidden_rows.add(row)
        elif kind == "c":
            # A cell that does not say where it is stands to the right of the one before.
            row, column = _place(element.get("r")) or (row, column + 1)
            if what := _odd(element, pending):
                found.cells[row, column] = what
    return found


def _odd(cell, pending):
    """Say what stands in a cell that is neither blank nor has a value."""
    if cell.get("t") == "e":
        return _ERROR
    if cell.find("{*}f") is None:
        return None
    value = cell.findtext("{*}v") or ""
    # A program that cannot calculate leaves a 0 and asks the next one to calculate.
    unsure = pending and cell.get("t", "n") == "n" and value.strip() in ("0", "0.0")
    return _EMPTY if unsure or not value.strip() else None


def _place(reference):
    if reference is None:
        return None
    letters, row = _REFERENCE.fullmatch(reference).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row) - 1, column - 1
