"""What a table must be before it is measured, on every engine.

Measures take pandas, Polars, DuckDB or Spark tables alike: here a table is opened as a
Narwhals frame, missing values are made one thing, and what would give a silent wrong
number is refused.
"""

from __future__ import annotations

import narwhals as nw

from traderank.table import COLUMNS, KEY, KINDS, RANKING, Refused

#: The words of a column, from the strongest to the weakest; None is no word.
WORDS = {
    "proof": ("proved", "consistent", "unproved", None),
    "status": ("final", None, "preliminary"),
}

_NEEDED = (*KEY, "kind", "months", "value", "currency")
_SHOWN, _FETCHED = 5, 1000


def open_table(trade, *also):
    """Open a native table as a Narwhals frame, and refuse what cannot be measured.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table, with or without further columns.
    *also : str
        Columns needed beside the key, kind, months, value and currency.

    Returns
    -------
    narwhals.DataFrame or narwhals.LazyFrame
        With `value` as a float in which NaN has become null, and text as plain text.

    Raises
    ------
    Refused
        If a column is missing; a row is repeated, negative, infinite or of unknown kind;
        or a ranking mixes currencies or lengths of period. The message lists the rows.
        On a lazy table this runs one query.
    """
    table = nw.from_native(trade)
    schema = table.collect_schema()
    if absent := [column for column in (*_NEEDED, *also) if column not in schema]:
        raise Refused(
            f"the table has no column {', '.join(dict.fromkeys(absent))}",
            "give the tidy table that load_trade or read_workbook returns",
        )
    value = nw.col("value").cast(nw.Float64)
    # Coded text takes no new word, and a column that is wholly empty in Polars no text.
    textless = (nw.Categorical, nw.Enum, nw.Unknown)
    texts = [name for name in COLUMNS if isinstance(schema.get(name), textless)]
    table = table.with_columns(
        *(nw.col(name).cast(nw.String) for name in texts),
        value=nw.when(~value.is_nan()).then(value),
    )
    if _is_suspect(table):
        refuse(table, _FAULTS)
    return table


def _is_suspect(table):
    """Say whether a table may have a fault, by one look at each ranking.

    To say which rows are at fault costs ten times as much: that is done only when some are.
    """
    currency, months = nw.col("currency").cast(nw.String), nw.col("months")
    wrong = nw.any_horizontal(*(_FAULTS[what] for what in _OF_A_ROW), ignore_nulls=True)
    rankings = (
        table.with_columns(
            _currency=currency.fill_null("not said"),
            _months=nw.when(~months.is_null()).then(months).otherwise(-1),
            _wrong=nw.when(wrong).then(1).otherwise(0),
        )
        .group_by(RANKING)
        .agg(
            nw.col("partner").n_unique().alias("_partners"),
            nw.len().alias("_rows"),
            nw.col("_wrong").max(),
            *(nw.col(f"_{name}").min().alias(f"_{name}_least") for name in ("currency", "months")),
            *(nw.col(f"_{name}").max().alias(f"_{name}_most") for name in ("currency", "months")),
        )
    )
    suspect = (
        (nw.col("_partners") < nw.col("_rows"))
        | (nw.col("_wrong") > 0)
        | (nw.col("_currency_least") != nw.col("_currency_most"))
        | (nw.col("_months_least") != nw.col("_months_most"))
    )
    return bool(as_rows(rankings.filter(suspect).select("_rows").head(1)))


def refuse(table, faults):
    """Refuse a table if any row has one of the faults.

    Parameters
    ----------
    table : narwhals.DataFrame or narwhals.LazyFrame
        The open table.
    faults : dict
        (what is wrong, remedy) to an expression that is true on the rows at fault.

    Raises
    ------
    Refused
        For the first fault found, with its rows: which, and where they were printed.
    """
    flags = {f"_fault{i}": condition for i, condition in enumerate(faults.values())}
    flagged = table.with_columns(**flags)
    wrong = as_rows(flagged.filter(nw.any_horizontal(*flags, ignore_nulls=True)).head(_FETCHED))
    for flag, (what, remedy) in zip(flags, faults, strict=True):
        if rows := sorted(_describe(row) for row in wrong if row[flag]):
            more = ["and more rows"] if len(rows) > _SHOWN else []
            raise Refused(f"{what}: {'; '.join(rows[:_SHOWN] + more)}", remedy)


