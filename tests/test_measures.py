import datetime
import math
import random

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tidyrows import exports, row

from traderank import (
    Refused,
    add_contribution,
    add_growth,
    add_rank,
    add_share,
    add_turnover,
    concentration,
    load_trade,
    rank_margin,
)

NAN = float("nan")
EVERY_MEASURE = [add_share, add_rank, rank_margin, add_growth, add_contribution, concentration]

# ---- small tables, and the engines that hold them


def to_pandas(rows):
    return pd.DataFrame(rows)


def to_polars(rows):
    texts = dict.fromkeys(["classification", "vintage", "source", "sheet", "cell"], pl.String)
    numbers = {"value": pl.Float64, "share_published": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=texts | numbers, infer_schema_length=None)


def to_polars_lazy(rows):
    return to_polars(rows).lazy()


def to_duckdb(rows):
    frame = to_polars(rows).to_arrow()
    return duckdb.connect().from_arrow(frame)


ENGINES = {
    "pandas": to_pandas,
    "polars": to_polars,
    "polars lazy": to_polars_lazy,
    "duckdb": to_duckdb,
}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def rows_of(native):
    """Fetch plain rows from any engine, with None for everything missing."""
    if isinstance(native, duckdb.DuckDBPyRelation):
        native = native.pl()
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    rows = native.to_dict("records") if isinstance(native, pd.DataFrame) else native.to_dicts()
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in rows
    ]


def column(native, name):
    return {row["partner"]: row[name] for row in rows_of(native)}


# ---- what every measure does


@pytest.mark.parametrize("measure", [*EVERY_MEASURE, add_turnover])
def test_a_table_comes_back_as_what_it_was(engine, measure):
    trade = engine(exports(WLD=3.0, CHN=2.0, RUS=1.0))
    assert type(measure(trade)) is type(trade)


@pytest.mark.parametrize("measure", [*EVERY_MEASURE, add_turnover])
def test_the_input_is_left_alone(engine, measure):
    trade = engine(exports(WLD=3.0, CHN=NAN, RUS=1.0))
    before = repr(rows_of(trade))
    measure(trade)
    assert repr(rows_of(trade)) == before


@pytest.mark.parametrize("measure", [add_share, add_rank, rank_margin, add_growth, add_turnover])
def test_further_columns_are_kept(engine, measure):
    rows = [row | {"_note": row["partner"].lower()} for row in exports(WLD=3.0, CHN=2.0)]
    made = measure(engine(rows))
    assert {"chn", "wld"} <= {row["_note"] for row in rows_of(made)}


@pytest.mark.parametrize("measure", EVERY_MEASURE)
def test_measuring_twice_changes_nothing(measure):
    trade = to_pandas(exports(WLD=6.0, CHN=3.0, RUS=2.0))
    if measure is not concentration:
        pd.testing.assert_frame_equal(measure(measure(trade)), measure(trade))


def test_pandas_keeps_its_rows_in_place_under_their_labels():
    trade = to_pandas(exports(RUS=1.0, CHN=2.0)).set_axis(["a", "b"])
    assert add_rank(trade)["rank"].to_dict() == {"a": 2, "b": 1}


@pytest.mark.parametrize("measure", [*EVERY_MEASURE, add_turnover])
def test_repeated_rows_are_refused_with_their_cells(engine, measure):
    rows = [*exports(CHN=2.0, RUS=1.0), row("RUS", 1.5, cell="D9")]
    with pytest.raises(Refused, match=r"rows are repeated.*RUS export.*cell D1.*RUS.*cell D9"):
        measure(engine(rows))


@pytest.mark.parametrize("measure", [*EVERY_MEASURE, add_turnover])
def test_a_ranking_of_two_currencies_is_refused(engine, measure):
    rows = [row("CHN", 2.0), row("RUS", 900.0, currency="KZT")]
    with pytest.raises(Refused, match=r"mixes currencies: .*2\.0 USD.*900\.0 KZT"):
        measure(engine(rows))


