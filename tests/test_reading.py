"""A workbook is read by what its cells say; what it does not say is given, never guessed."""

import math
import re
from pathlib import Path

import pandas as pd
import pytest
from workbooks import (
    DATE,
    ERROR,
    FORMULA,
    TRADE,
    UNCALCULATED,
    change_part,
    sheet,
    write,
    write_xlsx,
)

from traderank import load_sources, read_workbook
from traderank.partners import read_extra
from traderank.sources import data_folder, read_declared
from traderank.table import COLUMNS, Refused

ORIGINALS = (Path(__file__).parents[1] / "../shared/data/kaz/originals").resolve()
SOURCES = load_sources()
KAZ = [key for key in SOURCES if key.startswith("kaz-")]

both = pytest.mark.parametrize("name", ["kz.xls", "kz.xlsx"])


def read(tmp_path, *rows, name="kz.xlsx", hidden=(), **given):
    """Write rows, or {sheet: rows}, and read them as Kazakhstan's."""
    sheets = rows[0] if isinstance(rows[0], dict) else {"Лист1": rows[0]}
    merged = given.pop("merged", None)
    layout = {} if merged is None else {"merged": merged}
    path = write(tmp_path / name, sheets, hidden=hidden, **layout)
    return read_workbook(path, **{"reporter": "KAZ"} | given)


def refusal(tmp_path, *rows, **given):
    with pytest.raises(Refused) as refused:
        read(tmp_path, *rows, **given)
    return refused.value


def values(reading, flow="export"):
    """Return {partner: value in thousand USD} of one flow."""
    table = reading.table[reading.table["flow"] == flow]
    return dict(zip(table["partner"], table["value"] / 1000, strict=True))


# ── the office's own figures ─────────────────────────────────────────────────────────────

# Billion USD and rank among countries: turnover, exports, imports of Russia, then of China,
# and the total.
KNOWN = """
2018  18.52 (1)  5.28 (4) 13.24 (1)  11.69 (3)  6.31 (2)  5.38 (2)   94.77
2019  19.98 (1)  5.67 (3) 14.31 (1)  14.79 (2)  8.00 (2)  6.79 (2)   97.77
2020  18.78 (1)  5.01 (3) 13.77 (1)  15.80 (2)  9.42 (1)  6.38 (2)   86.47
2021  24.62 (1)  7.02 (3) 17.61 (1)  18.00 (2)  9.77 (1)  8.23 (2)  101.74
2022  26.97 (1)  9.09 (3) 17.88 (1)  24.20 (2) 13.06 (2) 11.14 (2)  135.53
2023  27.05 (2) 10.21 (3) 16.85 (1)  30.06 (1) 14.67 (2) 15.39 (2)  139.55
2024  28.14 (2)  9.55 (3) 18.58 (1)  30.16 (1) 14.89 (2) 15.27 (2)  142.07
2025  27.79 (2)  8.25 (3) 19.54 (1)  34.17 (1) 15.20 (2) 18.97 (2)  144.66
"""


def known(year):
    line = next(line for line in KNOWN.splitlines() if line.startswith(str(year)))
    numbers = [float(number) for number in re.findall(r"[\d.]+", line)[1:]]
    return numbers[:6], numbers[6:12], numbers[12]


# Rows; checks of sums, turnover, shares; printed numbers; blanks proved to be 0.
COUNTS = {
    "kaz-2019": (808, 72, 404, 931, 2003, 140),
    "kaz-2020": (786, 72, 393, 912, 1959, 132),
    "kaz-2021": (784, 72, 392, 905, 1939, 142),
    "kaz-2023": (866, 72, 433, 983, 2133, 149),
    "kaz-2024": (392, 2, 0, 0, 392, 0),
    "kaz-2025": (396, 2, 0, 0, 396, 0),
}


def files(key):
    """Return ours and, where it is beside the repository, the office's own."""
    original = ORIGINALS / SOURCES[key].get("original_name", "there is none")
    return [data_folder() / SOURCES[key]["file"], *([original] if original.is_file() else [])]


@pytest.mark.parametrize("key", KAZ)
def test_every_edition_is_proved_with_all_its_numbers_covered(key):
    for path in files(key):
        reading = read_declared(path)
        proof, made = reading.proof, reading.proof.checks
        counts = (len(reading.table), made["sum"], made["turnover"], made["share"])
        assert (*counts, proof.cells, proof.blanks_as_zero) == COUNTS[key]
        assert (proof.word, proof.covered, proof.uncovered) == ("proved", proof.cells, [])
        assert set(reading.table["proof"]) == {"proved"}


