"""Turnover, share, rank, growth, contribution and concentration of the tidy table.

Written once as Narwhals expressions: pandas, Polars (eager or lazy), DuckDB and Spark
tables go in, and the same kind comes out; the input is left alone. What every function
here has in common:

- `value` is in whole units of `currency`. A missing value is null or NaN alike and is
  never read as zero; it leaves as null (NaN in pandas). Zero means no trade.
- A repeated row, a negative value, or a ranking (`traderank.table.RANKING`) that mixes
  currencies or lengths of period is refused (`traderank.table.Refused`, a ValueError)
  with the rows at fault. On a lazy table that check runs a query at once; the result
  stays lazy.
- Further columns are kept. pandas and Polars keep the order of rows; SQL engines keep none.
"""

from __future__ import annotations

import narwhals as nw

from traderank.checks import WORDS, cases, level, open_table, refuse, word
from traderank.table import COLUMNS, KEY, RANKED_KINDS, RANKING, Refused

_PAIR = [name for name in KEY if name != "flow"]
_SERIES = ["reporter", "partner", "kind", "flow", "product", "months", "_shape", "_edition"]
_TOTAL = nw.col("partner") == "WLD"


def add_turnover(trade):
    """Add turnover rows: exports plus imports, as statistical offices add them.

    Offices value exports FOB (at the exporter's border) and imports CIF (with freight and
    insurance) and add the two as they stand; so does this. Say so where it is shown.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source.

    Returns
    -------
    DataFrame
        `trade` plus one row with `flow` "turnover" per reporter, partner, product,
        period, vintage and source that has an export or an import row, totals and groups
        included. If either flow is missing, as a row or as a value, the turnover is
        missing: one flow is not a turnover. Of a turnover row, `sheet` and `cell` name
        both cells, export's first ("D9 + F9"), or the only one there is;
        `proof` is the weaker word of the two ("unproved" is weaker than "consistent",
        no word weakest), `status` is final only if both are; `partner_name` is the
        export row's; `classification` is null if the two differ; `share_published` and
        columns that are not the tidy table's are null.

    Raises
    ------
    Refused
        If the table has turnover rows already, or an export and its import differ in
        kind, currency or months; and what every measure refuses.

    Notes
    -----
    United Nations (2011), *International Merchandise Trade Statistics: Concepts and
    Definitions 2010*, chapter IV, on the FOB and CIF values that are added here.

    Examples
    --------
    >>> from traderank import add_turnover, load_trade
    >>> trade = add_turnover(load_trade(reporter="KAZ"))
    >>> row = trade.query("flow == 'turnover' and partner == 'CHN' and year == 2023").iloc[0]
    >>> print(f"{row['value'] / 1e9:.2f} billion {row['currency']}")
    30.06 billion USD
    """
    table = open_table(trade)
    refuse(table, {_ALREADY: nw.col("flow") == "turnover"})
    columns = table.collect_schema().names()
    told = [name for name in COLUMNS if name in columns and name != "share_published"]
    of_both = [name for name in told if name not in (*KEY, "year")]
    # A key has one row per flow, and "export" sorts before "import": the next row of a
    # pair is the import, or none.
    other = {f"_{name}": nw.col(name).shift(-1).over(_PAIR, order_by="flow") for name in of_both}
    pairs = (
        table.filter(nw.col("flow").is_in(["export", "import"]))
        .with_columns(_rows=nw.len().over(_PAIR), **other)
        .filter((nw.col("flow") == "export") | (nw.col("_rows") == 1))
        .with_columns(flow=nw.lit("turnover"))
    )
    refuse(pairs, {_UNLIKE: _differ("kind") | _differ("months") | _differ("currency")})
    turnover = pairs.with_columns(**_of_both(of_both)).select(told)
    both = nw.concat([table, turnover], how="diagonal").select(columns)
    return nw.to_native(nw.maybe_reset_index(both))


