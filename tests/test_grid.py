"""A workbook is opened as its values and what lies beneath them; a file that is none is refused."""

import shutil
import struct
import zipfile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from workbooks import (
    CHART,
    DATE,
    ERROR,
    FORMULA,
    LOCKED,
    UNCALCULATED,
    change_part,
    compound,
    write,
    write_xls,
    write_xlsx,
)

from traderank.reading import limits
from traderank.reading.files import open_workbook
from traderank.sources import data_folder
from traderank.table import Refused

LAST = 0xFFFFFFFE  # in the table of sectors: no other follows

both = pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])


def only(path):
    (grid,), _ = open_workbook(path)
    return grid


def refusal(path):
    with pytest.raises(Refused) as refused:
        open_workbook(path)
    return str(refused.value)


# ── values, and what lies beneath them ───────────────────────────────────────────────────


@both
def test_rows_begin_at_a1_and_keep_texts_numbers_and_blanks(tmp_path, name):
    rows = [[None, None], [None, "Китай", 1.5], [None, " ", 0]]
    grid = only(write(tmp_path / name, {"Лист1": rows}, merged=()))
    assert grid.rows[:2] == [["", "", ""], ["", "Китай", 1.5]]
    assert (grid.rows[2][1].strip(), grid.rows[2][2]) == ("", 0)
    assert (grid.file, grid.sheet, grid.beneath) == (name, "Лист1", {})


@both
def test_an_error_and_an_uncalculated_formula_are_no_blanks(tmp_path, name):
    rows = [[1, (ERROR, 7), (UNCALCULATED, 0)], [None, (FORMULA, 3.25), None]]
    grid = only(write(tmp_path / name, {"Лист1": rows}, merged=()))
    assert grid.rows == [[1, "", ""], ["", 3.25, ""]]
    assert grid.beneath == {(0, 1): "an error value", (0, 2): "a formula without a value"}


def test_a_stored_0_that_waits_to_be_calculated_is_no_value(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"A": [[(FORMULA, 0), (FORMULA, 5)]]}, merged=())
    grid = only(path)
    assert grid.beneath == {(0, 0): "a formula without a value"}
    assert grid.rows == [["", 5]]
    change_part(path, "xl/workbook.xml", ' fullCalcOnLoad="1"', "")
    assert only(path).beneath == {}


@both
def test_a_last_column_of_uncalculated_formulas_is_still_a_column(tmp_path, name):
    rows = [["Китай", 1.5, (UNCALCULATED, 0)], ["Турция", 2.5, (UNCALCULATED, 0)]]
    grid = only(write(tmp_path / name, {"A": rows}, merged=()))
    assert grid.rows == [["Китай", 1.5, ""], ["Турция", 2.5, ""]]
    assert list(grid.beneath) == [(0, 2), (1, 2)]


@both
def test_a_boolean_and_a_date_are_no_numbers(tmp_path, name):
    (row,) = only(write(tmp_path / name, {"A": [[True, (DATE, 45000)]]}, merged=())).rows
    assert row[0] is True
    assert str(row[1]).startswith("2023-03-15")


@both
def test_hidden_rows_columns_and_sheets_are_seen(tmp_path, name):
    sheets = {"Лист1": [[1, 2, 3]] * 4, "Лист2": [[1]]}
    path = write(tmp_path / name, sheets, hidden=(2, 4, "B", "Лист2"), merged=())
    (grid,), hidden = open_workbook(path)
    assert (grid.hidden_rows, grid.hidden_columns, hidden) == ({1, 3}, {1}, ["Лист2"])


def test_a_workbook_with_every_sheet_hidden_is_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"Лист1": [[1]]}, hidden=("Лист1",))
    assert "every sheet is hidden. Remedy: show the sheet with the table" in refusal(path)


@both
def test_what_lies_beneath_is_told_of_the_sheet_it_is_on(tmp_path, name):
    sheets = {"Скрыт": [[(ERROR, 7)]], "б & <в>": [[5, (ERROR, 7)]], "г": [[(UNCALCULATED, 0)]]}
    path = write(tmp_path / name, sheets, hidden=("Скрыт",), merged=())
    grids, _ = open_workbook(path)
    assert [(grid.sheet, list(grid.beneath)) for grid in grids] == [
        ("б & <в>", [(0, 1)]),
        ("г", [(0, 0)]),
    ]


def test_a_chart_in_a_sheet_has_errors_of_its_own(tmp_path):
    rows = [[1, (ERROR, 7)]]
    assert list(only(write_xls(tmp_path / "a.xls", {"A": rows}, inside=CHART)).beneath) == [(0, 1)]


