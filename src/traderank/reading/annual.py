"""Years of twelve printed months: made only where the caller asks, and said."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from traderank.reading.proof import WORDS
from traderank.table import COLUMNS, Refused

#: What the twelve months of a year have in common.
_SERIES = ["reporter", "flow", "product", "classification", "currency", "vintage", "source", "year"]


def sum_months(table, file):
    """Put years in the place of their months, where all twelve are printed.

    Parameters
    ----------
    table : DataFrame
        What was read of one file.
    file : path
        Where from, for the refusal.

    Returns
    -------
    (DataFrame, list of str)
        The table, and what was done. A year's value is missing where a month's is, or where
        a partner is not named in each month; months of other years stay as they are. `cell`
        names the cells of all months, `proof` is the weakest of theirs, `status` is
        "final" or "preliminary" only where all months are.

    Raises
    ------
    Refused
        If no year has its twelve months, or one is printed beside them.

    """
    made, notes, taken = [], [], pd.Series(False, index=table.index)
    for key, rows in table.groupby(_SERIES, dropna=False, sort=False):
        told = dict(zip(_SERIES, key, strict=True))
        if (rows["months"] == 1).all() and rows["period"].nunique() == 12:
            years = _years(rows)
            made.append(years)
            taken |= table.index.isin(rows.index)
            notes.append(_note(told, years))
        elif (rows["months"] == 1).sum() and (rows["months"] == 12).any():
            raise Refused(
                f"{told['flow']} {told['year']} is printed as a year and by months",
                "leave out --annual",
                file=file,
            )
    if not made:
        raise Refused(
            "no year has its twelve months printed, and only they make a year",
            "leave out --annual",
            file=file,
        )
    columns = [*made, table[~taken]] if not taken.all() else made
    return pd.concat(columns, ignore_index=True).astype(table.dtypes)[list(COLUMNS)], notes


def _years(rows):
    """Return a row for each partner of one series of twelve months."""
    return pd.DataFrame([_year(months) for _, months in rows.groupby("partner", sort=False)])


def _year(months):
    months = months.sort_values("period")
    first, statuses = months.iloc[0], set(months["status"])
    value, sheets = np.nan, list(dict.fromkeys(months["sheet"].dropna()))
    if len(months) == 12 and months["value"].notna().all():
        # As decimals, so that the sum is of what is printed.
        value = float(sum(Decimal(repr(float(value))) for value in months["value"]))
    return dict(first) | {
        "period": str(first["year"]),
        "months": 12,
        "value": value,
        "share_published": np.nan,
        "status": first["status"] if len(statuses) == 1 else np.nan,
        "sheet": " + ".join(sheets) if sheets else np.nan,
        "cell": " + ".join(months["cell"]),
        "proof": min(months["proof"], key=WORDS.index),
    }


def _note(told, years):
    missing = int(years["value"].isna().sum())
    text = f"{told['flow']} {told['year']} is the sum of twelve printed months, as was asked"
    if missing:
        text += f"; {missing} of {len(years)} partners lack a month: not reported"
    return text
