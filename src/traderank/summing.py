"""Rows summed into one: members into a bloc, products into a list, months into a window."""

from __future__ import annotations

import narwhals as nw

from traderank.checks import WORDS, level, word

#: Texts that a sum keeps where all its parts agree in them.
_AGREED = ("partner_name", "kind", "sheet", "classification")


def sum_rows(rows, by, columns):
    """Sum the rows of each group into one.

    Parameters
    ----------
    rows : narwhals.DataFrame or narwhals.LazyFrame
        An open table (`traderank.checks.open_table`).
    by : list of str
        What makes a group: columns of the key, and whatever the caller has added.
    columns : list of str
        Which columns the table has, of those that a sum can keep.

    Returns
    -------
    narwhals.DataFrame or narwhals.LazyFrame
        One row per group. `value` is the sum, and missing if any part of it is; year,
        months and currency are the largest (callers sum what agrees in them); `proof` and
        `status` are the weakest word; partner_name, kind, sheet and classification are
        kept where all rows agree, and null otherwise.
    """
    words = {name: order for name, order in WORDS.items() if name in columns}
    agreed = [name for name in _AGREED if name in columns and name not in by]
    groups = (
        rows.with_columns(
            _missing=nw.col("value").is_null().cast(nw.Int64),
            **{f"_{name}": level(name, order) for name, order in words.items()},
            **{f"_{name}": nw.col(name).cast(nw.String).fill_null("") for name in agreed},
        )
        .group_by(*by)
        .agg(
            nw.col("value", "_missing").sum(),
            *(nw.col(name).max() for name in ("year", "months", "currency") if name not in by),
            *(nw.col(f"_{name}").max() for name in words),
            *(nw.col(f"_{name}").max().alias(f"_{name}_last") for name in agreed),
            *(nw.col(f"_{name}").min() for name in agreed),
        )
    )
    return groups.with_columns(
        value=nw.when(nw.col("_missing") == 0).then(nw.col("value")),
        **{name: word(f"_{name}", order) for name, order in words.items()},
        **{name: _common(name) for name in agreed},
    )


def _common(name):
    one, last = nw.col(f"_{name}"), nw.col(f"_{name}_last")
    return nw.when((one == last) & (one != "")).then(one)