def test_a_currency_that_is_not_said_is_not_taken_for_the_others(engine):
    with pytest.raises(Refused, match="mixes currencies"):
        add_rank(engine([row("CHN", 2.0), row("RUS", 1.0, currency=None)]))


def test_a_ranking_of_two_lengths_of_period_is_refused(engine):
    rows = [row("CHN", 2.0), row("RUS", 1.0, months=10)]
    with pytest.raises(Refused, match=r"mixes lengths of period.*CHN.*12 months.*RUS.*10 months"):
        add_rank(engine(rows))


@pytest.mark.parametrize("value", [-1.0, math.inf])
def test_a_value_that_cannot_be_trade_is_refused(engine, value):
    with pytest.raises(Refused, match="negative or infinite: KAZ RUS"):
        add_rank(engine(exports(CHN=2.0, RUS=value)))


def test_an_unknown_kind_is_refused_rather_than_left_unranked(engine):
    with pytest.raises(Refused, match=r"kind .*RUS"):
        add_rank(engine([row("CHN", 2.0), row("RUS", 1.0, kind="Country")]))


def test_a_row_without_a_partner_is_refused(engine):
    with pytest.raises(Refused, match="no reporter, partner or flow"):
        add_rank(engine([row("CHN", 2.0), row("RUS", 1.0) | {"partner": None}]))


def test_a_table_without_a_needed_column_is_refused_by_its_name():
    with pytest.raises(Refused, match="no column months, currency"):
        add_rank(to_pandas(exports(CHN=2.0)).drop(columns=["months", "currency"]))


def test_tables_of_unknown_vintage_are_measured_like_others(engine):
    rows = [row(p, v, vintage=None) for p, v in {"WLD": 4.0, "CHN": 3.0, "RUS": 1.0}.items()]
    assert column(add_rank(engine(rows)), "rank") == {"WLD": None, "CHN": 1, "RUS": 2}
    assert column(add_share(engine(rows)), "share") == {"WLD": 1.0, "CHN": 0.75, "RUS": 0.25}
    (only,) = rows_of(concentration(engine(rows)))
    assert (only["vintage"], only["partners"]) == (None, 2)


def test_coded_text_and_dates_are_read_like_plain_text():
    rows = [row("CHN", 2.0), row("CHN", 1.0, flow="import"), row("RUS", 1.0)]
    trade = pd.DataFrame(rows).astype({"flow": "category", "partner": "category"})
    trade["vintage"] = pd.to_datetime(trade["vintage"])
    turnover = add_turnover(trade).query("flow == 'turnover' and partner == 'CHN'")
    assert turnover["value"].tolist() == [3.0]
    dated = to_polars(rows).with_columns(vintage=pl.lit(datetime.date(2024, 7, 25)))
    assert add_turnover(dated).filter(flow="turnover", partner="CHN")["value"].to_list() == [3.0]


# ---- turnover


def both_flows(partner, export, import_, **other):
    return [
        row(partner, export, cell="D9", **other),
        row(partner, import_, flow="import", cell="F9", **other),
    ]


def turnover_of(trade):
    return [row for row in rows_of(add_turnover(trade)) if row["flow"] == "turnover"]


def test_turnover_is_exports_plus_imports_of_totals_too(engine):
    rows = both_flows("WLD", 10.0, 20.0) + both_flows("CHN", 1.0, 2.0)
    made = turnover_of(engine(rows))
    assert {row["partner"]: row["value"] for row in made} == {"WLD": 30.0, "CHN": 3.0}
    assert {row["kind"] for row in made} == {"aggregate", "country"}


def test_a_turnover_row_names_both_cells(engine):
    (made,) = turnover_of(engine(both_flows("CHN", 1.0, 2.0)))
    assert (made["sheet"], made["cell"]) == ("1", "D9 + F9")


