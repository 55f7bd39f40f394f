"""Raw files are the offices' figures, the clean table is the raw files, the codebook tells both."""

import csv
import hashlib
import importlib.util
import io
import json
import re
import tomllib
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from traderank.cli import main as program
from traderank.sources import checksum, read_declared, read_sources
from traderank.table import COLUMNS, Refused

DATA = Path(__file__).parents[1] / "data"
ORIGINALS = (Path(__file__).parents[1] / "../shared/data").resolve()
SOURCES = read_sources(DATA / "sources.toml")
REKEYED = [key for key, entry in SOURCES.items() if "original_name" in entry]
PLAIN = [key for key in SOURCES if key not in REKEYED]

with_originals = pytest.mark.skipif(
    not ORIGINALS.is_dir(), reason="the offices' own files are not beside the repository"
)


def script(name):
    spec = importlib.util.spec_from_file_location(f"data_{name}", DATA / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rekey, build = script("rekey"), script("build")


def office_file(entry):
    return rekey.find_original(ORIGINALS, entry["original_name"])


def office_tables(path):
    """Yield the sheets with numbers, as `sheets` does; a text file is one."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield path.stem, [list(map(number_or_text, row)) for row in csv.reader(file)], []
        return
    for name, rows, merged in sheets(path):
        if any(kind(value) == "number" for row in rows for value in row):
            yield name, rows, merged


def number_or_text(text):
    """A code with a leading 0 (008) is text."""
    return float(text) if re.fullmatch(r"0|[1-9]\d*|\d+\.\d+|\de-\d+", text) else text


def shown(rows):
    """Numbers to the fifteen digits that a spreadsheet shows: more is noise of its formulas."""
    return [[float(f"{v:.15g}") if kind(v) == "number" else v for v in row] for row in rows]


def sheets(path, *names):
    book = CalamineWorkbook.from_path(path)
    for name in names or book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        yield name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges


def kind(value):
    return "number" if isinstance(value, (int, float)) else type(value)


# ── raw ──────────────────────────────────────────────────────────────────────────────────


@with_originals
@pytest.mark.parametrize("key", REKEYED)
def test_every_cell_is_the_offices(key):
    ours = list(sheets(DATA / SOURCES[key]["file"]))[:-1]
    theirs = list(office_tables(office_file(SOURCES[key])))
    # No number is left out: every sheet that has one is here, in the office's order.
    for (name, rows, merged), (office_name, office_rows, office_merged) in zip(
        ours, theirs, strict=True
    ):
        assert name == office_name
        assert sorted(merged) == sorted(office_merged)
        assert len(rows) == len(office_rows) > 160
        assert shown(rows) == shown(office_rows)
        assert [list(map(kind, row)) for row in rows] == [
            list(map(kind, row)) for row in office_rows
        ]


@with_originals
@pytest.mark.parametrize("key", REKEYED)
def test_rekeying_the_offices_file_gives_the_shipped_bytes(key):
    entry = SOURCES[key]
    original = office_file(entry)
    assert checksum(original) == entry["original_sha256"]
    assert rekey.rekey(original, entry) == (DATA / entry["file"]).read_bytes()


@with_originals
@pytest.mark.parametrize("key", PLAIN)
def test_plain_tables_hold_the_figures_received(key):
    entry = SOURCES[key]
    year = Path(entry["file"]).stem
    figures = rekey.find_original(ORIGINALS, rekey.PLAIN_FIGURES)
    assert rekey.type_plain(figures, year, entry) == (DATA / entry["file"]).read_bytes()
    with figures.open(encoding="utf-8", newline="") as file:
        received = [
            [row["name_ru"], float(row["exports_kusd"]), float(row["imports_kusd"])]
            for row in csv.DictReader(file)
            if row["year"] == year
        ]
    ((_, rows, _),) = sheets(DATA / entry["file"], year)
    assert rows[5:] == received
    for flow in (1, 2):
        assert rows[4][flow] == pytest.approx(sum(row[flow] for row in received), abs=1e-5)


@pytest.mark.parametrize("key", REKEYED)
def test_rekeying_a_rekeyed_file_changes_nothing_not_even_the_time(key):
    path = DATA / SOURCES[key]["file"]
    assert rekey.rekey(path, SOURCES[key]) == path.read_bytes()


@pytest.mark.parametrize("key", SOURCES)
def test_the_declared_checksum_is_the_files(key):
    path = DATA / SOURCES[key]["file"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SOURCES[key]["sha256"]


@pytest.mark.parametrize("key", SOURCES)
def test_each_file_says_on_its_last_sheet_what_it_is(key):
    *_, (name, rows, _) = sheets(DATA / SOURCES[key]["file"])
    text = "\n".join(row[0] for row in rows)
    assert name == "About this file"
    assert ("not the office's file" if key in REKEYED else "the layout is not") in text
    for told in ("office", "title", "edition", "url", "licence"):
        assert SOURCES[key][told] in text
    assert f"Published: {SOURCES[key].get('vintage', 'not known')} (" in text
    assert f"Source key: {key} " in text


def test_no_sheet_of_the_offices_prose_is_carried():
    for entry in SOURCES.values():
        names = [name for name, *_ in sheets(DATA / entry["file"])]
        assert not {"Обложка", "Усл.обозначения", "Содержание", "Метод.пояснения"} & set(names)


def test_every_entry_tells_what_people_need():
    needed = {"office", "title", "url", "accessed", "vintage_note", "basis", "licence"}
    needed |= {"reporter", "currency", "file", "sha256", "note", "known_errors"}
    sites = {"KAZ": "https://stat.gov.kz/", "KGZ": "https://stat.gov.kg/"}
    sites |= {"UZB": "https://siat.stat.uz/"}
    for key, entry in SOURCES.items():
        assert needed <= entry.keys(), key
        assert entry["url"].startswith(sites[entry["reporter"]])
        published = date.fromisoformat(entry.get("vintage", "1991-12-26"))
        assert published <= date.fromisoformat(entry["accessed"])


# ── the next edition ─────────────────────────────────────────────────────────────────────


def next_edition(path, russia=3.25):
    book = openpyxl.Workbook()
    book.active.title = "Обложка"
    book.active["A7"] = "Дата опубликования: 26.07.2027"
    sheet = book.create_sheet("2026")
    for row in [
        [" Основные показатели внешней торговли Республики Казахстан"],
        ["2026 год"],
        [None, None, None, None, "тыс. долларов США"],
        ["Наименование", "Товарооборот", None, "Экспорт", None, "Импорт"],
        ["Всего", 9.75, None, 5.25, None, 4.5],
        ["  Китай", 3.5, None, 2, None, 1.5],
        ["Россия", 6.25, None, russia, None, 3],
        ["Токелау"],
    ]:
        sheet.append(row)
    sheet.merge_cells("B4:C4")
    book.save(path)
    return path


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "sources.toml").write_text((DATA / "sources.toml").read_text("utf-8"), "utf-8")
    return folder


def test_the_next_edition_is_one_command_and_one_entry(tmp_path, data):
    office = next_edition(tmp_path / "Основные показатели_2026.xlsx")
    entry = rekey.rekey_next(office, "kaz/2026", data)
    with (data / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{entry}\n")
    sources = read_sources(data / "sources.toml")
    assert sources["kaz-2026"]["vintage"] == "2027-07-26"
    assert "year=2026" in sources["kaz-2026"]["url"]
    for path in (data / "raw/kaz/2026.xlsx", office):
        table = read_declared(path, sources).table
        assert set(table["source"]) == {"kaz-2026"}
        assert table.query("partner == 'RUS'")["value"].tolist() == [3250, 3000]
    assert [name for name, *_ in sheets(data / "raw/kaz/2026.xlsx")] == ["2026", "About this file"]


def test_leading_spaces_blanks_and_merged_cells_are_kept(tmp_path, data):
    office = next_edition(tmp_path / "2026.xlsx")
    rekey.rekey_next(office, "kaz/2026", data)
    assert list(sheets(office, "2026")) == list(sheets(data / "raw/kaz/2026.xlsx", "2026"))


def test_the_next_edition_of_a_text_file_follows_the_last_of_its_flow(tmp_path, data):
    office = tmp_path / "sdmx_data_1105.csv"
    office.write_text("Code,Klassifikator_en,2023,2024\n643,Russia,3.5,4.25\n156,China,2.5,2\n")
    entry = rekey.rekey_next(office, "uzb/exports-2024", data)
    with (data / "sources.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{entry}\n")
    sources = read_sources(data / "sources.toml")
    assert sources["uzb-exports-2024"]["edition"] == "2010–2024"
    assert "vintage" not in sources["uzb-exports-2024"]
    table = read_declared(data / "raw/uzb/exports-2024.xlsx", sources).table
    assert set(table["flow"]) == {"export"}
    assert set(table["proof"]) == {"unproved"}
    assert table.query("partner == 'RUS'")["value"].tolist() == [3500, 4250]


def test_an_error_cell_is_not_rekeyed_as_a_blank(tmp_path, data):
    office = next_edition(tmp_path / "2026.xlsx", russia="=1/0")
    with pytest.raises(Refused, match="D7: there is no plain number here"):
        rekey.rekey_next(office, "kaz/2026", data)
    assert not (data / "raw").exists()


def test_an_edition_of_an_office_without_an_entry_is_refused(tmp_path, data):
    with pytest.raises(Refused, match="'xyz/2026' names no office"):
        rekey.rekey_next(next_edition(tmp_path / "2026.xlsx"), "xyz/2026", data)


# ── clean ────────────────────────────────────────────────────────────────────────────────

TRADE = (DATA / "clean" / "trade.csv").read_bytes()
PACKAGE = json.loads((DATA / "clean" / "datapackage.json").read_text("utf-8"))
ROWS = list(csv.DictReader(io.StringIO(TRADE.decode())))


def test_clean_table_matches_a_fresh_build():
    files, readings = build.build()
    assert list(readings) == list(SOURCES)
    for name, content in files.items():
        assert content == (DATA / "clean" / name).read_bytes(), f"{name}: run data/build.py"


def test_a_raw_file_that_is_not_declared_stops_the_build(data):
    (data / "raw").mkdir()
    (data / "raw" / "stray.xlsx").write_bytes(b"PK")
    with pytest.raises(Refused, match=r"stray.xlsx: is not in sources.toml"):
        next(build.read_raw(data))


def test_a_changed_raw_file_stops_the_build(data):
    for entry in SOURCES.values():
        path = data / entry["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((DATA / entry["file"]).read_bytes().replace(b"2019", b"2018"))
    with pytest.raises(Refused, match="checksum"):
        next(build.read_raw(data))


def test_country_values_sum_to_the_published_total():
    years = {}
    for row in ROWS:
        years.setdefault((row["source"], row["flow"], row["year"]), []).append(row)
    summed = 0
    for (source, *_), rows in years.items():
        total = [row for row in rows if row["partner"] == "WLD"]
        if not total or column(total[0]["cell"]) in wrong_columns(source):
            continue
        parts = [float(row["value"]) for row in rows if row["kind"] in ("country", "residual")]
        # Half of the last decimal printed, 0.05 thousand USD, for each of the numbers.
        assert sum(parts) == pytest.approx(float(total[0]["value"]), abs=50 * (len(parts) + 1))
        summed += 1
    assert summed == 20 + 14 + 7


def column(cell):
    return cell.rstrip("0123456789")


def wrong_columns(source):
    """Columns of values in which the office's figures are known to contradict each other."""
    return {column(error["cell"]) for error in SOURCES[source]["known_errors"] if error["size"]}


def test_a_number_is_the_printed_one_times_a_thousand_exactly():
    by_cell = {(row["source"], row["sheet"], row["cell"]): row for row in ROWS}
    assert by_cell["kaz-2023", "2023", "D12"]["value"] == "10207415705.34"
    assert by_cell["kaz-2023", "2022", "D9"]["value"] == "28048904.52"
    assert by_cell["kaz-2025", "2025", "B5"]["value"] == "79229500548.26"


@pytest.mark.parametrize(
    ("reporter", "flow", "partner", "million", "rank"),
    [
        *[("KGZ", "export", "RUS", 824, 2), ("KGZ", "export", "CHN", 80, 8)],
        *[("KGZ", "import", "CHN", 5353, 1), ("KGZ", "import", "RUS", 2183, 2)],
        *[("UZB", "export", "RUS", 3496, 1), ("UZB", "export", "CHN", 2487, 2)],
        *[("UZB", "import", "CHN", 11339, 1), ("UZB", "import", "RUS", 6661, 2)],
    ],
)
def test_the_neighbours_rank_russia_and_china_as_their_offices_do(
    reporter, flow, partner, million, rank
):
    command = ["rank", reporter, "--year", "2023", "--flow", flow, "--partner", partner]
    printed = CliRunner().invoke(program, [*command, "--format", "csv"]).stdout
    (row,) = csv.DictReader(io.StringIO(printed))
    assert (round(float(row["value"]) / 1e6), row["rank"]) == (million, str(rank))


def test_the_package_describes_the_file_beside_it():
    (resource,) = PACKAGE["resources"]
    assert resource["hash"] == f"sha256:{hashlib.sha256(TRADE).hexdigest()}"
    assert resource["bytes"] == len(TRADE)
    assert [field["name"] for field in resource["schema"]["fields"]] == list(ROWS[0])
    assert list(ROWS[0]) == list(COLUMNS)
    assert [source.get("version") for source in PACKAGE["sources"]] == [
        entry.get("vintage") for entry in SOURCES.values()
    ]
    assert b"\r" not in TRADE


PARSE = {"string": str, "integer": int, "number": float, "date": date.fromisoformat, "year": int}


def obeys(text, field):
    limits = field.get("constraints", {})
    if text == "":
        return not limits.get("required", False)
    value = PARSE[field["type"]](text)
    return (
        (value in limits.get("enum", [value]))
        and bool(re.fullmatch(limits.get("pattern", ".*"), text))
        and limits.get("minimum", value) <= value <= limits.get("maximum", value)
    )


def test_every_row_obeys_the_schema_of_the_package():
    schema = PACKAGE["resources"][0]["schema"]
    for field in schema["fields"]:
        wrong = {row[field["name"]] for row in ROWS if not obeys(row[field["name"]], field)}
        assert not wrong, field["name"]
    keys = {tuple(row[name] for name in schema["primaryKey"]) for row in ROWS}
    assert len(keys) == len(ROWS)
    assert not any("" in key for key in keys)


# ── the codebook ─────────────────────────────────────────────────────────────────────────

README = (DATA / "README.md").read_text("utf-8")


def table_under(heading):
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip("`") for cell in row] for row in rows[2:]]


