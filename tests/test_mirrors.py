"""Two reports of one trade: paired, never blended; and what may not be paired is refused."""

import duckdb
import pandas as pd
import pytest
from test_measures import ENGINES, row, to_polars

from traderank import (
    Refused,
    add_turnover,
    load_extract,
    load_trade,
    merge_blocs,
    mirror,
    mirror_reasons,
    rank_if,
    to_usd,
    year_before,
)

NAN = float("nan")


# Two tables can be paired in DuckDB only if they are of one connection.
ENGINES = ENGINES | {"duckdb": lambda rows: duckdb.from_arrow(to_polars(rows).to_arrow())}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]


def theirs(partner="CHN", value=120.0, **other):
    """A partner's report on Kazakhstan."""
    return row("KAZ", value, **{"reporter": partner, "source": "other"} | other)


def rows(table):
    if hasattr(table, "collect"):
        table = table.collect()
    table = table if isinstance(table, pd.DataFrame) else pd.DataFrame(_fetched(table))
    return table.sort_values(["flow", "period", "partner"]).to_dict("records")


def _fetched(table):
    return table.df() if hasattr(table, "df") else table.to_dicts()


def test_an_import_is_paired_with_the_partners_export(engine):
    ours = [row("CHN", 100.0, flow="import"), row("RUS", 7.0, flow="import")]
    (pair,) = rows(mirror(engine(ours), engine([theirs()]), cif_margin=0.1))
    assert (pair["reporter"], pair["partner"], pair["flow"]) == ("KAZ", "CHN", "import")
    assert (pair["value"], pair["value_mirror"], pair["gap"], pair["ratio"]) == (100, 120, 20, 1.2)
    # Freight and insurance would make the import 132: the partner's figure 12 smaller.
    assert pair["gap_cif"] == pytest.approx(-12) and pair["unexplained"] == pytest.approx(32)
    assert (pair["source"], pair["source_mirror"]) == ("kaz", "other")


def test_an_export_is_the_fob_side_of_its_pair(engine):
    pair = mirror(
        engine([row("CHN", 100.0)]), engine([theirs(flow="import", value=106.0)]), cif_margin=0.06
    )
    (pair,) = rows(pair)
    assert pair["gap_cif"] == pytest.approx(6) and pair["unexplained"] == pytest.approx(0)


def test_a_turnover_is_paired_and_no_margin_is_put_on_it(engine):
    ours = [row("CHN", 100.0, flow="turnover")]
    (pair,) = rows(mirror(engine(ours), engine([theirs(flow="turnover")]), cif_margin=0.06))
    assert pair["gap"] == 20 and pd.isna(pair["gap_cif"]) and pd.isna(pair["unexplained"])


def test_what_is_missing_on_one_side_leaves_no_gap(engine):
    ours = [row("CHN", None), row("RUS", 0.0)]
    others = [theirs(flow="import"), theirs("RUS", flow="import")]
    china, russia = rows(mirror(engine(ours), engine(others), cif_margin=0.06))
    assert pd.isna(china["gap"]) and pd.isna(china["ratio"]) and china["value_mirror"] == 120
    assert russia["gap"] == 120 and pd.isna(russia["ratio"])


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"product": "8482"}, "no product in common: TOTAL against 8482"),
        ({"period": "2022", "year": 2022}, "no period in common: 2023 against 2022"),
        ({"currency": "CNY"}, "differ in currency.*Remedy: convert them first"),
        ({"months": 10}, "differ in length of period"),
        ({"reporter": "DEU"}, "no partner in common"),
        ({"flow": "export"}, "no trade is in both reports"),
    ],
)
def test_what_is_not_the_same_trade_is_refused(engine, other, why):
    report = engine([theirs(**{"flow": "import"} | other)])
    with pytest.raises(Refused, match=why):
        mirror(engine([row("CHN", 100.0)]), report, cif_margin=0.06)


