"""Write small workbooks for the tests: .xlsx through openpyxl, .xls record by record.

No library that writes .xls is kept any more, and none writes what a test of the reader
needs: an error in a cell, a formula that was never calculated, a row that is hidden.
"""

import datetime
import re
import struct
import zipfile

import openpyxl
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

#: What stands in a cell in place of a plain value, as (what, value).
ERROR, UNCALCULATED, FORMULA, DATE = "error", "uncalculated", "formula", "date"

#: Exports and imports of a small year, thousand USD; turnover and shares follow from them.
TRADE = [
    ("Всего", 600.75, 400.50),
    ("Европа", 450.50, 250.25),
    ("Германия", 300.25, 150.13),
    ("Италия", 150.25, 100.12),
    ("Азия", 150.25, 150.25),
    ("Китай", 100.13, 100.14),
    ("Турция", 50.12, 50.11),
]


def sheet(trade=TRADE, *, year="2023 год", header="Наименование", total="всего", **cells):
    """Return the rows of a sheet as the office lays it out; `cells` change some, as in D8=5."""
    share = "удельный вес страны в общем объеме {}, %".format
    rows = [
        [" Основные показатели внешней торговли Республики Казахстан", *[None] * 6],
        [year, *[None] * 6],
        [None, None, None, None, "тыс. долларов США", None, None],
        [header, "Товарооборот", None, "Экспорт", None, "Импорт", None],
        [None, total, share("товарооборота"), total, share("экспорта"), total, share("импорта")],
    ]
    _, exports, imports = trade[0]
    for name, export, imported in trade:
        values = (export or 0) + (imported or 0), export, imported
        row = [name]
        for value, whole in zip(values, (exports + imports, exports, imports), strict=True):
            known = value is not None
            row += [round(value, 5), round(100 * value / whole, 5)] if known else [None, None]
        rows.append(row)
    for place, value in cells.items():
        letters, row = coordinate_from_string(place)
        rows[row - 1][column_index_from_string(letters) - 1] = value
    return rows


MERGED = ("A1:G1", "A2:G2", "E3:G3", "A4:A5", "B4:C4", "D4:E4", "F4:G4")


def write(path, sheets, **given):
    """Write {sheet: rows} as the path's ending says; None is no cell.

    `merged` are ranges on every sheet; `hidden` names sheets, rows (1, …) and columns (A, …).
    """
    return (write_xls if path.suffix == ".xls" else write_xlsx)(path, sheets, **given)


# ── .xlsx ────────────────────────────────────────────────────────────────────────────────


def write_xlsx(path, sheets, *, merged=MERGED, hidden=()):
    book, stored = openpyxl.Workbook(), {}
    book.remove(book.active)
    for number, (name, rows) in enumerate(sheets.items(), 1):
        sheet = book.create_sheet(name)
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                _fill(sheet.cell(row, column), value, stored, number)
        for place in merged:
            sheet.merge_cells(place)
        _hide(sheet, hidden)
    book.save(path)
    for (number, place), value in stored.items():
        pattern = rf'(<c r="{place}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?'
        change_part(path, f"xl/worksheets/sheet{number}.xml", pattern, rf"\1<v>{value}</v>")
    return path


def _fill(cell, value, stored, number):
    what, value = value if isinstance(value, tuple) else (None, value)
    if what == ERROR:
        cell.value, cell.data_type = "#DIV/0!", "e"
    elif what in (UNCALCULATED, FORMULA):
        cell.value = "=1+1"
        if what == FORMULA:
            stored[number, cell.coordinate] = value
    elif what == DATE:
        cell.value = datetime.date(1899, 12, 30) + datetime.timedelta(value)
    elif value is not None:
        cell.value = value


def _hide(sheet, hidden):
    if sheet.title in hidden:
        sheet.sheet_state = "hidden"
    for place in hidden:
        if isinstance(place, int):
            sheet.row_dimensions[place].hidden = True
        elif len(place) == 1:
            sheet.column_dimensions[place].hidden = True


