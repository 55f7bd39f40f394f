"""The program as its users meet it: what it prints, what it refuses, how it ends."""

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from workbooks import compound, write

import traderank
from traderank import load_sources, load_trade, read_workbook
from traderank.cli import main
from traderank.partners import display_name
from traderank.sources import checksum, data_folder
from traderank.table import COLUMNS

RAW = data_folder() / "raw" / "kaz"
ORIGINALS = (Path(__file__).parents[1] / "../shared/data/kaz/originals").resolve()
BARE = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

with_originals = pytest.mark.skipif(
    not ORIGINALS.is_dir(), reason="the offices' own files are not beside the repository"
)

MINISTRY = [
    ["Внешняя торговля Республики Казахстан по странам"],
    ["2023 год"],
    ["тыс. долларов США"],
    ["Наименование страны", "Экспорт", "удельный вес в экспорте, %", "Импорт"],
    ["Всего", 30.5, 100, 12.25],
    ["Китай", 20.5, 67.2, 5.25],
    ["Россия", 10, 32.8, 7],
]


def program(*words, code="from traderank.cli import main; main()"):
    return [sys.executable, "-c", code, *map(str, words)]


def run(*words, folder=None, **environment):
    """Run the real program, as a shell would, and decode what it prints as UTF-8."""
    return subprocess.run(
        program(*words),
        cwd=folder,
        env=BARE | environment,
        capture_output=True,
        encoding="utf-8",
        errors="strict",
    )


def invoke(*words):
    """Run the program in this process: what only a process of its own proves is run as one."""
    return CliRunner().invoke(main, [*map(str, words)])


def ask(*words):
    result = invoke(*words)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def ask_table(*words):
    return pd.read_csv(io.StringIO(ask(*words, "--format", "csv")), keep_default_na=False)


def refusal(*words):
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def ministry(folder, changes=(), *, name="ministry.xlsx", sheet="2023"):
    """Write a small workbook that is proved, with a few cells changed."""
    rows = [list(row) for row in MINISTRY]
    for cell, value in dict(changes).items():
        rows[int(cell[1:]) - 1]["ABCD".index(cell[0])] = value
    return write(folder / name, {sheet: rows}, merged=())


# ── rank: the figures ────────────────────────────────────────────────────────────────────

# Billion USD and rank: Russia's turnover / export / import, China's, and the total.
FIGURES = """
2018 | 18.52 (1) / 5.28 (4) / 13.24 (1) | 11.69 (3) / 6.31 (2) / 5.38 (2)   | 94.77
2019 | 19.98 (1) / 5.67 (3) / 14.31 (1) | 14.79 (2) / 8.00 (2) / 6.79 (2)   | 97.77
2020 | 18.78 (1) / 5.01 (3) / 13.77 (1) | 15.80 (2) / 9.42 (1) / 6.38 (2)   | 86.47
2021 | 24.62 (1) / 7.02 (3) / 17.61 (1) | 18.00 (2) / 9.77 (1) / 8.23 (2)   | 101.74
2022 | 26.97 (1) / 9.09 (3) / 17.88 (1) | 24.20 (2) / 13.06 (2) / 11.14 (2) | 135.53
2023 | 27.05 (2) / 10.21 (3) / 16.85 (1) | 30.06 (1) / 14.67 (2) / 15.39 (2) | 139.55
2024 | 28.14 (2) / 9.55 (3) / 18.58 (1) | 30.16 (1) / 14.89 (2) / 15.27 (2) | 142.07
2025 | 27.79 (2) / 8.25 (3) / 19.54 (1) | 34.17 (1) / 15.20 (2) / 18.97 (2) | 144.66
"""


@pytest.mark.parametrize("line", FIGURES.strip().splitlines(), ids=lambda line: line[:4])
def test_rank_gives_the_offices_figures(line):
    year, russia, china, total = (part.strip() for part in line.split("|"))
    printed = {"RUS": [], "CHN": []}
    for flow in ("turnover", "export", "import"):
        named = ("--partner", "RUS", "--partner", "CHN", "--partner", "WLD")
        table = ask_table("rank", "KAZ", "--year", year, "--flow", flow, *named)
        rows = table.set_index("partner")
        for partner, told in printed.items():
            told.append(f"{rows['value'][partner] / 1e9:.2f} ({rows['rank'][partner]})")
        if flow == "turnover":
            assert f"{rows['value']['WLD'] / 1e9:.2f}" == total
    assert " / ".join(printed["RUS"]) == russia
    assert " / ".join(printed["CHN"]) == china


