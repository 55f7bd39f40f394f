"""Which printed rows an aggregate sums, found by where they are printed and what adds up."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np

#: Far below half a unit of the finest printed decimal, far above a float's noise.
SLACK = 1e-6


class Sum(NamedTuple):
    """An aggregate and the rows it sums; what is left over in each column, and may be."""

    parent: int
    children: list
    residual: list
    bound: list


def find_sums(partners, numbers, halves, total):
    """Return a `Sum` for each aggregate that sums rows under it.

    From the last aggregate up, an aggregate sums the rows under it as far as the prefix
    whose sums hold in most columns; those rows then count as one, under what stands above.
    An aggregate with nothing under it that adds up is left out of what stands above it.

    Parameters
    ----------
    partners : list of Partner
    numbers, halves : array
        Rows × columns: whole numbers of the finest unit printed, so that sums are exact,
        and their largest rounding errors.
    total : int or None
        The row of the published total.

    """
    order = _total_first(partners, total)
    rows = _Rows(numbers[order], halves[order])
    found, top, end = [], [], len(order)
    for place in range(len(order) - 1, -1, -1):
        if partners[order[place]].kind != "aggregate":
            continue
        below = [*range(place + 1, end), *top]
        leaves, end = end - place - 1, place
        # The rows right under an aggregate are its own, to the last, wherever that fits.
        left = rows.left_of_next(place, leaves)
        count = leaves
        if not leaves or _fits(left) < len(left):
            steps = rows.left_of_each(place, below)
            count = _prefix(steps, leaves)
            left = steps[count - 1] if count else []
        if count:
            children = [order[child] for child in below[:count]]
            found.append(Sum(order[place], children, *map(list, zip(*left, strict=True))))
            below = [place, *below[count:]]
        top = below
    return found


class _Rows:
    """The numbers in the order of their summing, with sums from the first on."""

    def __init__(self, numbers, halves):
        zero = np.zeros_like(numbers[:1])
        self.numbers, self.halves = numbers.tolist(), halves.tolist()
        self.sums = np.concatenate([zero, numbers.cumsum(axis=0)]).tolist()
        self.errors = np.concatenate([zero, halves.cumsum(axis=0)]).tolist()

    def left_of_next(self, place, count):
        """Return for each column what the next `count` rows leave of one, and may leave."""
        first, last = place + 1, place + 1 + count
        return [
            (whole - (after - before), half + (error - earlier))
            for whole, half, before, after, earlier, error in zip(
                *(self.numbers[place], self.halves[place], self.sums[first], self.sums[last]),
                *(self.errors[first], self.errors[last]),
                strict=True,
            )
        ]

    def left_of_each(self, place, below):
        """Return the same after each of the rows below, one by one."""
        columns = range(len(self.numbers[place]))
        by_column = [
            [
                (self.numbers[place][column] - part, self.halves[place][column] + error)
                for part, error in zip(
                    accumulate(self.numbers[row][column] for row in below),
                    accumulate(self.halves[row][column] for row in below),
                    strict=True,
                )
            ]
            for column in columns
        ]
        return list(zip(*by_column, strict=True))


def _fits(left):
    return sum(abs(residual) <= bound + SLACK for residual, bound in left)


def _total_first(partners, total):
    """Return the rows with the published total first, whichever end it is printed at."""
    order = list(range(len(partners)))
    groups_above = any(partner.kind == "aggregate" for partner in partners[: total or 0])
    if total == len(partners) - 1 and not groups_above:
        order = [total, *order[:total]]
    return order


def _prefix(steps, leaves):
    """Return how many of the rows below a parent it sums; 0 if it is not a sum of them."""
    if not steps:
        return 0
    fits = [_fits(left) for left in steps]
    first = max(leaves, 1) - 1
    if max(fits[first:]) < max(fits):
        first = 0
    most = max(fits[first:])
    if most == 0:
        return leaves
    off = [sum(abs(residual) for residual, _ in left) for left in steps]
    fitting = [place for place in range(first, len(steps)) if fits[place] == most]
    return min(fitting, key=off.__getitem__) + 1
