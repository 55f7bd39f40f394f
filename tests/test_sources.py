"""A file is known by its checksum; a period comes from one vintage, the latest then known."""

import datetime
import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

from traderank import load_sources, load_trade, raw_file
from traderank.sources import (
    data_folder,
    find_source,
    read_declared,
    read_sources,
    read_trade,
)
from traderank.table import COLUMNS, KEY, Refused

RAW = data_folder() / "raw" / "kaz"
ORIGINALS = (Path(__file__).parents[1] / "../shared/data").resolve()
SHIPPED = load_sources()

with_originals = pytest.mark.skipif(
    not ORIGINALS.is_dir(), reason="the offices' own files are not beside the repository"
)


def own(tmp_path, text):
    path = tmp_path / "MY.toml"
    path.write_text(text, "utf-8")
    return path


# ── which file is it ─────────────────────────────────────────────────────────────────────


def test_a_file_is_found_by_its_bytes_under_any_name(tmp_path):
    copy = shutil.copy(RAW / "2023.xlsx", tmp_path / "renamed.xlsx")
    key, entry = find_source(copy, SHIPPED)
    assert (key, entry["vintage"]) == ("kaz-2023", "2024-07-25")


@with_originals
@pytest.mark.parametrize("key", [key for key in SHIPPED if "original_name" in SHIPPED[key]])
def test_the_offices_own_file_reads_as_the_rekeyed_one(key):
    entry = SHIPPED[key]
    (original,) = (p for p in ORIGINALS.rglob("*") if p.name == entry["original_name"])
    theirs, ours = read_declared(original), read_declared(data_folder() / entry["file"])
    if original.suffix == ".csv":
        assert theirs.table["sheet"].isna().all()
        theirs.table["sheet"] = ours.table["sheet"]
    pd.testing.assert_frame_equal(theirs.table, ours.table, check_exact=True)
    words = {"KAZ": "proved", "KGZ": "consistent", "UZB": "unproved"}
    assert theirs.proof.word == ours.proof.word == words[entry["reporter"]]
    assert set(ours.table["source"]) == {key}


def test_the_workbook_behind_a_source_is_found_by_its_key():
    assert find_source(raw_file("kaz-2023"), SHIPPED)[0] == "kaz-2023"


def test_a_workbook_that_is_not_there_is_refused_with_the_reason(monkeypatch, tmp_path):
    with pytest.raises(Refused, match=r"there is no source 'kaz-1999'.*kaz-2019"):
        raw_file("kaz-1999")
    # An installed package: the list of sources without the workbooks.
    shutil.copy(data_folder() / "sources.toml", tmp_path)
    monkeypatch.setattr("traderank.sources.data_folder", lambda: tmp_path)
    with pytest.raises(Refused, match=r"2023.xlsx: the workbook of kaz-2023 is not here"):
        raw_file("kaz-2023")


def test_a_file_nobody_declared_has_no_source(tmp_path):
    path = tmp_path / "other.xlsx"
    path.write_bytes(b"PK\x03\x04")
    assert find_source(path, SHIPPED) is None
    assert find_source(tmp_path, SHIPPED) is None
    assert find_source(tmp_path / "absent.xlsx", SHIPPED) is None


@pytest.mark.parametrize(
    "name",
    [
        "raw/kaz/2023.xlsx",
        "Основные показатели внешней торговли_2021.xls",
        # As macOS writes it: «й» is «и» and an accent.
        "Основные показатели внешнеи\u0306 торговли_2021.xls",
    ],
)
def test_a_declared_name_on_other_bytes_is_refused(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((RAW / "2023.xlsx").read_bytes() + b"\0")
    with pytest.raises(Refused, match=r"its checksum \w{12}… is not the one in sources.toml") as no:
        read_declared(path)
    assert "get it again, or read it under another name" in no.value.remedy


def test_the_same_bytes_changed_are_read_under_another_name_as_undeclared(tmp_path):
    path = tmp_path / "2023-my-copy.xlsx"
    path.write_bytes((RAW / "2024.xlsx").read_bytes() + b"\0")
    table = read_declared(path, reporter="KAZ").table
    assert set(table["source"]) == {"2023-my-copy.xlsx"}
    assert table["vintage"].isna().all()
    assert table["status"].isna().all()


# ── what is given and what is declared ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reporter": "KGZ"}, "says the reporter is KAZ, but KGZ was given"),
        ({"unit": "million USD"}, "says the unit is thousand USD, but million USD was given"),
        ({"unit": "barrels"}, "says the unit is thousand USD, but barrels was given"),
        ({"vintage": "2024-07-26"}, "says the vintage is 2024-07-25, but 2024-07-26 was given"),
        ({"status": "preliminary"}, "says the status is final, but preliminary was given"),
        ({"months": 10}, "says the months is 12, but 10 was given"),
    ],
)
def test_what_contradicts_the_entry_is_refused(given, message):
    with pytest.raises(Refused, match=message):
        read_declared(RAW / "2023.xlsx", **given)


