"""Columns that are sums of other columns: turnover, and periods that are made up of others."""

from __future__ import annotations

import numpy as np

from traderank.reading.checks import SLACK, Checks

#: What a sum of columns is not, where it does not hold.
WHOLE = {"turnover": "its exports plus its imports", "period": "the sum of its parts"}


def identities(values):
    """Yield the series of values that are sums of others: (kind, whole, parts).

    Parameters
    ----------
    values : dict
        Series (…, flow, period) to what is to be yielded for it.
    """
    starting = {}
    for *same, period in values:
        starting.setdefault(tuple(same), {}).setdefault(period.span[0], []).append(period)
    for series, whole in values.items():
        *same, flow, period = series
        parts = [values.get((*same, part, period)) for part in ("export", "import")]
        if flow == "turnover" and None not in parts:
            yield "turnover", whole, parts
        inside = _tiles(period, starting[series[:-1]])
        if inside:
            yield "period", whole, [values[(*same, flow, other)] for other in inside]


def _tiles(period, starting):
    """Return the fewest printed periods that make up a longer one without gap or overlap."""
    start, end = period.span
    tiles = []
    while start < end:
        here = starting.get(start, ())
        fitting = [other for other in here if other.span[1] <= end and other != period]
        if not fitting:
            return []
        tiles.append(max(fitting, key=lambda other: other.span[1]))
        start = tiles[-1].span[1]
    return tiles


def across(works):
    """Check turnover and years whose parts stand in other tables of the file."""
    where = {}
    for at, work in enumerate(works):
        for series, column in work.series("value").items():
            where.setdefault(series, (at, column))
    if len(works) > 1:
        for kind, whole, parts in identities(where):
            if len({at for at, _ in (whole, *parts)}) > 1:
                _check_across(kind, works, whole, parts)


def _check_across(kind, works, whole, parts):
    """Check a column of one table against the sum of columns of others, partner by partner."""
    at, column = whole
    work = works[at]
    place = {code: row for row, code in enumerate(work.panel.codes)}
    sums, bounds = np.zeros(len(place)), work.half[:, column].copy()
    added = []
    for other, there in ((works[other], there) for other, there in parts):
        pairs = [(place[code], row) for row, code in enumerate(other.panel.codes) if code in place]
        mine, theirs = (np.array(side, dtype=int) for side in zip(*pairs, strict=True))
        sums[mine] += other.numbers[theirs, there]
        bounds[mine] += other.half[theirs, there]
        added.append((other, there, mine, theirs))
    rows = np.flatnonzero(~work.blank[:, column])
    residual = work.numbers[rows, column] - sums[rows]
    holds = np.zeros(len(place), dtype=bool)
    holds[rows] = np.abs(residual) <= bounds[rows] + SLACK / work.scale
    work.covered[holds, column] = True
    for other, there, mine, theirs in added:
        other.covered[theirs[holds[mine]], there] = True
    name = work.panel.name
    work.checks.append(
        Checks(
            kind,
            rows,
            np.full(len(rows), column),
            residual,
            bounds[rows],
            SLACK / work.scale,
            lambda i: [(int(rows[i]), column)],
            lambda i: f"the {kind} of «{name(rows[i])}» is not {WHOLE[kind]}, in other tables",
        )
    )