def add_share(trade):
    """Add each row's share of the total that the office printed.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source.

    Returns
    -------
    DataFrame
        `trade` plus `share`, from 0 to 1. The denominator is always the printed total:
        the row of partner WLD in the same ranking; never the sum of the countries, which
        falls short where an office leaves partners out. Where no total is printed, or it
        is missing or zero, every share is null; a missing value has no share. Groups and
        residuals have their shares too. A turnover's share is of the total's turnover.

    Raises
    ------
    Refused
        What every measure refuses.

    Examples
    --------
    >>> from traderank import add_share, load_trade
    >>> imports = add_share(load_trade(reporter="KAZ", flow="import"))
    >>> row = imports.query("partner == 'CHN' and year == 2023").iloc[0]
    >>> print(f"{row['share']:.1%} of imports")
    25.5% of imports
    """
    total = nw.when(_TOTAL).then(nw.col("value")).max().over(RANKING)
    table = open_table(trade).with_columns(_total=total)
    share = nw.when(nw.col("_total") > 0).then(nw.col("value") / nw.col("_total"))
    return nw.to_native(table.with_columns(share=share).drop("_total"))


def add_rank(trade):
    """Rank each reporter's partner countries by value; 1 is the largest.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source. A
        ranking is made within all of these but the partner.

    Returns
    -------
    DataFrame
        `trade` plus `rank`, a nullable integer (Int64 in pandas). Only rows of kind
        country or bloc with a value above zero are ranked: no trade is no place, and a
        missing value is neither first, last nor zero. All other rows are kept and have
        no rank. Ties share the better rank and the next place is left out ("1224",
        standard competition ranking).

    Raises
    ------
    Refused
        If a row is repeated, or a ranking would mix currencies or lengths of period; the
        message lists the rows; and what every measure refuses.

    Examples
    --------
    >>> from traderank import add_rank, add_turnover, load_trade
    >>> trade = add_rank(add_turnover(load_trade(reporter="KAZ")))
    >>> turnover = trade.query("flow == 'turnover' and year == 2023 and rank <= 2")
    >>> turnover.set_index("partner")["rank"].to_dict()
    {'RUS': 2, 'CHN': 1}
    """
    return _with_integer_rank(_ranked(open_table(trade)))


def rank_margin(trade):
    """Say how firm each rank is: the rival, the gap to it, the error that would flip it.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source.

    Returns
    -------
    DataFrame
        `trade` plus, on ranked rows (see `add_rank`):

        - `rank`;
        - `rival`: the partner with which the row would first change places, of the next
          one above and the next one below the one with the smaller gap (the one above,
          if the gaps are equal; among tied values, by partner code);
        - `margin`: the gap between the two values, in `currency`; zero in a tie;
        - `error_to_flip`: the smallest relative error, 0 to 1, that would make the two
          equal if both values were wrong by it, in opposite directions.

        Rows without a rank, and a partner that has no other beside it, have null in
        `rival`, `margin` and `error_to_flip`.

    Raises
    ------
    Refused
        What every measure refuses.

    Notes
    -----
    For values a > b, a (1 - e) = b (1 + e) gives e = (a - b) / (a + b). If only one of
    the two were wrong, it would have to be wrong by more: by (a - b) / a of the larger.
    One dollar beyond `margin`, or a hair beyond e, and the two have changed places.

    Examples
    --------
    >>> from traderank import add_turnover, load_trade, rank_margin
    >>> trade = rank_margin(add_turnover(load_trade(reporter="KAZ")))
    >>> row = trade.query("flow == 'turnover' and partner == 'CHN' and year == 2023").iloc[0]
    >>> print(f"{row['rival']} {row['margin'] / 1e9:.2f} {row['error_to_flip']:.1%}")
    RUS 3.00 5.3%
    """
    table = open_table(trade)
    columns = table.collect_schema().names()
    value, placed = nw.col("value"), nw.col("_placed")
    table = _ranked(table).with_columns(_placed=~nw.col("rank").is_null(), _downward=-value)
    beside = {
        f"_{column}_{side}": nw.col(column)
        .shift(step)
        .over([*RANKING, "_placed"], order_by=["_downward", "partner"])
        for side, step in (("above", 1), ("below", -1))
        for column in ("value", "partner")
    }
    above, below = nw.col("_value_above"), nw.col("_value_below")
    to_below = placed & ~below.is_null() & (above.is_null() | (value - below < above - value))
    table = table.with_columns(**beside).with_columns(
        rival=cases([(to_below, nw.col("_partner_below")), (placed, nw.col("_partner_above"))]),
        _other=cases([(to_below, below), (placed, above)]),
    )
    margin = (value - nw.col("_other")).abs()
    added = {"margin": margin, "error_to_flip": margin / (value + nw.col("_other"))}
    return _with_integer_rank(_keep(table.with_columns(**added), columns, "rank", "rival", *added))