def test_what_agrees_with_the_entry_changes_nothing():
    given = {"reporter": "KAZ", "unit": "тыс. долларов США", "status": "final", "year": None}
    pd.testing.assert_frame_equal(
        read_declared(RAW / "2024.xlsx", **given).table, read_declared(RAW / "2024.xlsx").table
    )


def test_a_known_error_is_accepted_only_where_it_is_declared():
    without = {key: {**entry, "known_errors": []} for key, entry in SHIPPED.items()}
    with pytest.raises(Refused, match="B11"):
        read_declared(RAW / "2019.xlsx", without)
    notes = read_declared(RAW / "2019.xlsx").proof.notes
    assert [note for note in notes if "known error" in note and "B11" in note]


# ── a user's own entries ─────────────────────────────────────────────────────────────────

MINE = f"""
[kgz-mine]
reporter = "KGZ"
vintage = 2024-05-15
sha256 = "{"a" * 64}"
"""


def test_a_users_entries_are_added_to_the_shipped_ones(tmp_path):
    sources = load_sources(own(tmp_path, MINE))
    assert sources.keys() - SHIPPED.keys() == {"kgz-mine"}
    assert sources["kgz-mine"]["vintage"] == "2024-05-15"


def test_a_users_entry_names_the_source_of_a_users_file(tmp_path):
    path = shutil.copy(RAW / "2024.xlsx", tmp_path / "mine.xlsx")
    Path(path).write_bytes(Path(path).read_bytes() + b"\0")
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    text = MINE.replace("a" * 64, digest).replace("KGZ", "KAZ")
    table = read_declared(path, load_sources(own(tmp_path, text))).table
    assert set(table["source"]) == {"kgz-mine"}
    assert set(table["vintage"]) == {"2024-05-15"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[kaz-2023]\nsha256 = '" + "b" * 64 + "'",
            r"\[kaz-2023\] is a source that says otherwise",
        ),
        ("[mine]\nreporter = 'KGZ'", r"\[mine\] has no sha256 of 64 digits"),
        ("[mine]\nsha256 = 'abc'", r"\[mine\] has no sha256 of 64 digits"),
        (MINE + "vintge = '2024'", r"\[kgz-mine\] has vintge, which is not a word we know"),
        (MINE + "known_errors = [{cell = 'A1'}]", "has a known error without cell, reason, sheet"),
        ("[mine", "is not TOML"),
        ("mine = 1", r"\[mine\] is not an entry"),
        (
            f"[mine]\nsha256 = '{SHIPPED['kaz-2023']['sha256']}'",
            r"\[kaz-2023\] and \[mine\] have the same checksum",
        ),
    ],
)
def test_a_faulty_entry_is_refused_by_file_and_key(tmp_path, text, message):
    with pytest.raises(Refused, match=message) as refused:
        load_sources(own(tmp_path, text))
    assert str(refused.value).startswith("MY.toml: ")


def test_a_missing_file_of_entries_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"absent.toml: cannot be read \(No such file"):
        load_sources(tmp_path / "absent.toml")


def test_the_shipped_entries_given_again_are_no_contradiction():
    assert load_sources(data_folder() / "sources.toml") == SHIPPED
    assert read_sources(data_folder() / "sources.toml") == SHIPPED


# ── the shipped table ────────────────────────────────────────────────────────────────────


def source_of(trade, year):
    (source,) = trade.loc[trade["year"] == year, "source"].unique()
    return source


@pytest.mark.parametrize(
    ("as_of", "source"),
    [
        ("2020-08-13", "kaz-2019"),
        ("2020-12-31", "kaz-2019"),
        ("2021-07-27", "kaz-2019"),
        ("2021-07-28", "kaz-2020"),
        ("2021-12-31", "kaz-2020"),
        (datetime.date(2021, 7, 27), "kaz-2019"),
        (pd.Timestamp("2021-07-28 12:00"), "kaz-2020"),
        (None, "kaz-2020"),
    ],
)
def test_2019_comes_from_the_latest_edition_known_on_the_day(as_of, source):
    assert source_of(load_trade("KAZ", as_of=as_of), 2019) == source


def test_a_later_year_was_not_known_before():
    assert load_trade(as_of="2022-12-31")["year"].unique().tolist() == [2018, 2019, 2020, 2021]
    assert load_trade("KAZ", as_of="2024-07-24")["year"].max() == 2021
    assert load_trade("KAZ", as_of="2024-07-25")["year"].max() == 2023


def test_each_period_comes_from_one_source_whole():
    trade = load_trade()
    editions = trade.groupby(["reporter", "flow", "product", "period"])["source"].nunique()
    assert editions.eq(1).all()
    every = load_trade(vintages="all").groupby(["period", "flow", "source"]).size()
    chosen = trade.groupby(["period", "flow", "source"]).size()
    assert len(chosen) == 2 * (8 + 30 + 14)
    assert (every[chosen.index] == chosen).all()


