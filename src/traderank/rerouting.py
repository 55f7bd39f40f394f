"""How much of a fall of trade with one partner the rise with others could cover at most."""

from __future__ import annotations

import narwhals as nw

from traderank.checks import as_rows, open_table, refuse
from traderank.table import Refused


def most_rerouted(trade, partner, *, before, after):
    """Say how much of the fall of exports to one partner the rise to others could cover at most.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table of one or more reporters and products.
    partner : str
        Code of the partner to which exports fell.
    before, after : int
        Two years, each with one period in the table, of the same months.

    Returns
    -------
    DataFrame
        One row per reporter, flow, product, source and partner: `before` and `after` (no
        row is no trade), `change`, and `covers`: a rise divided by the fall to `partner`,
        0 where there is no rise, null for `partner` itself and where trade with it did
        not fall. It is a bound, not a finding: it is reached only if every unit of the
        rise went on to `partner`, and prices, demand at home and goods from elsewhere had
        no part in it. Sum it over partners to bound them together.

    Raises
    ------
    Refused
        If a year or the partner is not in the table, a year has several periods, or the
        two are of different months; if a value is missing or a partner has several rows;
        and what every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract, sum_months
    >>> listed = load_extract("comext-listed").query("product == 'LISTED'")
    >>> bound = most_rerouted(sum_months(listed, 3, 11), "RUS", before=2021, after=2022)
    >>> print(f"{bound['covers'].sum():.1%}")
    19.8%
    """
    table = _two_periods(open_table(trade, "year"), partner, before, after)
    values = {
        side: nw.when(nw.col("year") == year).then(nw.col("value")).otherwise(0.0)
        for side, year in (("before", before), ("after", after))
    }
    table = (
        table.with_columns(**values)
        .group_by(*_GOODS, "partner")
        .agg(
            nw.col("before", "after").sum(),
            nw.col("currency", "period").max(),
        )
        .with_columns(change=nw.col("after") - nw.col("before"))
    )
    fall = nw.when(nw.col("partner") == partner).then(-nw.col("change")).max().over(_GOODS)
    rise = nw.when(nw.col("change") > 0).then(nw.col("change")).otherwise(0.0)
    bounded = (nw.col("partner") != partner) & (nw.col("_fall") > 0)
    table = table.with_columns(_fall=fall).with_columns(
        covers=nw.when(bounded).then(rise / nw.col("_fall"))
    )
    return nw.to_native(table.drop("_fall").sort(*_GOODS, "partner"))


_GOODS = ["reporter", "flow", "product", "source"]
_TWICE = ("a partner has several rows of a period", "keep one vintage")
_UNKNOWN = (
    "a value is missing, and what is missing is not zero",
    "leave its partner or product out, and say so",
)


def _two_periods(table, partner, before, after):
    """Keep the rows of two periods, and refuse what could not be compared."""
    table = table.filter(nw.col("year").is_in([before, after]))
    for name, wanted in (("year", before), ("year", after), ("partner", partner)):
        if not as_rows(table.filter(nw.col(name) == wanted).head(1)):
            raise Refused(f"the table has no {name} {wanted}", "name one that it has")
    periods = sorted(str(row["period"]) for row in as_rows(table.select("period").unique()))
    if len(periods) != 2 or periods[0][4:] != periods[1][4:]:
        raise Refused(
            f"{', '.join(periods[:3])} are not the same months of two years",
            "keep one period in each: sum_months sums months",
        )
    repeated = nw.len().over([*_GOODS, "partner", "period"]) > 1
    refuse(table, {_TWICE: repeated, _UNKNOWN: nw.col("value").is_null()})
    return table
