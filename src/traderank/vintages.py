"""Editions of the same figures side by side: what was revised, and which ranks that flipped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from traderank.printed import rank_printed
from traderank.reading.rounding import decimals
from traderank.spelling import normalise
from traderank.table import Refused

_SERIES = ["reporter", "flow", "product", "period"]
_ROW = ["reporter", "partner", "flow", "product", "period"]
_SIDE = ["partner_name", "kind", "value", "currency", "vintage", "source", "rank", "unit"]


def revisions(trade):
    """Say how each figure was revised, from its initial release to the latest vintage.

    Parameters
    ----------
    trade : DataFrame (pandas, Polars, DuckDB, Spark)
        The tidy table in several vintages, as of `load_trade(vintages="all")`; turnover is
        added where there is none.

    Returns
    -------
    pandas.DataFrame
        One row per reporter, partner, flow, product and period:

        - `vintages`: how many there are of the period;
        - `initial_vintage`, `initial`, `initial_rank` and `latest_vintage`, `latest`,
          `latest_rank`: date, value in `currency` and rank (see `add_rank`) in the first and
          in the last of them. What is missing was not reported;
        - `revision`: latest less initial; `revision_relative`: that by the initial value;
        - `outcome`: "one vintage", where nothing can be said; "unchanged"; "rounding",
          where the two agree as far as they are printed; "revised"; "appeared" or
          "vanished", where only the latest or only the first has a row;
        - `flipped`: whether the rank changed; null where one of the two has none.

    Raises
    ------
    Refused
        If a period stands in several editions of which one has no date or two have the same;
        and what every measure refuses.

    Notes
    -----
    "Initial release", "vintage" and "revision" as in ALFRED, Federal Reserve Bank of St.
    Louis. Which digits of a number are printed is read from those of its whole edition; a
    number that was cut, not rounded, may be off by a whole unit of its last one.

    Examples
    --------
    >>> from traderank import load_trade, revisions
    >>> found = revisions(load_trade("KAZ", vintages="all"))
    >>> found.query("year == 2020")["outcome"].value_counts().to_dict()
    {'unchanged': 549, 'rounding': 21}
    """
    rows = rank_printed(trade)
    editions = _editions(rows).sort_values("vintage", kind="stable")
    _refuse_unordered(editions)
    first = rows.merge(editions.drop_duplicates(_SERIES))
    last = rows.merge(editions.drop_duplicates(_SERIES, keep="last"))
    counts = editions.groupby(_SERIES).size().rename("vintages").reset_index()
    paired = _paired(first, last).merge(counts, on=_SERIES)
    paired.loc[paired["vintages"] == 1, ["outcome", "flipped"]] = ["one vintage", pd.NA]
    sides = {"old": "initial", "new": "latest"}
    names = {f"{name}_{side}": f"{to}_{name}" for side, to in sides.items() for name in _SIDE}
    names |= {f"value_{side}": to for side, to in sides.items()}
    found = paired.rename(columns=names).assign(year=paired["period"].str[:4].astype(int))
    told = ["initial_vintage", "initial", "initial_rank", "latest_vintage", "latest"]
    told += ["latest_rank", "revision", "revision_relative", "outcome", "flipped"]
    order = [*_ROW[:3], "year", "product", "period", "kind", "currency", "vintages", *told]
    return found[order].sort_values(["period", *_ROW[:3]], ignore_index=True)


def compare_editions(old, new):
    """List what differs between two editions of a table.

    Parameters
    ----------
    old, new : DataFrame (pandas, Polars, DuckDB, Spark)
        Tidy tables, each with one vintage of a period; turnover is added to both.

    Returns
    -------
    pandas.DataFrame
        One row per reporter, partner, flow, product and period that differ, the largest
        revision first, with `name`, `value`, `rank`, `vintage` and `source` of both
        (`value_old`, `value_new`, …), `revision`, `revision_relative`, `outcome` and
        `flipped` (see `revisions`), and `renamed`: whether the printed name is another, case
        and spaces apart. What differs within printed rounding only is left out. A period
        that only one of the two has is one row, without a partner: its outcome is "only in
        old" or "only in new".

    Raises
    ------
    Refused
        If the two have no period of a reporter's flow in common, or one of them a period in
        several editions; if a currency changed; and what every measure refuses.

    Examples
    --------
    >>> from traderank import compare_editions, load_trade
    >>> old, new = (load_trade("KAZ", as_of=day) for day in ("2021-01-01", "2022-01-01"))
    >>> found = compare_editions(old, new)
    >>> found[["flow", "period", "partner", "outcome", "renamed"]].values.tolist()[:3]
    [['import', '2019', 'UMI', 'unchanged', True], ['export', '2019', 'UMI', 'unchanged', True],
     ['export', '2020', nan, 'only in new', False]]
    """
    old, new = rank_printed(old), rank_printed(new)
    for rows in (old, new):
        _refuse_several(rows)
    ours, theirs = (set(rows[_SERIES].itertuples(index=False, name=None)) for rows in (old, new))
    if not ours & theirs:
        raise Refused(
            "the two tables have no period of a reporter's flow in common",
            f"there is {_listed(ours)} in the old and {_listed(theirs)} in the new",
        )
    both = pd.DataFrame(sorted(ours & theirs), columns=_SERIES)
    paired = _paired(old.merge(both), new.merge(both))
    # Turnover is a sum, whose partner's name is that of the exports.
    renamed = paired["renamed"] & (paired["flow"] != "turnover")
    same = paired["outcome"].isin(["unchanged", "rounding"]) & ~renamed
    paired = paired[~(same & ~paired["flipped"].fillna(False))]
    largest = paired["revision"].abs().fillna(np.inf)
    paired = paired.iloc[largest.argsort(kind="stable")[::-1]]
    alone = _alone(paired, old=ours - theirs, new=theirs - ours)
    found = pd.concat([part for part in (paired, alone) if len(part)] or [paired])
    found = found.rename(
        columns={f"partner_name_{side}": f"name_{side}" for side in ("old", "new")}
    )
    return found.drop(columns=["unit_old", "unit_new"]).reset_index(drop=True)


def _paired(old, new):
    """Set the rows of two editions side by side, and say what became of each figure."""
    both = old[[*_ROW, *_SIDE]].merge(
        new[[*_ROW, *_SIDE]], on=_ROW, how="outer", suffixes=("_old", "_new"), indicator="_in"
    )
    values, units = both["value_old"], both["unit_old"] + both["unit_new"]
    # A difference of binary floats has decimals that no printed number has.
    places = int(decimals(both[["value_old", "value_new"]].to_numpy(dtype=float)).max(initial=0))
    both["revision"] = (both["value_new"] - values).round(places)
    both["revision_relative"] = (both["revision"] / values).where(values > 0)
    missing = both["value_old"].isna() != both["value_new"].isna()
    conditions = {
        "appeared": both["_in"] == "right_only",
        "vanished": both["_in"] == "left_only",
        "revised": missing | (both["revision"].abs() > units),
        "rounding": both["revision"].abs() > 0,
    }
    both["outcome"] = np.select(list(conditions.values()), list(conditions), "unchanged")
    both["flipped"] = (both["rank_old"] != both["rank_new"]).astype("boolean")
    names = [
        both[f"partner_name_{side}"].map(normalise, na_action="ignore") for side in ("old", "new")
    ]
    both["renamed"] = (names[0] != names[1]) & names[0].notna() & names[1].notna()
    for name in ("kind", "currency"):
        both[name] = both[f"{name}_new"].fillna(both[f"{name}_old"])
    _refuse_currencies(both)
    return both.drop(
        columns=["_in", *(f"{n}_{s}" for n in ("kind", "currency") for s in ("old", "new"))]
    )


def _alone(paired, **sides):
    """Make a row of each period that only one of the two has."""
    rows = [
        dict(zip(_SERIES, series, strict=True)) | {"outcome": f"only in {side}", "renamed": False}
        for side, only in sides.items()
        for series in sorted(only)
    ]
    return pd.DataFrame(rows, columns=paired.columns).astype(paired.dtypes.to_dict())


def _refuse_currencies(both):
    old, new = both["currency_old"], both["currency_new"]
    changed = both[old.notna() & new.notna() & (old != new)]
    if len(changed):
        row = changed.iloc[0]
        raise Refused(
            f"{row['reporter']} {row['period']} is in {row['currency_old']} in one edition and "
            f"in {row['currency_new']} in the other",
            "convert the values to one currency first",
        )


def _editions(rows):
    return rows[[*_SERIES, "vintage", "source"]].drop_duplicates()


def _refuse_unordered(editions):
    several = editions[editions.duplicated(_SERIES, keep=False)]
    unclear = several[
        several["vintage"].isna() | several.duplicated([*_SERIES, "vintage"], keep=False)
    ]
    if len(unclear):
        row = unclear.iloc[0]
        raise Refused(
            f"{row['reporter']} {row['flow']} {row['period']} stands in several editions that no "
            f"date puts in order, {row['source']} among them",
            "give each edition its date of publication: vintage",
        )


def _refuse_several(rows):
    editions = _editions(rows)
    several = editions[editions.duplicated(_SERIES, keep=False)]
    if len(several):
        row = several.iloc[0]
        raise Refused(
            f"{row['reporter']} {row['flow']} {row['period']} stands in several editions: "
            f"{', '.join(several['source'].unique())}",
            "give one edition of a period: load_trade with as_of",
        )


def _listed(series):
    return ", ".join(sorted({f"{reporter} {period}" for reporter, _, _, period in series}))