def test_a_turnover_from_two_sheets_names_both_sheets(engine):
    rows = [row("CHN", 1.0, sheet="Out"), row("CHN", 2.0, flow="import", sheet="In")]
    (made,) = turnover_of(engine(rows))
    assert (made["sheet"], made["cell"]) == ("Out + In", "D1 + D1")


@pytest.mark.parametrize("values", [(None, 2.0), (1.0, None), (NAN, 2.0), (1.0, NAN)])
def test_turnover_is_missing_when_one_flow_is_missing(engine, values):
    (made,) = turnover_of(engine(both_flows("CHN", *values)))
    assert made["value"] is None


@pytest.mark.parametrize("flow", ["export", "import"])
def test_one_flow_alone_is_no_turnover_but_keeps_its_cell(engine, flow):
    (made,) = turnover_of(engine([row("CHN", 1.0, flow=flow)]))
    assert (made["value"], made["cell"], made["proof"]) == (None, "D1", "proved")


def test_no_trade_one_way_is_zero_and_gives_a_turnover(engine):
    (made,) = turnover_of(engine(both_flows("CHN", 0.0, 2.0)))
    assert made["value"] == 2.0


@pytest.mark.parametrize(
    ("one", "other", "weaker"),
    [
        ("proved", "proved", "proved"),
        ("proved", "consistent", "consistent"),
        ("unproved", "consistent", "unproved"),
        ("proved", None, None),
    ],
)
def test_the_proof_of_a_turnover_is_the_weaker_word(engine, one, other, weaker):
    rows = [row("CHN", 1.0, proof=one), row("CHN", 2.0, flow="import", proof=other)]
    assert turnover_of(engine(rows))[0]["proof"] == weaker


def test_a_turnover_is_final_only_if_both_flows_are(engine):
    rows = [row("CHN", 1.0), row("CHN", 2.0, flow="import", status="preliminary")]
    assert turnover_of(engine(rows))[0]["status"] == "preliminary"


def test_flows_of_different_vintages_make_no_turnover(engine):
    rows = [row("CHN", 1.0), row("CHN", 2.0, flow="import", vintage="2025-07-25")]
    assert [made["value"] for made in turnover_of(engine(rows))] == [None, None]


def test_turnover_is_not_added_twice(engine):
    with pytest.raises(Refused, match="turnover rows already"):
        add_turnover(add_turnover(engine(both_flows("CHN", 1.0, 2.0))))


@pytest.mark.parametrize("other", [{"currency": "KZT"}, {"months": 10}, {"currency": None}])
def test_flows_that_cannot_be_added_are_refused(engine, other):
    rows = [row("CHN", 1.0), row("CHN", 2.0, flow="import", **other)]
    with pytest.raises(Refused, match="differ in kind, currency or months"):
        add_turnover(engine(rows))


def test_a_measure_of_the_flows_is_not_passed_on_to_their_turnover(engine):
    trade = add_turnover(add_rank(engine(both_flows("CHN", 1.0, 2.0))))
    assert {row["flow"]: row["rank"] for row in rows_of(trade)} == {
        "export": 1,
        "import": 1,
        "turnover": None,
    }


# ---- share


def test_shares_are_of_the_printed_total_not_of_the_countries_sum(engine):
    trade = engine(exports(WLD=8.0, CHN=4.0, RUS=1.0, XXX=2.0))
    assert column(add_share(trade), "share") == {"WLD": 1, "CHN": 0.5, "RUS": 0.125, "XXX": 0.25}


@pytest.mark.parametrize("total", [None, NAN, 0.0])
def test_without_a_printed_total_no_share_is_made_up(engine, total):
    trade = engine(exports(WLD=total, CHN=4.0))
    assert column(add_share(trade), "share")["CHN"] is None
    assert column(add_share(engine(exports(CHN=4.0))), "share") == {"CHN": None}


