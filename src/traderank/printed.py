"""How finely an edition prints its numbers, and so which differences say nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from traderank.checks import as_rows, open_table
from traderank.measures import add_rank, add_turnover
from traderank.reading.rounding import decimals, half_units, in_use
from traderank.table import COLUMNS, KEY

#: Printed digits are looked for in millions, so that a number of cents has no more than 8.
_MILLION = 1e6


def rank_printed(trade):
    """Fetch a table with turnover, ranks, and what a difference in each number may be by print.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table; turnover is added where there are both of its parts.

    Returns
    -------
    pandas.DataFrame
        With `rank` (see `add_rank`) and `unit`: a whole unit of the last digit with which
        the number is printed, in `currency`; of turnover, that of both of its parts.
    """
    table = open_table(trade, "year")
    names = [name for name in COLUMNS if name in table.collect_schema().names()]
    rows = pd.DataFrame(as_rows(table.select(names)), columns=names).reindex(columns=list(COLUMNS))
    texts = ["partner_name", "vintage", "source"]
    rows[texts] = rows[texts].astype(object).where(rows[texts].notna(), None)
    printed = rows.assign(unit=0.0)
    for _, group in printed.groupby(["source", "period", "flow"], dropna=False):
        printed.loc[group.index, "unit"] = _units(group["value"].to_numpy(dtype=float))
    if set(rows["flow"]) != {"export", "import"}:
        return add_rank(printed)
    rows = add_turnover(printed)
    # Where only one flow is known, nothing is known of their sum.
    rows = rows[(rows["flow"] != "turnover") | rows["value"].notna()]
    # A sum of two printed numbers may be off by what both of them may be off by.
    sums = printed["unit"].groupby(_pair(printed)).sum()
    return add_rank(rows.assign(unit=rows["unit"].fillna(_pair(rows).map(sums))))


def _pair(rows):
    """Name what an export and its import have in common."""
    parts = rows[[name for name in KEY if name != "flow"]].itertuples(index=False)
    return pd.Series(["|".join(map(str, part)) for part in parts], rows.index)


def _units(values):
    scaled = values / _MILLION
    places = decimals(scaled)
    return 2 * half_units(tuple(in_use(np.nan_to_num(scaled), places)))[places] * _MILLION