def places(table, partner):
    """Return a partner's turnover, exports and imports in billions, each with its rank."""
    wide = table.pivot(index="partner", columns="flow", values="value").assign(
        turnover=lambda wide: wide.sum(axis=1)
    )
    ranks = wide.rank(ascending=False, method="min")
    flows = ["turnover", "export", "import"]
    return [
        number
        for flow in flows
        for number in (round(wide.loc[partner, flow] / 1e9, 2), ranks.loc[partner, flow])
    ]


@pytest.mark.parametrize("key", KAZ)
def test_every_edition_gives_the_known_values_and_ranks(key):
    for path in files(key):
        table = read_declared(path).table
        for year, of_year in table.groupby("year"):
            russia, china, total = known(year)
            countries = of_year[of_year["kind"] == "country"]
            assert places(countries, "RUS") == russia, year
            assert places(countries, "CHN") == china, year
            world = of_year.loc[of_year["partner"] == "WLD", "value"].sum()
            assert round(world / 1e9, 2) == total, year


def test_a_number_can_be_traced_to_its_cell():
    table = read_declared(data_folder() / "raw/kaz/2023.xlsx").table
    china = table.query("partner == 'CHN' and flow == 'import' and year == 2023").iloc[0]
    assert china[["value", "sheet", "cell", "partner_name"]].tolist() == [
        *(15389231312.22, "2023", "F76", "Китай")
    ]


# ── one small sheet ──────────────────────────────────────────────────────────────────────


@both
def test_a_small_sheet_is_read_and_proved(tmp_path, name):
    reading = read(tmp_path, sheet(), name=name, vintage="2024-07-25", status="final")
    assert list(reading.table) == list(COLUMNS)
    row = reading.table.query("partner == 'CHN' and flow == 'export'").iloc[0]
    assert row.drop(["classification"]).to_dict() == {
        **{"reporter": "KAZ", "partner": "CHN", "partner_name": "Китай", "kind": "country"},
        **{"flow": "export", "year": 2023, "period": "2023", "months": 12, "product": "TOTAL"},
        **{"value": 100130.0, "currency": "USD", "share_published": 0.1666750},
        **{"vintage": "2024-07-25", "status": "final", "source": name},
        **{"sheet": "Лист1", "cell": "D11", "proof": "proved"},
    }
    assert pd.isna(row["classification"])
    assert (
        str(reading.proof)
        == "proved: 37 checks (21 share, 9 sum, 7 turnover) cover 42 of 42 numbers\n"
        "read as KAZ: turnover, export, import; 2023; thousand USD (Лист1!E3); 4 countries"
    )


def test_turnover_is_checked_and_left_out():
    table = read_declared(data_folder() / "raw/kaz/2023.xlsx").table
    assert set(table["flow"]) == {"export", "import"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"header": "Наименование области"}, "a header that says regions"),
        ({"header": "Наименование страны"}, "a header that says countries"),
        ({"year": "за январь-декабрь 2023 года"}, "the months named"),
        ({"year": "2023 г."}, "the year shortened"),
        ({"total": "Всего"}, "another case"),
        ({"D4": "экспорт", "F4": "импорт"}, "flows in lower case"),
        ({"A6": "Всего\nв том числе"}, "a line break in the total's name"),
        ({"A7": "  Европа", "A10": " Азия"}, "spaces before groups"),
        ({"A8": "ГЕРМАНИЯ", "A11": "китай"}, "names in another case"),
        ({"A12": "Турция*"}, "a footnote mark"),
    ],
)
def test_another_wording_reads_the_same(tmp_path, changes, what):
    keys = ["partner", "flow", "year", "period", "value", "share_published", "cell"]
    changed = read(tmp_path, sheet(**changes)).table[keys]
    pd.testing.assert_frame_equal(changed, read(tmp_path, sheet()).table[keys], obj=what)


def test_a_name_is_kept_as_printed_on_one_line(tmp_path):
    table = read(tmp_path, sheet(A6="Всего\nв том числе", A7="  Европа")).table
    assert table["partner_name"].tolist()[:2] == ["Всего в том числе", "Европа"]