def test_a_missing_value_has_no_share_and_no_trade_has_share_zero(engine):
    shares = column(add_share(engine(exports(WLD=4.0, CHN=NAN, RUS=0.0))), "share")
    assert (shares["CHN"], shares["RUS"]) == (None, 0.0)


# ---- rank


def test_tied_partners_share_the_better_rank(engine):
    trade = engine(exports(CHN=9.0, RUS=5.0, ITA=5.0, TUR=1.0))
    assert column(add_rank(trade), "rank") == {"CHN": 1, "RUS": 2, "ITA": 2, "TUR": 4}


@pytest.mark.parametrize("missing", [None, NAN])
def test_a_missing_value_has_no_rank(engine, missing):
    trade = engine(exports(CHN=9.0, RUS=missing, ITA=5.0))
    assert column(add_rank(trade), "rank") == {"CHN": 1, "RUS": None, "ITA": 2}


def test_no_trade_is_no_place(engine):
    trade = engine(exports(CHN=9.0, RUS=0.0))
    assert column(add_rank(trade), "rank") == {"CHN": 1, "RUS": None}


def test_totals_groups_and_residuals_take_no_place(engine):
    trade = engine(exports(WLD=30.0, EUROPE=15.0, XXX=9.0, CHN=2.0, RUS=4.0))
    ranks = column(add_rank(trade), "rank")
    assert ranks == {"WLD": None, "EUROPE": None, "XXX": None, "CHN": 2, "RUS": 1}


def test_blocs_are_ranked_among_countries(engine):
    trade = engine([row("EU", 5.0, kind="bloc"), row("CHN", 4.0)])
    assert column(add_rank(trade), "rank") == {"EU": 1, "CHN": 2}


@pytest.mark.parametrize("differ", ["reporter", "flow", "product", "vintage", "source"])
def test_each_ranking_stands_alone(engine, differ):
    rows = [row("CHN", 2.0), row("RUS", 1.0)]
    rows += [one | {differ: "other"} for one in [row("CHN", 3.0), row("RUS", 4.0)]]
    ranked = rows_of(add_rank(engine(rows)))
    made = {(row["partner"], row[differ] == "other"): row["rank"] for row in ranked}
    assert made[("CHN", False)] == made[("RUS", True)] == 1
    assert made[("RUS", False)] == made[("CHN", True)] == 2


def test_rank_is_a_whole_number_that_can_be_missing():
    rows = exports(CHN=9.0, RUS=NAN)
    assert add_rank(to_pandas(rows))["rank"].dtype == pd.Int64Dtype()
    assert add_rank(to_polars(rows))["rank"].dtype == pl.Int64
    assert str(add_rank(to_duckdb(rows)).select("rank").types[0]) == "BIGINT"


# ---- margin


def test_the_rival_is_the_neighbour_with_the_smaller_gap(engine):
    trade = rank_margin(engine(exports(CHN=100.0, RUS=90.0, ITA=87.0, TUR=10.0)))
    assert column(trade, "rival") == {"CHN": "RUS", "RUS": "ITA", "ITA": "RUS", "TUR": "ITA"}
    assert column(trade, "margin") == {"CHN": 10.0, "RUS": 3.0, "ITA": 3.0, "TUR": 77.0}


def test_of_equal_gaps_the_one_above_is_the_rival(engine):
    trade = rank_margin(engine(exports(CHN=30.0, RUS=20.0, ITA=10.0)))
    assert column(trade, "rival")["RUS"] == "CHN"


def test_a_tie_has_no_margin(engine):
    trade = rank_margin(engine(exports(CHN=9.0, RUS=5.0, ITA=5.0)))
    assert column(trade, "margin") == {"CHN": 4.0, "RUS": 0.0, "ITA": 0.0}
    assert column(trade, "rival") == {"CHN": "ITA", "RUS": "ITA", "ITA": "RUS"}