def test_all_vintages_have_2019_and_2020_twice():
    every = load_trade("KAZ", vintages="all")
    editions = every.groupby("year")["vintage"].nunique()
    assert editions[editions > 1].to_dict() == {2019: 2, 2020: 2}
    assert set(every.query("year == 2020")["source"]) == {"kaz-2020", "kaz-2021"}
    assert not every.duplicated(KEY).any()


def test_all_vintages_as_of_a_day_are_those_known_then():
    known = load_trade(vintages="all", as_of="2021-12-31")
    assert set(known["source"]) == {"kaz-2019", "kaz-2020"}


def test_a_vintage_revises_the_number():
    every = load_trade("KAZ", flow="export", vintages="all").query(
        "partner == 'RUS' and year == 2020"
    )
    assert every.set_index("source")["value"].to_dict() == {
        "kaz-2020": 5007142500.0,
        "kaz-2021": 5007142523.35,
    }


def test_one_flow_is_the_rows_of_that_flow():
    trade = load_trade()
    exports = load_trade(flow="export")
    assert set(exports["flow"]) == {"export"}
    assert len(exports) + len(load_trade(flow="import")) == len(trade)


def test_one_reporter_is_the_rows_of_that_reporter_and_none_is_all():
    trade = load_trade()
    assert trade["reporter"].unique().tolist() == ["KGZ", "UZB", "KAZ"]
    for reporter in ("KAZ", "KGZ", "UZB"):
        alone = trade[trade["reporter"] == reporter].reset_index(drop=True)
        pd.testing.assert_frame_equal(load_trade(reporter), alone, check_exact=True)


def test_figures_of_unknown_date_are_not_given_as_of_a_day():
    with pytest.raises(Refused, match="no edition of it is dated"):
        load_trade("UZB", as_of="2026-01-01")
    assert set(load_trade(as_of="2026-12-31")["reporter"]) == {"KAZ", "KGZ"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reporter": "RUS"}, "'RUS' is shipped. Remedy: there is KAZ, KGZ, UZB"),
        ({"reporter": "kaz"}, "no reporter 'kaz' is shipped"),
        ({"flow": "turnover"}, "no flow 'turnover' is shipped. Remedy: there is export, import"),
        ({"as_of": "2023"}, "'2023' is not a date. Remedy: write it as in 2023-12-31"),
        ({"as_of": "31.12.2023"}, "'31.12.2023' is not a date"),
        ({"as_of": ""}, "'' is not a date"),
        ({"as_of": "2020-08-12"}, "by 2020-08-12. Remedy: the first vintage is 2020-08-13"),
        ({"vintages": "latest"}, "'latest' is not a choice of vintages"),
    ],
)
def test_what_is_not_shipped_is_refused_with_what_is(given, message):
    with pytest.raises(Refused) as refused:
        load_trade(**given)
    assert message in str(refused.value)


def test_the_columns_have_their_types():
    types = load_trade().dtypes
    assert list(types.index) == list(COLUMNS)
    numbers = {"year": "int64", "months": "int64", "value": "float64", "share_published": "float64"}
    for column in COLUMNS:
        assert types[column] == numbers.get(column, "str"), column


def test_the_file_gives_back_every_bit_of_a_reading():
    shipped = read_trade(data_folder() / "clean" / "trade.csv")
    for key in ("kaz-2019", "kaz-2025"):
        read = read_declared(data_folder() / SHIPPED[key]["file"]).table
        there = shipped[shipped["source"] == key].reset_index(drop=True)
        pd.testing.assert_frame_equal(there, read, check_exact=True)


def test_a_sheet_named_na_is_not_a_missing_value(tmp_path):
    trade = load_trade().head(2).assign(sheet=["NA", "null"])
    trade.to_csv(tmp_path / "trade.csv", index=False)
    assert read_trade(tmp_path / "trade.csv")["sheet"].tolist() == ["NA", "null"]


def test_an_edition_of_unknown_date_gives_way_and_is_not_known_on_any_day(tmp_path, monkeypatch):
    trade = read_trade(data_folder() / "clean" / "trade.csv")
    undated = trade[trade["year"] == 2023].assign(vintage=None, source="found.xlsx")
    newer = undated.assign(year=2031, period="2031")
    (tmp_path / "clean").mkdir()
    pd.concat([trade, undated, newer]).to_csv(tmp_path / "clean" / "trade.csv", index=False)
    monkeypatch.setattr("traderank.sources.data_folder", lambda: tmp_path)
    assert source_of(load_trade("KAZ"), 2023) == "kaz-2023"
    assert source_of(load_trade("KAZ"), 2031) == "found.xlsx"
    assert load_trade("KAZ", as_of="2040-01-01")["year"].max() == 2025


def test_the_order_is_by_year_and_then_as_printed():
    trade = load_trade("KAZ", flow="export")
    assert trade["year"].is_monotonic_increasing
    assert trade["partner"].tolist()[:3] == ["WLD", "CIS", "EAEU"]
    assert trade.index.tolist() == list(range(len(trade)))