def test_australia_is_not_australia_and_oceania(tmp_path):
    trade = [
        *(("Всего", 12.25, 7.75), ("Австралия и Океания", 12.25, 7.75)),
        *(("Австралия", 10.13, 5.25), ("Новая Зеландия", 2.12, 2.5)),
    ]
    table = read(tmp_path, sheet(trade)).table
    assert dict(zip(table["partner"], table["kind"], strict=True)) == {
        **{"WLD": "aggregate", "OCEANIA": "aggregate", "AUS": "country", "NZL": "country"}
    }


@both
@pytest.mark.parametrize("merged", [None, ()])
def test_a_used_range_of_256_columns_and_a_stray_space_change_nothing(tmp_path, name, merged):
    rows = [row + [None] * 249 for row in sheet()]
    rows[2][255] = " "
    rows.append([None, None, " "])
    reading = read(tmp_path, rows, name=name, merged=merged)
    assert values(reading) == values(read(tmp_path, sheet()))


def test_sheets_are_read_in_either_order_and_after_a_cover(tmp_path):
    later = sheet([(name, export * 2, imported * 2) for name, export, imported in TRADE])
    years = {"2023": later, "12_2022": sheet(year="за январь-декабрь 2022 года")}
    cover = {
        "Обложка": [["Внешняя торговля Республики Казахстан"], ["2023 год"], [45498]],
        "Содержание": [["1.", "Товарооборот по странам"], ["2.", "Экспорт: Китай, Россия"]],
        "Метод.пояснения": [["Экспорт", "вывоз товаров"], ["Импорт", "ввоз товаров"]],
    }
    first = read(tmp_path, cover | years)
    second = read(tmp_path, dict(reversed(years.items())))
    order = ["year", "flow", "partner"]
    pd.testing.assert_frame_equal(
        first.table.sort_values(order, ignore_index=True),
        second.table.sort_values(order, ignore_index=True),
    )
    assert first.proof.notes == ["no partner table in «Обложка», «Содержание», «Метод.пояснения»"]


def test_a_period_is_part_of_a_year_where_the_sheet_says_so(tmp_path):
    table = read(tmp_path, sheet(year="январь-октябрь 2025 года")).table
    assert set(zip(table["period"], table["months"], strict=True)) == {("2025-01-01/P10M", 10)}


def test_a_printed_word_for_preliminary_is_the_status(tmp_path):
    table = read(tmp_path, sheet(year="2023 год (предварительные данные)")).table
    assert set(table["status"]) == {"preliminary"}


# ── blanks, marks, and what looks like them ──────────────────────────────────────────────

# Nothing is bought from Italy, nothing sold to Turkey.
ONE_WAY = [
    *(("Всего", 550.63, 300.38), ("Европа", 450.50, 150.13), ("Германия", 300.25, 150.13)),
    *(("Италия", 150.25, None), ("Азия", 100.13, 150.25), ("Китай", 100.13, 100.14)),
    ("Турция", None, 50.11),
]


@both
def test_a_blank_is_0_where_turnover_and_total_prove_it(tmp_path, name):
    reading = read(tmp_path, sheet(ONE_WAY), name=name)
    assert (values(reading, "import")["ITA"], values(reading)["TUR"]) == (0, 0)
    assert reading.proof.blanks_as_zero == 2
    assert "2 blank cells are 0: the printed sums prove it" in str(reading.proof)
    shares = reading.table.query("value == 0")["share_published"]
    assert shares.isna().all()


def test_a_blank_that_nothing_proves_stays_missing(tmp_path):
    rows = [[row[0], row[3]] for row in sheet(ONE_WAY, year="экспорт, 2023 год, тыс. долларов США")]
    only_countries = [row for row in rows if row[0] not in ("Всего", "Европа", "Азия")]
    reading = read(tmp_path, only_countries, merged=())
    assert math.isnan(values(reading)["TUR"])
    assert reading.proof.word == "unproved"


def test_a_column_of_blanks_proves_nothing_by_adding_up_to_a_blank(tmp_path):
    rows = [[row[0], row[3], row[5]] for row in sheet()]
    rows[2][1] = "тыс. долларов США"
    for row in rows[5:]:
        row[1] = None
    reading = read(tmp_path, rows, merged=())
    assert reading.table.query("flow == 'export'")["value"].isna().all()