def test_a_sole_partner_has_no_rival(engine):
    (made,) = rows_of(rank_margin(engine(exports(CHN=9.0))))
    assert (made["rank"], made["rival"], made["margin"], made["error_to_flip"]) == (1, *[None] * 3)


@pytest.mark.parametrize("missing", [None, NAN])
def test_what_is_not_ranked_is_nobodys_rival(engine, missing):
    rows = exports(WLD=99.0, EUROPE=8.0, CHN=9.0, TUR=missing, ITA=0.0, RUS=1.0)
    trade = rank_margin(engine(rows))
    assert column(trade, "rival") == dict.fromkeys(["WLD", "EUROPE", "TUR", "ITA"]) | {
        "CHN": "RUS",
        "RUS": "CHN",
    }


positive = st.floats(1, 1e12, allow_nan=False)


@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(positive, positive), min_size=1, max_size=30))
def test_a_hair_more_than_the_error_changes_places_and_a_hair_less_does_not(pairs):
    rows = [
        row(partner, value, reporter=i)
        for i, pair in enumerate(pairs)
        for partner, value in zip("AB", pair, strict=True)
    ]
    made = rank_margin(to_pandas(rows)).groupby("reporter")["error_to_flip"].first()
    for error, pair in zip(made, pairs, strict=True):
        more, less = error + 1e-9, error - 1e-9
        assert max(pair) * (1 - more) < min(pair) * (1 + more)
        assert max(pair) * (1 - less) > min(pair) * (1 + less)


# ---- growth and contribution


def years(partner="CHN", **values):
    return [row(partner, value, year=int(year[1:])) for year, value in values.items()]


def by_year(native, name):
    return {row["year"]: row[name] for row in rows_of(native)}


def test_growth_is_the_change_on_the_year_before(engine):
    trade = add_growth(engine(years(y2021=10.0, y2022=15.0, y2023=12.0)))
    assert by_year(trade, "growth") == {2021: None, 2022: 0.5, 2023: pytest.approx(-0.2)}


@pytest.mark.parametrize("before", [None, NAN, 0.0])
def test_growth_on_nothing_or_on_the_unknown_is_missing(engine, before):
    trade = add_growth(engine(years(y2022=before, y2023=12.0)))
    assert by_year(trade, "growth") == {2022: None, 2023: None}


def test_a_year_that_is_left_out_is_not_bridged(engine):
    assert by_year(add_growth(engine(years(y2021=10.0, y2023=12.0))), "growth")[2023] is None


def test_growth_runs_on_over_editions_of_the_same_office(engine):
    rows = [
        row("CHN", 10.0, year=2022, vintage="2024-07-25", source="kaz-2023"),
        row("CHN", 11.0, year=2023, vintage="2025-07-25", source="kaz-2024"),
    ]
    assert by_year(add_growth(engine(rows)), "growth")[2023] == pytest.approx(0.1)


def test_growth_compares_like_periods_only(engine):
    rows = [
        row("CHN", 1.0, year=2022, period="2022-M01", months=1),
        row("CHN", 3.0, year=2022, period="2022-M02", months=1),
        row("CHN", 40.0, year=2022),
        row("CHN", 2.0, year=2023, period="2023-M01", months=1),
        row("CHN", 50.0, year=2023, period="2023-01-01/P10M", months=10),
    ]
    made = {row["period"]: row["growth"] for row in rows_of(add_growth(engine(rows)))}
    assert made.pop("2023-M01") == 1.0
    assert set(made.values()) == {None}


def test_several_vintages_of_a_year_are_refused(engine):
    rows = [*years(y2022=10.0, y2023=12.0), row("CHN", 12.5, vintage="2025-07-25", source="kaz-2")]
    for measure in (add_growth, add_contribution):
        with pytest.raises(Refused, match=r"several vintages.*2024-07-25.*2025-07-25.*load_trade"):
            measure(engine(rows))


