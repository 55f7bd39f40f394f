"""A claim about a rank is answered in every reading, or said to have no answer."""

import duckdb
import pandas as pd
import polars as pl
import pytest

from traderank import Refused, add_turnover, check_rank, load_trade

NAN = float("nan")


def row(partner, value, **other):
    kind = "aggregate" if partner in ("WLD", "EU") else "country"
    year = other.get("year", 2023)
    return {
        "reporter": "KAZ",
        "partner": partner,
        "kind": kind,
        "flow": "export",
        "year": year,
        "period": str(year),
        "months": 12,
        "product": "TOTAL",
        "value": value,
        "currency": "USD",
        "vintage": "2024-07-25",
        "status": "final",
        "source": "kaz",
        "sheet": "1",
        "cell": f"D{len(partner)}",
        "proof": "proved",
    } | other


def exports(**values):
    return [row(partner, value) for partner, value in values.items()]


def to_duckdb(rows):
    connection = duckdb.connect()
    frame = pd.DataFrame(rows)
    connection.register("trade", frame)
    return connection.table("trade")


@pytest.fixture(params=[pd.DataFrame, pl.DataFrame, lambda rows: pl.LazyFrame(rows), to_duckdb])
def engine(request):
    return request.param


def rows_of(native):
    if isinstance(native, duckdb.DuckDBPyRelation):
        native = native.pl()
    if isinstance(native, pl.LazyFrame):
        native = native.collect()
    rows = native.to_dict("records") if isinstance(native, pd.DataFrame) else native.to_dicts()
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in rows
    ]


def answers(native, *names):
    return [tuple(row[name] for name in (*names, "holds")) for row in rows_of(native)]


# ── one reading ──────────────────────────────────────────────────────────────────────────


def test_a_rank_holds_or_not_and_the_true_one_stands_beside_it(engine):
    trade = engine(exports(WLD=8.0, CHN=5.0, RUS=2.0, ITA=1.0))
    assert answers(check_rank(trade, "RUS", 2), "rank", "share", "rival", "margin") == [
        (2, 0.25, "ITA", 1.0, True)
    ]
    assert answers(check_rank(trade, "RUS", 1), "rank") == [(2, False)]


def test_who_ranks_before_it_is_asked_too(engine):
    trade = engine(exports(CHN=5.0, RUS=3.0, ITA=2.0))
    assert answers(check_rank(trade, "RUS", 2, behind="CHN")) == [(True,)]
    assert answers(check_rank(trade, "RUS", 2, behind="ITA")) == [(False,)]


def test_of_two_that_are_tied_neither_is_behind_the_other(engine):
    trade = engine(exports(CHN=3.0, RUS=3.0))
    assert answers(check_rank(trade, "RUS", 1), "rank") == [(1, True)]
    assert answers(check_rank(trade, "RUS", 1, behind="CHN")) == [(False,)]


def test_a_partner_without_trade_has_no_rank_and_the_claim_does_not_hold(engine):
    trade = engine(exports(CHN=3.0, RUS=0.0))
    assert answers(check_rank(trade, "RUS", 2), "value", "rank") == [(0.0, None, False)]


@pytest.mark.parametrize("missing", ["RUS", "CHN"])
def test_a_missing_value_of_either_leaves_the_question_without_an_answer(engine, missing):
    trade = engine(exports(**{"RUS": 3.0, "CHN": 4.0, "ITA": 5.0, missing: None}))
    assert answers(check_rank(trade, "RUS", 3, behind="CHN")) == [(None,)]


def test_a_year_without_the_partner_keeps_its_row_without_an_answer(engine):
    trade = engine([row("CHN", 3.0), row("CHN", 3.0, year=2024), row("RUS", 2.0, year=2024)])
    claim = check_rank(trade, "RUS", 2)
    assert answers(claim, "year", "partner", "value", "rank") == [
        (2023, "RUS", None, None, None),
        (2024, "RUS", 2.0, 2, True),
    ]


def test_a_rank_is_as_weakly_proved_as_the_weakest_of_all_that_are_ranked(engine):
    rows = [row("RUS", 3.0), row("CHN", 4.0, proof="consistent", status="preliminary")]
    (found,) = rows_of(check_rank(engine(rows), "RUS", 2))
    assert (found["proof"], found["status"]) == ("consistent", "preliminary")


# ── several readings ─────────────────────────────────────────────────────────────────────


