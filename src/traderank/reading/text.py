"""Tables kept as text: comma-, semicolon- or tab-separated files, and HTML pages.

A text has no cells of its own: they are named as a spreadsheet that opens it names them.
"""

from __future__ import annotations

import codecs
import csv
import io
import re

from traderank import partners
from traderank.reading import limits
from traderank.reading.grid import Grid
from traderank.reading.numbers import readings
from traderank.reading.pages import tables_of
from traderank.reading.words import hits, plain, tokens
from traderank.table import Refused

#: Code pages of files that are not in Unicode: Cyrillic, Western, Turkish.
CODE_PAGES = ("cp1251", "cp1252", "cp1254")

#: By how a text begins, or by a name that stands near its beginning, what else it is.
_BEGINS = {"{": "JSON", "[{": "JSON", "MIME-Version:": "a web archive (.mht)"}
_NAMES = {
    "urn:schemas-microsoft-com:office:spreadsheet": "a workbook saved as XML Spreadsheet 2003",
    "urn:oasis:names:tc:opendocument": "a workbook saved as flat OpenDocument (.fods)",
    "schemas.microsoft.com/office/2006/xmlPackage": "a workbook saved as flat XML",
    "sdmx.org": "an SDMX message",
}

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?(windows-125[0-8]|iso-8859-1?\d|koi8-[ru]|gbk|gb2312|"""
    rb"gb18030|big5)",
    re.IGNORECASE,
)

_SAMPLE_ROWS, _SAMPLE_LETTERS = 200, 100_000
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def open_text(content, path):
    """Return a text file's tables as grids.

    Raises
    ------
    Refused
        If the bytes are no text, in a code page that cannot be told, or hold no table.
    """
    text = decode(content, path).lstrip("\ufeff")
    head = text[:4000]
    is_page = head.lstrip().startswith("<") and "<html" in head.lower()
    kind = None if is_page else _other(head)
    if kind:
        raise Refused(
            f"this is {kind}, which is not read",
            "open it in a spreadsheet program and save it as .xlsx or .csv",
            file=path,
        )
    if is_page or (head.lstrip().startswith("<") and "<table" in text.lower()):
        return _page(text, path)
    return [_grid(path.name, "", _split(text, path))]


def _other(head):
    begins = (kind for mark, kind in _BEGINS.items() if head.lstrip().startswith(mark))
    names = (kind for name, kind in _NAMES.items() if name in head)
    return next(begins, None) or next(names, None)


# ── bytes as text ───────────────────────────────────────────────────────────────────────


def decode(content, path):
    """Return the text of a file in UTF-8, UTF-16 or, if its names say so, a code page."""
    marked = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16"}
    marked |= {codecs.BOM_UTF16_BE: "utf-16"}
    name = next((name for mark, name in marked.items() if content.startswith(mark)), None)
    if name is None and b"\0" in content:
        name = _without_mark(content, path)
    try:
        return content.decode(name or "utf-8")
    except UnicodeDecodeError as error:
        if name is None:
            return _by_code_page(content, path)
        raise Refused(
            f"the text is damaged ({error.reason} at byte {error.start})",
            "save it again, in UTF-8",
            file=path,
        ) from error


def _without_mark(content, path):
    """Tell UTF-16 without a mark: in a table every other byte is often zero."""
    even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
    few, many = sorted((even, odd))
    if few * 10 > many or many * 20 < len(content[:4096]) or len(content) % 2:
        raise Refused(
            "this is neither a workbook nor a text: it holds zero bytes",
            "give an Excel workbook, or a table saved as CSV",
            file=path,
        )
    return "utf-16-be" if even > odd else "utf-16-le"


def _by_code_page(content, path):
    """Take the code page that a page declares, or in which the most cells are known partners."""
    if declared := _DECLARED.search(content[:4000]):
        # GB 18030 holds all that its forerunners do.
        name = re.sub("gb.*", "gb18030", declared[1].decode().lower())
        return content.decode(name, errors="replace")
    known = {}
    for name in CODE_PAGES:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        cells = set(re.split(r"[,;\t|\r\n\"<>]", text[:_SAMPLE_LETTERS]))
        named = sum(partners.find(cell) is not None for cell in cells)
        # Names may be the same in two of them, and the words of the header tell.
        known[text] = named, sum(len(hits(tokens(plain(cell)))) for cell in cells)
    best = max(known.values(), default=(0, 0))
    texts = [text for text, score in known.items() if score == best]
    if not best[0] or len(texts) > 1:
        raise Refused(
            "the letters of this text are not in UTF-8, and no code page makes them names of "
            "partners that we know",
            "save the table in UTF-8",
            file=path,
        )
    return texts[0]


# ── separated values ────────────────────────────────────────────────────────────────────


def _split(text, path):
    """Part a text into rows by the delimiter that makes the most of its names and rows."""
    if told := _SEPARATOR.match(text):
        delimiter, text = told[1], text[told.end() :]
    else:
        sample = "\n".join(text[:_SAMPLE_LETTERS].splitlines()[:_SAMPLE_ROWS])
        delimiter = max(_DELIMITERS, key=lambda sign: _sense(_rows(sample, sign, path)))
    limits.refuse_more(text.count(delimiter) + text.count("\n"), limits.CELLS, "cells", path)
    rows = _rows(text, delimiter, path)
    width = max(map(len, rows), default=0)
    limits.refuse_more(len(rows) * width, limits.CELLS, "cells", path)
    if width < 2:
        raise Refused(
            f"this is a text of {len(rows)} line{'s' * (len(rows) != 1)} without any table",
            "give a workbook, or a table saved as CSV",
            file=path,
        )
    return rows


def _rows(text, delimiter, path):
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise Refused(
            f"the table is damaged in line {reader.line_num} ({error})",
            "save it again as CSV",
            file=path,
        ) from error


def _sense(rows):
    """How many rows name a partner beside other cells, and how many are equally long."""
    wide = [row for row in rows if len(row) > 1]
    named = sum(any(partners.find(cell) for cell in row[:100]) for row in wide)
    lengths = [len(row) for row in wide]
    alike = max(map(lengths.count, set(lengths)), default=0)
    return named, alike, -sum(lengths)


def _grid(file, sheet, rows, merged=(), above=()):
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    style = _style(rows)
    rows = [[_value(cell, style) for cell in row] for row in rows]
    return Grid(file, sheet, rows, list(merged), typed=False, above=list(above))


def _style(rows):
    """Return the decimal mark of a text's numbers; None where it may be either.

    A number alone in its line is that of the table, «5.3», and tells nothing of those in it.
    """
    lines = (row for row in rows if sum(map(bool, row)) > 1)
    numbers = {cell for row in lines for cell in row if cell[:1].isdigit()}
    read = [found for cell in numbers if (found := readings(cell))]
    marks = [mark for mark in ".," if all(mark in found for found in read)]
    same = all(found["."] == found[","] for found in read if len(found) == 2)
    return marks[0] if len(marks) == 1 or (marks and same) else None


def _value(cell, style):
    """Make a number of a text that can only be that one; a code with a leading 0 stays text."""
    if not cell[:1].isdigit() and cell[:1] not in ("-", "−"):
        return cell
    found = readings(cell)
    if style in found:
        return found[style]
    if len(found) == 2 and found["."] == found[","]:
        return found["."]
    return cell


# ── pages ───────────────────────────────────────────────────────────────────────────────


def _page(text, path):
    """Return each table of a page as a grid; several are told apart by their number."""
    tables = tables_of(text, path)
    if not tables:
        raise Refused("this page holds no table", "save the page with its table", file=path)
    cells = sum(len(table.rows) * max(map(len, table.rows)) for table in tables)
    limits.refuse_more(cells, limits.CELLS, "cells", path)
    return [
        _grid(
            path.name,
            f"table {number}" if len(tables) > 1 else "",
            table.rows,
            table.merged,
            [(0, 0, title) for title in table.titles],
        )
        for number, table in enumerate(tables, 1)
    ]
