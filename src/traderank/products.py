"""Goods by their codes: lists of codes, their sums, and windows of months.

Codes of the Harmonized System nest (84, 8482, 848220, then the EU's CN8 84822000) and
change their meaning with its editions. What would add a heading to its own parts, or
compare a code that is not the same goods in both years, is refused or left out.
"""

from __future__ import annotations

from functools import cache

import narwhals as nw
import pandas as pd

from traderank.checks import as_rows, open_table, refuse
from traderank.sources import data_folder
from traderank.summing import sum_rows
from traderank.table import COLUMNS, KEY, Refused

#: The lists that ship, by the names of their files in data/lists.
LISTS = ("common_high_priority", "eu_export_bans")


def load_list(name):
    """Load a list of goods by their codes.

    Parameters
    ----------
    name : {"common_high_priority", "eu_export_bans"}
        The Common High Priority List (version of 2024-02-23, HS 2022, with its tiers), or
        the goods whose export to Russia the EU had banned by February 2023 (HS 2017 or
        older codes, each with the day the ban came into force).

    Returns
    -------
    pandas.DataFrame
        One row per HS6 code, all columns as text. ``sources.toml``
        beside the extracts says where a list is from and on what terms.

    Raises
    ------
    Refused
        If there is no such list.

    Examples
    --------
    >>> load_list("common_high_priority").query("tier == '1'")["hs6"].tolist()
    ['854231', '854232', '854233', '854239']
    >>> load_list("eu_export_bans").set_index("hs6")["in_force"]["848220"]
    '2022-04-08'
    """
    if name not in LISTS:
        raise Refused(f"there is no list {name!r}", f"there is {', '.join(LISTS)}")
    return _read_list(name).copy()


@cache
def _read_list(name):
    texts = {"hs6": str, "tier": str, "in_force": str, "wound_down": str}
    return pd.read_csv(data_folder() / "lists" / f"{name}.csv", dtype=texts)


def sum_products(trade, products, *, name):
    """Sum the goods of a list into one product.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table by product. `classification` names the editions of the HS in which a
        code means these goods: "HS2022", or "HS2017-HS2022" if it is the same in both.
    products : str, or sequence of str
        HS codes of two, four or six digits, or CN8 codes; a code stands for all that begin
        with it. An empty text stands for all goods of the table, never for TOTAL.
    name : str
        What the sum is called in `product`.

    Returns
    -------
    DataFrame
        One row per reporter, partner, flow, period, vintage and source. Where the goods
        found are of several editions, only codes that are the same in all of them are
        summed, in every year alike: a code that did not exist yet is left out, never zero.
        A good without a row adds nothing (offices list only what was traded); a missing
        value makes the sum missing. `proof` and `status` are the weakest of the parts;
        `cell` is null.

    Raises
    ------
    Refused
        If none of the goods is in the table; if a code is in it together with its own
        parts, so that they would count twice; if it is not known which editions a code is
        of; and what every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract
    >>> bearings = sum_products(load_extract("comext-listed"), "8482", name="bearings")
    >>> may = bearings.query("period == '2022-M05'").set_index("partner")["value"]
    >>> print(f"{may['RUS'] / 1e6:.1f} {may['KAZ'] / 1e6:.1f}")
    2.3 0.4
    """
    table = open_table(trade, "year", "classification")
    columns = table.collect_schema().names()
    codes = sorted({products} if isinstance(products, str) else set(products))
    code = nw.col("product").cast(nw.String)
    table = table.filter((code != "TOTAL") & _begins(code, codes))
    goods = as_rows(table.select("product", "classification").unique())
    _refuse_unsummable(goods, codes)
    shared = _shared(goods)
    table = table.filter(nw.col("classification").is_in(shared))
    by = [key for key in KEY if key != "product"]
    kept = [name for name in COLUMNS if name in columns and name not in ("share_published", "cell")]
    made = sum_rows(table, by, columns).with_columns(product=nw.lit(name))
    return nw.to_native(made.select(kept).sort(*KEY))


