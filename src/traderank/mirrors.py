"""Two reports of the same trade side by side: what a country says, and what its partner says.

Neither is the truth, and they are never blended: the pair is kept as two numbers, with the
gap between them, what a stated margin would explain of it, and what stays unexplained.
"""

from __future__ import annotations

import tomllib
from importlib import resources

import narwhals as nw
import pandas as pd

from traderank.checks import as_rows, cases, open_table, refuse
from traderank.measures import add_rank
from traderank.table import Refused

#: What the other side calls the same trade.
_OTHER = {"export": "import", "import": "export", "turnover": "turnover"}

#: The EU-27 of Comext is the dated bloc EU from the year in which the United Kingdom left.
_EU27_SINCE = 2020

_SAME = ("reporter", "partner", "flow", "product", "period")
_MIRRORED = ("value", "currency", "months", "source", "vintage", "status", "proof")


def mirror(trade, other, *, cif_margin):
    """Pair each report of a country with its partner's report of the same trade.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The reports of one or more countries, one vintage for each period.
    other : DataFrame of the same kind
        Their partners' reports. A's imports from B are paired with B's exports to A, A's
        exports to B with B's imports from A, turnover with turnover. The EU-27 of
        Eurostat pairs with the bloc EU that `merge_blocs` makes, from 2020 on: before,
        and in an office's own group, it has other members.
    cif_margin : float
        By how much imports (CIF) are assumed to exceed exports (FOB) for freight and
        insurance alone: 0.06 is six per cent. It is an assumption, and has to be stated.

    Returns
    -------
    DataFrame
        One row per pair, from the side of `trade`: reporter, partner, flow, product, year,
        period, months, currency, then

        - `value` and `value_mirror`: what the reporter and what the partner says;
        - `gap`: `value_mirror` less `value`, in `currency`; `ratio`: the one divided by
          the other, null where `value` is 0;
        - `gap_cif`: what the gap would be if the margin were all of it (negative where the
          reporter's figure is the CIF one); null for turnover, of which each side adds a
          CIF to an FOB value;
        - `unexplained`: `gap` less `gap_cif`;
        - source, vintage, status and proof of both sides, the mirror's as `source_mirror`.

        A missing value leaves all of these missing. What only one side reports is not
        there. Why else the two differ, and in which direction, see `mirror_reasons`.

    Raises
    ------
    Refused
        If nothing pairs (the message says whether products, periods or partners differ);
        if a pair differs in currency or in length of period; if a side has several rows
        of one trade, as in several vintages; if the margin is not 0 to 1; and what every
        measure refuses.

    Examples
    --------
    >>> from traderank import load_extract, load_trade
    >>> theirs = load_extract("comtrade", reporter="CHN", partner="KAZ", flow="export")
    >>> pairs = mirror(load_trade("KAZ"), theirs, cif_margin=0.06).set_index("year")
    >>> row = pairs.loc[2022]
    >>> print(f"{row['value'] / 1e9:.2f} {row['value_mirror'] / 1e9:.2f} {row['ratio']:.2f}")
    11.14 16.36 1.47
    >>> print(f"{row['gap'] / 1e9:.2f} {row['gap_cif'] / 1e9:.2f} {row['unexplained'] / 1e9:.2f}")
    5.21 -0.98 6.19
    """
    if isinstance(cif_margin, bool) or not 0 <= cif_margin <= 1:
        raise Refused(f"cif_margin={cif_margin!r} is not a margin", "give a fraction: 0.06 is 6 %")
    ours, theirs = (_side(table) for table in (trade, other))
    flipped = theirs.with_columns(
        reporter=nw.col("partner"),
        partner=nw.col("reporter"),
        flow=cases([(nw.col("flow") == one, nw.lit(two)) for one, two in _OTHER.items()]),
    )
    told = [name for name in _MIRRORED if name in flipped.collect_schema()]
    flipped = flipped.select(*_SAME, *(nw.col(name).alias(f"{name}_mirror") for name in told))
    pairs = ours.join(flipped, on=list(_SAME), how="inner")
    if not as_rows(pairs.head(1)):
        raise Refused(*_why_nothing_pairs(ours, theirs))
    unlike = {
        ("the two sides differ in currency", "convert them first: to_usd"): "currency",
        ("the two sides differ in length of period", "compare periods of one length"): "months",
    }
    refuse(pairs, {what: nw.col(name) != nw.col(f"{name}_mirror") for what, name in unlike.items()})
    return nw.to_native(_compared(pairs, cif_margin))


