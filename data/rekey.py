"""Re-key offices' workbooks: their figures, labels and layout, in files that are ours.

    python data/rekey.py [--originals DIR]          every file of data/raw, as shipped
    python data/rekey.py FILE --as kaz/2026         one more edition: writes
                                                    data/raw/kaz/2026.xlsx, and prints the
                                                    entry for data/sources.toml

Offices' own files are not redistributed; a maintainer keeps them beside the repository.
Only sheets with numbers are re-keyed: covers, contents and notes are the office's prose.
A text file (CSV) becomes a workbook of one sheet.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import hashlib
import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import olefile

# lxml, where it is installed, would write other bytes.
os.environ["OPENPYXL_LXML"] = "False"

import openpyxl
from openpyxl.styles import Alignment

from traderank.reading.files import open_workbook
from traderank.sources import checksum, read_sources
from traderank.table import Refused

DATA = Path(__file__).resolve().parent
ORIGINALS = DATA.parents[1] / "shared" / "data"

#: The figures of the plain tables, as received.
PLAIN_FIGURES = "kz_bns_2024_2025.csv"

#: Exports and imports of all partners in the office's monthly series, thousand USD. The
#: editions of these years reached the project as figures of countries, without a total.
MONTHLY_TOTALS = {
    "2024": (81674053.04390, 60397969.38396),
    "2025": (79229500.54826, 65430964.02714),
}

REKEYED = """\
Re-keyed by the traderank project from a workbook of the office; this is not the office's file.
Kept: the table sheets, cell by cell: title, period, unit, header, labels, figures to the last \
decimal, blanks, merged cells, names and order of sheets.
Left out: cover, contents, method and notes; fonts, borders and number formats."""
REKEYED_TEXT = """\
Re-keyed by the traderank project from a text file (CSV) of the office; this is not the \
office's file.
Kept: the table, cell by cell: header, codes, names, figures to the last decimal, order of rows \
and columns.
Left out: nothing. A decimal 0 at the end of a number (1.0) is not written."""
PLAIN = """\
A plain table, typed by the traderank project: the figures are the office's, the layout is not.
The figures of the countries are those of the edition named below. Its blank cells (no trade) \
were taken down as 0; its groups, turnover and shares were not taken down.
The totals are from the office's monthly series; the countries sum to them."""


def rekey(original, entry):
    """Return the bytes of an office's workbook, re-keyed: its sheets with numbers, as they are."""
    grids, _ = open_workbook(original)
    grids = [grid for grid in grids if any(_is_number(v) for row in grid.rows for v in row)]
    for grid in grids:
        for row, column in grid.beneath:
            raise grid.refuse("there is no plain number here", row=row, column=column)
    # A text file has no sheet to name: the office knows the table by the file's name.
    named = {grid.sheet or Path(original).stem: (grid.rows, grid.merged) for grid in grids}
    about = REKEYED_TEXT if _is_text(entry["original_name"]) else REKEYED
    return _workbook(named, about, entry)


def type_plain(figures, year, entry):
    """Return the bytes of a plain table of one year from the CSV file of figures."""
    rows = [
        ["Внешняя торговля Республики Казахстан по странам"],
        [f"{year} год"],
        ["тыс. долларов США"],
        ["Наименование страны", "Экспорт", "Импорт"],
        ["Всего", *MONTHLY_TOTALS[year]],
    ]
    with Path(figures).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["year"] == year:
                flows = float(row["exports_kusd"]), float(row["imports_kusd"])
                rows.append([row["name_ru"], *flows])
    return _workbook({year: (rows, [])}, PLAIN, entry)


def _is_text(original):
    return Path(original).suffix == ".csv"


def _is_number(value):
    return isinstance(value, (int, float))


def _workbook(tables, about, entry):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, (rows, merged) in tables.items():
        _fill(book.create_sheet(name), rows, merged)
    sheet = book.create_sheet("About this file")
    sheet.column_dimensions["A"].width = 120
    for line in ["About this file", *about.splitlines(), *_origin(entry)]:
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    book.properties.creator = "traderank"
    content = io.BytesIO()
    book.save(content)
    return _steady(content.getvalue())


def _fill(sheet, rows, merged):
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            if value != "":
                cell = sheet.cell(row, column, value)
                cell.alignment = Alignment(wrap_text=column > 1 and not _is_number(value))
    for (top, left), (bottom, right) in merged:
        sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
    sheet.column_dimensions["A"].width = 36
    for letter in "BCDEFG":
        sheet.column_dimensions[letter].width = 20


def _origin(entry):
    yield f"Office: {entry['office']}."
    yield f"Title: {entry['title']} ({entry['title_en']}), {entry['edition']}."
    yield f"Published: {entry.get('vintage') or 'not known'} ({entry['vintage_note']})."
    yield f"Where: {entry['url']}"
    yield f"Terms: {entry['licence']}"
    yield f"Source key: {_key(entry['file'])} in sources.toml, which tells more."


