"""Which printed rows an aggregate sums, found by where they are printed and what adds up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: Far below half a unit of the finest printed decimal, far above a float's noise.
SLACK = 1e-6


class Sum(NamedTuple):
    """An aggregate and the rows it sums; what is left over in each column, and may be."""

    parent: int
    children: list
    residual: tuple
    bound: tuple


def find_sums(kinds, numbers, halves, total):
    """Return a `Sum` for each aggregate that sums rows under it, and the rows in no sum.

    From the last aggregate up, an aggregate sums the rows under it as far as the prefix
    whose sums hold in most columns; those rows then count as one, under what stands above.
    An aggregate with nothing under it that adds up is left out of what stands above it; the
    total must add up.

    Parameters
    ----------
    kinds : list of str
        What each row is: country, aggregate or residual.
    numbers, halves : array
        Rows × columns: whole numbers of the finest unit printed, so that sums are exact,
        and their largest rounding errors.
    total : int or None
        The row of the published total.

    """
    order = _total_first(kinds, total)
    if order[0] != 0:
        numbers, halves = numbers[order], halves[order]
    heads = [place for place, row in enumerate(order) if kinds[row] == "aggregate"]
    if not heads:
        return [], order
    ends = [*heads[1:], len(order)]
    known = dict(
        zip(heads, zip(numbers[heads].tolist(), halves[heads].tolist(), strict=True), strict=True)
    )

    def of(place):
        return known.get(place) or (numbers[place].tolist(), halves[place].tolist())

    found, top, by_leaves = [], [], _left_by_leaves(numbers, halves, heads, ends)
    for place, end, left in zip(heads[::-1], ends[::-1], by_leaves[::-1], strict=True):
        # The rows right under an aggregate are its own, to the last, wherever that fits.
        leaves, below = end - place - 1, [*range(place + 1, end), *top]
        count = leaves
        if not leaves or _fits(left) < len(left):
            least = leaves or (len(below) if order[place] == total else 0)
            left, count = _prefix(_left_by_each(of, place, below), leaves, least)
        if count:
            children = [order[child] for child in below[:count]]
            found.append(Sum(order[place], children, *zip(*left, strict=True)))
            below = [place, *below[count:]]
        top = below
    return found, [order[place] for place in (*range(heads[0]), *top)]


def _left_by_leaves(numbers, halves, heads, ends):
    """Return for each aggregate, column by column, what its leaves leave of it, and may leave."""
    zero = np.zeros_like(numbers[:1])
    sums = np.concatenate([zero, numbers.cumsum(axis=0)])
    errors = np.concatenate([zero, halves.cumsum(axis=0)])
    first = [head + 1 for head in heads]
    left = (numbers[heads] - sums[ends] + sums[first]).tolist()
    bound = (halves[heads] + errors[ends] - errors[first]).tolist()
    return [list(zip(*of_one, strict=True)) for of_one in zip(left, bound, strict=True)]


def _left_by_each(of, place, below):
    """Return the same for one aggregate after each of the rows below, one by one."""
    (left, bound), steps = of(place), []
    for numbers, halves in map(of, below):
        left = [rest - part for rest, part in zip(left, numbers, strict=True)]
        bound = [rest + half for rest, half in zip(bound, halves, strict=True)]
        steps.append(list(zip(left, bound, strict=True)))
    return steps


def _fits(left):
    return [abs(residual) <= bound + SLACK for residual, bound in left].count(True)


def _total_first(kinds, total):
    """Return the rows with the published total first, whichever end it is printed at."""
    order = list(range(len(kinds)))
    if total == len(kinds) - 1 and "aggregate" not in kinds[:total]:
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
