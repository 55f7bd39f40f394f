"""A person sees in one line what a table was taken for, and where its unit is said."""

import pytest
from workbooks import sheet, write

from traderank import read_workbook
from traderank.reading import Given, read_grids
from traderank.reading.cells import Unit
from traderank.reading.grid import Grid

PARTNERS = [["Total", 30], ["China", 21], ["Russia", 9]]


def taken(*sheets, reporter="KAZ", **given):
    """Read sheets (name, rows), and return what the proof says that they were read as."""
    grids = [Grid("ministry.xlsx", name, _even(rows)) for name, rows in sheets]
    proof = read_grids(grids, Given(reporter=reporter, **given)).proof
    lines = [line for line in str(proof).splitlines() if line.startswith("read as ")]
    return [line.removeprefix("read as ") for line in lines]


def _even(rows):
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


@pytest.mark.parametrize("unit", ["thousand USD", "million USD", "million EUR"])
def test_a_unit_that_nothing_contradicts_is_said_with_its_cell(unit):
    rows = [["Exports by country, 2023"], ["", unit], *PARTNERS]
    assert taken(("2023", rows)) == [f"KAZ: export; 2023; {unit} (2023!B2); 2 countries"]


def test_flows_years_and_sheets_share_a_line(tmp_path):
    years = {str(year): sheet(year=f"{year} год") for year in (2021, 2022, 2019)}
    proof = read_workbook(write(tmp_path / "all.xlsx", years), reporter="KAZ").proof
    line = str(proof).splitlines()[1]
    assert line == (
        "read as KAZ: turnover, export, import; 2019, 2021–2022; "
        "thousand USD (2021!E3, 2022!E3, 2019!E3); 4 countries"
    )


def test_thirty_sheets_are_one_line():
    title = "Exports by country, {}, thousand USD".format
    sheets = [(str(year), [[title(year)], *PARTNERS]) for year in range(1994, 2024)]
    assert taken(*sheets) == [
        "KAZ: export; 1994–2023; "
        "thousand USD (1994!A1, 1995!A1, 1996!A1, 1997!A1 and 26 more); 2 countries"
    ]


def test_flows_of_different_years_are_different_lines():
    one = [["Exports by country, 2022, thousand USD"], *PARTNERS]
    two = [["Imports by country, 2023, thousand USD"], *PARTNERS]
    assert taken(("a", one), ("b", two)) == [
        "KAZ: export; 2022; thousand USD (a!A1); 2 countries",
        "KAZ: import; 2023; thousand USD (b!A1); 2 countries",
    ]


def test_a_unit_that_no_cell_says_is_said_to_be_given():
    rows = [["Exports by country, 2023"], *PARTNERS]
    line = "KAZ: export; 2023; million USD (as given); 2 countries"
    assert taken(("", rows), unit=Unit(10**6, "USD")) == [line]


def test_dollars_that_the_caller_calls_american_are_given():
    rows = [["Exports by country, 2023, thousand dollars"], *PARTNERS]
    line = "KAZ: export; 2023; thousand USD (as given); 2 countries"
    assert taken(("", rows), unit=Unit(1000, "USD")) == [line]


def test_a_unit_in_two_cells_has_both():
    rows = [["Exports by country, 2023 (USD)"], ["", "thousands"], *PARTNERS]
    line = "KAZ: export; 2023; thousand USD (A1, B2); 2 countries"
    assert taken(("", rows)) == [line]


def test_a_turned_sheet_names_the_cells_of_the_file():
    rows = [["", "Imports by country"], ["", "million USD"], ["", "World", "China", "Japan"]]
    rows += [[f"{month} 2024", 9.5, 5.25, 4.25] for month in ("January", "February")]
    line = "KAZ: import; 2024-M01–2024-M02; million USD (B2); 2 countries"
    assert taken(("", rows)) == [line]


def test_reporters_and_products_of_a_long_table_share_a_line():
    head = ["reporterISO", "partnerISO", "flowCode", "period", "cmdCode", "value, USD"]
    rows = [
        [reporter, partner, "X", 2022, product, 5.5]
        for reporter in ("KAZ", "KGZ", "UZB", "ARM", "GEO")
        for partner in ("CHN", "RUS")
        for product in ("TOTAL", "8482")
    ]
    assert taken(("", [head, *rows]), reporter=None) == [
        "KAZ, KGZ, UZB, ARM and 1 more, products TOTAL, 8482: export; 2022; USD (F1); 2 countries",
    ]


def test_of_many_lines_the_first_are_shown_and_the_rest_counted():
    # No two have the same years: they cannot share a line.
    head = ["reporterISO", "partnerISO", "flowCode", "period", "value, USD"]
    reporters = ["KAZ", "KGZ", "UZB", "ARM", "GEO", "AZE", "TJK", "TKM"]
    rows = [
        [reporter, partner, "X", 2010 + at, 5.5]
        for at, reporter in enumerate(reporters)
        for partner in ("CHN", "RUS")
    ]
    lines = taken(("", [head, *rows]), reporter=None)
    assert len(lines) == 7
    assert lines[0] == "KAZ: export; 2010; USD (E1); 2 countries"
    assert lines[-1] == "others: 2 more lines like these"
