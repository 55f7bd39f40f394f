"""Write the sheets of a test in every form in which a table comes: {sheet: rows} to bytes.

A cell is as in ``workbooks``: a value, None, or (what, value) for what only a workbook can
hold. No library at hand writes .xlsb, or an .ods in which a formula was never calculated.
"""

import csv
import datetime
import gzip
import io
import struct
import zipfile
from html import escape

from openpyxl.utils.cell import column_index_from_string, range_boundaries
from workbooks import DATE, ERROR, FORMULA, UNCALCULATED, write_xls, write_xlsx


def shown(value, mark="."):
    """Write a value as text, as a spreadsheet that saves text would."""
    what, value = value if isinstance(value, tuple) else (None, value)
    if what == ERROR:
        return "#DIV/0!"
    if value is None or what == UNCALCULATED:
        return ""
    return value if isinstance(value, str) else f"{value:.15g}".replace(".", mark)


def separated(rows, delimiter=",", encoding="utf-8", mark="."):
    """Return rows as separated values."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([shown(value, mark) for value in row] for row in rows)
    return text.getvalue().encode(encoding)


def page(sheets, merged=(), head='<meta charset="utf-8">', encoding="utf-8"):
    """Return sheets as an HTML page of tables."""
    tables = "".join(_html_table(rows, merged) for rows in sheets.values())
    text = f"<html><head>{head}</head><body>{tables}</body></html>"
    return text.encode(encoding)


def _html_table(rows, merged):
    spans, covered = _spans(merged)
    lines = []
    for at, row in enumerate(rows):
        cells = []
        for column, value in enumerate(row):
            if (at, column) not in covered:
                down, across = spans.get((at, column), (1, 1))
                span = f' rowspan="{down}"' * (down > 1) + f' colspan="{across}"' * (across > 1)
                cells.append(f"<td{span}>{escape(shown(value))}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _spans(merged):
    """Return how far each first cell of a range reaches, and the cells it covers."""
    spans, covered = {}, set()
    for place in merged:
        left, top, right, bottom = (at - 1 for at in range_boundaries(place))
        spans[top, left] = bottom - top + 1, right - left + 1
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return spans, covered - spans.keys()


def _columns_in(hidden):
    """Return the columns among what is hidden, counted from 1."""
    letters = [place for place in hidden if isinstance(place, str) and len(place) == 1]
    return {column_index_from_string(letter) for letter in letters}


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    """Return a zip of (name, content)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return content.getvalue()


# ── .ods (OpenDocument 1.3, part 3) ─────────────────────────────────────────────────────

_CONTENT = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
 office:version="1.3"><office:automatic-styles><style:style style:name="hidden"
 style:family="table"><style:table-properties table:display="false"/></style:style
