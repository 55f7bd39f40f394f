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
    filled = {
        index: _filled(grid, index)
        for index in range(labels.first, labels.last + 1)
        if index not in labels.columns
    }
    filled = _of_trade(grid, labels, {i: has for i, has in filled.items() if has.any()}, named)
    beside = {index: has for index, has in filled.items() if (has & named).any()}
    if not beside:
        # Partners that are titles stand above their numbers, not beside them.
        below = np.arange(len(named)) > int(named.argmax())
        beside = {index: has for index, has in filled.items() if (has & below).any()}
    if not beside:
        return [], np.zeros(len(grid.rows), dtype=bool)
    return list(beside), named & np.any(list(beside.values()), axis=0)


def _of_trade(grid, labels, filled, named):
    """Leave out the first columns whose numbers only count the rows, or are years."""
    for index in list(filled)[:-1]:
        column = grid.columns[index]
        if not (filled[index] & named).any():
            continue
        fewest = 2 if _is_unused(grid, index) else 3
        counts = numbers_rows(column, labels.partners, fewest)
        if not counts and not _only_times(column, filled, index, named):
            break
        filled = {at: has for at, has in filled.items() if at != index}
    return filled


def _is_unused(grid, index):
    return any(exact("head", plain(text)) == "unused" for _, text in grid.texts[index])


def _only_times(column, beside, index, named):
    """Tell a column of years: all that stands in it beside numbers is a year, most of them again.

    Or its name says so. Numbers of trade would hardly all lie between 1900 and 2100.
    """
    rows = np.flatnonzero(np.any([has for at, has in beside.items() if at != index], axis=0))
    rows = rows[rows >= named.argmax()]
    values = [column[row] for row in rows.tolist()]
    if not values or not all(value != "" and is_time(value) for value in values):
        return False
    heads = [exact("head", plain(text)) for text in column[: rows[0]] if text.__class__ is str]
    return "period" in heads or len(set(map(str, values))) <= max(len(values) / 2, 1)


def _filled(grid, index):
    """Say in which rows of a column stands a number, or what may stand for one."""
    like = [row for row, text in grid.texts[index] if stands_for_number(text)]
    has = ~np.isnan(grid.numbers[index])
    has[like] = True
    return has


def is_time(value):
    """Whether a number, maybe kept as text, is a year, or a month as 202301."""
    return bool(of_header(value).periods)