def test_growth_across_two_currencies_is_refused(engine):
    rows = [row("CHN", 10.0, year=2022, currency="KZT"), row("CHN", 10.0, year=2023)]
    with pytest.raises(Refused, match="two currencies"):
        add_growth(engine(rows))


def test_a_code_is_not_compared_across_editions_of_the_harmonised_system(engine):
    rows = [
        row("CHN", v, year=y, product=p, classification=c)
        for p in ("8482", "TOTAL")
        for v, y, c in [(1.0, 2021, "H5"), (2.0, 2022, "H6")]
    ]
    made = [row for row in rows_of(add_growth(engine(rows))) if row["year"] == 2022]
    assert {row["product"]: row["growth"] for row in made} == {"8482": None, "TOTAL": 1.0}


def test_contributions_add_up_to_the_growth_of_the_total(engine):
    rows = [
        *years("WLD", y2022=100.0, y2023=110.0),
        *years("CHN", y2022=60.0, y2023=75.0),
        *years("RUS", y2022=30.0, y2023=28.0),
        *years("ITA", y2022=0.0, y2023=3.0),
        *years("XXX", y2022=10.0, y2023=4.0),
    ]
    made = [row for row in rows_of(add_contribution(engine(rows))) if row["year"] == 2023]
    points = {row["partner"]: row["contribution"] for row in made}
    assert points == {"WLD": 10.0, "CHN": 15.0, "RUS": -2.0, "ITA": 3.0, "XXX": -6.0}
    assert sum(points.values()) - points["WLD"] == points["WLD"]


@pytest.mark.parametrize("total", [None, NAN, 0.0])
def test_without_last_years_total_there_is_no_contribution(engine, total):
    rows = years("WLD", y2022=total, y2023=110.0) + years("CHN", y2022=60.0, y2023=75.0)
    made = rows_of(add_contribution(engine(rows)))
    assert {row["contribution"] for row in made} == {None}


def test_a_partner_without_a_row_last_year_has_no_contribution(engine):
    rows = years("WLD", y2022=100.0, y2023=110.0) + years("CHN", y2023=75.0)
    points = {
        (row["partner"], row["year"]): row["contribution"]
        for row in rows_of(add_contribution(engine(rows)))
    }
    assert points["CHN", 2023] is None
    assert points["WLD", 2023] == 10.0


# ---- concentration


def concentration_of(trade, **options):
    (made,) = rows_of(concentration(trade, **options))
    return made


def test_concentration_of_four_partners_by_hand(engine):
    made = concentration_of(engine(exports(WLD=10.0, CHN=4.0, RUS=3.0, ITA=2.0, TUR=1.0)), top=2)
    assert made["hhi"] == pytest.approx(0.16 + 0.09 + 0.04 + 0.01)
    assert made["hhi_normalised"] == pytest.approx((0.30 - 0.25) / 0.75)
    assert made["effective_partners"] == pytest.approx(1 / 0.30)
    assert made["top_share"] == pytest.approx(0.7)
    assert (made["partners"], made["missing"], made["covered"]) == (4, 0, 1.0)


def test_partners_of_one_size_count_as_many_as_they_are(engine):
    made = concentration_of(engine(exports(CHN=2.0, RUS=2.0, ITA=2.0)))
    assert made["effective_partners"] == pytest.approx(3)
    assert made["hhi_normalised"] == pytest.approx(0, abs=1e-12)


def test_residuals_and_missing_partners_lower_what_is_covered(engine):
    trade = engine(exports(WLD=10.0, EUROPE=3.0, CHN=3.0, RUS=3.0, ITA=NAN, TUR=0.0, XXX=4.0))
    made = concentration_of(trade)
    assert made["hhi"] == pytest.approx(0.5)
    assert (made["partners"], made["missing"], made["covered"]) == (2, 1, pytest.approx(0.6))


