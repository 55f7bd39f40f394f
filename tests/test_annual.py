"""A year is made of months only where it is asked for, and all twelve are printed."""

import pandas as pd
import pytest
from click.testing import CliRunner
from workbooks import write_xlsx

from traderank.cli import main
from traderank.reading import read_workbook
from traderank.table import COLUMNS, Refused

MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]
PARTNERS = {"Total": 3, "China": 1, "Russia": 2}


def monthly(months=MONTHS, **cells):
    """Return a table of months: each partner's value is its number and the month's tenth."""
    rows = [["Exports by country, thousand USD"], ["Country", *months]]
    for name, base in PARTNERS.items():
        share = 2 if name == "Total" else 1
        rows.append([name, *(round(base + share * at / 10, 1) for at in range(len(months)))])
    for place, value in cells.items():
        rows[int(place[1:]) - 1][ord(place[0]) - 65] = value
    return rows


def read(folder, rows, **given):
    path = write_xlsx(folder / "months.xlsx", {"Sheet": rows}, merged=())
    return read_workbook(path, reporter="KAZ", **given)


def test_months_stay_months_where_no_year_is_asked_for(tmp_path):
    table = read(tmp_path, monthly()).table
    assert set(table["months"]) == {1}
    assert len(table) == 36


def test_twelve_months_make_a_year_of_the_same_digits(tmp_path):
    reading = read(tmp_path, monthly(), annual=True)
    table = reading.table.set_index("partner")
    assert table["value"].to_dict() == {"WLD": 49_200.0, "CHN": 18_600.0, "RUS": 30_600.0}
    assert set(table["period"]) == {"2023"}
    assert set(table["months"]) == {12}
    assert set(table["proof"]) == {"proved"}
    assert table.loc["CHN", "cell"] == " + ".join(f"{letter}4" for letter in "BCDEFGHIJKLM")
    assert "export 2023 is the sum of twelve printed months, as was asked" in reading.proof.notes


def test_a_made_year_has_the_columns_and_types_of_any_table(tmp_path):
    months = read(tmp_path, monthly()).table
    years = read(tmp_path, monthly(), annual=True).table
    assert list(years.columns) == list(COLUMNS)
    pd.testing.assert_series_equal(years.dtypes, months.dtypes)


def test_a_partner_without_one_month_has_no_year(tmp_path):
    rows = monthly(F4="…", F3=2.4)
    reading = read(tmp_path, rows, annual=True)
    years = reading.table.set_index("partner")["value"]
    assert years.isna().to_dict() == {"WLD": False, "CHN": True, "RUS": False}
    assert any("1 of 3 partners lack a month: not reported" in n for n in reading.proof.notes)


def test_the_months_of_an_unfinished_year_stay_months(tmp_path):
    table = read(tmp_path, monthly([*MONTHS, "2024-01", "2024-02"]), annual=True).table
    assert table.groupby("year")["months"].agg(["min", "max", "size"]).to_numpy().tolist() == [
        [12, 12, 3],
        [1, 1, 6],
    ]


def test_a_year_of_eleven_months_is_refused_as_a_year(tmp_path):
    with pytest.raises(Refused, match="no year has its twelve months printed") as refused:
        read(tmp_path, monthly(MONTHS[:11]), annual=True)
    assert refused.value.remedy == "leave out --annual"


def test_a_year_that_is_printed_is_not_made_again(tmp_path):
    rows = monthly()
    for row in rows[1:]:
        row.append((row[0] == "Country" and "2023") or round(sum(row[1:]), 1))
    with pytest.raises(Refused, match="export 2023 is printed as a year and by months"):
        read(tmp_path, rows, annual=True)


def test_the_command_says_what_it_made(tmp_path):
    path = write_xlsx(tmp_path / "months.xlsx", {"Sheet": monthly()}, merged=())
    done = CliRunner().invoke(main, ["clean", str(path), "--reporter", "KAZ", "--annual"])
    assert done.exit_code == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4
    assert "note: export 2023 is the sum of twelve printed months" in done.stderr
