from functools import partial

import duckdb
import pandas as pd
import polars as pl
import pytest
import tidyrows

from traderank import Refused, add_rank, add_turnover, load_trade, merge_blocs
from traderank.compare import _Member, _refuse_overlaps, known_blocs

NAN = float("nan")


row = partial(tidyrows.row, share_published=0.1)


def exports(**values):
    return [row(partner, value) for partner, value in values.items()]


def to_polars(rows):
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64, "vintage": pl.String})


ENGINES = {
    "pandas": pd.DataFrame,
    "polars": to_polars,
    "polars lazy": lambda rows: to_polars(rows).lazy(),
    "duckdb": lambda rows: duckdb.connect().from_arrow(to_polars(rows).to_arrow()),
}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def rows_of(native):
    if isinstance(native, duckdb.DuckDBPyRelation):
        native = native.pl()
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    rows = native.to_dict("records") if isinstance(native, pd.DataFrame) else native.to_dicts()
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in rows
    ]


def values(native):
    return {row["partner"]: row["value"] for row in rows_of(native)}


def bloc_row(native):
    (only,) = (row for row in rows_of(native) if row["kind"] == "bloc")
    return only


def test_members_become_one_row_and_others_stay(engine):
    trade = engine(exports(WLD=10.0, DEU=3.0, ITA=2.0, CHN=4.0, RUS=1.0))
    made = merge_blocs(trade, ["EU"])
    assert type(made) is type(trade)
    assert values(made) == {"WLD": 10.0, "EU": 5.0, "CHN": 4.0, "RUS": 1.0}


def test_a_bloc_row_says_what_it_is(engine):
    made = bloc_row(merge_blocs(engine(exports(DEU=3.0, ITA=2.0)), ["EU"]))
    expected = row("EU", 5.0, kind="bloc", partner_name="European Union")
    assert made == expected | {"share_published": None, "cell": None}


def test_a_bloc_is_ranked_in_its_members_place(engine):
    trade = engine(exports(DEU=3.0, ITA=2.0, CHN=4.0, RUS=1.0))
    ranked = rows_of(add_rank(merge_blocs(trade, ["EU"])))
    assert {row["partner"]: row["rank"] for row in ranked} == {"EU": 1, "CHN": 2, "RUS": 3}


@pytest.mark.parametrize(
    ("partner", "year", "member"),
    [
        ("GBR", 2019, True),
        ("GBR", 2020, False),
        ("HRV", 2012, False),
        ("HRV", 2013, True),
        ("BGR", 2006, False),
        ("ROU", 2007, True),
        ("POL", 2003, False),
        ("POL", 2004, True),
        ("CHE", 2023, False),
    ],
)
def test_membership_is_as_of_the_last_day_of_the_year(engine, partner, year, member):
    trade = engine([row("DEU", 1.0, year=year), row(partner, 2.0, year=year)])
    assert values(merge_blocs(trade, ["EU"]))["EU"] == (3.0 if member else 1.0)


def test_the_european_union_has_its_number_of_members_each_year():
    six, fifteen = "BEL DEU FRA ITA LUX NLD", "DNK GBR IRL GRC ESP PRT AUT FIN SWE"
    later = "CYP CZE EST HUN LTU LVA MLT POL SVK SVN BGR ROU HRV"
    codes = f"{six} {fifteen} {later}".split()
    sizes = {1994: 12, 1995: 15, 2004: 25, 2007: 27, 2013: 28, 2019: 28, 2020: 27, 2025: 27}
    trade = pd.DataFrame([row(code, 1.0, year=year) for year in sizes for code in codes])
    made = merge_blocs(trade, ["EU"]).query("partner == 'EU'")
    assert dict(zip(made["year"], made["value"], strict=True)) == sizes


def test_a_bloc_never_includes_the_reporter(engine):
    # Kazakhstan's own row would be goods returned; Russia reports on the other members.
    trade = engine(exports(KAZ=7.0, RUS=3.0, BLR=2.0, KGZ=1.0, ARM=0.5))
    assert values(merge_blocs(trade, ["EAEU"])) == {"KAZ": 7.0, "EAEU": 6.5}
    russian = [one | {"reporter": "RUS"} for one in exports(KAZ=7.0, BLR=2.0)]
    assert values(merge_blocs(engine(russian), ["EAEU"])) == {"EAEU": 9.0}


def test_only_countries_are_merged(engine):
    rows = [row("DEU", 3.0), row("ITA", 2.0, kind="residual")]
    assert values(merge_blocs(engine(rows), ["EU"])) == {"EU": 3.0, "ITA": 2.0}


def test_a_printed_group_of_the_same_code_gives_way_and_others_stay(engine):
    trade = engine(exports(WLD=10.0, EUROPE=7.0, EU=5.5, DEU=3.0, ITA=2.0))
    made = merge_blocs(trade, ["EU"])
    assert values(made) == {"WLD": 10.0, "EUROPE": 7.0, "EU": 5.0}
    add_rank(made)


@pytest.mark.parametrize("missing", [None, NAN])
def test_a_missing_member_makes_the_bloc_missing(engine, missing):
    made = merge_blocs(engine(exports(DEU=3.0, ITA=missing, CHN=1.0)), ["EU"])
    assert bloc_row(made)["value"] is None


def test_a_member_without_trade_or_without_a_row_adds_nothing(engine):
    assert bloc_row(merge_blocs(engine(exports(DEU=3.0, ITA=0.0)), ["EU"]))["value"] == 3.0


def test_a_bloc_without_any_member_in_the_table_has_no_row(engine):
    assert values(merge_blocs(engine(exports(CHN=3.0)), ["EU"])) == {"CHN": 3.0}