def test_rank_writes_csv_with_the_tables_columns_and_what_makes_the_rank_firm():
    header, *rows = ask(*shlex.split("rank KAZ --year 2023 --format csv --top 3")).splitlines()
    assert header.split(",") == [*COLUMNS, "rank", "share", "rival", "margin", "error_to_flip"]
    rows = [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]
    assert [(row["partner"], row["rank"]) for row in rows] == [
        ("CHN", "1"),
        ("RUS", "2"),
        ("ITA", "3"),
    ]
    russia = rows[1]
    assert (russia["partner_name"], russia["flow"]) == ("Россия", "turnover")
    assert (russia["source"], russia["sheet"], russia["cell"]) == ("kaz-2023", "2023", "D12 + F12")
    assert (russia["vintage"], russia["proof"], russia["rival"]) == ("2024-07-25", "proved", "CHN")
    assert round(float(russia["share"]), 4) == 0.1939


def test_a_turnover_has_the_decimals_that_are_printed_and_no_more():
    # The office prints 27054449.63674 thousand; in binary the sum is 27054449636.739998.
    russia = ask_table("rank", "KAZ", "--year", 2023, "--partner", "RUS").iloc[0]
    assert (str(russia["value"]), str(russia["margin"])) == ("27054449636.74", "3000939975.58")


def test_rank_writes_json_with_integers_and_nulls():
    rows = json.loads(ask(*shlex.split("rank KAZ --year 2023 --flow import --top 2 --format json")))
    assert [(row["partner"], row["rank"]) for row in rows] == [("RUS", 1), ("CHN", 2)]
    assert (rows[0]["cell"], rows[0]["classification"]) == ("F12", None)
    assert rows[0]["margin"] == rows[1]["margin"] == 1457802619.18


def test_csv_and_json_say_beside_the_table_what_turnover_is_and_where_it_is_from():
    done = invoke(*shlex.split("rank KAZ --year 2023 --format csv --top 3"))
    assert "Turnover is exports FOB plus imports CIF" in done.stderr
    assert "Shown: 3 of 204 ranked partners." in done.stderr
    assert "vintage 2024-07-25, final, proved (kaz-2023, sheet 2023)" in done.stderr
    done = invoke(*shlex.split("rank KAZ --year 2023 --format json --flow export --top 3"))
    assert "FOB" not in done.stderr and "kaz-2023" in done.stderr


def test_partners_are_filtered_after_the_ranking():
    table = ask_table("rank", "KAZ", "--year", 2023, "--partner", "NLD", "--partner", "ITA")
    assert table[["partner", "rank", "rival"]].values.tolist() == [
        ["ITA", 3, "KOR"],
        ["NLD", 6, "UZB"],
    ]


def test_the_total_and_printed_groups_are_shown_without_a_rank():
    named = ("--partner", "WLD", "--partner", "EU", "--partner", "CHN", "--top", 1)
    table = ask_table("rank", "KAZ", "--year", 2023, *named)
    assert table[["partner", "rank", "margin"]].values.tolist() == [
        ["CHN", "1", "3000939975.58"],
        ["EU", "", ""],
        ["WLD", "", ""],
    ]


def test_a_bloc_is_ranked_in_the_place_of_its_members():
    table = ask_table("rank", "KAZ", "--year", 2023, "--bloc", "EU", "--top", 3)
    assert table["partner"].tolist() == ["EU", "CHN", "RUS"]
    assert table["kind"].tolist() == ["bloc", "country", "country"]
    assert "EU is the sum of its members" in ask("rank", "KAZ", "--year", 2023, "--bloc", "EU")


def test_as_of_a_day_gives_the_edition_then_known():
    asked = ("rank", "KAZ", "--year", 2019, "--top", 1)
    assert ask_table(*asked, "--as-of", "2020-12-31")["source"].tolist() == ["kaz-2019"]
    assert ask_table(*asked)["source"].tolist() == ["kaz-2020"]
    assert "2019, as known on 2020-12-31\n" in ask(*asked, "--as-of", "2020-12-31")


def test_who_is_tied_with_the_last_one_shown_is_shown_too():
    asked = ("rank", "KAZ", "--year", 2018, "--flow", "export", "--top", 112)
    assert ask_table(*asked)["partner"].tolist()[-2:] == ["LUX", "MOZ"]


def test_ten_partners_are_shown_and_all_of_those_that_are_named():
    assert len(ask_table("rank", "KAZ", "--year", 2023)) == 10
    shown = load_trade("KAZ", flow="export").query("year == 2025")["partner"]
    named = [word for code in shown.tail(12) for word in ("--partner", code)]
    assert len(ask_table("rank", "KAZ", "--year", 2025, *named)) == 12


# ── rank: the table for people ───────────────────────────────────────────────────────────


def test_the_table_says_all_that_a_reader_must_know():
    text = ask("rank", "KAZ", "--year", 2023, "--top", 2)
    assert text.startswith("Kazakhstan: partners by turnover in goods, 2023\n")
    assert re.search(
        r"value, .*margin,\nrank .*million USD  share  rival  million USD  cells", text
    )
    assert re.search(r"1  China \(CHN\) +30,055.4  21.5%  RUS +3,000.9  D76 \+ F76", text)
    plain = " ".join(text.split())
    assert "Shown: 2 of 204 ranked partners. Total: 139,551.0 million USD." in plain
    assert "Turnover is exports FOB plus imports CIF, as statistical offices add them." in plain
    assert "Source: Bureau of National Statistics of the Agency" in plain
    assert "of Kazakhstan, vintage 2024-07-25, final, proved (kaz-2023, sheet 2023)." in plain


