"""A sheet is shown as it is stored, with the addresses of its cells."""

import openpyxl
import pytest

from traderank import Refused, load_trade, raw_file, show_sheet


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Лист1"
    for row in (["", "Экспорт", None], ["Китай", 1.5, "<x>"], ["Итого", 0.1 + 0.2, 7]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    book.create_sheet("hidden").sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_cells_are_shown_under_their_addresses_as_a_spreadsheet_writes_them(workbook):
    assert repr(show_sheet(workbook, "Лист1", "A2:C3", mark="B3")).splitlines() == [
        "sheet «Лист1»",
        "A2: Китай",
        "B2: 1.5",
        "C2: <x>",
        "A3: Итого",
        "B3: 0.3 ←",
        "C3: 7",
    ]


def test_joined_cells_are_joined_as_far_as_they_are_shown(workbook):
    assert '<td colspan="2" rowspan="1"' in show_sheet(workbook, "Лист1", "A1:C2")._repr_html_()
    for part in ("A1:B2", "C1:C2"):
        cut = show_sheet(workbook, "Лист1", part)._repr_html_()
        assert "colspan" not in cut and "Экспорт" in cut


def test_only_the_cell_pointed_at_is_marked(workbook):
    html = show_sheet(workbook, "Лист1", "A1:C3", mark="B2")._repr_html_()
    _, after = html.split("outline: 3px")
    assert after.split("</td>")[0].endswith(">1.5")


def test_what_a_cell_says_is_shown_as_text(workbook):
    assert "&lt;x&gt;" in show_sheet(workbook, "Лист1", "C2:C2")._repr_html_()


def test_a_part_that_reaches_over_the_edge_ends_there(workbook):
    assert repr(show_sheet(workbook, "Лист1", "C3:Z99")).splitlines()[1:] == ["C3: 7"]


@pytest.mark.parametrize(
    ("sheet", "cells", "reason"),
    [
        ("Лист2", "A1:B2", "there is no visible sheet «Лист2».* «Лист1»"),
        ("hidden", "A1:B2", "there is no visible sheet «hidden»"),
        ("Лист1", "first row", "is not a part of a sheet"),
        ("Лист1", "A", "is not a part of a sheet"),
        ("Лист1", "A9:B10", "lies beyond the last cell.* ends at C3"),
    ],
)
def test_a_part_that_is_not_there_is_refused(workbook, sheet, cells, reason):
    with pytest.raises(Refused) as refused:
        show_sheet(workbook, sheet, cells)
    assert refused.match(reason) and refused.value.file == "book.xlsx"


def test_a_number_of_the_clean_table_is_seen_in_the_cell_that_it_names():
    row = load_trade("KAZ", flow="import").query("partner == 'CHN' and year == 2023").iloc[0]
    shown = repr(show_sheet(raw_file(row["source"]), row["sheet"], row["cell"] + ":" + row["cell"]))
    assert shown.splitlines()[1] == f"{row['cell']}: {row['value'] / 1000:.15g}"