@both
@pytest.mark.parametrize(
    ("value", "number"),
    [
        *(("300.25", 300.25), ("300,25", 300.25), (" 300,25 ", 300.25), ("300,25\n", 300.25)),
        ((FORMULA, 300.25), 300.25),
    ],
)
def test_a_number_kept_as_text_or_by_a_formula_is_read(tmp_path, name, value, number):
    reading = read(tmp_path, sheet(D8=value), name=name)
    assert values(reading)["DEU"] == number
    said = [note for note in reading.proof.notes if "D8 is a number kept as text: «" in note]
    assert len(said) == isinstance(value, str)


def test_whole_columns_and_the_total_may_be_kept_as_text(tmp_path):
    rows = sheet()
    for row in rows[5:]:
        row[1:] = [f"{number:,.5f}".replace(",", " ").replace(".", ",") for number in row[1:]]
    reading = read(tmp_path, rows)
    assert (values(reading), reading.proof.word) == (values(read(tmp_path, sheet())), "proved")


@pytest.mark.parametrize("mark", ["-", "–", "—"])
def test_a_dash_is_no_trade_and_nothing_rounded_to_it(tmp_path, mark):
    assert values(read(tmp_path, sheet(ONE_WAY, D12=mark)))["TUR"] == 0
    assert refusal(tmp_path, sheet(D12=mark)).cell == "D12"


@pytest.mark.parametrize("mark", ["...", "…", "x", "n/a"])
def test_a_mark_for_not_reported_stays_missing_even_where_sums_would_allow_0(tmp_path, mark):
    reading = read(tmp_path, sheet(ONE_WAY, D12=mark))
    assert math.isnan(values(reading)["TUR"])
    assert reading.proof.blanks_as_zero == 1


@both
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((ERROR, 7), "an error value stands where a number should"),
        ((UNCALCULATED, 0), "a formula without a value stands where a number should"),
        ((DATE, 300), "is not a number"),
        (True, "«True» is not a number"),
        ("ок", "«ок» is not a number"),
        ("300,25 тыс", "«300,25 тыс» is not a number"),
        ("1,234", "«1,234» is not a number"),
        ("300,25\n310,25", "is not a number"),
        ("0300,25", "«0300,25» is not a number"),
        (-300.25, "-300.25 is negative, and trade is not"),
    ],
)
def test_what_is_no_number_is_refused_by_its_cell(tmp_path, name, value, message):
    refused = refusal(tmp_path, sheet(D8=value), name=name)
    assert message in refused.reason
    assert (refused.file, refused.sheet, refused.cell) == (name, "Лист1", "D8")
    assert "put the office's number there or leave the cell blank" in refused.remedy


@pytest.mark.parametrize("text", ["NaN", "1E400"])
def test_what_only_a_computer_calls_a_number_is_refused(tmp_path, text):
    path = write_xlsx(tmp_path / "kz.xlsx", {"Лист1": sheet()})
    change_part(path, "xl/worksheets/sheet1.xml", r'(<c r="D8"[^>]*>)<v>[^<]*', rf"\1<v>{text}")
    with pytest.raises(Refused, match="is not a number") as refused:
        read_workbook(path, reporter="KAZ")
    assert refused.value.cell == "D8"


@both
@pytest.mark.parametrize("value", [True, (DATE, 300), (UNCALCULATED, 0), (ERROR, 7)])
def test_a_whole_column_of_no_numbers_is_not_passed_over(tmp_path, name, value):
    rows = sheet()
    for row in rows[5:]:
        row[5] = row[6] = value
    assert refusal(tmp_path, rows, name=name).cell == "F6"


@both
def test_a_column_of_errors_under_a_joined_header_is_not_passed_over(tmp_path, name):
    rows = sheet(C5=None)
    for row in rows[5:]:
        row[2] = (ERROR, 7)
    assert refusal(tmp_path, rows, name=name).cell == "C6"


@both
def test_a_column_that_is_announced_and_blank_is_not_passed_over(tmp_path, name):
    rows = sheet()
    for row in rows[5:]:
        row[5] = row[6] = None
    refused = refusal(tmp_path, rows, name=name)
    assert "the turnover of «Всего» is not its exports plus its imports" in refused.reason


@both
def test_hidden_rows_and_columns_are_read_and_told_hidden_sheets_not(tmp_path, name):
    sheets = {"Лист1": sheet(), "Старый": sheet(year="2022 год")}
    reading = read(tmp_path, sheets, name=name, hidden=(9, "F", "Старый"))
    assert values(reading)["ITA"] == 150.25
    assert reading.proof.notes == [
        *("Лист1: row 9 is hidden", "Лист1: column F is hidden", "hidden, not read: «Старый»")
    ]