@pytest.mark.parametrize(
    "asked",
    ["2018 --flow import", "2023", "2023 --flow export --top 10", "2023 --bloc CHN_HKG_MAC"],
)
def test_no_name_and_no_figure_is_cut_off_at_80_columns(asked, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    asked = ("rank", "KAZ", "--top", 300, "--year", *asked.split())
    text, table = ask(*asked), ask_table(*asked)
    assert "…" not in text and "\x1b" not in text
    assert max(map(len, text.splitlines())) <= (86 if "--bloc" in asked else 80)
    (scale,) = re.findall("^rank +partner +(million |thousand |)USD", text, re.MULTILINE)
    body = text[text.index("───") : text.index("Shown:")]
    words, figures = set(body.split()), set(re.findall(r" ([\d,.]+) ", body))
    for row in table.itertuples():
        assert {*display_name(row.partner).split(), f"({row.partner})"} <= words, row.partner
        assert {*row.cell.split(), str(row.rank), row.rival} <= words, row.partner
        for figure in (row.value / SCALES[scale], row.margin / SCALES[scale]):
            assert {f"{figure:,.{places}f}" for places in (0, 1, 2)} & figures, row.partner


SCALES = {"million ": 10**6, "thousand ": 10**3, "": 1}


def test_the_unit_is_small_enough_for_the_smallest_figure():
    assert re.search(r"thousand USD.*\n.*\n 135  Monaco.* 191.2 ", ask_one(2023, "MCO"))
    assert re.search(
        r" USD .*\n.*\n 205  Falkland Islands .* 3  <0.1%  BDI +7 ", ask_one(2022, "FLK")
    )
    assert re.search(r" USD .*\n.*\n 195  Samoa .* 0\.12  <0.1% .* 2\.29 ", ask_one(2024, "WSM"))


def ask_one(year, partner):
    return ask("rank", "KAZ", "--year", year, "--partner", partner)


def test_a_narrow_terminal_squeezes_nothing(monkeypatch):
    asked = ("rank", "KAZ", "--year", 2023)
    monkeypatch.setenv("COLUMNS", "80")
    at_80 = ask(*asked)
    monkeypatch.setenv("COLUMNS", "30")
    assert ask(*asked) == at_80


# ── rank: what is not there ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("RUS --year 2023", "no reporter 'RUS' is shipped. Remedy: there is KAZ, KGZ, UZB."),
        (
            "KGZ --year 2023",
            "no turnover of 2023 is shipped: its exports and imports are of different editions. "
            "Remedy: there is export, import.",
        ),
        ("UZB --year 2023 --as-of 2024-01-01", "no edition of it is dated. Remedy: leave out"),
        ("KAZ --year 2030", "the year 2030 is not shipped. Remedy: there is 2018, .*, 2025."),
        ("KAZ --year 2023 --as-of 2020-12-31", "not shipped as of 2020-12-31. .* 2018, 2019."),
        ("KAZ --year 2023 --as-of 2019-01-01", "nothing was published by .* is 2020-08-13."),
        ("KAZ --year 2023 --as-of soon", "'soon' is not a date. Remedy: write it as in"),
        ("KAZ --year 2023 --flow exports", "not one of 'turnover', 'export', 'import'"),
        ("KAZ --year 2023 --partner china", "no partner 'china' is in the table.* write CHN."),
        ("KAZ --year 2023 --partner Китай", "no partner 'Китай' is in the table.* write CHN."),
        ("KAZ --year 2023 --partner chn", "no partner 'chn' is in the table.* write CHN."),
        ("KAZ --year 2023 --partner PCN", "no partner 'PCN' .*: there is AFG, .*, CHN, .* ZWE."),
        ("KAZ --year 2023 --partner Питкерн", "no partner 'Питкерн' .*: there is AFG, "),
        ("KAZ --year 2023 --bloc NATO", "not a bloc we know. .* CHN_HKG_MAC, EAEU, EU."),
        ("KAZ --year 2023 --bloc EU --partner DEU", "DEU is counted in its bloc"),
        ("KAZ --year 2023 --top 0", "0 is not in the range"),
        ("KAZ --year MMXXIII", "'MMXXIII' is not a valid integer"),
        ("KAZ", "Missing option '--year'"),
        ("", "Missing argument 'REPORTER'"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(words, message):
    assert re.search(message, refusal("rank", *shlex.split(words)))


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """Ship another clean table: the real one of 2023, changed."""

    def put(change):
        trade = change(load_trade("KAZ").query("year == 2023").copy())
        shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("raw"))
        trade.to_csv(tmp_path / "data" / "clean" / "trade.csv", index=False)
        monkeypatch.setattr("traderank.sources.data_folder", lambda: tmp_path / "data")

    return put


def test_a_part_of_a_year_is_never_shown_as_the_year(ship):
    part = {"year": 2026, "period": "2026-01-01/P10M", "months": 10}
    ship(lambda trade: pd.concat([trade, trade.assign(**part)]))
    message = "the year 2026 is not shipped, only 2026-01-01/P10M of it. Remedy: there is 2023."
    assert message in refusal("rank", "KAZ", "--year", 2026)


def test_a_part_of_the_same_year_changes_nothing(ship):
    part = {"period": "2023-S1", "months": 6}
    before = ask("rank", "KAZ", "--year", 2023)
    ship(lambda trade: pd.concat([trade.assign(**part), trade]))
    assert ask("rank", "KAZ", "--year", 2023) == before


def test_without_a_printed_total_there_are_ranks_and_no_shares(ship):
    ship(lambda trade: trade.query("partner != 'WLD'"))
    text = ask("rank", "KAZ", "--year", 2023, "--top", 1)
    assert re.search(r"China \(CHN\) +30,055.4 +–  RUS", text)
    assert "No total is printed: there are no shares." in text


def test_who_is_not_reported_is_named_and_not_ranked(ship):
    ship(lambda trade: trade.assign(value=trade["value"].where(trade["partner"] != "CHN")))
    assert "Not reported, and not ranked: CHN." in ask("rank", "KAZ", "--year", 2023)
    china = ask_one(2023, "CHN")
    assert re.search(r"\n +–  China \(CHN\) +– +–  –", china)


def test_a_flow_that_is_not_there_is_refused(ship):
    ship(lambda trade: trade.query("flow == 'import'"))
    message = "no turnover of 2023 is shipped. Remedy: there is import."
    assert message in refusal("rank", "KAZ", "--year", 2023)
    assert "F12" in ask("rank", "KAZ", "--year", 2023, "--flow", "import")


def test_a_preliminary_undated_or_undeclared_source_says_so(ship):
    unsure = {"status": "preliminary", "vintage": None, "source": "found.xls", "proof": "unproved"}
    ship(lambda trade: trade.assign(**unsure))
    assert "Source: preliminary, unproved (found.xls, sheet 2023)." in ask_one(2023, "CHN")


# ── sources ──────────────────────────────────────────────────────────────────────────────


def test_sources_lists_what_ships_and_what_is_used_of_it():
    table = pd.read_csv(io.StringIO(ask("sources", "--format", "csv")), dtype=str)
    table = table.set_index("key")
    assert list(table.index) == list(load_sources())
    assert table["covers"].to_dict() == {
        "kaz-2019": "2018, 2019",
        "kaz-2020": "2019, 2020",
        "kaz-2021": "2020, 2021",
        "kaz-2023": "2022, 2023",
        "kaz-2024": "2024",
        "kaz-2025": "2025",
        **{f"kgz-{flow}-2023": "1994–2023" for flow in ("exports", "imports")},
        **{f"uzb-{flow}-2023": "2010–2023" for flow in ("exports", "imports")},
    }
    used = "2018 2019 2020, 2021 2022, 2023 2024 2025".replace(" 2", "|2").replace(",|", ", ")
    used = [*used.split("|"), *["1994–2023"] * 2, *["2010–2023"] * 2]
    assert table["used"].tolist() == used
    proof = ["proved"] * 6 + ["consistent"] * 2 + ["unproved"] * 2
    assert table["proof"].tolist() == proof
    for row in table.itertuples():
        assert checksum(data_folder() / row.file) == row.sha256


def test_sources_as_a_table_and_as_json():
    text = ask("sources")
    assert re.search(r"kaz-2023 .*2024-07-25  final   proved      28f8b0d…", text)
    assert max(map(len, text.splitlines())) <= 80
    first, *_ = json.loads(ask("sources", "--format", "json"))
    assert (first["key"], first["used"], first["vintage"]) == ("kaz-2019", "2018", "2020-08-13")


# ── clean and check ──────────────────────────────────────────────────────────────────────

# Thousand USD print up to five decimals, those of the first two editions mostly one: then 190
# countries are together within 190 times 50 USD of the total.
ROUNDED = {"2019": 190 * 50, "2020": 190 * 50, "2021": 0.005, "2023": 0.005}


@with_originals
@pytest.mark.parametrize("edition", ROUNDED)
def test_the_countries_of_an_original_sum_to_the_printed_total(edition, tmp_path):
    (original,) = ORIGINALS.glob(f"*{edition}.xls")
    done = invoke("clean", original, "-o", tmp_path / "чистая таблица.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert re.search(r"proved: \d+ checks .* cover (\d+) of \1 numbers", done.stderr)
    table = pd.read_csv(tmp_path / "чистая таблица.csv")
    assert set(table["source"]) == {f"kaz-{edition}"}
    for (flow, year), rows in table.groupby(["flow", "year"]):
        (total,) = rows.loc[rows["partner"] == "WLD", "value"]
        countries = rows.loc[rows["kind"] == "country", "value"].sum()
        assert abs(countries - total) < ROUNDED[edition], (flow, year)


@with_originals
def test_check_says_proved_and_its_counts():
    done = invoke("check", *sorted(ORIGINALS.glob("*.xls")))
    assert (done.exit_code, done.stderr) == (0, "")
    first = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert len(first) == 4
    for line in first:
        name, word, counts = line.split(": ")
        assert (ORIGINALS / name).is_file() and word == "proved"
        checks, covered, numbers = re.search(
            r"(\d+) checks \(.+\) cover (\d+) of (\d+) numbers", counts
        ).groups()
        assert int(checks) > 1000 and covered == numbers


def test_check_prints_the_whole_proof_and_writes_nothing(tmp_path):
    path = ministry(tmp_path, {"D7": "7,0"})
    proof = str(read_workbook(path, reporter="KAZ").proof)
    assert "a number kept as text" in proof
    said = ask("check", path, "--reporter", "KAZ")
    assert said == "ministry.xlsx: " + proof.replace("\n", "\n  ") + "\n"
    assert [path.name for path in tmp_path.iterdir()] == ["ministry.xlsx"]


def test_clean_writes_the_same_csv_to_standard_output_and_to_a_file(tmp_path):
    path = ministry(tmp_path)
    to_file = invoke("clean", path, "--reporter", "KAZ", "-o", tmp_path / "tidy.csv")
    printed = invoke("clean", path, "--reporter", "KAZ")
    assert printed.stdout_bytes == (tmp_path / "tidy.csv").read_bytes()
    assert printed.stdout.splitlines()[0] == ",".join(COLUMNS)
    assert printed.stderr.startswith("ministry.xlsx: proved: ")
    assert to_file.stderr == printed.stderr + f"{tmp_path / 'tidy.csv'}: 6 rows written\n"


def test_clean_writes_what_the_library_reads(tmp_path):
    path = ministry(tmp_path)
    ask("clean", path, "--reporter", "KAZ", "-o", tmp_path / "tidy.parquet")
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "tidy.parquet"), read_workbook(path, reporter="KAZ").table
    )