></office:automatic-styles><office:body><office:spreadsheet>{}</office:spreadsheet
></office:body></office:document-content>"""
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_LIST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def ods(sheets, merged=(), hidden=()):
    """Return sheets as an OpenDocument spreadsheet."""
    return ods_of("".join(_ods_table(*sheet, merged, hidden) for sheet in sheets.items()))


def ods_of(tables):
    """Return an OpenDocument spreadsheet of tables that are written already."""
    return zipped(
        ("mimetype", _MIME),
        ("content.xml", _CONTENT.format(tables)),
        ("META-INF/manifest.xml", _LIST),
    )


def _ods_table(name, rows, merged, hidden):
    style = ' table:style-name="hidden"' * (name in hidden)
    gone = _columns_in(hidden)
    columns = "".join(
        f"<table:table-column{_collapsed(at in gone)}/>" for at in range(1, len(rows[0]) + 1)
    )
    spans, covered = _spans(merged)
    lines = []
    for at, row in enumerate(rows):
        cells = "".join(
            "<table:covered-table-cell/>"
            if (at, column) in covered
            else _ods_cell(value, *spans.get((at, column), (1, 1)))
            for column, value in enumerate(row)
        )
        lines.append(f"<table:table-row{_collapsed(at + 1 in hidden)}>{cells}</table:table-row>")
    return (
        f'<table:table table:name="{escape(name)}"{style}>{columns}{"".join(lines)}</table:table>'
    )


def _collapsed(is_hidden):
    return ' table:visibility="collapse"' * is_hidden


def _ods_cell(value, down, across):
    what, value = value if isinstance(value, tuple) else (None, value)
    told = f' table:number-rows-spanned="{down}"' * (down * across > 1)
    told += f' table:number-columns-spanned="{across}"' * (down * across > 1)
    if what == ERROR:
        told += ' table:formula="of:=1/0" office:value-type="string" office:string-value=""'
        return (
            f'<table:table-cell{told} calcext:value-type="error"><text:p>#DIV/0!</text:p>'
            "</table:table-cell>"
        )
    if what == UNCALCULATED:
        return f'<table:table-cell{told} table:formula="of:=1+1"/>'
    if what == FORMULA:
        told += ' table:formula="of:=1+1"'
    if what == DATE:
        day = datetime.date(1899, 12, 30) + datetime.timedelta(value)
        return f'<table:table-cell{told} office:value-type="date" office:date-value="{day}"/>'
    if value is None:
        return f"<table:table-cell{told}/>"
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        return f"<table:table-cell{told} {kind}/>"
    if isinstance(value, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell{told} office:value-type="string">{lines}</table:table-cell>'
    return f'<table:table-cell{told} office:value-type="float" office:value="{value!r}"/>'


# ── .xlsb ([MS-XLSB]) ───────────────────────────────────────────────────────────────────

_RELATION = (
    '<Relationship Id="rId{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/sheet{0}.bin"/>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships">{}</Relationships>'
)
#: Records of a workbook, of a sheet, of its rows.
_BOOK, _BUNDLES, _BUNDLE, _CALCULATION = (0x83, 0x84), (0x8F, 0x90), 0x9C, 0x9D
_SHEET, _SIZE, _DATA, _ROW, _COLUMNS = (0x81, 0x82), 0x94, (0x91, 0x92), 0x00, (0x186, 0x187)
_COLUMN, _RANGES, _RANGE = 0x3C, (0xB1, 0xB2), 0xB0
_ERROR_CELL, _TRUTH, _REAL, _TEXT, _TEXT_MADE, _REAL_MADE = 0x03, 0x04, 0x05, 0x06, 0x08, 0x09


def xlsb(sheets, merged=(), hidden=(), pending=False):
    """Return sheets as a binary workbook; `pending` asks the next program to calculate."""
    bundles = b"".join(
        _record(
            _BUNDLE,
            struct.pack("<II", name in hidden, number) + _wide(f"rId{number}") + _wide(name),
        )
        for number, name in enumerate(sheets, 1)
    )
    book = _within(_BOOK, _within(_BUNDLES, bundles) + _record(_CALCULATION, _asks(pending)))
    links = "".join(_RELATION.format(number) for number in range(1, len(sheets) + 1))
    parts = [
        (f"xl/worksheets/sheet{number}.bin", _xlsb_sheet(rows, merged, hidden))
        for number, rows in enumerate(sheets.values(), 1)
    ]
    return zipped(
        ("xl/workbook.bin", book), ("xl/_rels/workbook.bin.rels", _RELATIONS.format(links)), *parts
    )


def _asks(pending):
    return bytes(24) + struct.pack("<H", int(pending))


def _record(kind, body=b""):
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(body)
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return number + length + bytes([size]) + body


def _within(kinds, content):
    return _record(kinds[0]) + content + _record(kinds[1])


def _wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb_sheet(rows, merged, hidden):
    width = max(map(len, rows))
    gone = [column - 1 for column in _columns_in(hidden)]
    columns = b"".join(_record(_COLUMN, struct.pack("<IIIIH", c, c, 0, 0, 1)) for c in gone)
    data = b""
    for at, row in enumerate(rows):
        flags = 0x10 if at + 1 in hidden else 0
        data += _record(_ROW, struct.pack("<IIHBB", at, 0, 0, 0, flags) + bytes(5))
        data += b"".join(
            _xlsb_cell(column, value) for column, value in enumerate(row) if value is not None
        )
    bounds = [[at - 1 for at in range_boundaries(place)] for place in merged]
    ranges = b"".join(
        _record(_RANGE, struct.pack("<IIII", top, bottom, left, right))
        for left, top, right, bottom in bounds
    )
    return _within(
        _SHEET,
        _record(_SIZE, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
        + _within(_COLUMNS, columns) * bool(gone)
        + _within(_DATA, data)
        + _within(_RANGES, ranges) * bool(merged),
    )


def _xlsb_cell(column, value):
    what, value = value if isinstance(value, tuple) else (None, value)
    place = struct.pack("<II", column, 0)
    if what == ERROR:
        return _record(_ERROR_CELL, place + bytes([value]))
    if what == UNCALCULATED:
        return _record(_TEXT_MADE, place + _wide("") + bytes(10))
    if isinstance(value, bool):
        return _record(_TRUTH, place + bytes([value]))
    if isinstance(value, str):
        return _record(_TEXT, place + _wide(value))
    kind, formula = (_REAL_MADE, bytes(10)) if what == FORMULA else (_REAL, b"")
    return _record(kind, place + struct.pack("<d", value) + formula)


# ── all of them ─────────────────────────────────────────────────────────────────────────


def workbook(kind, sheets, folder, *, merged=(), hidden=()):
    """Return sheets as the bytes of a workbook of one kind: "xls", "xlsx", "xlsb" or "ods"."""
    if kind in ("xls", "xlsx"):
        writer = write_xls if kind == "xls" else write_xlsx
        path = writer(folder / f"made.{kind}", sheets, merged=merged, hidden=hidden)
        content = path.read_bytes()
        path.unlink()
        return content
    return {"ods": ods, "xlsb": xlsb}[kind](sheets, merged, hidden)


def as_all(rows, folder, *, merged=()):
    """Return the bytes of one sheet in each form in which it may come, by what it is called."""
    sheets = {"2023": rows}
    books = {
        kind: workbook(kind, sheets, folder, merged=merged)
        for kind in ("xls", "xlsx", "xlsb", "ods")
    }
    texts = {
        "csv": separated(rows),
        "csv, UTF-8 with its mark": separated(rows, encoding="utf-8-sig"),
        "csv, semicolons and decimal commas": separated(rows, ";", mark=","),
        "csv, Windows-1251": separated(rows, ";", "cp1251", ","),
        "csv, UTF-16": separated(rows, "\t", "utf-16"),
        "csv, UTF-16 without its mark": separated(rows, ",", "utf-16-le"),
        "csv, UTF-16 the other way round": separated(rows, ",", "utf-16-be"),
        "tsv": separated(rows, "\t"),
        "tsv, Windows-1251": separated(rows, "\t", "cp1251", ","),
        "vertical bars": separated(rows, "|"),
        "csv that says its sign": b"sep=;\r\n" + separated(rows, ";"),
        "html": page(sheets, merged),
        "html, Windows-1251": page(sheets, merged, '<meta charset="windows-1251">', "cp1251"),
        "html, a table and no more": _html_table(rows, merged).encode(),
    }
    packed = {f"zip of {kind}": zipped((f"a/t.{kind}", books[kind])) for kind in books}
    packed["zip of csv"] = zipped(("t.csv", texts["csv"]))
    packed["zip beside what a Mac adds"] = zipped(
        ("__MACOSX/._t.csv", b"\0"), ("t.csv", texts["csv"]), (".DS_Store", b"\0")
    )
    packed["gz of csv"] = gzip.compress(texts["csv"], mtime=0)
    packed["gz of xlsx"] = gzip.compress(books["xlsx"], mtime=0)
    return books | texts | packed