# ── bad input ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "cell", "reason", "remedy"),
    [
        (
            {"A8": "Атлантида"},
            *("A8", "«Атлантида» is not a partner we know", "add it, with its code and kind"),
        ),
        (
            {"A8": "Германия", "A9": "германия"},
            *("A9", "«германия» (DEU) stands here and in row 8", "find out which row is right"),
        ),
        ({"A8": None}, "A8", "numbers stand here without a partner's name", "give the row its"),
        ({"A8": 7}, "A8", "numbers stand here without a partner's name", "give the row its name"),
        (
            {"D8": 310.25},
            *("D8", "«Европа» is not the sum of the 2 rows under it", "compare the cells with"),
        ),
        (
            {"D6": 610.75},
            *("D6", "«Всего» is not the sum of the 2 rows under it", "declare the cell, the size"),
        ),
        (
            {"B8": 451.38},
            *("B8", "; 3 checks fail, and B8 is in all of them", "compare the cells with"),
        ),
        (
            {"E8": 51.97919},
            *("E8", "the share of «Германия» is not its value's share of the total", "compare"),
        ),
        ({"E3": None}, None, "no unit is printed", 'give --unit, as in --unit "thousand USD"'),
        (
            {"A2": "2023 год, млн. долларов США"},
            *("E3", "two units are printed: million USD and thousand USD", "find out which"),
        ),
        ({"A2": None}, None, "no year is printed", "give --year"),
        (
            {"A2": "2022 год и 2023 год"},
            *("A2", "more than one period is printed here: 2022, 2023", "keep one table for each"),
        ),
        ({"A2": "2023 год, II и III кварталы"}, "A2", "a part of a year is printed", "--months"),
        (
            {"A1": "Внешняя торговля Кыргызской Республики"},
            *("A1", "the title names KGZ, but the reporter given is KAZ", "give the --reporter"),
        ),
        ({"D4": None}, "D6", "nothing says whether column D is exports or imports", "give --flow"),
        ({"D4": "Импорт"}, "E5", "column E is headed both export and import", "the header contra"),
        ({"F4": "Экспорт", "G5": "доля экспорта"}, "F5", "columns D and F both say", "correct"),
        ({"A1": "Экспорт услуг"}, "A1", "this is a table of services", "give a table of exports"),
        ({"A2": "2023 год, тонн"}, "A2", "this is a table of weights", "give a table of exports"),
        (
            {"A2": "2023 год, денежные переводы"},
            "A2",
            "a table of money transfers",
            "give a table of",
        ),
    ],
)
def test_bad_input_is_refused_with_file_sheet_cell_and_remedy(
    tmp_path, cells, cell, reason, remedy
):
    refused = refusal(tmp_path, sheet(**cells))
    assert reason in refused.reason
    assert remedy in refused.remedy
    assert (refused.file, refused.sheet, refused.cell) == ("kz.xlsx", "Лист1", cell)
    assert str(refused).startswith('kz.xlsx, sheet "Лист1"' + (f", {cell}: " if cell else ": "))


def test_an_unknown_partner_is_refused_though_its_numbers_are_kept_as_text(tmp_path):
    row = {f"{letter}8": "1 000" for letter in "BCDEFG"}
    assert refusal(tmp_path, sheet(A8="Атлантида", **row)).cell == "A8"


def test_a_name_the_user_adds_is_read(tmp_path):
    extra = tmp_path / "extra.csv"
    extra.write_text("name,code,kind\nАтлантида,DEU,country\n", "utf-8")
    reading = read(tmp_path, sheet(A8="Атлантида"), partners=read_extra(extra))
    assert values(reading)["DEU"] == 300.25


@pytest.mark.parametrize(
    "rows",
    [
        [["Товар", "Экспорт"], ["Нефть", 5.5], ["Газ", 4.5]],
        [["Страна", "Экспорт"], ["Китай", "много"], ["Россия", "мало"]],
        [["Китай", 5.5]],
        [[None]],
    ],
)
def test_a_workbook_without_a_partner_table_is_refused(tmp_path, rows):
    refused = refusal(tmp_path, rows, merged=())
    assert "no partner table: no sheet («Лист1») has a column of partner" in refused.reason
    assert (refused.file, refused.remedy) == (
        *("kz.xlsx", "give a workbook with exports or imports by partner country"),
    )


