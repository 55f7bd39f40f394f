"""Goods by codes: nothing counted twice, nothing compared that is not the same goods."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from test_measures import ENGINES, row
from test_mirrors import rows

from traderank import Refused, load_extract, load_list, most_rerouted, sum_months, sum_products

DATA = Path(__file__).parents[1] / "data"
ORIGINALS = (Path(__file__).parents[1] / "../shared/data/eu").resolve()
BEFORE, AFTER = "2021-03-01/P9M", "2022-03-01/P9M"

with_originals = pytest.mark.skipif(
    not ORIGINALS.is_dir(), reason="Eurostat's own files are not beside the repository"
)


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def good(product, value, year=2022, edition="HS2017-HS2022", **other):
    made = {"product": product, "classification": edition, "year": year, "period": str(year)}
    return row("RUS", value, **made | other)


def month(number, value, year=2022, **other):
    return row(
        "RUS", value, **{"year": year, "period": f"{year}-M{number:02d}", "months": 1}, **other
    )


# ── products ─────────────────────────────────────────────────────────────────────────────


def test_a_code_stands_for_all_that_begin_with_it(engine):
    trade = [good("84821010", 1.0), good("84829900", 2.0), good("84830000", 4.0)]
    (made,) = rows(sum_products(engine(trade), "8482", name="bearings"))
    assert (made["value"], made["product"], made["partner"]) == (3, "bearings", "RUS")
    assert (made["classification"], made["proof"]) == ("HS2017-HS2022", "proved")


def test_all_goods_are_never_the_total(engine):
    trade = [good("84821010", 1.0), good("TOTAL", 9.0)]
    assert rows(sum_products(engine(trade), "", name="all"))[0]["value"] == 1


def test_a_heading_beside_its_own_parts_is_refused(engine):
    trade = [good("8482", 3.0), good("84821010", 1.0)]
    with pytest.raises(Refused, match="8482 is in the table beside its own part 84821010"):
        sum_products(engine(trade), ["84"], name="all")


def test_a_code_of_one_edition_is_left_out_of_both_years_and_is_not_zero_in_one(engine):
    trade = [
        good("85423190", 5.0, 2021),
        good("85423190", 6.0, 2022),
        good("85414900", 70.0, 2022, "HS2022"),
        good("85414090", 60.0, 2021, "HS2017"),
    ]
    before, after = rows(sum_products(engine(trade), "85", name="listed"))
    assert (before["value"], after["value"]) == (5, 6)


def test_within_one_edition_all_its_codes_are_summed(engine):
    trade = [good("85423190", 6.0, edition="HS2022"), good("85414900", 70.0, edition="HS2022")]
    assert rows(sum_products(engine(trade), "85", name="listed"))[0]["value"] == 76


def test_goods_that_no_edition_shares_are_refused(engine):
    trade = [good("85414900", 70.0, 2022, "HS2022"), good("85414090", 60.0, 2021, "HS2017")]
    with pytest.raises(Refused, match="same goods in all of HS2017, HS2022"):
        sum_products(engine(trade), "85", name="listed")


def test_goods_of_an_unknown_edition_are_refused(engine):
    with pytest.raises(Refused, match="not known of which edition of the HS 85414900"):
        sum_products(engine([good("85414900", 70.0, edition=None)]), "85", name="listed")


def test_goods_that_are_not_in_the_table_are_refused(engine):
    with pytest.raises(Refused, match="none of the goods 2601"):
        sum_products(engine([good("85414900", 70.0)]), "2601", name="ore")


def test_a_missing_good_makes_the_sum_missing(engine):
    trade = [good("85423190", 5.0), good("85423290", None)]
    assert pd.isna(rows(sum_products(engine(trade), "8542", name="chips"))[0]["value"])


# ── months ───────────────────────────────────────────────────────────────────────────────


def test_months_are_summed_into_a_window_that_says_its_length(engine):
    trade = [month(2, 1.0), month(3, 2.0), month(4, 4.0), month(5, 8.0)]
    (made,) = rows(sum_months(engine(trade), 3, 4))
    assert (made["value"], made["period"], made["months"]) == (6, "2022-03-01/P2M", 2)


def test_twelve_months_are_a_year(engine):
    (made,) = rows(sum_months(engine([month(n, 1.0) for n in range(1, 13)]), 1, 12))
    assert (made["value"], made["period"], made["months"]) == (12, "2022", 12)


def test_a_month_in_which_nothing_was_reported_is_refused_and_one_without_trade_is_none(engine):
    trade = [month(3, 2.0), month(4, 4.0) | {"partner": "CHN"}]
    china, russia = rows(sum_months(engine(trade), 3, 4))
    assert (china["value"], russia["value"]) == (4, 2)
    with pytest.raises(Refused, match="KAZ 2022 has not all of the months"):
        sum_months(engine(trade), 3, 5)


def test_years_are_not_taken_for_months(engine):
    with pytest.raises(Refused, match="a row is not of one month"):
        sum_months(engine([row("RUS", 1.0)]), 1, 12)


# ── the bound ────────────────────────────────────────────────────────────────────────────


def window(partner, before, after):
    made = [(2021, BEFORE, before), (2022, AFTER, after)]
    return [row(partner, value, year=year, period=period, months=9) for year, period, value in made]


def test_a_rise_covers_at_most_its_part_of_the_fall(engine):
    trade = window("RUS", 100.0, 20.0) + window("KGZ", 1.0, 21.0) + window("BLR", 9.0, 4.0)
    made = rows(most_rerouted(engine(trade), "RUS", before=2021, after=2022))
    assert [one["covers"] for one in made[:2]] == [0, 0.25] and pd.isna(made[2]["covers"])
    assert [one["change"] for one in made] == [-5, 20, -80]


def test_what_was_not_traded_before_is_a_rise_from_nothing(engine):
    trade = window("RUS", 100.0, 20.0) + window("KGZ", 1.0, 21.0)[1:]
    kyrgyz, _ = rows(most_rerouted(engine(trade), "RUS", before=2021, after=2022))
    assert (kyrgyz["before"], kyrgyz["covers"]) == (0, 21 / 80)


def test_where_nothing_fell_nothing_is_covered(engine):
    trade = window("RUS", 20.0, 100.0) + window("KGZ", 1.0, 21.0)
    made = rows(most_rerouted(engine(trade), "RUS", before=2021, after=2022))
    assert all(pd.isna(one["covers"]) for one in made)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"after": 2023}, "has no year 2023"),
        ({"partner": "UZB"}, "has no partner UZB"),
    ],
)
def test_a_bound_of_what_is_not_there_is_refused(change, why):
    asked = {"partner": "RUS", "before": 2021, "after": 2022} | change
    with pytest.raises(Refused, match=why):
        most_rerouted(pd.DataFrame(window("RUS", 2.0, 1.0)), **asked)


@pytest.mark.parametrize("period", ["2022-01-01/P9M", "2022"])
def test_a_bound_of_other_months_is_refused(period):
    trade = pd.DataFrame(window("RUS", 2.0, 1.0)).replace({"period": {AFTER: period}})
    with pytest.raises(Refused, match="not the same months of two years"):
        most_rerouted(trade, "RUS", before=2021, after=2022)
    both = pd.concat([trade, pd.DataFrame(window("RUS", 2.0, 1.0))]).drop_duplicates()
    with pytest.raises(Refused, match="not the same months of two years"):
        most_rerouted(both, "RUS", before=2021, after=2022)


def test_a_missing_value_has_no_bound(engine):
    with pytest.raises(Refused, match="a value is missing"):
        most_rerouted(engine(window("RUS", 2.0, None)), "RUS", before=2021, after=2022)


# ── what the codebook of the figures says they must give ─────────────────────────────────


def millions(table, partner):
    table = table[table["partner"] == partner].set_index("year")["value"]
    return [round(table[year] / 1e6, 1) for year in (2021, 2022)]


def test_listed_goods_to_kazakhstan_doubled_and_to_russia_fell_to_a_third():
    listed = sum_months(load_extract("comext-listed").query("product == 'LISTED'"), 3, 11)
    assert millions(listed, "RUS") == [25269.3, 7183.5]
    assert millions(listed, "KAZ") == [1348.5, 2988.8]


def test_tapered_bearings_to_kazakhstan_rose_fivefold():
    tapered = sum_months(sum_products(load_extract("comext-listed"), "848220", name="t"), 3, 11)
    assert millions(tapered, "KAZ") == [1.2, 5.9] and millions(tapered, "RUS") == [33.6, 7.3]


@with_originals
def test_the_sum_of_all_listed_codes_that_compare_is_the_shipped_one():
    spec = importlib.util.spec_from_file_location("data_extract", DATA / "extract.py")
    extract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extract)
    goods = extract.listed_cn8(ORIGINALS / "exports_listed_cn8_month.csv.gz")
    assert goods["product"].nunique() == 2219
    assert goods.query("classification == 'HS2017-HS2022'")["product"].nunique() == 2058
    listed = sum_months(sum_products(goods, "", name="LISTED"), 3, 11)
    assert millions(listed, "KAZ") == [1348.5, 2988.8]


def test_goods_of_the_high_priority_list_that_are_new_in_2022_are_left_out():
    goods = load_extract("comext-listed").query("product != 'LISTED'")
    codes = load_list("common_high_priority")["hs6"]
    absent = set(codes) - set(goods.query("classification == 'HS2017-HS2022'")["product"].str[:6])
    assert {"852589", "854149", "854151", "854159", "854800", "880730"} <= absent
    first = sum_products(goods, codes, name="high priority")
    assert set(first["classification"]) == {"HS2017-HS2022"} and set(first["year"]) == {
        *(2020, 2021, 2022),
    }


def test_iron_ore_is_on_no_list():
    assert not load_list("eu_export_bans")["hs6"].str.startswith("2601").any()
    assert len(load_list("eu_export_bans")) == 2304 and len(load_list("common_high_priority")) == 50
    with pytest.raises(Refused, match="no list 'bans'"):
        load_list("bans")