def test_concentration_without_a_printed_total_covers_nobody_knows_what(engine):
    made = concentration_of(engine(exports(CHN=3.0, RUS=1.0)))
    assert (made["hhi"], made["covered"]) == (pytest.approx(0.625), None)


def test_a_single_partner_is_full_concentration_and_cannot_be_normalised(engine):
    made = concentration_of(engine(exports(CHN=3.0)))
    assert (made["hhi"], made["hhi_normalised"], made["top_share"]) == (1.0, None, 1.0)


def test_no_trade_at_all_has_no_concentration(engine):
    made = concentration_of(engine(exports(WLD=0.0, CHN=0.0, RUS=NAN)))
    assert (made["hhi"], made["effective_partners"], made["top_share"]) == (None, None, None)
    assert (made["partners"], made["missing"]) == (0, 1)


def test_ties_at_the_edge_of_the_top_are_not_counted_beyond_it(engine):
    trade = engine(exports(CHN=2.0, RUS=1.0, ITA=1.0))
    assert concentration_of(trade, top=2)["top_share"] == pytest.approx(0.75)


def test_concentration_says_the_weakest_proof_of_its_rows(engine):
    trade = engine([row("CHN", 2.0), row("RUS", 1.0, proof="consistent")])
    assert concentration_of(trade)["proof"] == "consistent"


@pytest.mark.parametrize("top", [0, -1, 2.5, True, "5"])
def test_a_top_that_is_no_number_of_partners_is_refused(top):
    with pytest.raises(Refused, match="top="):
        concentration(to_pandas(exports(CHN=3.0)), top=top)


# ---- whatever the values


def partners(values):
    return [row(f"P{i:02}", value) for i, value in enumerate(values)]