def _steady(content):
    """Take out of a workbook what changes from run to run: times and program versions."""
    steady = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(steady, "w") as out:
        for name in sorted(parts.namelist()):
            part = parts.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", part)
            if name == "docProps/app.xml":
                part = re.sub(rb"<(App\w*)>[^<]*</\1>", b"", part)
            # Stored, not deflated: the bytes of deflate depend on the zlib that made them.
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            out.writestr(info, part)
    return steady.getvalue()


def _key(file):
    """Return the source key of a raw file: raw/kaz/2023.xlsx is kaz-2023."""
    return "-".join(Path(file).with_suffix("").parts[1:])


def _write(path, content):
    """Write a raw file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


def rekey_all(originals):
    """Write every raw file that sources.toml declares; say whether its checksum is the same."""
    if not originals.is_dir():
        raise Refused(
            f"there is no folder {originals}",
            "give --originals with the folder of the office's own files",
        )
    for key, entry in read_sources(DATA / "sources.toml").items():
        original = find_original(originals, entry.get("original_name", PLAIN_FIGURES))
        if "original_name" in entry:
            if checksum(original) != entry["original_sha256"]:
                raise Refused("is not the file that was re-keyed", "get it again", file=original)
            content = rekey(original, entry)
        else:
            content = type_plain(original, Path(entry["file"]).stem, entry)
        _write(DATA / entry["file"], content)
        same = hashlib.sha256(content).hexdigest() == entry["sha256"]
        yield f"{entry['file']}: " + ("as in sources.toml" if same else "paste its new sha256:")
        if not same:
            yield f'[{key}] sha256 = "{hashlib.sha256(content).hexdigest()}"'


def find_original(originals, name):
    """Return the path of an office's own file, wherever in the folder it is."""
    found = next((path for path in sorted(originals.rglob("*")) if path.name == name), None)
    if found is None:
        raise Refused(f"is not in {originals}", "get it from the office", file=name)
    return found


def rekey_next(original, name, data=DATA):
    """Write one more edition, and return the entry to paste into sources.toml."""
    office, _, edition = name.partition("/")
    sources = read_sources(data / "sources.toml")
    same = [entry for key, entry in sources.items() if key.startswith(f"{office}-")]
    if not same or not edition:
        raise Refused(f"{name!r} names no office of sources.toml", "name it as in kaz/2026")
    vintage, note = _vintage(original)
    # An office with a file for each flow has an edition «exports-2024» after «exports-2023».
    *_, last = [e for e in same if _series(Path(e["file"]).stem) == _series(edition)] or same
    before, year = Path(last["file"]).stem[-4:], edition[-4:]
    entry = last | {
        "edition": last["edition"].replace(before, year),
        "url": last["url"].replace(before, year),
        "accessed": datetime.date.today().isoformat(),
        "vintage": vintage,
        "vintage_note": note,
        "file": f"raw/{office}/{edition}.xlsx",
        "original_name": Path(original).name,
        "original_sha256": checksum(original),
        "note": "Re-keyed from the office's file.",
        "known_errors": [],
    }
    content = rekey(original, entry)
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    _write(data / entry["file"], content)
    known = {word: told for word, told in entry.items() if told is not None}
    lines = [f"{word} = {json.dumps(told, ensure_ascii=False)}" for word, told in known.items()]
    return "\n".join([f"[{_key(entry['file'])}]", *lines])


def _series(edition):
    return edition.rpartition("-")[0]


def _vintage(original):
    """Return the printed date of publication; if none is printed, the day of the last save."""
    printed = re.compile(r"Дата опубликования:\s*(\d\d)\.(\d\d)\.(\d{4})")
    for grid in open_workbook(original)[0]:
        for match in (printed.search(str(value)) for row in grid.rows for value in row):
            if match:
                return "-".join(match.group(3, 2, 1)), "printed on the cover"
    if _is_text(original):
        return None, "no date is printed, and a text file keeps none"
    if olefile.isOleFile(original):
        with olefile.OleFileIO(original) as document:
            saved = document.get_metadata().last_saved_time
    else:
        saved = openpyxl.load_workbook(original, read_only=True).properties.modified
    return saved.date().isoformat(), "no date is printed; the file was last saved then"


def main():
    """Re-key what the command line names, and print what was done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workbook", nargs="?", type=Path, help="the office's file")
    parser.add_argument("--as", dest="name", help="office and edition, as in kaz/2026")
    parser.add_argument("--originals", type=Path, default=ORIGINALS, help="default: %(default)s")
    given = parser.parse_args()
    if (given.workbook is None) != (given.name is None):
        parser.error("a workbook and --as go together")
    try:
        if given.workbook:
            print(rekey_next(given.workbook, given.name))
        else:
            for line in rekey_all(given.originals):
                print(line)
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
