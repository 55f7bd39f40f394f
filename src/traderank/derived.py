"""Values that no office has published, derived from what it has."""

from __future__ import annotations

import narwhals as nw

from traderank.checks import as_rows, open_table, refuse
from traderank.table import Refused


def year_before(trade, *, printed_to=0.001):
    """Derive the value of the year before from a value and its printed growth.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table of whole years with a column `growth_published`, a fraction.
    printed_to : float
        The step to which the growth is printed: 0.001 is a tenth of a per cent.

    Returns
    -------
    DataFrame
        One row per row with a value and a growth: the year before, `value` divided by
        one plus the growth, in the same currency. It is derived, not reported: `proof`
        is "unproved", `vintage` and `status` that of the row it is from, whose `cell` it
        names; it rests on the office's revised figure of that year. Of `rounding` (a fraction) it
        may be off, as the growth is rounded.

    Raises
    ------
    Refused
        If a row is not of a whole year, a growth is not above -1, or there is no growth
        at all; and what every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract
    >>> trade = load_extract("china-customs", partner="KAZ", flow="turnover")
    >>> row = year_before(trade.query("year == 2024")).iloc[0]
    >>> print(f"{row['year']}: {row['value'] / 1e9:.1f} {row['currency']} ± {row['rounding']:.2%}")
    2023: 289.0 CNY ± 0.05%
    """
    table = open_table(trade, "year", "growth_published", "proof")
    growth = nw.col("growth_published")
    refuse(
        table,
        {
            ("a row is not of a whole year", "keep whole years"): nw.col("months") != 12,
            ("a growth is -1 or less", "correct it, or leave it missing"): growth <= -1,
        },
    )
    columns = [name for name in table.collect_schema().names() if name != "growth_published"]
    year = nw.col("year") - 1
    known = ~growth.is_null() & ~growth.is_nan() & ~nw.col("value").is_null()
    derived = table.filter(known).with_columns(
        value=nw.col("value") / (1 + growth),
        rounding=printed_to / 2 / (1 + growth),
        year=year,
        period=year.cast(nw.String),
        proof=nw.lit("unproved"),
    )
    if not as_rows(derived.head(1)):
        raise Refused("no row has a printed growth", "give rows that have growth_published")
    return nw.to_native(nw.maybe_reset_index(derived.select(*columns, "rounding")))
