"""A claim put to the test in every reading that its sentence leaves open."""

from __future__ import annotations

import narwhals as nw

from traderank.checks import WORDS, as_rows, cases, level, open_table, word
from traderank.compare import merge_blocs
from traderank.measures import add_share, rank_margin
from traderank.partners import members
from traderank.table import RANKED_KINDS, RANKING, Refused

_OF_RANKING = ("year", "months", "currency")
_OF_PARTNER = ("value", "share", "rank", "rival", "margin", "error_to_flip", "sheet", "cell")
_ASKED = ("_is", "_is_behind", "_rank_behind", "_value_behind")


def check_rank(trade, partner, rank, *, behind=None, blocs=()):
    """Say in which readings a partner has the rank that is claimed.

    A sentence such as "Russia is the second-largest trading partner" leaves open which
    flow is meant, who counts as one partner, and which edition is believed. Each choice
    is a reading, and each is answered.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table, whole; after `add_turnover`, turnover is asked of too.
    partner : str
        Code of the partner that is said to have the rank.
    rank : int
        The rank that it is said to have; 1 is the largest.
    behind : str, optional
        Code of a partner that is said to rank before it.
    blocs : sequence of str, or of sequences of str
        Blocs (see `merge_blocs`), each counted as one partner in a reading of its own;
        those of an inner sequence together in one. The reading in which every partner is
        a country comes first.

    Returns
    -------
    DataFrame
        One row per reading: a ranking (reporter, flow, product, period, vintage, source)
        and its `blocs` ("EU", "EU + CHN_HKG_MAC"; empty where every partner is a country).
        Of `partner` in it: `value` in `currency`, `share`, `rank`, `rival`, `margin` and
        `error_to_flip` (see `rank_margin`), `sheet` and `cell`. `status` and `proof` are
        the weakest word of the ranking, as a rank rests on all of it.

        `holds` says whether `partner` has the rank and `behind` a better one; a tie is
        the better rank, no trade is no rank. In a reading that counts `behind` in a bloc,
        the bloc stands for it. `holds` is null where the question has no answer: where
        `partner` is itself counted in a bloc, or one of the two is not in the ranking or
        its value is missing.

    Raises
    ------
    Refused
        If the rank is not a whole number above zero, or a partner is in no reading; and
        as `merge_blocs`.

    Examples
    --------
    >>> from traderank import add_turnover, check_rank, load_trade
    >>> trade = add_turnover(load_trade("KAZ"))
    >>> claim = check_rank(trade, "RUS", 2, behind="CHN", blocs=["EU", "EAEU"])
    >>> claim = claim.query("year == 2023 and flow == 'turnover'")
    >>> claim[["blocs", "rank", "holds"]].values.tolist()
    [['', 2, True], ['EU', 3, False], ['EAEU', <NA>, <NA>]]
    """
    if isinstance(rank, bool) or not isinstance(rank, int) or rank < 1:
        raise Refused(f"rank={rank!r} is not a rank", "give a whole number above zero")
    blocs = [blocs] if isinstance(blocs, str) else blocs
    ways = [(), *((way,) if isinstance(way, str) else tuple(way) for way in blocs)]
    found = nw.concat([_ranked(trade, partner, behind, way) for way in ways])
    _refuse_absent(found, partner, "_is")
    holds, known = nw.col("rank") == rank, ~nw.col("value").is_null()
    if behind is not None:
        _refuse_absent(found, behind, "_is_behind")
        holds = holds & (nw.col("_rank_behind") < nw.col("rank"))
        known = known & ~nw.col("_value_behind").is_null()
    found = found.with_columns(holds=cases([(known, holds.fill_null(False))]))
    return _typed(found.drop(*_ASKED))


def _ranked(trade, partner, behind, way):
    """Rank a table with some blocs merged; one row of each ranking says what is asked."""
    table = open_table(rank_margin(add_share(merge_blocs(trade, way))), "year")
    names = table.collect_schema().names()
    words = {name: order for name, order in WORDS.items() if name in names}
    told = [name for name in _OF_PARTNER if name in names]
    ranked = nw.col("kind").is_in(RANKED_KINDS)
    is_partner = ranked & (nw.col("partner") == partner)
    is_behind = ranked & _stands_for(behind, way, table)
    asked = {
        "_is": is_partner.cast(nw.Int64),
        "_is_behind": is_behind.cast(nw.Int64),
        "_rank_behind": nw.when(is_behind).then(nw.col("rank")),
        "_value_behind": nw.when(is_behind).then(nw.col("value")),
    }
    kept = {name: nw.when(is_partner).then(nw.col(name)) for name in told}
    kept |= {name: level(name, order) for name, order in words.items()}
    asked |= {f"_{name}": kept[name] for name in kept}
    table = table.select(*RANKING, *_OF_RANKING, **asked)
    rows = table.group_by(RANKING).agg(nw.col(*_OF_RANKING, *asked).max())
    # A ranking without the partner keeps its row: the question was put, and has no answer.
    return rows.sort("period", *RANKING).select(
        *RANKING,
        *_OF_RANKING,
        nw.lit(" + ".join(way)).alias("blocs"),
        nw.lit(partner).alias("partner"),
        *(nw.col(f"_{name}").alias(name) for name in told),
        *(word(f"_{name}", order).alias(name) for name, order in words.items()),
        *_ASKED,
    )


def _stands_for(partner, way, table):
    """Say of each row whether it is the partner, or the bloc that it is counted in."""
    if partner is None:
        return nw.lit(False)
    rows = nw.col("partner") == partner
    for bloc in way:
        for year in (row["year"] for row in as_rows(table.select("year").unique())):
            if partner in members(bloc, f"{year}-12-31"):
                rows = rows | ((nw.col("partner") == bloc) & (nw.col("year") == year))
    return rows


def _refuse_absent(found, partner, flag):
    if not as_rows(found.filter(nw.col(flag) == 1).head(1)):
        raise Refused(
            f'no reading ranks a partner "{partner}"',
            "give the code of a country that stands in the column partner, or of one of the blocs",
        )


def _typed(found):
    native = nw.to_native(nw.maybe_reset_index(found))
    if not found.implementation.is_pandas_like():
        return native
    # NumPy's integers and booleans know no missing value: pandas needs its own.
    return native.astype({"rank": "Int64", "holds": "boolean"})