def change_part(path, part, pattern, text):
    """Change one part of an .xlsx file; what is not there to be changed is a fault of the test."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    changed, count = re.subn(pattern, text, parts[part].decode())
    assert count, f"{pattern} is not in {part}"
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)


# ── .xls: BIFF8 ([MS-XLS]) in a compound file ([MS-CFB]) ─────────────────────────────────

_BOF, _EOF, _BOUNDSHEET, _MERGED = 0x809, 0x0A, 0x85, 0xE5
_NUMBER, _LABEL, _BOOLERR, _FORMULA, _ROW, _COLINFO = 0x203, 0x204, 0x205, 0x06, 0x208, 0x7D
_FORMAT_OF_CELL, _PLAIN, _DAY, _SECTOR = 0xE0, 15, 16, 512
_END, _SELF, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF

#: A record that says the rest can be read with a password only (FILEPASS).
LOCKED = struct.pack("<HHH", 0x2F, 54, 1) + bytes(52)

#: A chart in a sheet, with an error among the numbers that it keeps of its own.
CHART = struct.pack("<HHHHHHII", _BOF, 16, 0x600, 0x20, 0, 0, 0, 6)
CHART += struct.pack("<HHHHHBB", _BOOLERR, 8, 5, 1, 0, 7, 1) + struct.pack("<HH", _EOF, 0)


def write_xls(path, sheets, *, merged=MERGED, hidden=(), first=b"", inside=b""):
    """Write BIFF8; `first` are records of the workbook, `inside` of each sheet."""
    bodies = [_sheet(rows, merged, hidden, inside) for rows in sheets.values()]
    names = [struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets]
    opening = _record(_BOF, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + first
    opening += b"".join(_cell_format(number) for number in [0] * 16 + [14])
    start = len(opening) + sum(10 + len(name) for name in names) + 4
    for name, sheet_name, body in zip(names, sheets, bodies, strict=True):
        hide = sheet_name in hidden
        opening += _record(_BOUNDSHEET, struct.pack("<IBB", start, hide, 0) + name)
        start += len(body)
    path.write_bytes(compound(opening + _record(_EOF) + b"".join(bodies)))
    return path


def _record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def _cell_format(number_format):
    return _record(_FORMAT_OF_CELL, struct.pack("<HHH", 0, number_format, 0) + bytes(14))


def _sheet(rows, merged, hidden, inside):
    body = _record(_BOF, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    for place in hidden:
        if isinstance(place, int):
            row = struct.pack("<HHHHHHHH", place - 1, 0, 7, 255, 0, 0, 0x120, _PLAIN)
            body += _record(_ROW, row)
        elif len(place) == 1:
            column = column_index_from_string(place) - 1
            body += _record(_COLINFO, struct.pack("<HHHHHH", column, column, 0, _PLAIN, 1, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value is not None:
                body += _cell(row, column, value)
    ranges = [openpyxl.worksheet.cell_range.CellRange(place) for place in merged]
    corners = [(r.min_row - 1, r.max_row - 1, r.min_col - 1, r.max_col - 1) for r in ranges]
    body += _record(_MERGED, struct.pack("<H", len(corners)) + _packed(corners))
    return body + inside + _record(_EOF)


def _packed(corners):
    return b"".join(struct.pack("<HHHH", *corner) for corner in corners)


def _cell(row, column, value):
    what, value = value if isinstance(value, tuple) else (None, value)
    place = struct.pack("<HHH", row, column, _DAY if what == DATE else _PLAIN)
    if what == ERROR:
        return _record(_BOOLERR, place + struct.pack("<BB", value, 1))
    if what in (UNCALCULATED, FORMULA):
        stored = struct.pack("<d", value) if what == FORMULA else b"\3\0\0\0\0\0\xff\xff"
        # The formula itself is =1: one token, a whole number.
        return _record(_FORMULA, place + stored + struct.pack("<HIH", 0, 0, 3) + b"\x1e\1\0")
    if isinstance(value, bool):
        return _record(_BOOLERR, place + struct.pack("<BB", value, 0))
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return _record(_LABEL, place + text)
    return _record(_NUMBER, place + struct.pack("<d", value))


def compound(stream, name="Workbook"):
    """Wrap one stream as a compound file of 512-byte sectors."""
    # A stream under 4,096 bytes would have to stand among smaller sectors.
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    data = len(stream) // _SECTOR
    chain = [*range(1, data), _END, _END, _SELF]
    assert len(chain) <= _SECTOR // 4, "keep the workbook of a test small"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, data, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<I", data + 1)
    root, book = _entry("Root Entry", 5, 1, _END, 0), _entry(name, 2, _NONE, 0, len(stream))
    return (
        header.ljust(_SECTOR, b"\xff")
        + stream
        + (root + book).ljust(_SECTOR, b"\0")
        + struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    )


def _entry(name, kind, child, start, size):
    text = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
    head = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, _NONE, _NONE, child)
    return text + head + bytes(36) + struct.pack("<IQ", start, size)