def _side(trade):
    """Keep one side's countries and blocs, the EU-27 under the name of the bloc it is."""
    table = open_table(trade, "year")
    since = (nw.col("reporter") == "EU27") & (nw.col("year") >= _EU27_SINCE)
    table = table.filter(nw.col("kind").is_in(["country", "bloc"])).with_columns(
        reporter=nw.when(since).then(nw.lit("EU")).otherwise(nw.col("reporter"))
    )
    refuse(table, {_SEVERAL: nw.len().over(list(_SAME)) > 1})
    return table


_SEVERAL = ("one side has several rows of the same trade", "keep one vintage and one source")


def _why_nothing_pairs(ours, theirs):
    """Say in which of its keys no row of one side meets a row of the other."""

    def there(table, name):
        return {row[name] for row in as_rows(table.select(name).unique())}

    crossed = {"reporter": "partner", "partner": "reporter", "product": "product"}
    for name, its in [*crossed.items(), ("period", "period")]:
        one, two = there(ours, name), there(theirs, its)
        if not one & two:
            shown = " against ".join(", ".join(sorted(map(str, side))[:5]) for side in (one, two))
            return f"the two reports have no {name} in common: {shown}", "give what can be paired"
    return "no trade is in both reports", "look at their flows, partners and periods together"


def _compared(pairs, margin):
    value, other = nw.col("value"), nw.col("value_mirror")
    # An import is CIF and its mirror FOB; an export the other way round.
    cif = cases([(nw.col("flow") == "import", -margin), (nw.col("flow") == "export", margin)])
    base = nw.when(nw.col("flow") == "import").then(other).otherwise(value)
    pairs = pairs.with_columns(
        gap=other - value,
        ratio=nw.when(value > 0).then(other / value),
        gap_cif=nw.when(~value.is_null()).then(base * cif),
    ).with_columns(unexplained=nw.col("gap") - nw.col("gap_cif"))
    there = pairs.collect_schema().names()
    kept = ("reporter", "partner", "partner_name", "kind", "flow", "year", "period", "months")
    kept += ("product", "currency", "value", "value_mirror", *_GAPS)
    kept += tuple(f"{name}{side}" for name in _MIRRORED[3:] for side in ("", "_mirror"))
    return pairs.select(*(name for name in kept if name in there)).sort(*_SAME)


_TOLD = tuple(f"{name}_mirror" for name in _MIRRORED[3:])
_GAPS = ("gap", "ratio", "gap_cif", "unexplained")


def mirror_reasons():
    """List what is known to make two reports of one trade differ.

    Returns
    -------
    pandas.DataFrame
        One row per reason: its name, what it is, in which direction it works, and what is
        known of its size.

    Examples
    --------
    >>> mirror_reasons()["name"].tolist()[:2]
    ['CIF against FOB', 'Origin against consignment']
    """
    text = resources.files("traderank").joinpath("mirrors.toml").read_text("utf-8")
    return pd.DataFrame(tomllib.loads(text).values())


def rank_if(trade, pairs):
    """Rank each partner as reported, and as it would be if its own report stood instead.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        A country's table: one vintage for each period.
    pairs : DataFrame of the same kind
        What `mirror` made of it; in each ranking of `trade`, the partners that it has.

    Returns
    -------
    DataFrame
        `trade` plus `rank`, as reported; `value_if`, the partner's report where there is
        one and else null, with its `source_mirror` and so on; and `rank_if`, the rank if
        only the values in `value_if` were put in the place of the reported ones. It is a
        question of firmness, not a series: `value` stays as reported, and the two are
        never added up.

    Raises
    ------
    Refused
        If `pairs` has a trade twice, and what every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract, load_trade
    >>> trade = load_trade("KAZ", flow="import")
    >>> theirs = load_extract("comtrade", reporter="CHN", partner="KAZ", flow="export")
    >>> ranked = rank_if(trade, mirror(trade, theirs, cif_margin=0.06))
    >>> china = ranked.query("partner == 'CHN' and year == 2022").iloc[0]
    >>> int(china["rank"]), int(china["rank_if"])
    (2, 2)
    """
    table = nw.from_native(add_rank(trade))
    columns = table.collect_schema().names()
    said = nw.from_native(pairs)
    told = [name for name in said.collect_schema() if name in _TOLD]
    said = said.select(*_SAME, nw.col("value_mirror").alias("value_if"), *told)
    table = table.join(said, on=list(_SAME), how="left")
    stood = nw.when(~nw.col("value_if").is_null()).then(nw.col("value_if"))
    asked = table.with_columns(_reported=nw.col("value"), _rank=nw.col("rank")).with_columns(
        value=stood.otherwise(nw.col("value"))
    )
    again = nw.from_native(add_rank(nw.to_native(asked)))
    again = again.with_columns(rank_if=nw.col("rank")).with_columns(
        value=nw.col("_reported"), rank=nw.col("_rank")
    )
    return nw.to_native(again.select(*columns, "value_if", "rank_if", *told))
