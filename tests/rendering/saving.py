"""Write sheets as files: .xlsx, .xls, .ods, separated text in several code pages, HTML, zip."""

from __future__ import annotations

import csv
import html
import io
import zipfile

import openpyxl
from openpyxl.utils.cell import get_column_letter
from workbooks import write_xls

from rendering.sheets import Number

#: The tests' writer of .xls keeps to one block of sectors.
MOST_IN_XLS = 900

#: Decimal mark, sign between thousands.
STYLES = {
    "1234.5": (".", ""),
    "1234,5": (",", ""),
    "1 234,5": (",", " "),
    "1\u00a0234,5": (",", "\u00a0"),
    "1\u202f234,5": (",", "\u202f"),
    "1 234.5": (".", " "),
    "1,234.5": (".", ","),
    "1.234,5": (",", "."),
    "1'234.5": (".", "'"),
    "1’234,5": (",", "’"),
}


def printed(number, style):
    """Write a number as text."""
    mark, gap = STYLES[style]
    digits = str(abs(number.units)).rjust(number.decimals + 1, "0")
    whole, part = digits[: len(digits) - number.decimals], digits[len(digits) - number.decimals :]
    groups = [whole[max(end - 3, 0) : end] for end in range(len(whole), 0, -3)][::-1]
    text = gap.join(groups) + (mark + part if part else "")
    return ("-" if number.units < 0 else "") + text + number.note


def typed(number):
    """Give a number as a workbook keeps it; one with a footnote's sign is a text."""
    return float(f"{number.units}e-{number.decimals}")


def value_of(cell, layout):
    if not isinstance(cell, Number):
        return cell
    if layout.numbers == "typed" and not number_is_text(cell):
        return typed(cell)
    return printed(cell, layout.style)


def number_is_text(number):
    return bool(number.note)


def save(file, layout, folder, name):
    """Write a file as the layout says; return its path."""
    writers = {"xlsx": _xlsx, "xls": _xls, "ods": _ods, "html": _html}
    kind = layout.file
    inner = kind.removeprefix("zip ").split(" as ")[0]
    ending = kind.split(" as ")[1] if " as " in kind else inner
    path = folder / f"{name}.{ending}"
    if inner == "xls" and sum(len(page.cells) for page in file.pages) > MOST_IN_XLS:
        layout.file, inner, path = "xlsx", "xlsx", path.with_suffix(".xlsx")
    if inner in writers:
        content = writers[inner](file.pages, layout, folder)
    else:
        content = _text(file.pages[0], layout)
    if kind.startswith("zip "):
        path, packed = folder / f"{name}.zip", io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr(f"data.{inner}", content)
        content = packed.getvalue()
    path.write_bytes(content)
    return path


# ── workbooks ────────────────────────────────────────────────────────────────────────────


def _xlsx(pages, layout, folder):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.name)
        for (row, column), value in page.cells.items():
            sheet.cell(row + 1, column + 1).value = value_of(value, layout)
        for (top, left), (bottom, right) in page.merged:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _xls(pages, layout, folder):
    sheets = {
        page.name: [[value_of(value, layout) for value in row] for row in page.rows()]
        for page in pages
    }
    ranges = [
        f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"
        for page in pages
        for (top, left), (bottom, right) in page.merged
    ]
    return write_xls(folder / "book.xls", sheets, merged=ranges).read_bytes()


_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"
><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_LIST = """<?xml version="1.0" encoding="UTF-8"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"
><manifest:file-entry manifest:full-path="/" manifest:media-type="{}"/><manifest:file-entry
 manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def _ods(pages, layout, folder):
    tables = "".join(
        f'<table:table table:name="{html.escape(page.name)}">'
        f"{_ods_rows(page, layout)}</table:table>"
        for page in pages
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        parts.writestr("mimetype", _MIME)
        parts.writestr("content.xml", _ODS.format(tables))
        parts.writestr("META-INF/manifest.xml", _LIST.format(_MIME))
    return content.getvalue()


def _ods_rows(page, layout):
    spans = {start: (end[0] - start[0] + 1, end[1] - start[1] + 1) for start, end in page.merged}
    rows = []
    for row, values in enumerate(page.rows()):
        cells = []
        for column, value in enumerate(values):
            value = value_of(value, layout)
            span = ""
            if (row, column) in spans:
                down, across = spans[row, column]
                span = (
                    f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
                )
            if value is None or value == "":
                cells.append(f"<table:table-cell{span}/>")
            elif isinstance(value, str):
                lines = "".join(
                    f"<text:p>{html.escape(line)}</text:p>" for line in value.split("\n")
                )
                cells.append(
                    f'<table:table-cell{span} office:value-type="string">{lines}</table:table-cell>'
                )
            else:
                cells.append(
                    f'<table:table-cell{span} office:value-type="float" office:value="{value!r}"/>'
                )
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return "".join(rows)


# ── text ─────────────────────────────────────────────────────────────────────────────────


def _shown(value, layout):
    return "" if value is None else str(value_of(value, layout))


def _text(page, layout):
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=layout.delimiter, lineterminator=layout.line_end)
    for row in page.rows():
        writer.writerow([_shown(value, layout) for value in row])
    try:
        return lines.getvalue().encode(layout.encoding)
    except UnicodeEncodeError:
        layout.encoding = "utf-8"
        return lines.getvalue().encode("utf-8")


def _html(pages, layout, folder):
    tables = "".join(_html_table(page, layout) for page in pages)
    head = '<html><head><meta charset="utf-8"></head><body>' if layout.html_head else ""
    return f"{head}{tables}{'</body></html>' if head else ''}".encode()


def _html_table(page, layout):
    spans = {start: (end[0] - start[0] + 1, end[1] - start[1] + 1) for start, end in page.merged}
    covered = {
        (row, column)
        for (top, left), (bottom, right) in page.merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(spans)
    rows = page.rows()
    above = []
    while layout.html_titles and rows and sum(v not in (None, "") for v in rows[0]) <= 1:
        above += [_shown(value, layout) for value in rows.pop(0) if value not in (None, "")]
    skipped = page.height - len(rows)
    lines = []
    for at, row in enumerate(rows, skipped):
        cells = []
        for column, value in enumerate(row):
            if (at, column) in covered:
                continue
            down, across = spans.get((at, column), (1, 1))
            span = f' rowspan="{down}"' * (down > 1) + f' colspan="{across}"' * (across > 1)
            text = (
                html.escape(_shown(value, layout)).replace("\n", "<br>").replace("\u00a0", "&nbsp;")
            )
            cells.append(f"<td{span}>{text}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    titles = "".join(f"<p>{html.escape(text)}</p>" for text in above)
    return f"{titles}<table>{''.join(lines)}</table>"
