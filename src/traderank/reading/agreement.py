"""Whether two columns name the same partners, row by row, and what is then done with them.

A column that says what others say is of their group of labels; one that contradicts them in
a row or two is refused. What says something else begins a group of its own.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from traderank.reading.bands import Labels, has_numbers, numbers_rows
from traderank.reading.words import exact, plain, totals

#: Fewer partners than this are no table of partners.
FEWEST = 2

#: The name of a column stands above this row.
HIGHEST = 40

#: Label columns are one group if they agree in this share of the rows that both name.
AGREEMENT = 0.8


def head(texts):
    """Return what the name of a column says that it holds."""
    return next((what for what in heads(texts) if what != "total"), None)


def heads(texts):
    """Return what each text that may name a column says that it holds."""
    return [what for row, text in texts if row < HIGHEST and (what := _head_of(text))]


@lru_cache(maxsize=4096)
def _head_of(text):
    low = plain(text)
    return exact("head", low) or ("total" if low in totals() else None)


def compared(group, named):
    """Return the rows that both name, with what each says; and those in which they differ."""
    pairs = [
        (row, one, other)
        for row, (one, other) in enumerate(zip(group.partners, named, strict=True))
        if one is not None and other is not None
    ]
    return pairs, [(row, one, other) for row, one, other in pairs if one != other]


def join(groups, index, named, grid):
    """Add a column of names to the group that it agrees with, or begin another."""
    for group in reversed(groups):
        pairs, differ = compared(group, named)
        few = len(differ) <= (1 - AGREEMENT) * len(pairs)
        if pairs and (few or _is_beside(grid, group, index, named)):
            refuse_contradiction(grid, group, index, differ)
            take(group, index, named, grid)
            return
        if pairs and _only_groups(group.partners) != _only_groups(named):
            # «Asia» down the side of its countries: the narrower name is the partner.
            _nest(group, index, named, grid)
            return
    groups.append(Labels([index], list(named), list(map(str, grid.columns[index]))))


def _is_beside(grid, group, index, named):
    """Tell a column right beside a group that names the same partners, with more mistakes."""
    same = agrees(grid, group, index, named) or means_the_same(grid, group, index, named)
    return same and not is_parted(grid, group, index)


def _only_groups(named):
    return all(partner.kind != "country" for partner in named if partner)


def take(group, index, named, grid):
    """Add a column to a group: it names the partners that no column of it does."""
    group.columns.append(index)
    for row, partner in enumerate(named):
        if group.partners[row] is None and partner is not None:
            group.partners[row], group.names[row] = partner, str(grid.columns[index][row])


def _nest(group, index, named, grid):
    group.columns.append(index)
    narrower = _only_groups(group.partners)
    for row, partner in enumerate(named):
        if partner is not None and (narrower or group.partners[row] is None):
            group.partners[row], group.names[row] = partner, grid.columns[index][row]


def refuse_contradiction(grid, group, index, differ):
    """Refuse the first of the rows in which a column says another partner than its group."""
    for row, one, other in differ:
        raise grid.refuse(
            f"«{grid.columns[index][row]}» is {other.code}, but «{group.names[row].strip()}» in "
            f"the same row is {one.code}",
            "correct the name that is wrong",
            row=row,
            column=index,
        )


def agrees(grid, group, index, named):
    """Tell codes of the names beside them: by chance, codes of other things agree in no half."""
    pairs, differ = compared(group, named)
    return len(pairs) >= FEWEST and 2 * len(differ) < len(pairs)


def means_the_same(grid, group, index, named):
    """Tell a column of a group's own partners that contradicts it in half of the rows or more.

    It names just the same countries in another order, which by chance none does; or is headed
    as one of partners, and agrees in the other half.
    """
    pairs, differ = compared(group, named)
    if head(grid.texts[index]) == "partner" and 2 * len(differ) <= len(pairs) >= FEWEST:
        return True
    column, rows = grid.columns[index], map(_is_country, group.partners)
    told = [at for at, mine in enumerate(rows) if mine and column[at] != ""]
    ones, others = (Counter(of[at] for at in told) for of in (group.partners, named))
    return len(ones) >= FEWEST and ones == others


def _is_country(partner):
    return partner is not None and partner.kind == "country"


def is_parted(grid, group, index):
    """Whether numbers, of trade or of rows, part a column from a group: lists side by side."""
    first, last = min(*group.columns, index), max(*group.columns, index)
    return has_numbers(grid, group.partners, first, last) or any(
        numbers_rows(grid.columns[at], group.partners, FEWEST) for at in range(first + 1, last)
    )