def add_growth(trade):
    """Add the relative change of each value on the same period one year before.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product and period: one vintage per period.

    Returns
    -------
    DataFrame
        `trade` plus `growth`: (value - before) / before, a fraction (0.1 is ten per
        cent). Before is the same reporter, partner, kind, flow and product in the same
        period of the year before: a year with a year, January with January,
        January-October with January-October. Null where the year before is not in the
        table, or its value is missing or zero, or this year's is missing. An HS code is
        compared only within its edition of the HS. Neighbouring years usually come
        from different editions, so `source` and `vintage` may differ.

    Raises
    ------
    Refused
        If a period is in the table in several vintages or sources: growth across them
        would depend on which was picked; load one vintage (`load_trade`, with `as_of` if
        need be). If a series changes its currency. And what every measure refuses.

    Examples
    --------
    >>> from traderank import add_growth, load_trade
    >>> imports = add_growth(load_trade(reporter="KAZ", flow="import"))
    >>> row = imports.query("partner == 'CHN' and year == 2023").iloc[0]
    >>> print(f"{row['growth']:+.1%}")
    +38.1%
    """
    change = (nw.col("value") - nw.col("_before")) / nw.col("_before")
    growth = nw.when(nw.col("_before") > 0).then(change)
    table, columns = _with_before(trade)
    return nw.to_native(_keep(table.with_columns(growth=growth), columns, "growth"))


def add_contribution(trade):
    """Add each partner's contribution to the total's growth, in percentage points.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product and period: one vintage per period,
        with the printed total (partner WLD).

    Returns
    -------
    DataFrame
        `trade` plus `contribution`: (value - before) / total before * 100, where before
        is the year before, as in `add_growth`, and the total is the printed one. The
        total's own is its growth in per cent, and where the table is complete the
        countries and residuals add up to it. Null where either value is missing or has
        no row, or no total of the year before is printed or it is zero. A partner whose
        row says 0 in one of the years is computed; one that has no row in one of them
        was not reported, and is not taken for zero.

    Raises
    ------
    Refused
        As `add_growth`.

    Notes
    -----
    The additive decomposition of a growth rate: a partner's contribution is its share
    of the total in the year before times its own growth.

    Examples
    --------
    >>> from traderank import add_contribution, load_trade
    >>> imports = add_contribution(load_trade(reporter="KAZ", flow="import"))
    >>> row = imports.query("partner == 'CHN' and year == 2023").iloc[0]
    >>> print(f"{row['contribution']:+.1f} percentage points")
    +8.3 percentage points
    """
    total = nw.when(_TOTAL).then(nw.col("_before")).max().over(RANKING)
    table, columns = _with_before(trade)
    points = (nw.col("value") - nw.col("_before")) / nw.col("_total") * 100
    contribution = nw.when(nw.col("_total") > 0).then(points)
    table = table.with_columns(_total=total).with_columns(contribution=contribution)
    return nw.to_native(_keep(table, columns, "contribution"))