def test_a_table_of_turnover_alone_is_refused(tmp_path):
    rows = [row[:3] for row in sheet(year="2023 год, тыс. долларов США")]
    refused = refusal(tmp_path, rows, merged=())
    assert "only turnover is printed, neither exports nor imports" in refused.reason


def test_two_sheets_that_say_the_same_thing_are_refused(tmp_path):
    refused = refusal(tmp_path, {"Лист1": sheet(), "Лист2": sheet()})
    assert refused.remedy == "correct the year or flow that is wrong, or keep one of the sheets"
    assert refused.sheet == "Лист2"
    assert refused.reason == "turnover 2023 is here and on sheet «Лист1»"


def test_two_sheets_in_different_units_are_refused(tmp_path):
    sheets = {"Лист1": sheet(), "Лист2": sheet(year="2022 год", E3="млн. долларов США")}
    refused = refusal(tmp_path, sheets)
    assert "the unit here is million USD, on sheet «Лист1» it is thousand USD" in refused.reason
    assert refused.sheet == "Лист2"


@pytest.mark.parametrize(
    ("name", "title", "reason"),
    [
        ("2022", "2023 год", "the year printed here is 2023, but the sheet is named «2022»"),
        (
            "12_2023",
            *("январь-июнь 2023 года", "the period printed here is 2023-S1, but the sheet is"),
        ),
        (
            "06_2023",
            "2023 год",
            "the period printed here is 2023, but the sheet is named «06_2023»",
        ),
    ],
)
def test_a_period_that_contradicts_the_sheet_is_refused(tmp_path, name, title, reason):
    refused = refusal(tmp_path, {name: sheet(year=title)})
    assert reason in refused.reason
    assert (refused.sheet, refused.cell) == (name, "A2")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"unit": "million USD"}, "the unit printed here is thousand USD, but million USD was"),
        ({"year": 2022}, "2023 is printed, but 2022 was given"),
        ({"flow": "export"}, "the sheet says turnover, but export was given"),
        ({"status": "final", "title": "оперативные данные"}, "says preliminary, but final was"),
        ({"months": 6, "title": "за январь-декабрь"}, "12 months are printed, but 6 were given"),
        ({"reporter": "KGZ"}, "the title names KAZ, but the reporter given is KGZ"),
        ({"reporter": None}, "nothing says which country reports"),
        ({"reporter": "Kazakhstan"}, "'Kazakhstan' is not an ISO alpha-3 code"),
        ({"unit": "barrels"}, "'barrels' is not a unit we know"),
        ({"flow": "turnover"}, "'turnover' is not a flow"),
        ({"months": 13}, "13 months is not a part of a year"),
        ({"vintage": "25.07.2024"}, "'25.07.2024' is not a date"),
        ({"status": "done"}, "'done' is not a status"),
    ],
)
def test_what_is_given_and_contradicts_the_file_is_refused(tmp_path, given, reason):
    given = dict(given)
    title = f"{given.pop('title', '')} 2023 год"
    refused = refusal(tmp_path, sheet(year=title), **given)
    assert reason in refused.reason
    assert refused.remedy
    assert refused.file == "kz.xlsx"


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        ({"unit": "thousand USD"}, {"E3": None}),
        ({"year": 2023}, {"A2": None}),
        ({"months": 12}, {}),
        ({"unit": "тыс. долл. США", "year": 2023, "status": "final"}, {}),
    ],
)
def test_what_the_file_does_not_print_is_given(tmp_path, given, cells):
    table = read(tmp_path, sheet(**cells), **given).table
    assert set(zip(table["year"], table["currency"], strict=True)) == {(2023, "USD")}
    assert table["value"].max() == 600750


def test_a_flow_that_is_given_heads_a_column_without_one(tmp_path):
    rows = [[row[0], row[3]] for row in sheet(D4=None, year="2023 год, тыс. долларов США")]
    assert set(read(tmp_path, rows, merged=(), flow="import").table["flow"]) == {"import"}


def test_a_sheet_named_for_its_year_needs_no_other(tmp_path):
    assert set(read(tmp_path, {"2023": sheet(year=None)}).table["year"]) == {2023}


def test_the_reporter_among_its_own_partners_is_told(tmp_path):
    extra = tmp_path / "extra.csv"
    extra.write_text("name,code,kind\nОтечество,KAZ,country\n", "utf-8")
    notes = read(tmp_path, sheet(A8="Отечество"), partners=read_extra(extra)).proof.notes
    assert "Лист1: A8: «Отечество», the reporter, stands among its own partners" in notes