def test_the_codebook_lists_exactly_the_columns():
    assert dict(table_under("Columns of `clean/trade.csv`")) == COLUMNS


def covered(years):
    return ", ".join(years) if len(years) <= 2 else f"{years[0]}–{years[-1]}"


def test_the_codebook_lists_exactly_the_sources():
    listed = {key: (covers, vintage) for key, covers, vintage, *_ in table_under("Sources")}
    assert listed == {
        key: (
            covered(sorted({row["year"] for row in ROWS if row["source"] == key})),
            entry.get("vintage", "not known"),
        )
        for key, entry in SOURCES.items()
    }


def test_the_codebook_explains_every_word_of_an_entry():
    words = set(re.findall(r"`(\w+)`", README.split("## Words of `sources.toml`")[1]))
    entries = tomllib.loads((DATA / "sources.toml").read_text("utf-8")).values()
    assert {word for entry in entries for word in entry} <= words


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--originals", "nowhere"], "there is no folder nowhere. Remedy: give --originals"),
        (["absent.xls", "--as", "kaz/2026"], "absent.xls: there is no such file"),
        (["absent.xls"], "a workbook and --as go together"),
    ],
)
def test_the_command_says_what_is_missing_and_ends_with_2(given, message, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["rekey.py", *given])
    with pytest.raises(SystemExit) as ended:
        rekey.main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