def concentration(trade, *, top=5):
    """Measure how concentrated each reporter's trade is on few partners.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        One row per reporter, partner, flow, product, period, vintage and source.
    top : int
        How many of the largest partners `top_share` counts.

    Returns
    -------
    DataFrame
        One row per ranking (reporter, flow, product, period, vintage, source), in that
        order, with year, months, currency, and status and proof (the weakest word
        of its rows) where the table has them:

        - `hhi`: Herfindahl-Hirschman index, the sum of squared shares; 1/N to 1;
        - `hhi_normalised`: (hhi - 1/N) / (1 - 1/N), 0 to 1; null for a single partner;
        - `effective_partners`: 1/hhi, how many partners of equal size would give it;
        - `top_share`: share of the `top` largest partners, 0 to 1;
        - `partners`: N, how many ranked partners have a value above zero;
        - `missing`: how many country or bloc rows have no value, and are left out;
        - `covered`: the ranked partners' part of the printed total, 0 to 1; null where
          no total is printed or it is zero.

        Every share here is of the ranked partners' sum, not of the printed total, so
        that the index is defined where no total is printed. Residuals (other or not
        specified), printed groups and missing partners are in neither numerator nor
        denominator; what they take away shows in `covered`. The printed total as
        denominator gives hhi * covered**2, and the whole remainder as one more partner
        gives hhi * covered**2 + (1 - covered)**2: between the two lies the index of all
        trade. Where nothing is ranked, the measures are null and `partners` is 0.

    Raises
    ------
    Refused
        If `top` is not a whole number above zero; and what every measure refuses.

    References
    ----------
    Hirschman, A. O. (1945), *National Power and the Structure of Foreign Trade*;
    Herfindahl, O. C. (1950), *Concentration in the U.S. Steel Industry*. Normalised as
    the HH market concentration index of World Integrated Trade Solution (World Bank).
    Effective number: Adelman, M. A. (1969), "Comment on the 'H' concentration measure
    as a numbers-equivalent", *Review of Economics and Statistics* 51(1).

    Examples
    --------
    >>> from traderank import concentration, load_trade
    >>> imports = concentration(load_trade(reporter="KAZ", flow="import"))
    >>> imports.query("year == 2023")[["hhi", "effective_partners"]].round(3).values.tolist()
    [[0.153, 6.543]]
    """
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise Refused(f"top={top!r} is not a number of partners", "give a whole number above zero")
    table = open_table(trade, "year")
    schema = table.collect_schema()
    words = {name: order for name, order in WORDS.items() if name in schema}
    candidate = nw.col("kind").is_in(RANKED_KINDS)
    ranked = nw.when(candidate & (nw.col("value") > 0)).then(nw.col("value"))
    table = table.with_columns(_value=ranked).with_columns(
        _sum=nw.col("_value").sum().over(RANKING),
        _place=nw.col("_value").rank("ordinal", descending=True).over(RANKING),
    )
    share = nw.when(nw.col("_value") > 0).then(nw.col("_value") / nw.col("_sum"))
    table = table.with_columns(
        _square=share**2,
        _top=nw.when(nw.col("_place") <= top).then(share),
        _partner=(~nw.col("_value").is_null()).cast(nw.Int64),
        _missing=(candidate & nw.col("value").is_null()).cast(nw.Int64),
        _total=nw.when(_TOTAL).then(nw.col("value")),
        **{f"_{name}": level(name, order) for name, order in words.items()},
    )
    return nw.to_native(_concentrated(table, words))


def _concentrated(table, words):
    groups = table.group_by(RANKING).agg(
        *(nw.col(name).max() for name in ("year", "months", "currency", "_sum", "_total")),
        *(nw.col(f"_{name}").max() for name in words),
        *(nw.col(name).sum() for name in ("_square", "_top", "_partner", "_missing")),
    )
    hhi, n = nw.col("hhi"), nw.col("partners")
    some = nw.col("_partner") > 0
    return (
        groups.with_columns(
            nw.col("_partner").cast(nw.Int64).alias("partners"),
            nw.col("_missing").cast(nw.Int64).alias("missing"),
            nw.when(some).then(nw.col("_square")).alias("hhi"),
            nw.when(some).then(nw.col("_top")).alias("top_share"),
            nw.when(nw.col("_total") > 0).then(nw.col("_sum") / nw.col("_total")).alias("covered"),
            *(word(f"_{name}", order).alias(name) for name, order in words.items()),
        )
        .with_columns(
            hhi_normalised=nw.when(n > 1).then((hhi - 1 / n) / (1 - 1 / n)),
            effective_partners=1 / hhi,
        )
        .select(*RANKING, "year", "months", "currency", *words, *_CONCENTRATION)
        .sort(RANKING)
    )


