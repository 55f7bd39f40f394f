"""Which columns hold numbers of trade, and which rows are records: numbers beside a partner.

The first columns may only count the rows, or hold the years of a long table.
"""

from __future__ import annotations

import numpy as np

from traderank.reading.bands import numbers_rows
from traderank.reading.cells import of_header
from traderank.reading.numbers import stands_for_number
from traderank.reading.words import exact, plain


def find_records(grid, labels):
    """Find the columns that hold numbers beside partners, and the rows that are records."""
    named = np.array([partner is not None for partner in labels.partners])
    inside = range(labels.first, labels.last + 1)
    columns = np.array([index for index in inside if index not in labels.columns], dtype=int)
    has = _filled(grid, columns)
    there = has.any(axis=1)
    columns, has = _of_trade(grid, labels, columns[there], has[there], named)
    beside = (has & named).any(axis=1)
    if not beside.any():
        # Partners that are titles stand above their numbers, not beside them.
        below = np.arange(len(named)) > int(named.argmax())
        beside = (has & below).any(axis=1)
    return columns[beside].tolist(), named & has[beside].any(axis=0)


def _of_trade(grid, labels, columns, has, named):
    """Leave out the first columns whose numbers only count the rows, or are years."""
    left = np.ones(len(columns), dtype=bool)
    for at, index in enumerate(columns[:-1].tolist()):
        if not (has[at] & named).any():
            continue
        fewest = 2 if _is_unused(grid, index) else 3
        counts = numbers_rows(grid.columns[index], labels.partners, fewest)
        left[at] = False
        if not counts and not _only_times(grid.columns[index], has[left].any(axis=0), named):
            left[at] = True
            break
    return columns[left], has[left]


def _is_unused(grid, index):
    return any(exact("head", plain(text)) == "unused" for _, text in grid.texts[index])


def _only_times(column, beside, named):
    """Tell a column of years: all that stands in it beside numbers is a year, most of them again.

    Or its name says so. Numbers of trade would hardly all lie between 1900 and 2100.
    """
    rows = np.flatnonzero(beside)
    rows = rows[rows >= named.argmax()].tolist()
    if not rows or not all((value := column[row]) != "" and is_time(value) for row in rows):
        return False
    heads = [exact("head", plain(text)) for text in column[: rows[0]] if text.__class__ is str]
    values = [str(column[row]) for row in rows]
    return "period" in heads or len(set(values)) <= max(len(values) / 2, 1)


def _filled(grid, columns):
    """Say in which rows of some columns stands a number, or what may stand for one."""
    has = ~np.isnan(grid.numbers[columns])
    for at, index in enumerate(columns.tolist()):
        has[at, [row for row, text in grid.texts[index] if stands_for_number(text)]] = True
    return has


def is_time(value):
    """Whether a number, maybe kept as text, is a year, or a month as 202301."""
    return bool(of_header(value).periods)
