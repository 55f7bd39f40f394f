"""The rows of a table from any engine, and the refusal of what one chart cannot show."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from traderank.charts.periods import place, read_period
from traderank.checks import WORDS, as_rows, open_table
from traderank.table import COLUMNS, RANKING, Refused

#: What makes the columns that are drawn.
MADE_BY = {
    "rank": "add_rank(trade)",
    "share": "add_share(trade)",
    "contribution": "add_contribution(trade)",
    "hhi": "concentration(trade)",
    "hhi_normalised": "concentration(trade)",
    "effective_partners": "concentration(trade)",
}

#: What `year_before` says of a value that no office has published.
DERIVED = "rounding"

_NUMBERS = ("year", "months", "value", "share_published")


def fetch(trade, column, *, flow=None, of_partners=True):
    """Fetch the rows that a chart may draw, each with its place on the axis of years.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        What a measure left.
    column : str
        The measure.
    flow : str, optional
        The one flow wanted; all if not given.
    of_partners : bool
        Whether a row is a partner's, as in the tidy table, or a whole ranking's, as
        `concentration` leaves them.

    Returns
    -------
    pandas.DataFrame
        In order of time, with the measure as float, missing words as None, `x` (place on
        the axis of years), `part_year` (a part of a year among years), `derived` (published
        by nobody: see `year_before`) and `hollow` (any of these, or preliminary).

    Raises
    ------
    Refused
        If the measure or the flow is not there; the table has several reporters, products
        or, for values, currencies; or a period in several editions.
    """
    table = nw.from_native(trade)
    schema = table.collect_schema()
    if column not in schema and column in MADE_BY:
        raise Refused(
            f"the table has no column {column}",
            f"add it to the whole table, before rows are left out: {MADE_BY[column]}",
        )
    if of_partners:
        table = open_table(trade, "year")
    elif absent := [name for name in RANKING if name not in schema]:
        raise Refused(f"the table has no column {', '.join(absent)}", f"give {MADE_BY[column]}")
    if flow is not None:
        _refuse_absent(table, flow)
        table = table.filter(nw.col("flow") == flow)
    for name in ("reporter", "product", *(["currency"] if column == "value" else [])):
        _refuse_several(table, name)
    names = [*dict.fromkeys(name for name in (*COLUMNS, column, DERIVED) if name in schema)]
    rows = pd.DataFrame(as_rows(table.select(*names)), columns=names)
    if rows.empty:
        raise Refused("the table has no rows", "give the rows that are to be drawn")
    return _placed(_typed(rows, column))


def _typed(rows, column):
    """Give every engine's rows the same types, and the columns that the words need."""
    for name in {column, "value", "share_published", DERIVED} & set(rows):
        rows[name] = rows[name].astype("Float64").astype(float)
    for name in (name for name in COLUMNS if name not in _NUMBERS):
        if name in rows or name in WORDS:
            words = rows[name] if name in rows else [None] * len(rows)
            words = [None if pd.isna(word) else str(word) for word in words]
            rows[name] = pd.Series(words, rows.index, dtype=object)
    _refuse_mixed_editions(rows)
    return rows


def words_in(table, name):
    """Give the words of a column, in order."""
    return sorted({str(row[name]) for row in as_rows(table.select(name).unique())})


def _refuse_absent(table, flow):
    if flow not in (there := words_in(table, "flow")):
        raise Refused(f"the table has no flow {flow!r}", f"name one of {', '.join(there)}")


def _refuse_several(table, name):
    if len(words := words_in(table, name)) > 1:
        raise Refused(
            f"the table has more than one {name}: {', '.join(words[:8])}",
            f"a chart shows one: keep the rows of one {name}",
        )


def _refuse_mixed_editions(rows):
    if rows["source"].isna().any():
        raise Refused("a row has no source", "a chart states its source: complete the column")
    editions = rows[["flow", "period", "source", "vintage"]].drop_duplicates()
    twice = editions[editions.duplicated(["flow", "period"])]
    if len(twice):
        raise Refused(
            f"{twice['period'].iat[0]} is in the table in several vintages or sources",
            'keep one: load_trade without vintages="all", with as_of if need be',
        )


def _placed(rows):
    months = rows["period"].map(lambda text: read_period(text).months)
    part = months < months.max()
    derived = rows[DERIVED].notna() if DERIVED in rows else part & False
    return rows.assign(
        x=rows["period"].map(place(rows["period"].unique())),
        part_year=part,
        derived=derived,
        hollow=part | derived | (rows["status"] == "preliminary"),
    ).sort_values("x", kind="stable", ignore_index=True)