def as_rows(table):
    """Fetch a table's rows as dictionaries, from any engine.

    Parameters
    ----------
    table : narwhals.DataFrame or narwhals.LazyFrame
        A table small enough to be looked at.

    Returns
    -------
    list of dict
    """
    if isinstance(table, nw.LazyFrame):
        # pandas is always installed; the default of DuckDB and Spark, pyarrow, may not be.
        table = table.collect(None if table.implementation.is_polars() else "pandas")
    return table.rows(named=True)


def level(column, words):
    """Give each row's word its place among `words`, so that the weakest is the largest.

    Parameters
    ----------
    column : str
        A column of words, missing allowed.
    words : tuple
        From the strongest to the weakest, as in `WORDS`.

    Returns
    -------
    narwhals.Expr
    """
    places = [(nw.col(column) == word, nw.lit(i)) for i, word in enumerate(words) if word]
    return cases(places, nw.lit(words.index(None)))


def word(column, words):
    """Give the word that stands at each place: what `level` made, undone.

    Parameters
    ----------
    column : str
        A column of places.
    words : tuple
        As in `level`.

    Returns
    -------
    narwhals.Expr
    """
    return cases([(nw.col(column) == i, nw.lit(word)) for i, word in enumerate(words) if word])


def cases(chosen, default=None):
    """Choose an expression by conditions, the first that holds.

    Parameters
    ----------
    chosen : list of (condition, result)
        Narwhals expressions.
    default : narwhals.Expr, optional
        The result where no condition holds; null if not given.

    Returns
    -------
    narwhals.Expr
    """
    for condition, result in reversed(chosen):
        when = nw.when(condition).then(result)
        default = when if default is None else when.otherwise(default)
    return default


def _mixes(column):
    shown = nw.col(column).cast(nw.String).fill_null("not said")
    return shown.min().over(RANKING) != shown.max().over(RANKING)


def _describe(row):
    key = " ".join(
        f"{row[name]:.0f}" if isinstance(row[name], float) else str(row[name])
        for name in ("reporter", "partner", "flow", "product", "period")
    )
    amount = f"{row['value']} {row['currency']}, {row['months']} months"
    place = [
        f"{name} {row[name]}" for name in ("vintage", "source", "sheet", "cell") if row.get(name)
    ]
    return f"{key} ({', '.join([amount, *place])})"


_REPEATED = (
    "rows are repeated",
    "keep one row per reporter, partner, flow, product, period, vintage and source",
)
_CURRENCIES = ("one ranking mixes currencies", "convert the values to one currency first")
_LENGTHS = (
    "one ranking mixes lengths of period",
    "keep the rows of one length, or correct the column months",
)
_FAULTS = {
    (
        f"the kind of a row is not one of {', '.join(KINDS)}",
        "correct the column kind",
    ): ~nw.col("kind").cast(nw.String).fill_null("").is_in(KINDS),
    (
        "a row has no reporter, partner or flow",
        "complete or drop it",
    ): nw.any_horizontal(
        *(nw.col(name).is_null() for name in ("reporter", "partner", "flow")), ignore_nulls=True
    ),
    _REPEATED: nw.len().over(KEY) > 1,
    _CURRENCIES: _mixes("currency"),
    _LENGTHS: _mixes("months"),
    (
        "a value is negative or infinite",
        "trade is zero or more: correct the value, or leave it missing",
    ): (nw.col("value") < 0) | (nw.col("value") == float("inf")),
}

#: Faults that a row has by itself, whatever the others are.
_OF_A_ROW = [what for what in _FAULTS if what not in (_REPEATED, _CURRENCIES, _LENGTHS)]
