"""Which printed rows an aggregate sums, found by where they are printed and what adds up."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

#: Far below half a unit of the finest printed decimal, far above a float's noise.
SLACK = 1e-6


class Sum(NamedTuple):
    """An aggregate and the rows it sums; what is left over in each column, and may be."""

    parent: int
    children: list
    residual: tuple
    bound: tuple


def find_sums(partners, numbers, halves, total):
    """Return a `Sum` for each aggregate that sums rows under it.

    From the last aggregate up, an aggregate sums the rows under it as far as the prefix
    whose sums hold in most columns; those rows then count as one, under what stands above.
    An aggregate with nothing under it that adds up is left out of what stands above it; the
    total must add up.

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
    columns = [_Column(*column) for column in zip(numbers[order].T, halves[order].T, strict=True)]
    heads = [place for place, row in enumerate(order) if partners[row].kind == "aggregate"]
    found, top, end = [], [], len(order)
    for place in reversed(heads):
        # The rows right under an aggregate are its own, to the last, wherever that fits.
        leaves, below = end - place - 1, [*range(place + 1, end), *top]
        left, count = [column.left_by_next(place, leaves) for column in columns], leaves
        if not leaves or _fits(left) < len(left):
            each = [column.left_by_each(place, below) for column in columns]
            least = leaves or (len(below) if order[place] == total else 0)
            left, count = _prefix(list(zip(*each, strict=True)), leaves, least)
        if count:
            children = [order[child] for child in below[:count]]
            found.append(Sum(order[place], children, *zip(*left, strict=True)))
            below = [place, *below[count:]]
        top, end = below, place
    return found


class _Column:
    """One column in the order of its summing, with sums from the first row on."""

    def __init__(self, numbers, halves):
        self.numbers, self.halves = numbers.tolist(), halves.tolist()
        self.sums = [0, *numbers.cumsum().tolist()]
        self.errors = [0.0, *halves.cumsum().tolist()]

    def left_by_next(self, place, count):
        """Return what the next `count` rows leave of one, and what they may leave."""
        first, last = place + 1, place + 1 + count
        part, error = self.sums[last] - self.sums[first], self.errors[last] - self.errors[first]
        return self.numbers[place] - part, self.halves[place] + error

    def left_by_each(self, place, below):
        """Return the same after each of the rows below, one by one."""
        whole, half = self.numbers[place], self.halves[place]
        parts = accumulate(self.numbers[row] for row in below)
        errors = accumulate(self.halves[row] for row in below)
        return [(whole - part, half + error) for part, error in zip(parts, errors, strict=True)]


def _fits(left):
    return [abs(residual) <= bound + SLACK for residual, bound in left].count(True)


def _total_first(partners, total):
    """Return the rows with the published total first, whichever end it is printed at."""
    order = list(range(len(partners)))
    groups_above = any(partner.kind == "aggregate" for partner in partners[: total or 0])
    if total == len(partners) - 1 and not groups_above:
        order = [total, *order[:total]]
    return order


def _prefix(steps, leaves, least):
    """Return what is left after the rows below a parent that it sums, and how many they are.

    They are the `least` it should sum where no sum of them holds.
    """
    fits = [_fits(left) for left in steps]
    first = max(leaves, 1) - 1
    if max(fits[first:], default=0) < max(fits, default=0):
        first = 0
    most = max(fits[first:], default=0)
    if most == 0:
        return (steps[least - 1], least) if least else ([], 0)
    fitting = [place for place in range(first, len(steps)) if fits[place] == most]
    best = min(fitting, key=lambda place: sum(abs(residual) for residual, _ in steps[place]))
    return steps[best], best + 1