_CONCENTRATION = (
    "hhi",
    "hhi_normalised",
    "effective_partners",
    "top_share",
    "partners",
    "missing",
    "covered",
)
_ALREADY = (
    "the table has turnover rows already",
    "add turnover once, to the exports and imports",
)
_UNLIKE = (
    "an export and the import of the same partner and period differ in kind, currency or months",
    "correct the table: they cannot be added",
)
_SEVERAL = (
    "a period is in the table in several vintages or sources, so that its growth would depend "
    "on which of them was picked",
    'load one vintage per period: load_trade without vintages="all", with as_of if need be',
)
_TWO_CURRENCIES = (
    "a series is in two currencies, so that its growth would mix in the exchange rate",
    "convert the values to one currency first",
)


def _ranked(table):
    ranked = nw.col("kind").is_in(RANKED_KINDS) & (nw.col("value") > 0)
    place = nw.when(ranked).then(nw.col("value")).rank("min", descending=True).over(RANKING)
    return table.with_columns(rank=place)


def _with_integer_rank(table):
    if not table.implementation.is_pandas_like():
        return nw.to_native(table.with_columns(nw.col("rank").cast(nw.Int64)))
    # NumPy's integers know no missing value: pandas needs its own.
    native = nw.to_native(table)
    return native.assign(rank=native["rank"].astype("Int64"))


def _keep(table, columns, *added):
    return table.select(*columns, *(name for name in added if name not in columns))


def _with_before(trade):
    """Open a table and add `_before`, the value of the same period one year before."""
    table = open_table(trade, "year", "classification")
    columns = table.collect_schema().names()
    edition = nw.when(nw.col("product") != "TOTAL").then(nw.col("classification"))
    table = table.with_columns(
        _shape=nw.col("period").cast(nw.String).str.slice(4),
        # An HS code may mean other goods in the next edition; the total stays the total.
        _edition=edition.cast(nw.String),
    )
    currency = nw.col("currency").fill_null("not said")
    mixed = currency.min().over(_SERIES) != currency.max().over(_SERIES)
    repeated = nw.len().over([*_SERIES, "year"]) > 1
    refuse(table, {_SEVERAL: repeated, _TWO_CURRENCIES: mixed})
    earlier = {
        f"_last_{name}": nw.col(name).shift(1).over(_SERIES, order_by="year")
        for name in ("year", "value")
    }
    follows = nw.col("_last_year") == nw.col("year") - 1
    before = nw.when(follows).then(nw.col("_last_value"))
    return table.with_columns(**earlier).with_columns(_before=before), columns


def _differ(name):
    one, other = nw.col(name), nw.col(f"_{name}")
    one_said = one.is_null() != other.is_null()
    return (nw.col("_rows") == 2) & ((one != other) | one_said)


def _of_both(names):
    """Make a turnover row's columns from the export's and the import's, or the only one's."""
    made = {"value": nw.col("value") + nw.col("_value")}
    alone = nw.col("_rows") == 1
    for name in {"proof", "status", "classification", "sheet", "cell"}.intersection(names):
        one, other = nw.col(name), nw.col(f"_{name}")
        same = alone | (one == other)
        joined = nw.concat_str([one, other], separator=" + ")
        if name in WORDS:
            joined = _weaker(name)
        elif name == "cell":
            # Two sheets may hold their numbers in the same cell: say it twice.
            same = alone
        elif name == "classification":
            joined = nw.lit(None, nw.String)
        made[name] = nw.when(same).then(one).otherwise(joined)
    return made


def _weaker(name):
    words = WORDS[name]
    weaker = nw.max_horizontal(level(name, words), level(f"_{name}", words))
    return cases([(weaker == i, nw.lit(word)) for i, word in enumerate(words) if word])