def _begins(code, codes):
    """Say whether a code begins with one of `codes`, in one comparison per length."""
    lengths = sorted({len(one) for one in codes})
    return nw.any_horizontal(
        *(code.str.slice(0, n).is_in([one for one in codes if len(one) == n]) for n in lengths),
        ignore_nulls=True,
    )


def _refuse_unsummable(goods, codes):
    there = {row["product"] for row in goods}
    if not there:
        shown = ", ".join(codes[:5])
        raise Refused(f"none of the goods {shown} is in the table", "look at its column product")
    nested = {code[:n]: code for code in there for n in range(2, len(code)) if code[:n] in there}
    if nested:
        whole, part = sorted(nested.items())[0]
        raise Refused(
            f"{whole} is in the table beside its own part {part}: they would count twice",
            "keep the rows of one level",
        )
    if unsaid := sorted(row["product"] for row in goods if not row["classification"]):
        raise Refused(
            f"it is not known of which edition of the HS {unsaid[0]} is",
            "say so in the column classification: HS2017, HS2022 or HS2017-HS2022",
        )


def _shared(goods):
    """List the classifications that hold in every edition that is among the goods."""
    spans = {row["classification"] for row in goods}
    editions = {edition for span in spans for edition in span.split("-")}
    shared = [span for span in spans if editions <= set(span.split("-"))]
    if not shared:
        raise Refused(
            f"no code is the same goods in all of {', '.join(sorted(editions))}",
            "keep the rows of one edition",
        )
    return shared


def sum_months(trade, first, last):
    """Sum the months of each year from one month to another.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table by month. A partner or product without a row in a month that others
        have a row in had no trade then: offices list only what was traded.
    first, last : int
        Months, 1 to 12, both counted.

    Returns
    -------
    DataFrame
        One row per reporter, partner, flow, product, year, vintage and source: `period`
        is "2022-03-01/P9M" for March to November, and the year for all twelve. A missing
        value makes the sum missing. Years that have none of the months are not there.

    Raises
    ------
    Refused
        If the table is not by month, or in some year a reporter has no row at all in one
        of the months while it has in others: what is not there is not zero. And what
        every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract
    >>> listed = load_extract("comext-listed").query("product == 'LISTED'")
    >>> window = sum_months(listed, 3, 11).query("year == 2022").set_index("partner")
    >>> window["period"].iat[0], round(window["value"]["KAZ"] / 1e6)
    ('2022-03-01/P9M', 2989)
    """
    if not 1 <= first <= last <= 12:
        raise Refused(f"{first} to {last} are not months of a year", "give 1 to 12")
    table = open_table(trade, "year")
    columns = table.collect_schema().names()
    refuse(table, {_NOT_MONTHLY: nw.col("months") != 1})
    month = nw.col("period").cast(nw.String).str.slice(6).cast(nw.Int64)
    table = table.with_columns(_month=month).filter(nw.col("_month").is_between(first, last))
    _refuse_holes(table, last - first + 1)
    by = [*(key for key in KEY if key != "period"), "year"]
    year, months = nw.col("year").cast(nw.String), last - first + 1
    window = nw.concat_str([year, nw.lit(f"-{first:02d}-01/P{months}M")])
    made = sum_rows(table, by, columns).with_columns(
        period=year if months == 12 else window, months=nw.lit(months)
    )
    kept = [name for name in COLUMNS if name in columns and name not in ("share_published", "cell")]
    return nw.to_native(made.select(kept).sort(*KEY))


_NOT_MONTHLY = ("a row is not of one month", "keep the months: trade[trade['months'] == 1]")


def _refuse_holes(table, wanted):
    of = ["reporter", "flow", "source", "year"]
    seen = as_rows(table.select(*of, "_month").unique().group_by(of).agg(nw.len().alias("n")))
    if holes := sorted(f"{row['reporter']} {row['year']}" for row in seen if row["n"] < wanted):
        raise Refused(
            f"{holes[0]} has not all of the months",
            "name months that every year has, or keep the years that have them",
        )
    if not seen:
        raise Refused("no row is of these months", "name months that are in the table")
