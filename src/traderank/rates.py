"""Values in other currencies turned into dollars, by yearly average rates with a named source."""

from __future__ import annotations

import narwhals as nw
import pandas as pd

from traderank.checks import cases, open_table, refuse
from traderank.sources import data_folder
from traderank.table import Refused

_COLUMNS = ("currency", "year", "rate", "quoted", "source")


def load_rates():
    """Load the exchange rates that ship: yearly averages.

    Returns
    -------
    pandas.DataFrame
        One row per currency and year: `rate` as its source publishes it, `quoted` which
        way round ("USD per EUR", "CNY per USD"), `source`, and `note`.

    Examples
    --------
    >>> load_rates().query("currency == 'CNY' and year == 2023")[["rate", "quoted"]].values.tolist()
    [[7.0467, 'CNY per USD']]
    """
    return pd.read_csv(data_folder() / "rates.csv", keep_default_na=False)


def to_usd(trade, rates=None):
    """Convert values to US dollars by yearly average rates.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table, in one or more currencies.
    rates : pandas.DataFrame, optional
        In the form of `load_rates`, which is used if none is given.

    Returns
    -------
    DataFrame
        `trade` with `value` in USD and `currency` "USD", plus `rate`, `rate_quoted` and
        `rate_source`: what each value was converted by, null where it was in USD already.
        A missing value stays missing. Ranks and shares within one ranking do not change.

    Raises
    ------
    Refused
        If there is no rate for a currency and year, or a row is of a part of a year: a
        yearly average is not the rate of a month; if `rates` has two rates for a year, or
        one that is not a number above zero; and what every measure refuses.

    Notes
    -----
    A yearly average weights all days alike, trade does not: where a currency moved within
    a year, the value in dollars is off by what the weights differ.

    Examples
    --------
    >>> from traderank import load_extract
    >>> trade = to_usd(load_extract("comext-annual", partner="KAZ")).set_index("year")
    >>> print(f"{trade['value'][2023] / 1e9:.2f} {trade['currency'][2023]}")
    13.09 USD
    """
    table = open_table(trade, "year")
    columns = table.collect_schema().names()
    known = _checked(load_rates() if rates is None else rates)
    currency, year = nw.col("currency").cast(nw.String), nw.col("year")
    foreign = currency != "USD"
    made = {name: _chosen(known, name, currency, year) for name in ("_factor", *_ADDED)}
    table = table.with_columns(**made)
    unknown = foreign & nw.col("_factor").is_null()
    refuse(table, {_NO_RATE: unknown, _PART: foreign & (nw.col("months") != 12)})
    converted = nw.when(foreign).then(nw.col("value") * nw.col("_factor"))
    table = table.with_columns(
        value=converted.otherwise(nw.col("value")),
        currency=nw.when(~currency.is_null()).then(nw.lit("USD")),
    )
    added = [name for name in _ADDED if name not in columns]
    return nw.to_native(table.select(*columns, *added))


_ADDED = {"rate": "rate", "rate_quoted": "quoted", "rate_source": "source"}
_NO_RATE = ("there is no rate for the currency and year", "give rates that have it")
_PART = ("a yearly average is not the rate of a part of a year", "keep whole years")


def _checked(rates):
    if absent := [name for name in _COLUMNS if name not in rates]:
        raise Refused(f"the rates have no column {', '.join(absent)}", "see load_rates()")
    for row in rates.to_dict("records"):
        of = f"{row['currency']} {row['year']}"
        ways = f"USD per {row['currency']}", f"{row['currency']} per USD"
        if row["quoted"] not in ways:
            raise Refused(
                f"the rate of {of} is quoted {row['quoted']!r}", f"as {' or '.join(ways)}"
            )
        if not 0 < row["rate"] < float("inf"):
            raise Refused(f"the rate of {of} is {row['rate']}", "give a number above zero")
    if (twice := rates.duplicated(["currency", "year"])).any():
        row = rates[twice].iloc[0]
        raise Refused(f"{row['currency']} {row['year']} has two rates", "keep one")
    is_per_usd = rates["quoted"].str.endswith("per USD")
    return rates.assign(_factor=rates["rate"].where(~is_per_usd, 1 / rates["rate"]))


def _chosen(known, name, currency, year):
    """Choose a column of the rates by a row's currency and year."""
    column = _ADDED.get(name, name)
    rows = zip(known["currency"], known["year"], known[column], strict=True)
    chosen = [((currency == of) & (year == in_year), nw.lit(what)) for of, in_year, what in rows]
    return cases(chosen)
