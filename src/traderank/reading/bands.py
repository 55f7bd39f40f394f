"""Where one table ends and the next begins, if several stand side by side.

Columns that name the same partners row by row are one group of labels. If the columns of a
group recur, with numbers among them each time, they are lists side by side; the columns
between the labels of two lists belong to the one that begins, or ends, with its labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from traderank import partners
from traderank.reading.numbers import stands_for_number


@dataclass(slots=True)
class Labels:
    """The columns that name the partners of one table, and what they say in each row."""

    columns: list
    partners: list
    names: list
    first: int = 0
    last: int = 0

    @property
    def rows(self):
        """The rows that name a partner."""
        return [row for row, partner in enumerate(self.partners) if partner is not None]


#: Digits of a count of rows or columns.
_LONGEST = 7


def numbers_columns(values):
    """Tell a row that only numbers the columns: «А 1 2 3», «1 2 3 4», maybe anew in each list."""
    texts = [str(value).strip().removesuffix(".0") for value in values if value != ""]
    if any(len(text) > _LONGEST for text in texts):
        return False
    counts = [int(text) for text in texts if text.isdecimal()]
    return (
        all(len(text) == 1 for text in texts if not text.isdecimal())
        and counts[:1] in ([1], [2])
        and all(
            after == before + 1 or before > after == counts[0] for before, after in pairwise(counts)
        )
    )


def parted(grid, group):
    """Part a group whose columns repeat: lists side by side that name the same partners.

    Each list has numbers of its own, in the same place among its labels as in the others.
    """
    columns, count = sorted(group.columns), len(group.columns)
    for size in range(1, count // 2 + 1):
        pairs = zip(columns, columns[size:], strict=False)
        if count % size or not all(_says_the_same(grid, group.rows, *pair) for pair in pairs):
            continue
        bounds = pairwise([-1, *columns, len(grid.columns)])
        gaps = [has_numbers(grid, group.partners, *pair) for pair in bounds]
        if any(any(told[:size]) and _recurs(told, size) for told in (gaps[1:], gaps[:-1])):
            return [_part(grid, group, columns[at : at + size]) for at in range(0, count, size)]
    return [group]


def _recurs(values, size):
    return all(one == other for one, other in zip(values, values[size:], strict=False))


def _says_the_same(grid, rows, one, other):
    told = [(grid.columns[one][row], grid.columns[other][row]) for row in rows]
    return all(a == b for a, b in told if a != "" and b != "")


def _part(grid, group, columns):
    """Return the labels in some of a group's columns."""
    there = [any(grid.columns[at][row] != "" for at in columns) for row in range(len(group.names))]
    named = [partner if has else None for partner, has in zip(group.partners, there, strict=True)]
    names = [
        next((str(grid.columns[at][row]) for at in columns if grid.columns[at][row] != ""), "")
        for row in range(len(named))
    ]
    return Labels(columns, named, names)


def has_numbers(grid, named, start, stop):
    """Whether numbers stand beside names, between two columns, and not only codes or counts."""
    rows = [row for row, partner in enumerate(named) if partner]
    return any(
        any(stands_for_number(grid.columns[at][row]) for row in rows)
        and not numbers_rows(grid.columns[at], named, 2)
        and not _are_codes(grid.columns[at], named, rows)
        for at in range(start + 1, stop)
    )


def _are_codes(column, named, rows):
    return sum(partners.find_code(column[row]) == named[row] for row in rows) > len(rows) / 2


def bands(grid, groups):
    """Give each group of labels its columns: a table reaches to the next table's labels.

    Labels stand before their numbers, unless numbers stand before the first and none behind
    the last of them.
    """
    groups.sort(key=lambda group: min(group.columns))
    if len(groups) < 2:
        for group in groups:
            group.first, group.last = 0, len(grid.columns) - 1
        return groups
    last = groups[-1]
    behind = has_numbers(grid, last.partners, max(last.columns), len(grid.columns))
    before = has_numbers(grid, groups[0].partners, -1, min(groups[0].columns))
    if behind or not before:
        starts = [_start(grid, group) for group in groups]
        starts[0] = 0
    else:
        starts = [0] + [max(group.columns) + 1 for group in groups[:-1]]
    for group, start, end in zip(groups, starts, [*starts[1:], len(grid.columns)], strict=True):
        group.first, group.last = start, end - 1
    return groups


def _start(grid, group):
    """Return where a table begins: with its labels, or with what numbers its rows before them."""
    start = min(group.columns)
    return start - 1 if numbers_rows(grid.columns[start - 1], group.partners) else start


def numbers_rows(column, named, fewest=3):
    """Tell a column that numbers its rows: 1, 2, 3, …, maybe anew in each group, or 1, 1, 2, 2."""
    there = (
        value
        for value, partner in zip(column, named, strict=True)
        if partner is not None and value != ""
    )
    if (first := next(there, None)) is None or _as_count(first) != "1":
        return False
    values = ["1", *map(_as_count, there)]
    if len(set(values)) < fewest or not all(map(_is_count, values)):
        return False
    counts = list(map(int, values))
    steps = pairwise(counts)
    return all(after in (1, before, before + 1) for before, after in steps)


def _as_count(value):
    return str(value).strip().removesuffix(".0").removesuffix(".")


def _is_count(text):
    return text.isdecimal() and len(text) <= _LONGEST