def test_an_excel_file_says_of_what_it_was_made_and_how_it_was_proved(tmp_path):
    ask("clean", ministry(tmp_path), "--reporter", "KAZ", "-o", tmp_path / "tidy.xlsx")
    book = openpyxl.load_workbook(tmp_path / "tidy.xlsx")
    about = [cell.value for cell in book["about"]["A"]]
    assert f"read by traderank {traderank.__version__}" in about[0]
    assert any(str(line).startswith("ministry.xlsx: proved: ") for line in about)
    assert book["trade"].max_row == 7


def test_an_unproved_reading_is_written_and_said(tmp_path):
    rows = [["2023"], ["thousand USD"], ["", "Экспорт"], ["Китай", 1.5], ["Россия", 2.5]]
    path = write(tmp_path / "bare.xlsx", {"Лист1": rows}, merged=())
    for command in ("clean", "check"):
        done = invoke(command, path, "--reporter", "UZB")
        assert done.exit_code == 0
        assert "bare.xlsx: unproved: 0 checks (none) cover 0 of 2 numbers" in (
            done.stderr if command == "clean" else done.stdout
        )


def test_what_a_file_does_not_print_is_given(tmp_path):
    rows = [["Атлантида", 1.5], ["Россия", 2.5]]
    path = write(tmp_path / "bare.xlsx", {"Лист1": rows}, merged=())
    extra = tmp_path / "extra.csv"
    extra.write_text("name,code,kind\nАтлантида,XXX,residual\n", "utf-8")
    given = "--reporter UZB --unit 'million USD' --flow import --year 2024 --months 9"
    given = [*shlex.split(given), "--vintage", "2025-01-31", "--status", "preliminary"]
    text = ask("clean", path, *given, "--partners", extra)
    first, second = pd.read_csv(io.StringIO(text), keep_default_na=False).to_dict("records")
    assert (first["partner"], first["kind"], first["value"]) == ("XXX", "residual", 1_500_000)
    told = ("reporter", "flow", "period", "vintage", "status", "source")
    assert [second[name] for name in told] == [
        *("UZB", "import", "2024-01-01/P9M", "2025-01-31", "preliminary", "bare.xlsx")
    ]


