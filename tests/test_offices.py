"""Layouts of real offices that were once read otherwise than they are meant."""

from __future__ import annotations

import pytest

from traderank import read_workbook
from traderank.table import Refused


def read(folder, text, **given):
    path = folder / "office.csv"
    path.write_text(text, encoding="utf-8")
    return read_workbook(path, **{"reporter": "KAZ", **given}).table


def test_a_column_says_the_scale_of_its_row(tmp_path):
    table = read(
        tmp_path,
        "Partner,Flow,Year,Currency,Scale,Value\n"
        "China,Exports,2023,US dollars,Millions,21.5\n"
        "Russia,Exports,2023,US dollars,Millions,9.25\n"
        "Germany,Exports,2023,US dollars,Millions,3.75\n",
    )
    assert table["value"].tolist() == [21.5e6, 9.25e6, 3.75e6]


def test_the_months_nearest_to_the_numbers_speak(tmp_path):
    table = read(
        tmp_path,
        "Exports by country in December 2023\nthousand USD\n"
        "Country,January-December\nTotal,30\nChina,20\nRussia,10\n",
    )
    assert set(table["period"]) == {"2023"} and set(table["months"]) == {12}


def test_a_total_that_names_its_flow_is_the_worlds(tmp_path):
    table = read(tmp_path, "2023 год\nтыс. долларов США\nЭкспорт – всего,30\nКитай,20\nРоссия,10\n")
    assert table["partner"].tolist() == ["WLD", "CHN", "RUS"]
    assert set(table["flow"]) == {"export"}


def test_the_number_of_a_table_tells_nothing_of_the_numbers_in_it(tmp_path):
    with pytest.raises(Refused, match="decimal points or decimal commas"):
        read(
            tmp_path,
            "5.3\nExports by country in 2023; thousand USD\n"
            "Country;Value\nChina;7,000\nRussia;2,000\n",
        )
