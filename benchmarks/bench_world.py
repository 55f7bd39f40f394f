"""Ranks over the world's trade: with pandas, with Polars, and against a hand-written query."""

import importlib.util
from pathlib import Path
from statistics import median
from time import perf_counter

import polars as pl

from traderank import add_rank
from traderank.table import KINDS, RANKING

ROOT = Path(__file__).resolve().parents[1]
ORIGINAL = ROOT / "../shared/data/world/comtrade_totals_2014_2022.csv.gz"
REPEATS = 15
_GOALS = {"pandas": "< 2 s", "Polars": "< 0.5 s"}


def whole_table():
    """The tidy table of every reporter and partner, as `data/extract.py` reads it."""
    spec = importlib.util.spec_from_file_location("data_extract", ROOT / "data" / "extract.py")
    extract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extract)
    return extract.whole_comtrade(ORIGINAL)


def bare(trade):
    """The rank alone, for a table that is known to be right."""
    ranked = pl.col("kind").is_in(["country", "bloc"]) & (pl.col("value") > 0)
    place = pl.when(ranked).then(pl.col("value")).rank("min", descending=True).over(RANKING)
    return trade.with_columns(rank=place.cast(pl.Int64))


def by_hand(trade):
    """The same with what has to be known first: no row twice, one currency, one length."""
    value = pl.col("value").fill_nan(None)
    wrong = (
        ~pl.col("kind").is_in(KINDS)
        | pl.any_horizontal(pl.col("reporter", "partner", "flow").is_null())
        | (value < 0)
        | value.is_infinite()
    )
    rankings = trade.group_by(RANKING).agg(
        pl.col("partner").n_unique() < pl.len(),
        pl.col("currency", "months").n_unique() > 1,
        wrong.any().alias("wrong"),
    )
    flags = pl.any_horizontal("partner", "currency", "months", "wrong")
    if rankings.filter(flags).height:
        raise ValueError("the table cannot be ranked")
    return bare(trade.with_columns(value=value))


def seconds(function, table):
    start = perf_counter()
    function(table)
    return perf_counter() - start


def measure():
    if not ORIGINAL.is_file():
        yield "ranks of the world", "the offices' own files are not here", "skipped", ""
        return
    pandas_table = whole_table()
    polars_table = pl.from_pandas(pandas_table)
    for name, table in {"pandas": pandas_table, "Polars": polars_table}.items():
        times = [seconds(add_rank, table) for _ in range(REPEATS)]
        what = f"ranks of the world, {len(table):,} rows"
        yield what, name, f"{median(times):.2f} s", _GOALS[name]
    for what, function, goal in (
        ("a query by hand that checks the same", by_hand, "≤ 1.2×"),
        ("a query by hand that checks nothing", bare, ""),
    ):
        pairs = [
            (seconds(add_rank, polars_table), seconds(function, polars_table))
            for _ in range(REPEATS)
        ]
        ratio = median(ours / theirs for ours, theirs in pairs)
        yield "ranks of the world, Polars", what, f"{ratio:.2f}×", goal


if __name__ == "__main__":
    for row in measure():
        print(*row, sep="  ")
