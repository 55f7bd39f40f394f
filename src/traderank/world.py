"""Two partners compared in the ranks of every reporting country, year by year."""

from __future__ import annotations

import narwhals as nw

from traderank.checks import WORDS, cases, level, open_table, refuse, word
from traderank.table import RANKING, Refused


def pair_ranks(trade, one, other):
    """Say of each reporter which of two partners stands higher among its partners.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table of many reporters with the column `rank`, as `add_rank` or an
        extract of the world's trade leaves it.
    one, other : str
        Codes of the two partners.

    Returns
    -------
    DataFrame
        One row per reporter, flow, product, period, vintage and source that has any trade
        ranked; the two themselves are left out, as no country is its own partner. Columns
        `rank_<code>` and `value_<code>` of both (null where there is no such trade);
        `ahead`: the code of the one with the better rank, of the only one that has a
        rank, or null where both or neither stand there alike; `ahead_before`: the same in
        the year that the reporter reported last before, and `year_before`, that year. A
        reporter without a row in a year did not report it: it is missing, never last.

    Raises
    ------
    Refused
        If the table has no column `rank`; if the two are one; if some of a ranking's rows
        are not in the table, as in an extract, and the two are not Russia and China, of
        whom extracts have every row: a partner left out is not one that is behind. And
        what every measure refuses.

    Examples
    --------
    >>> from traderank import load_extract
    >>> exports = load_extract("comtrade", flow="export")
    >>> pairs = pair_ranks(exports, "CHN", "RUS").query("reporter == 'KGZ'")
    >>> print(*pairs.set_index("year").loc[2021, ["rank_CHN", "rank_RUS", "ahead"]])
    6 1 RUS
    """
    if one == other:
        raise Refused(f"{one} cannot be compared with itself", "name two partners")
    table = open_table(trade, "year", "rank")
    if {one, other} != _KEPT:
        # In a whole ranking no rank is larger than the number of ranked rows.
        ranked = nw.col("rank").count().over(RANKING)
        refuse(table, {_PARTIAL: nw.col("rank").max().over(RANKING) > ranked})
    schema = table.collect_schema()
    words = {name: order for name, order in WORDS.items() if name in schema}
    of = {code: nw.col("partner") == code for code in (one, other)}
    picked = {
        f"{name}_{code}": nw.when(is_it).then(nw.col(name))
        for code, is_it in of.items()
        for name in ("rank", "value")
    }
    table = table.filter(~nw.col("reporter").is_in([one, other])).with_columns(
        **picked, **{f"_{name}": level(name, order) for name, order in words.items()}
    )
    table = (
        table.group_by(RANKING)
        .agg(
            nw.col("year", "months", "currency", *picked).max(),
            nw.col("rank").count().alias("_ranked"),
            *(nw.col(f"_{name}").max() for name in words),
        )
        .filter(nw.col("_ranked") > 0)
        .with_columns(
            ahead=_ahead(one, other),
            **{name: word(f"_{name}", order) for name, order in words.items()},
        )
    )
    series = [name for name in RANKING if name not in ("period", "vintage")]
    before = {
        f"{name}_before": nw.col(name).shift(1).over(series, order_by="year")
        for name in ("ahead", "year")
    }
    kept = [*RANKING, "year", "months", "currency", *words, *picked, "ahead", *before]
    return nw.to_native(table.with_columns(**before).select(kept).sort(RANKING))


#: Of whom every extract with ranks has all rows.
_KEPT = {"RUS", "CHN"}
_PARTIAL = (
    "the table has only some of the rows that were ranked",
    "compare Russia and China, or give the whole table",
)


def _ahead(one, other):
    rank, rival = nw.col(f"rank_{one}"), nw.col(f"rank_{other}")
    first = (rank < rival) | (~rank.is_null() & rival.is_null())
    second = (rival < rank) | (~rival.is_null() & rank.is_null())
    return cases([(first, nw.lit(one)), (second, nw.lit(other))])


def count_ahead(pairs):
    """Count in how many reporting countries each of two partners stands higher.

    Parameters
    ----------
    pairs : DataFrame (pandas, Polars, DuckDB, Spark)
        What `pair_ranks` leaves.

    Returns
    -------
    DataFrame
        One row per flow, product, period, source and `ahead` (null: neither), in that
        order: `reporters`, how many countries, and `share`, of those that reported that
        period. Coverage differs from year to year: compare counts only of the same
        reporters.

    Raises
    ------
    Refused
        If the table is not one that `pair_ranks` left.

    Examples
    --------
    >>> from traderank import load_extract
    >>> pairs = pair_ranks(load_extract("comtrade", flow="export"), "CHN", "RUS")
    >>> count_ahead(pairs).query("year == 2021").set_index("ahead")["reporters"]["CHN"].item()
    119
    """
    table = nw.from_native(pairs)
    of = ["flow", "product", "period", "year", "source"]
    if absent := [name for name in (*of, "ahead") if name not in table.collect_schema()]:
        raise Refused(f"the table has no column {', '.join(absent)}", "give what pair_ranks leaves")
    counted = table.group_by([*of, "ahead"]).agg(nw.len().alias("reporters"))
    count = nw.col("reporters").cast(nw.Int64)
    counted = counted.with_columns(reporters=count, share=count / count.sum().over(of))
    return nw.to_native(counted.sort([*of, "ahead"]))