@settings(max_examples=20, deadline=None)
@given(
    values=st.lists(st.sampled_from([None, NAN, 0.0, 1.0, 2.0, 3.0]), min_size=1, max_size=20),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_change_a_rank(values, seed):
    rows = partners(values)
    shuffled = rank_margin(to_pandas(seed.sample(rows, len(rows))))
    assert column(shuffled, "rival") == column(rank_margin(to_pandas(rows)), "rival")
    # The definition, without any sorting: one more than how many are larger.
    known = [value for value in values if value and not math.isnan(value)]
    assert column(shuffled, "rank") == {
        row["partner"]: 1 + sum(other > row["value"] for other in known)
        if row["value"] in known
        else None
        for row in rows
    }


@pytest.fixture(scope="module")
def many_rankings():
    """Two hundred small tables of two flows: missing values, zeros, ties, lone partners."""
    draw = random.Random(2023)
    some = [None, NAN, 0.0, 1.0, 2.0, 3.0, 1e-3, 5e11]
    return [
        row(partner, draw.choice(some), flow=flow, reporter=f"R{i:03}", year=draw.choice([1, 2]))
        for i in range(200)
        for flow in ("export", "import")
        for partner in ["WLD", *(f"P{j}" for j in range(draw.randrange(6)))]
    ]


@pytest.mark.parametrize(
    "measure", [rank_margin, add_share, add_growth, add_contribution, concentration]
)
@pytest.mark.parametrize("make", [to_polars, to_polars_lazy, to_duckdb])
def test_every_engine_gives_what_pandas_gives(many_rankings, measure, make):
    known, made = (
        sorted(rows_of(measure(add_turnover(engine(many_rankings)))), key=order)
        for engine in (to_pandas, make)
    )
    assert [comparable(row) for row in made] == [comparable(row) for row in known]


def order(row):
    return row["reporter"], row["flow"], row["period"], row.get("partner", "")


def comparable(row):
    return {k: pytest.approx(v) if isinstance(v, float) else v for k, v in sorted(row.items())}


# ---- the shipped table

#: Billion USD and rank among countries: turnover, export, import of Russia; of China; total.
PUBLISHED = """
2018 18.52 1  5.28 4 13.24 1 11.69 3  6.31 2  5.38 2  94.77
2019 19.98 1  5.67 3 14.31 1 14.79 2  8.00 2  6.79 2  97.77
2020 18.78 1  5.01 3 13.77 1 15.80 2  9.42 1  6.38 2  86.47
2021 24.62 1  7.02 3 17.61 1 18.00 2  9.77 1  8.23 2 101.74
2022 26.97 1  9.09 3 17.88 1 24.20 2 13.06 2 11.14 2 135.53
2023 27.05 2 10.21 3 16.85 1 30.06 1 14.67 2 15.39 2 139.55
2024 28.14 2  9.55 3 18.58 1 30.16 1 14.89 2 15.27 2 142.07
2025 27.79 2  8.25 3 19.54 1 34.17 1 15.20 2 18.97 2 144.66
"""


@pytest.fixture(scope="module")
def kazakh():
    return add_turnover(load_trade(reporter="KAZ"))


@pytest.mark.parametrize("line", PUBLISHED.strip().splitlines(), ids=lambda line: line[:4])
def test_the_kazakh_figures_come_out_as_known(kazakh, line):
    year, *figures, total = line.split()
    ranked = add_rank(kazakh).query(f"year == {year}").set_index(["partner", "flow"])
    for partner, known in ("RUS", figures[:6]), ("CHN", figures[6:]):
        for i, flow in enumerate(["turnover", "export", "import"]):
            made = ranked.loc[(partner, flow)]
            assert f"{made['value'] / 1e9:.2f}" == known[2 * i]
            assert made["rank"] == int(known[2 * i + 1])
    assert f"{ranked.loc[('WLD', 'turnover'), 'value'] / 1e9:.2f}" == total


def test_kazakh_countries_contribute_the_growth_of_the_total(kazakh):
    made = add_contribution(kazakh).query("year > 2018")
    before = kazakh.assign(year=kazakh["year"] + 1)
    for (year, flow), rows in made.groupby(["year", "flow"]):
        last = before.query(f"year == {year} and flow == '{flow}'")
        countries, was = rows.query("kind == 'country'"), last.query("kind == 'country'")
        # Partners with a row in one of the two years only are what the sum falls short of.
        came = countries[~countries["partner"].isin(was["partner"])]["value"].sum()
        went = was[~was["partner"].isin(countries["partner"])]["value"].sum()
        total = last.query("partner == 'WLD'")["value"].item()
        growth = rows.query("partner == 'WLD'")["contribution"].item()
        expected = growth - 100 * (came - went) / total
        assert countries["contribution"].sum() == pytest.approx(expected, abs=1e-4)


def test_published_shares_are_the_shares(kazakh):
    printed = add_share(kazakh).dropna(subset="share_published")
    assert len(printed) > 1500
    # The coarsest of the office's workbooks prints tenths of a per cent.
    assert (printed["share"] - printed["share_published"]).abs().max() < 0.0005


def test_kazakh_countries_cover_the_printed_total(kazakh):
    assert concentration(kazakh)["covered"].to_list() == pytest.approx([1] * 24, abs=1e-7)


@pytest.mark.parametrize("make", [pl.from_pandas, lambda t: pl.from_pandas(t).lazy()])
def test_the_kazakh_ranks_are_the_same_on_polars(kazakh, make):
    made = rows_of(rank_margin(make(kazakh)))
    assert made == rows_of(rank_margin(kazakh))


def test_the_kazakh_ranks_are_the_same_on_duckdb(kazakh):
    relation = duckdb.connect().from_arrow(pl.from_pandas(kazakh).to_arrow())
    key = ["flow", "year", "partner"]
    made, known = (
        pd.DataFrame(rows_of(t)).sort_values(key)[["rank", "rival", "margin", "error_to_flip"]]
        for t in (rank_margin(relation), rank_margin(kazakh))
    )
    pd.testing.assert_frame_equal(
        made.reset_index(drop=True), known.reset_index(drop=True), check_dtype=False
    )
