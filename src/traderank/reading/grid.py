"""Open a workbook as plain grids, and look beneath the values for what they hide.

python-calamine reads the values. It gives an empty string for a blank cell, for an error
and for a formula that was never calculated; so the file's own records are searched for
the last two, and for hidden rows, before a blank is believed to be one.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import olefile
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from traderank.table import Refused

#: A workbook that would unpack to more than this is not opened.
LIMIT = 500_000_000


@dataclass(slots=True)
class Grid:
    """One sheet: rows of values from A1 on, and what stands beneath the blank ones."""

    file: str
    sheet: str
    rows: list
    merged: list = field(default_factory=list)
    beneath: dict = field(default_factory=dict)
    hidden_rows: frozenset = frozenset()

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
    beneath = _beneath_xls if content[:8] == olefile.MAGIC else _beneath_xlsx
    try:
        findings = beneath(content, path)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = [
            _grid(path, workbook, meta.name, findings.get(meta.name, ({}, frozenset())))
            for meta in workbook.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible
        ]
    except (CalamineError, OSError, zipfile.BadZipFile, KeyError, struct.error) as error:
        raise Refused(
            f"the workbook is damaged or cut short ({type(error).__name__}: {error})",
            "get the file again from the office",
            file=path,
        ) from error
    shown = {grid.sheet for grid in grids}
    return grids, [name for name in workbook.sheet_names if name not in shown]


def _grid(path, workbook, name, findings):
    sheet = workbook.get_sheet_by_name(name)
    beneath, hidden = findings
    rows = sheet.to_python(skip_empty_area=False)
    return Grid(path.name, name, rows, sheet.merged_cell_ranges or [], beneath, hidden)


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
    if content[:8] != olefile.MAGIC and content[:4] != b"PK\x03\x04":
        raise Refused(
            "this is not an Excel workbook, whatever its name says: it begins with "
            f"{content[:16]!r}",
            "open it in a spreadsheet program and save it as .xlsx",
            file=path,
        )
    return content


def _locked(path):
    return Refused(
        "the workbook is protected by a password",
        "open it with the password and save it without one",
        file=path,
    )


# ── .xls: BIFF8 records in a compound document ([MS-XLS] 2.4, [MS-CFB]) ──────────────────

_FORMULA, _BOUNDSHEET, _FILEPASS, _BOOLERR, _ROW, _BOF = 0x06, 0x85, 0x2F, 0x205, 0x208, 0x809

# Every record that matters, as its bytes must look. Nearly always none is there; only if
# one might be are the records walked, one by one, which takes longer than all the rest.
_SUSPECT_XLS = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rb"\x05\x02\x08\x00.{7}\x01",  # BOOLERR that holds an error
        rb"\x06\x00.[\x00-\x20].{6}[\x02\x03].{5}\xff\xff",  # FORMULA: error, nothing stored
        rb"\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]",  # ROW of no height
        rb"\x2f\x00.[\x00-\x01][\x00\x01]\x00",  # FILEPASS
    )
]


def _beneath_xls(content, path):
    with olefile.OleFileIO(io.BytesIO(content)) as document:
        names = {entry[0].lower(): entry for entry in document.listdir() if len(entry) == 1}
        if "encryptedpackage" in names:
            raise _locked(path)
        entry = names.get("workbook") or names.get("book")
        if entry is None:
            raise Refused(
                "this Office document is not a workbook",
                "name the .xls or .xlsx file",
                file=path,
            )
        stream = document.openstream(entry).read()
    suspect = any(pattern.search(stream) for pattern in _SUSPECT_XLS)
    return _walk_xls(stream, path) if suspect else {}


def _walk_xls(stream, path):
    findings, starts, here, position = {}, {}, None, 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        body = position + 4
        if kind == _FILEPASS:
            raise _locked(path)
        if kind == _BOUNDSHEET:
            start, _, _, count, wide = struct.unpack_from("<IBBBB", stream, body)
            name = stream[body + 8 : body + 8 + count * (1 + (wide & 1))]
            starts[start] = name.decode("utf-16-le" if wide & 1 else "latin-1")
        elif kind == _BOF:
            here = starts.get(position, here)
        else:
            _note_xls(findings.setdefault(here, ({}, set())), kind, stream, body)
        position = body + length
    return {name: (cells, frozenset(rows)) for name, (cells, rows) in findings.items()}


def _note_xls(found, kind, stream, body):
    cells, hidden = found
    if kind == _BOOLERR and stream[body + 7]:
        cells[struct.unpack_from("<HH", stream, body)] = "an error value"
    elif kind == _FORMULA and stream[body + 12 : body + 14] == b"\xff\xff":
        if stream[body + 6] in (2, 3):
            what = "an error value" if stream[body + 6] == 2 else "a formula without a value"
            cells[struct.unpack_from("<HH", stream, body)] = what
    elif kind == _ROW and stream[body + 12] & 0x20:
        hidden.add(struct.unpack_from("<H", stream, body)[0])


# ── .xlsx: parts of a zip (ECMA-376 18.3) ────────────────────────────────────────────────

_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)|<(?:\w+:)?row\b([^>]*)>", re.DOTALL
)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>[^<]")
_SHEET = re.compile(r'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\b(?:\w+:)?id="([^"]+)"')


def _beneath_xlsx(content, path):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LIMIT:
            raise Refused(
                f"the workbook unpacks to more than {LIMIT:,} bytes",
                "save only the sheet with the table in a new workbook",
                file=path,
            )
        if "xl/workbook.xml" not in parts.namelist():
            return {}
        return {name: _note_xlsx(parts.read(part)) for name, part in _sheet_parts(parts)}


def _sheet_parts(parts):
    from html import unescape

    book = parts.read("xl/workbook.xml").decode("utf-8", "replace")
    links = parts.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
        place = dict(re.findall(r'\b(Id|Target)="([^"]*)"', tag))
        targets[place.get("Id")] = place.get("Target", "")
    for name, link in _SHEET.findall(book):
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in parts.namelist():
            yield unescape(name), part


def _note_xlsx(xml):
    cells, hidden = {}, set()
    if not any(word in xml for word in (b't="e"', b"<f", b":f>", b'hidden="')):
        return cells, frozenset()
    for attributes, inner, row in _CELL.findall(xml):
        if row:
            number = re.search(rb'\br="(\d+)"', row)
            if number and re.search(rb'hidden="(?:1|true)"', row):
                hidden.add(int(number[1]) - 1)
            continue
        place = _REFERENCE.search(attributes)
        if place is None:
            continue
        if b't="e"' in attributes:
            cells[_counts(place)] = "an error value"
        elif re.search(rb"<(?:\w+:)?f\b", inner) and not _VALUE.search(inner):
            cells[_counts(place)] = "a formula without a value"
    return cells, frozenset(hidden)


def _counts(place):
    column = 0
    for letter in place[1]:
        column = column * 26 + letter - 64
    return int(place[2]) - 1, column - 1