def test_a_sheet_that_is_a_chart_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.append([1, 2])
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1, max_col=2))
    book.create_chartsheet("Диаграмма", 0).add_chart(chart)
    book.save(tmp_path / "a.xlsx")
    grids, _ = open_workbook(tmp_path / "a.xlsx")
    assert [(grid.sheet, grid.rows) for grid in grids] == [("Диаграмма", []), ("Sheet", [[1, 2]])]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (' t="e"', " t='e'"),
        (r'<c r="[A-Z]+\d+"', "<c"),
        (r'<row r="\d+"([^>]*)><c r="[A-Z]+\d+"', r"<row\1><c"),
        (r"<(/?)(worksheet|sheetData|row|c|v)\b", r"<\1x:\2"),
    ],
)
def test_an_error_is_seen_however_the_xml_is_written(tmp_path, pattern, text):
    path = write_xlsx(tmp_path / "a.xlsx", {"A": [[(ERROR, 7)], [(ERROR, 7)]]}, merged=())
    part = "xl/worksheets/sheet1.xml"
    change_part(path, part, pattern, text)
    if "x:" in text:
        change_part(path, part, ' xmlns="', ' xmlns:x="')
    assert list(only(path).beneath) == [(0, 0), (1, 0)]


# ── what is no workbook ──────────────────────────────────────────────────────────────────


def plain(path, content):
    path.write_bytes(content)
    return path


def zipped(path, part):
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr(part, "<x/>")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path, "there is no such file. Remedy: check the path"),
        (lambda path: path.parent, "this is a folder, not a workbook. Remedy: name the workbook"),
        (lambda path: plain(path, b""), "the file is empty. Remedy: get it again"),
        (
            lambda path: plain(path, "Страна и экспорт\n".encode()),
            "this is a text of 1 line without any table. Remedy: give a workbook",
        ),
        (lambda path: zipped(path, "content.xml"), "the workbook is damaged or cut short"),
        (lambda path: zipped(path, "xl/workbook.bin"), "the workbook is damaged or cut short"),
        (lambda path: plain(path, b"PK\x03\x04" + bytes(99)), "the compressed file is damaged"),
        (
            lambda path: plain(path, compound(b"text", "WordDocument")),
            "this Office document is not a workbook. Remedy: name the .xls or .xlsx file",
        ),
        (
            lambda path: plain(path, compound(b"secret", "EncryptedPackage")),
            "protected by a password. Remedy: open it with the password and save it without one",
        ),
        (
            lambda path: write_xls(path, {"A": [[1]]}, first=LOCKED),
            "protected by a password. Remedy: open it with the password and save it without one",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_by_name_with_a_remedy(tmp_path, make, message):
    path = make(tmp_path / "a.xlsx")
    assert refusal(path).startswith(f"{path.name}: ")
    assert message in refusal(path)


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.9, 0.999])
@both
def test_a_workbook_cut_short_is_refused(tmp_path, name, part):
    path = tmp_path / name
    if name == "a.xls":
        write_xls(path, {"A": [["Китай", number] for number in range(400)]})
    else:
        shutil.copy(data_folder() / "raw/kaz/2023.xlsx", path)
    content = path.read_bytes()
    path.write_bytes(content[: max(9, int(part * len(content)))])
    assert "Remedy" in refusal(path)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([0] * 8, "its sectors go in a circle"),  # as in a file half fetched
        ([1, 0, 3, 4, 5, 6, 7, LAST], "its sectors go in a circle"),
        ([1, 2, 3, 4, 5, 6, 7, LAST, 8], "its sectors go in a circle"),  # of the folder
        ([1, 2, 3, 4, 5, 6, LAST], "the end of its records is missing"),
        ([2, 7, 1, 4, 5, 6, LAST, 3], None),  # one after the other, if not in order
    ],
)
def test_sectors_are_followed_only_where_they_lead_to_the_end(tmp_path, table, message):
    path = write_xls(tmp_path / "a.xls", {"A": [[1]]})
    content = bytearray(path.read_bytes())
    content[-512 : 4 * len(table) - 512] = struct.pack(f"<{len(table)}I", *table)
    if message is None:
        sectors = [content[512 * at : 512 * (at + 1)] for at in range(1, 9)]
        for place, at in enumerate([0, 2, 1, 7, 3, 4, 5, 6]):
            content[512 * (at + 1) : 512 * (at + 2)] = sectors[place]
    path.write_bytes(content)
    if message is None:
        assert only(path).rows == [[1]]
    else:
        assert message in refusal(path)


def test_records_that_break_off_into_zeros_are_refused(tmp_path):
    path = write_xls(tmp_path / "a.xls", {"A": [["Китай", number] for number in range(100)]})
    content = bytearray(path.read_bytes())
    content[2048:2560] = bytes(512)
    path.write_bytes(content)
    assert "its records break off" in refusal(path)


def test_a_part_that_is_no_xml_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"A": [[(ERROR, 7)]]}, merged=())
    change_part(path, "xl/worksheets/sheet1.xml", "</sheetData>", "")
    assert "the workbook is damaged or cut short" in refusal(path)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"A": [[1]]}, merged=())
    monkeypatch.setattr(limits, "BYTES", 1000)
    assert "holds more than 1,000 bytes. Remedy: save only the sheet" in refusal(path)