def test_several_vintages_of_one_side_are_refused(engine):
    twice = [row("CHN", 100.0), row("CHN", 101.0, vintage="2025-07-25")]
    with pytest.raises(Refused, match="several rows of the same trade"):
        mirror(engine(twice), engine([theirs(flow="import")]), cif_margin=0.06)


@pytest.mark.parametrize("margin", [-0.1, 6, True])
def test_a_margin_that_is_no_fraction_is_refused(margin):
    with pytest.raises(Refused, match="not a margin"):
        mirror(pd.DataFrame([row("CHN", 1.0)]), pd.DataFrame([theirs()]), cif_margin=margin)


def test_the_margin_has_to_be_stated():
    with pytest.raises(TypeError, match="cif_margin"):
        mirror(pd.DataFrame([row("CHN", 1.0)]), pd.DataFrame([theirs()]))


def test_the_union_of_27_is_paired_only_from_the_year_in_which_it_had_27():
    ours = merge_blocs(load_trade("KAZ", flow="import"), ["EU"])
    pairs = mirror(ours, to_usd(load_extract("comext-annual")), cif_margin=0.06)
    assert pairs["partner"].unique().tolist() == ["EU"]
    assert pairs["year"].tolist() == [2020, 2021, 2022, 2023]


def test_the_offices_own_group_is_not_paired_as_it_has_other_members():
    ours = load_trade("KAZ", flow="import").query("kind == 'aggregate'")
    with pytest.raises(Refused, match="no reporter in common"):
        mirror(ours, to_usd(load_extract("comext-annual")), cif_margin=0.06)


def test_every_reason_says_its_direction_and_what_is_known_of_its_size():
    reasons = mirror_reasons()
    assert list(reasons) == ["name", "what", "direction", "size"] and len(reasons) == 6
    assert reasons.notna().all().all() and not reasons["what"].duplicated().any()


# ── what would the ranks be ──────────────────────────────────────────────────────────────


def test_the_partners_figure_is_asked_about_and_not_put_in(engine):
    ours = [row("CHN", 100.0, flow="import"), row("RUS", 110.0, flow="import")]
    pairs = mirror(engine(ours), engine([theirs()]), cif_margin=0)
    china, russia = rows(rank_if(engine(ours), pairs))
    assert (china["rank"], china["rank_if"], china["value"]) == (2, 1, 100)
    assert (russia["rank"], russia["rank_if"], russia["value"]) == (1, 2, 110)
    assert china["value_if"] == 120 and pd.isna(russia["value_if"])


# ── the year before, from a printed growth ───────────────────────────────────────────────


def test_the_year_before_is_the_value_without_its_growth(engine):
    grown = [row("CHN", 110.0, growth_published=0.1), row("RUS", 5.0, growth_published=None)]
    (before,) = rows(year_before(engine(grown)))
    assert before["value"] == pytest.approx(100) and before["period"] == "2022"
    assert before["year"] == 2022 and before["proof"] == "unproved" and before["cell"] == "D1"
    # 10.0 % stands for all from 9.95 to 10.05 %.
    assert before["rounding"] == pytest.approx(0.0005 / 1.1)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"months": 10, "growth_published": 0.1}, "not of a whole year"),
        ({"growth_published": -1.0}, "-1 or less"),
        ({"growth_published": NAN}, "no row has a printed growth"),
        ({}, "no column growth_published"),
    ],
)
def test_a_year_before_that_cannot_be_derived_is_refused(other, why):
    with pytest.raises(Refused, match=why):
        year_before(pd.DataFrame([row("CHN", 110.0, **other)]))


def test_chinas_report_on_2023_is_41_billion_dollars_as_derived():
    china = load_extract("china-customs", partner="KAZ", flow="turnover").query("year == 2024")
    derived = to_usd(year_before(china))
    assert derived["year"].tolist() == [2023] and round(derived["value"].item() / 1e9, 1) == 41.0
    pairs = mirror(add_turnover(load_trade("KAZ")), derived, cif_margin=0.06)
    assert [round(pairs[name].item() / 1e9, 2) for name in ("value", "gap")] == [30.06, 10.95]
    assert pairs["source_mirror"].item() == "china-customs"