def test_a_users_own_declared_file_is_known_by_its_checksum(tmp_path):
    path = ministry(tmp_path)
    mine = tmp_path / "MY.toml"
    mine.write_text(
        f'[my-2023]\nreporter = "KAZ"\nvintage = 2024-05-01\nsha256 = "{checksum(path)}"', "utf-8"
    )
    text = ask("clean", path, "--sources", mine)
    table = pd.read_csv(io.StringIO(text))
    assert set(table["source"]) == {"my-2023"} and set(table["vintage"]) == {"2024-05-01"}


def test_several_files_are_one_table(tmp_path):
    one = ministry(tmp_path, name="one.xlsx")
    two = ministry(tmp_path, {"A2": "2022 год"}, name="two.xlsx", sheet="2022")
    table = pd.read_csv(io.StringIO(ask("clean", one, two, "--reporter", "KAZ")))
    assert table.groupby("source", sort=False)["year"].unique().map(list).to_dict() == {
        "one.xlsx": [2023],
        "two.xlsx": [2022],
    }


def test_of_several_files_nothing_is_written_unless_all_are_read(tmp_path):
    good = ministry(tmp_path, name="good.xlsx")
    bad = ministry(tmp_path, {"B6": 21.5}, name="bad.xlsx")
    message = refusal("clean", good, bad, "--reporter", "KAZ", "-o", tmp_path / "tidy.csv")
    assert message.startswith("bad.xlsx, ")
    assert not (tmp_path / "tidy.csv").exists()
    for command in ("clean", "check"):
        assert refusal(command, good, bad, "--reporter", "KAZ") == message