def test_each_flow_and_each_vintage_is_a_reading(engine):
    rows = [row("RUS", 3.0), row("CHN", 4.0), row("RUS", 5.0, flow="import")]
    rows += [row("CHN", 4.0, flow="import"), row("RUS", 4.5, vintage="2025-01-01")]
    rows += [row("CHN", 4.0, vintage="2025-01-01")]
    assert answers(check_rank(engine(rows), "RUS", 1), "flow", "vintage") == [
        ("export", "2024-07-25", False),
        ("export", "2025-01-01", True),
        ("import", "2024-07-25", True),
    ]


def test_each_bloc_is_a_reading_and_an_inner_list_is_one_together(engine):
    trade = engine(exports(CHN=3.0, HKG=2.0, RUS=4.0, DEU=3.0, ITA=3.0))
    claim = check_rank(trade, "RUS", 1, blocs=["EU", "CHN_HKG_MAC", ["EU", "CHN_HKG_MAC"]])
    assert answers(claim, "blocs", "rank", "rival") == [
        ("", 1, "CHN", True),
        ("EU", 2, "CHN", False),
        ("CHN_HKG_MAC", 2, "CHN_HKG_MAC", False),
        ("EU + CHN_HKG_MAC", 3, "CHN_HKG_MAC", False),
    ]


def test_a_partner_under_its_own_bloc_cannot_be_asked_of(engine):
    trade = engine(exports(CHN=5.0, RUS=3.0, BLR=1.0))
    claim = check_rank(trade, "RUS", 2, blocs="EAEU")
    assert answers(claim, "blocs", "rank", "value") == [
        ("", 2, 3.0, True),
        ("EAEU", None, None, None),
    ]


def test_a_bloc_stands_for_the_partner_before_it_only_while_that_is_a_member(engine):
    values = {"GBR": 5.0, "RUS": 3.0, "DEU": 1.0}
    rows = [row(code, values[code], year=year) for year in (2019, 2020) for code in values]
    claim = check_rank(engine(rows), "RUS", 2, behind="GBR", blocs=["EU"])
    # In 2020 Germany alone is the EU in this table, and ranks third.
    assert answers(claim, "blocs", "year", "rank") == [
        ("", 2019, 2, True),
        ("", 2020, 2, True),
        ("EU", 2019, 2, True),
        ("EU", 2020, 2, True),
    ]


def test_a_bloc_itself_can_be_asked_of_and_a_printed_group_cannot(engine):
    trade = engine(exports(EU=9.0, DEU=5.0, RUS=3.0))
    claim = check_rank(trade, "EU", 1, blocs=["EU"])
    assert answers(claim, "blocs", "value") == [("", None, None), ("EU", 5.0, True)]


# ── what is refused ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rank", [0, -1, 1.0, True, "1", None])
def test_what_is_no_rank_is_refused(rank):
    with pytest.raises(Refused, match="is not a rank"):
        check_rank(pd.DataFrame(exports(RUS=3.0)), "RUS", rank)


@pytest.mark.parametrize("asked", [{"partner": "XYZ"}, {"partner": "WLD"}, {"behind": "XYZ"}])
def test_a_partner_that_no_reading_ranks_is_refused(engine, asked):
    trade = engine(exports(WLD=3.0, RUS=3.0))
    with pytest.raises(Refused, match=r'no reading ranks a partner "(XYZ|WLD)"'):
        check_rank(trade, **{"partner": "RUS", "rank": 1} | asked)


def test_the_table_is_left_as_it_was():
    trade = pd.DataFrame(exports(CHN=NAN, RUS=3.0, DEU=1.0))
    before = trade.copy(deep=True)
    check_rank(trade, "RUS", 1, behind="DEU", blocs=["EU"])
    pd.testing.assert_frame_equal(trade, before)


# ── the news report ──────────────────────────────────────────────────────────────────────


def test_russia_was_second_after_china_in_2023_by_turnover_unless_the_eu_is_one():
    trade = add_turnover(load_trade("KAZ")).query("year == 2023")
    claim = check_rank(trade, "RUS", 2, behind="CHN", blocs=["EU", "EAEU", "CHN_HKG_MAC"])
    assert set(answers(claim, "blocs", "flow", "rank")) == {
        ("", "turnover", 2, True),
        ("", "export", 3, False),
        ("", "import", 1, False),
        ("EU", "turnover", 3, False),
        ("EU", "export", 3, False),
        ("EU", "import", 1, False),
        ("EAEU", "turnover", None, None),
        ("EAEU", "export", None, None),
        ("EAEU", "import", None, None),
        ("CHN_HKG_MAC", "turnover", 2, True),
        ("CHN_HKG_MAC", "export", 3, False),
        ("CHN_HKG_MAC", "import", 1, False),
    }
