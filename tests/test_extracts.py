"""Extracts and lists: made from the offices' files, each of one source, and never load_trade's."""

import importlib.util
import json
from pathlib import Path

import pandas as pd
import pytest

from traderank import add_rank, load_extract, load_trade
from traderank.extracts import all_sources, extract_sources
from traderank.sources import checksum, load_sources
from traderank.table import COLUMNS, KEY, Refused

DATA = Path(__file__).parents[1] / "data"
ORIGINALS = (Path(__file__).parents[1] / "../shared/data").resolve()
DECLARED = extract_sources()
TABLES = [key for key, entry in DECLARED.items() if entry["file"].startswith("extracts/")]

with_originals = pytest.mark.skipif(
    not (ORIGINALS / "world").is_dir(),
    reason="the offices' own files are not beside the repository",
)


def script():
    spec = importlib.util.spec_from_file_location("data_extract", DATA / "extract.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@with_originals
@pytest.mark.parametrize("key", DECLARED)
def test_a_fresh_extract_of_the_offices_file_is_the_one_that_ships(key):
    extract, entry = script(), DECLARED[key]
    assert checksum(ORIGINALS / extract.EXTRACTS[key][0]) == entry["original_sha256"]
    assert extract.content(key, ORIGINALS) == (DATA / entry["file"]).read_bytes()


@pytest.mark.parametrize("key", DECLARED)
def test_every_extract_is_declared_with_its_checksum(key):
    entry = DECLARED[key]
    assert checksum(DATA / entry["file"]) == entry["sha256"]
    assert {"office", "title", "edition", "url", "accessed", "basis", "licence"} <= entry.keys()


def test_the_data_package_says_what_each_file_is_and_holds():
    package = json.loads((DATA / "extracts.json").read_text("utf-8"))
    assert (
        script().describe(DATA / "extracts" / "sources.toml")
        == json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    )
    for resource in package["resources"]:
        made = pd.read_csv(DATA / resource["path"], nrows=1)
        assert [field["name"] for field in resource["schema"]["fields"]] == list(made)
        assert resource["hash"] == f"sha256:{DECLARED[resource['name']]['sha256']}"


def test_nothing_lies_among_the_extracts_that_is_not_declared():
    files = {path.relative_to(DATA).as_posix() for path in DATA.glob("[el][xi][ts]*/*.csv")}
    assert files == {entry["file"] for entry in DECLARED.values()}


@pytest.mark.parametrize("key", TABLES)
def test_an_extract_is_a_tidy_table_of_one_source_in_one_currency(key):
    table = load_extract(key)
    assert list(table)[: len(COLUMNS)] == list(COLUMNS)
    assert set(table["source"]) == {key} and table["currency"].nunique() == 1
    assert not table.duplicated(KEY).any() and (table["value"].dropna() >= 0).all()


def test_the_national_offices_table_holds_no_figure_of_an_extract():
    assert set(load_trade()["source"]) & set(DECLARED) == set()
    assert set(load_sources()) & set(DECLARED) == set()
    assert set(DECLARED) < set(all_sources())


def test_a_part_of_an_extract_is_asked_for_by_its_codes():
    table = load_extract("comext-annual", partner=["KGZ", "RUS"], flow="export")
    assert set(table["partner"]) == {"KGZ", "RUS"} and len(table) == 26
    with pytest.raises(Refused, match="comext-annual has no reporter RUS"):
        load_extract("comext-annual", reporter="RUS")
    with pytest.raises(Refused, match="there is no extract 'eu-export-bans'"):
        load_extract("eu-export-bans")


# ── what the codebook of the figures says they must give ─────────────────────────────────


def test_the_unions_exports_to_kyrgyzstan_grew_tenfold():
    table = load_extract("comext-annual", partner="KGZ").set_index("year")["value"]
    assert [round(table[year] / 1e6) for year in (2021, 2022, 2023)] == [263, 1171, 2734]


def test_the_members_exports_sum_to_the_unions_in_every_month():
    table = load_extract("comext-monthly")
    assert set(table["proof"]) == {"proved"} and set(table["reporter"]) == {"EU27"}
    assert sorted(table["period"])[0] == "2019-M01" and sorted(table["period"])[-1] == "2024-M08"


def test_2010_has_no_figure_as_most_trade_with_russia_is_not_in_it():
    table = load_extract("wits-kazakhstan")
    assert table[table["value"].isna()]["year"].unique().tolist() == [2010]
    assert table[table["year"] == 2010]["rank"].isna().all()


def test_chinas_turnover_is_printed_and_proved_by_its_exports_and_imports():
    table = load_extract("china-customs", partner="KAZ").query("year == 2024").set_index("flow")
    assert [round(table["value"][flow] / 1e9, 1) for flow in table.index] == [199.0, 112.8, 311.8]
    assert set(table["proof"]) == {"proved"} and table["growth_published"]["turnover"] == 0.079


def test_what_a_source_leaves_blank_is_missing_and_not_zero():
    table = load_extract("china-customs", partner="AZE").query("year == 2024").set_index("flow")
    assert table["value"].isna().to_dict() == {"export": True, "import": True, "turnover": False}
    assert set(table["proof"]) == {"unproved"}


@with_originals
def test_the_ranks_of_an_extract_are_those_of_the_whole_table():
    whole = pd.read_csv(
        ORIGINALS / "world" / "comtrade_totals_2014_2022.csv.gz", keep_default_na=False
    )
    partners = whole.query("flow == 'export' and year == 2021 and reporter_iso3 == 'DEU'")
    others = ["World", "Areas, nes", "Bunkers", "Special Categories", "Free Zones"]
    partners = partners[~partners["partner"].isin(others)]
    order = partners.sort_values("value_usd", ascending=False)["partner_iso3"].tolist()
    ours = load_extract("comtrade", reporter="DEU", flow="export").query("year == 2021")
    ours = ours.dropna(subset=["rank"]).set_index("partner")["rank"]
    assert {code: order.index(code) + 1 for code in ours.index} == ours.to_dict()
    assert ours["RUS"] == 14 and ours["CHN"] == 2


def test_a_country_is_not_among_its_own_partners():
    table = load_extract("comtrade")
    itself = table[table["reporter"] == table["partner"]]
    assert set(itself["kind"]) <= {"residual"} and itself["rank"].isna().all()
    assert add_rank(itself)["rank"].isna().all() and len(itself) > 0