def test_the_same_source_twice_is_refused(tmp_path):
    (tmp_path / "copy").mkdir()
    one, copy = ministry(tmp_path), ministry(tmp_path / "copy")
    message = refusal("clean", one, copy, "--reporter", "KAZ")
    assert f"ministry.xlsx is its source, and that of {one} too. Remedy: leave one" in message
    assert "kaz-2024 is its source" in refusal("check", RAW / "2024.xlsx", RAW / "2024.xlsx")


# ── bad input ────────────────────────────────────────────────────────────────────────────


def changed(**changes):
    return lambda folder: [ministry(folder, changes), "--reporter", "KAZ"]


def given(*words):
    return lambda folder: [ministry(folder), "--reporter", "KAZ", *words]


def holding(content, name="ministry.xlsx"):
    def make(folder):
        (folder / name).write_bytes(content)
        return [folder / name, "--reporter", "KAZ"]

    return make


def truncated(folder):
    path = ministry(folder)
    path.write_bytes(path.read_bytes()[:-2000])
    return [path, "--reporter", "KAZ"]


def locked_xls(folder):
    # FILEPASS stands before all other records of a protected .xls.
    record = b"\x2f\x00\x36\x00\x01\x00" + bytes(52)
    path = write(folder / "ministry.xls", {"2023": MINISTRY}, merged=(), first=record)
    return [path, "--reporter", "KAZ"]


def of_other_bytes(folder):
    path = folder / "raw" / "kaz" / "2023.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes((RAW / "2023.xlsx").read_bytes() + b"\0")
    return [path]


def without_partners(folder):
    path = write(folder / "ministry.xlsx", {"Лист1": [["год", "зерно"], [2023, 5]]}, merged=())
    return [path, "--reporter", "KAZ"]