def test_a_bloc_is_as_weakly_proved_as_its_weakest_member(engine):
    rows = [row("DEU", 1.0), row("ITA", 2.0, proof="consistent", status="preliminary", sheet="2")]
    made = bloc_row(merge_blocs(engine(rows), ["EU"]))
    assert (made["proof"], made["status"], made["sheet"]) == ("consistent", "preliminary", None)


def test_flows_years_vintages_and_reporters_are_summed_apart(engine):
    apart = [{"flow": "import"}, {"year": 2022}, {"vintage": None}, {"reporter": "UZB"}]
    rows = [row(p, v, **other) for other in [{}, *apart] for p, v in [("DEU", 1.0), ("ITA", 2.0)]]
    assert [row["value"] for row in rows_of(merge_blocs(engine(rows), ["EU"]))] == [3.0] * 5


def test_several_blocs_are_merged_at_once(engine):
    trade = engine(exports(DEU=3.0, ITA=2.0, CHN=4.0, HKG=1.0, RUS=1.0))
    made = merge_blocs(trade, ["EU", "CHN_HKG_MAC"])
    assert values(made) == {"EU": 5.0, "CHN_HKG_MAC": 5.0, "RUS": 1.0}


def test_merging_again_changes_nothing(engine):
    once = merge_blocs(engine(exports(DEU=3.0, ITA=2.0, CHN=4.0)), ["EU"])
    assert values(merge_blocs(once, ["EU"])) == values(once)


def test_further_columns_are_null_on_bloc_rows_only(engine):
    rows = [one | {"note": "seen"} for one in exports(DEU=3.0, CHN=4.0)]
    made = rows_of(merge_blocs(engine(rows), "EU"))
    assert {row["partner"]: row["note"] for row in made} == {"CHN": "seen", "EU": None}


def test_no_bloc_asked_for_leaves_the_table_as_it_is(engine):
    assert values(merge_blocs(engine(exports(DEU=3.0, EU=4.0)), [])) == {"DEU": 3.0, "EU": 4.0}


def test_an_unknown_bloc_is_refused_and_the_known_are_named():
    with pytest.raises(Refused, match=r'"BRICS" is not a bloc.*CHN_HKG_MAC, EAEU, EU'):
        merge_blocs(pd.DataFrame(exports(CHN=3.0)), ["EU", "BRICS"])


def test_blocs_that_share_a_country_at_one_time_are_refused():
    now = [_Member("DEU", 1958, 9999), _Member("CHN", 1949, 9999)]
    once, always = [_Member("CHN", 1900, 1948)], [_Member("DEU", 2020, 9999)]
    _refuse_overlaps({"NEW": now, "OLD": once})
    with pytest.raises(Refused, match="DEU is in both EU and NEW"):
        _refuse_overlaps({"NEW": now, "OLD": once, "EU": always})


def test_blocs_can_be_added_up_before_or_after_the_turnover(engine):
    rows = [
        row(partner, value, flow=flow)
        for flow in ("export", "import")
        for partner, value in [("WLD", 9.0), ("DEU", 3.0), ("ITA", 2.0), ("CHN", 1.0)]
    ]
    key = [
        sorted((row["flow"], row["partner"], row["value"]) for row in rows_of(trade))
        for trade in (
            add_turnover(merge_blocs(engine(rows), ["EU"])),
            merge_blocs(add_turnover(engine(rows)), ["EU"]),
        )
    ]
    assert key[0] == key[1]


# ---- the shipped table


@pytest.fixture(scope="module")
def kazakh():
    return add_turnover(load_trade(reporter="KAZ"))


def first(trade, n, *, year):
    ranked = add_rank(trade).query(f"flow == 'turnover' and year == {year} and rank <= {n}")
    return ranked.sort_values("rank")["partner"].tolist()


def test_with_the_european_union_as_one_neither_russia_nor_china_is_first(kazakh):
    merged = merge_blocs(kazakh, ["EU"])
    assert first(merged, 3, year=2023) == ["EU", "CHN", "RUS"]
    assert first(merged, 3, year=2021) == ["EU", "RUS", "CHN"]


def test_hong_kong_and_macao_do_not_change_the_order_of_2023(kazakh):
    merged = merge_blocs(kazakh, ["CHN_HKG_MAC"])
    assert first(merged, 2, year=2023) == ["CHN_HKG_MAC", "RUS"]
    assert merged.query("kind == 'bloc'")["value"].notna().all()


def test_the_european_union_is_the_printed_group_where_both_count_the_same_members(kazakh):
    # In 2020-2022 the office still counts the United Kingdom; the later tables print no groups.
    key = ["year", "flow"]
    printed = kazakh.query("partner == 'EU'").set_index(key)["value"]
    merged = merge_blocs(kazakh, ["EU"]).query("partner == 'EU'").set_index(key)["value"]
    britain = kazakh.query("partner == 'GBR' and 2020 <= year <= 2022").set_index(key)["value"]
    ours = merged.add(britain, fill_value=0).loc[printed.index]
    assert len(printed) == 18
    assert ours.to_list() == pytest.approx(printed.to_list(), rel=1e-6)


def test_merging_keeps_the_countries_sum(kazakh):
    merged = merge_blocs(kazakh, known_blocs())
    key = ["year", "flow"]
    before = kazakh.query("kind == 'country'").groupby(key)["value"].sum()
    after = merged.query("kind in ('country', 'bloc')").groupby(key)["value"].sum()
    pd.testing.assert_series_equal(before, after)