BAD = {
    "a missing file": (
        lambda folder: [folder / "2022 год.xlsx"],
        "2022 год.xlsx: there is no such",
    ),
    "a name too long": (lambda folder: [folder / ("x" * 300)], "the file cannot be read"),
    "a folder": (lambda folder: [folder], "this is a folder, not a workbook"),
    "an empty file": (holding(b""), "ministry.xlsx: the file is empty"),
    "a text file": (holding(b"partner,value\n"), "ministry.xlsx: no partner table: this text has"),
    "a truncated workbook": (truncated, "ministry.xlsx: the workbook is damaged or cut short"),
    "a protected .xlsx": (
        holding(compound(b"sealed", "EncryptedPackage")),
        "ministry.xlsx: .*protected by a password",
    ),
    "a protected .xls": (locked_xls, "ministry.xls: .*protected by a password"),
    "no partner table": (without_partners, r"ministry.xlsx.*: no partner table"),
    "no reporter": (lambda folder: [ministry(folder)], "which country reports.*--reporter KAZ"),
    "an unknown partner": (
        changed(A6="Китайск"),
        "A6: «Китайск» is not a partner .*--partners",
    ),
    "a partner twice": (changed(A7="Китай"), "A7: .*a partner twice"),
    "text for a number": (changed(B6="н.м."), "B6: «н.м.» is not a number"),
    "a wrong total": (changed(B5=31.5), "B5: .*not the sum"),
    "a wrong share": (changed(C6=76.2), "the share of «Китай» is not .*C6 prints 76.2"),
    "no unit": (changed(A3="в текущих ценах"), "no unit is printed.*--unit"),
    "another unit": (given("--unit", "million USD"), "A3: .*thousand USD.*million USD was given"),
    "an unknown unit": (given("--unit", "barrels"), "'barrels' is not a unit we know"),
    "another year": (given("--year", "2022"), "A2: 2023 is printed, but 2022 was given"),
    "a sheet of another year": (changed(A2="2022 год"), "A2: .*2022.*named «2023»"),
    "an error cell": (changed(B6="#DIV/0!"), "B6: an error value stands where a number should"),
    "no value in a formula": (changed(B6="=1+1"), "B6: a formula without a value stands where"),
    "another checksum": (
        of_other_bytes,
        "2023.xlsx: its checksum .* is not the one in sources.toml",
    ),
    "no list of partners": (given("--partners", "gone.csv"), "gone.csv: .*cannot be read"),
    "no list of sources": (given("--sources", "gone.toml"), "gone.toml: cannot be read"),
}
IN_A_CELL = re.compile(r'ministry\.xlsx, sheet "2023", [A-D]\d: .+ Remedy: .+\.')


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_in_one_message_and_nothing_is_written(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, message = BAD[case]
    words = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    said = refusal("clean", *words, "-o", "tidy.csv")
    assert re.search(message, said), said
    assert re.fullmatch(r".+: .+\. Remedy: .+\.\n", said)
    if re.match("[A-D][0-9]: ", message):
        assert IN_A_CELL.match(said)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_program_itself_keeps_result_message_and_status_apart(tmp_path):
    good, bad = ministry(tmp_path), ministry(tmp_path, {"B5": 31.5}, name="bad.xlsx")
    for path in (good, bad):
        here, alone = (call("clean", path, "--reporter", "KAZ") for call in (invoke, run))
        assert (alone.returncode, alone.stdout) == (here.exit_code, here.stdout)
        assert alone.stderr == here.stderr and alone.returncode == (0 if path == good else 2)


def test_an_output_that_cannot_be_written_is_refused_before_the_files_are_read(tmp_path):
    message = refusal("clean", tmp_path / "gone.xlsx", "-o", tmp_path / "absent" / "tidy.csv")
    assert message.startswith("tidy.csv: there is no folder ")
    path = ministry(tmp_path)
    assert "one of the files to be read" in refusal("clean", path, "-o", path)
    extra = tmp_path / "extra.csv"
    extra.write_text("name,code,kind\n")
    words = ("clean", path, "--reporter", "KAZ", "--partners", extra, "-o", extra)
    assert "one of the files to be read" in refusal(*words)


def test_parquet_without_pyarrow_is_refused_with_the_remedy(tmp_path):
    code = "import sys; sys.modules['pyarrow'] = None; from traderank.cli import main; main()"
    words = ("clean", ministry(tmp_path), "--reporter", "KAZ", "-o")
    asked = program(*words, tmp_path / "tidy.parquet", code=code)
    done = subprocess.run(asked, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "tidy.parquet: .parquet needs pyarrow, which is not here. "
        "Remedy: pip install pyarrow, or write .csv.\n"
    )
    asked = program(*words, tmp_path / "tidy.csv", code=code)
    assert subprocess.run(asked, capture_output=True).returncode == 0


# ── how it ends ──────────────────────────────────────────────────────────────────────────

posix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes are those of POSIX")

# A slow disk: whoever ends the program now ends it in the middle of writing.
# Whoever runs the tests may have hung up on signals (nohup), which the program respects.
SLOW = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from traderank.cli import main
os.fsync = lambda fd: (pathlib.Path("../writing").touch(), time.sleep(60))
main()
"""
# As where a library, ended while it is imported, calls it an error of its own.
RENAMED = SLOW.replace(
    "main()\n",
    """
slowly = os.fsync
def fsync(fd):
    try:
        slowly(fd)
    except SystemExit:
        raise ImportError("ended") from None
os.fsync = fsync
main()
""",
)
# As on a system that knows no files without a name.
NAMED = SLOW.replace("main()\n", "vars(os).pop('O_TMPFILE', None)\nmain()\n")


def end_while_writing(folder, number, code):
    (folder / "work").mkdir()
    (folder / "work" / "tidy.csv").write_text("old")
    words = ("clean", ministry(folder), "--reporter", "KAZ", "-o", "tidy.csv")
    process = subprocess.Popen(
        program(*words, code=code), cwd=folder / "work", env=BARE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not (folder / "writing").exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(number)
    _, message = process.communicate(timeout=30)
    left = {path.name: path.read_text() for path in (folder / "work").iterdir()}
    return process.returncode, message, left


@posix
@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("SIGTERM", 143, SLOW),
        ("SIGHUP", 129, SLOW),
        ("SIGINT", 130, SLOW),
        ("SIGTERM", 143, NAMED),
        ("SIGINT", 130, NAMED),
        # SIGINT is no SystemExit, which alone is called another error.
        ("SIGTERM", 143, RENAMED),
    ],
    ids=["SIGTERM", "SIGHUP", "SIGINT", "SIGTERM-named", "SIGINT-named", "SIGTERM-renamed"],
)
def test_a_run_that_is_ended_leaves_nothing_half_written(name, status, code, tmp_path):
    ended = end_while_writing(tmp_path, getattr(signal, name), code)
    assert ended == (status, b"", {"tidy.csv": "old"})


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no files without a name")
def test_even_a_run_that_is_killed_leaves_nothing_half_written(tmp_path):
    ended = end_while_writing(tmp_path, signal.SIGKILL, SLOW)
    assert ended == (-signal.SIGKILL, b"", {"tidy.csv": "old"})


@posix
@pytest.mark.parametrize(
    ("words", "unbuffered"),
    [(("clean", RAW / "2024.xlsx"), ""), (("clean", RAW / "2024.xlsx"), "1"), (("--help",), "")],
    ids=["buffered", "unbuffered", "help"],
)
def test_a_closed_pipe_is_no_fault(words, unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        environment = BARE | {"PYTHONUNBUFFERED": unbuffered}
        done = subprocess.run(program(*words), env=environment, stdout=pipe, stderr=subprocess.PIPE)
    assert done.returncode == 0
    assert b"rror" not in done.stderr and b"ignored" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "words", [("clean", RAW / "2024.xlsx"), ("sources",)], ids=["bytes", "text"]
)
def test_a_full_disk_behind_standard_output_is_said(words):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(program(*words), env=BARE, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    *_, message = done.stderr.decode().splitlines()
    assert message.startswith("standard output cannot be written (No space left on device).")


def test_our_own_fault_is_a_short_message_and_a_traceback_only_on_demand(ship, monkeypatch):
    ship(lambda trade: trade.assign(value="many"))
    done = invoke("rank", "KAZ", "--year", 2023)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("A fault of traderank's own: ValueError: ")
    assert "TRADERANK_DEBUG=1" in done.stderr and len(done.stderr.splitlines()) == 1
    monkeypatch.setenv("TRADERANK_DEBUG", "1")
    done = invoke("rank", "KAZ", "--year", 2023)
    assert done.exit_code == 3 and "Traceback" in done.stderr


# ── what it prints where ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "cp1251"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda environment: " ".join(environment.values()),
)
def test_everything_is_utf8_on_any_console(environment, tmp_path):
    shutil.copy(RAW / "2024.xlsx", tmp_path / "внешняя торговля 2024.xlsx")
    done = run("clean", "внешняя торговля 2024.xlsx", folder=tmp_path, **environment)
    assert done.returncode == 0
    assert "Китай" in done.stdout
    assert done.stderr.startswith("внешняя торговля 2024.xlsx: proved: ")


@posix
def test_a_name_that_is_no_text_is_refused_where_it_would_be_the_source(tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.xlsx")
    shutil.copy(ministry(tmp_path), name)
    message = refusal("clean", name, "--reporter", "KAZ")
    assert message == "\ufffd.xlsx: the name of the file is not UTF-8. Remedy: rename it.\n"


def test_what_is_printed_cannot_steer_the_terminal():
    assert refusal("check", "\x1b[31mred\n.xlsx").startswith(r"\x1b[31mred .xlsx: there is no")


@posix
def test_progress_is_shown_in_a_terminal_and_nowhere_else(tmp_path, monkeypatch):
    import pty

    path = ministry(tmp_path)
    ours, theirs = pty.openpty()
    environment = BARE | {"TERM": "xterm", "COLUMNS": "80"}
    words = ("check", path, "--reporter", "KAZ")
    done = subprocess.run(program(*words), env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"Reading" in shown and b"Reading" not in done.stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert invoke(*words).stderr == ""


def test_a_table_has_no_colour_codes_even_where_colour_is_forced(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in ask("sources")


# ── help ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", main.commands)
def test_every_example_in_the_help_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for edition in ("2023", "2024"):
        shutil.copy(RAW / f"{edition}.xlsx", tmp_path / f"{edition}.xlsx")
    for file in ("ministry.xlsx", "final.xlsx"):
        ministry(tmp_path, name=file)
    shown = ask(name, "--help")
    lines = re.findall(r"^ +traderank (.+)$", shown[shown.index("Examples:") :], re.MULTILINE)
    assert len(lines) > 1
    for line in lines:
        assert ask(*shlex.split(line)) or " -o " in line


def test_help_has_a_line_for_each_command_and_the_exit_statuses():
    shown = ask("--help")
    for name, command in main.commands.items():
        assert re.search(rf"^  {name} +\S.+[.]$", shown, re.MULTILINE)
        assert "..." not in command.get_short_help_str(70)
    assert re.search(
        "^  Exit status:\n    0  done.*\n    1 .*\n    2 .*\n    3 ", shown, re.MULTILINE
    )


def test_help_imports_nothing_that_is_slow():
    code = "import sys, traderank.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    slow = {"pandas", "numpy", "narwhals", "rich", "babel", "openpyxl", "python_calamine"}
    assert "click" in loaded and not slow & loaded


def test_the_script_and_the_module_are_the_same_program():
    (script,) = metadata.entry_points(group="console_scripts", name="traderank")
    assert script.load() is main
    module = [sys.executable, "-m", "traderank", "--version"]
    done = subprocess.run(module, capture_output=True, text=True, check=True)
    assert done.stdout == f"traderank {traderank.__version__}\n" == ask("--version")


def test_wrong_usage_is_refused_with_status_2():
    for words in ("clean", "check", "clean --flow turnover x.xls", "rank KAZ --colour", "paint"):
        assert "Usage: " in refusal(*shlex.split(words))
