"""How far printed numbers may be from the exact ones: bounds from the digits themselves.

A number printed with p decimals is within half a unit of its p-th decimal of the exact
one. Spreadsheets drop trailing zeros, so 24 in a column of one decimal is 24.0: which
precisions a column really uses is read from how many of its numbers end at each decimal.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

#: Decimals beyond this are a spreadsheet's binary noise, not print.
MOST = 10

#: Where `decimals` begins to look.
_USUAL = 5

#: A precision is in use unless trailing zeros explain it with at least this chance.
CHANCE = 1e-6


# Powers of ten that are exact; counted from the end, the negative places are 1.
_POWERS = np.concatenate([10.0 ** np.arange(23), np.ones(23)])


def decimals(values):
    """Count the decimals each number is printed with (15 significant digits; nan has 0).

    >>> decimals(np.array([24, 0.5, 139551038.0123, 22221.200000000004])).tolist()
    [0, 1, 4, 1]
    """
    flat = np.where(values == values, values, 0.0).ravel()
    # Most numbers end by the fifth decimal: look further, or back, only for those that do not.
    counts, place = np.full(flat.shape, _USUAL), _USUAL
    left = (~_whole(flat, place)).nonzero()[0]
    whole = (_whole(flat, place - 1) & (flat != 0)).nonzero()[0]
    while left.size and place < MOST:
        place += 1
        counts[left] = place
        left = left[~_whole(flat[left], place)]
    place = _USUAL - 1
    while whole.size:
        counts[whole] = place
        place -= 1
        whole = whole[_whole(flat[whole], place)] if place >= 0 else whole[:0]
    counts[flat == 0] = 0
    return counts.reshape(values.shape)


def _whole(values, places):
    """Say which numbers have no decimals after `places`, but for a float's noise."""
    scaled = values * 10.0**places
    return abs(scaled - np.rint(scaled)) <= abs(scaled) * 1e-15


def in_use(values, places):
    """Return the precisions that a set of printed numbers uses, the coarsest first.

    A number of precision P ends at decimal q < P by chance alone with probability
    0.9 × 10^-(P-q), its other digits being zeros. If far more numbers end at q than the
    finer ones explain (a chance under `CHANCE`), numbers were rounded to q.

    >>> values = np.array([0.1 + n for n in range(9)] + [1.23456, 2.34567])
    >>> in_use(values, decimals(values))
    [1, 5]
    """
    ends = np.bincount(places[values > 0].ravel(), minlength=MOST + 1).tolist()
    used = []
    for place in range(MOST, -1, -1):
        if ends[place]:
            expected = sum(ends[finer] * 10.0 ** (place - finer) for finer in used)
            if _chance(ends[place], expected) < CHANCE:
                used.append(place)
    return used[::-1] or [0]


def _chance(count, mean):
    """Return what the chance of at least `count` where `mean` are expected does not exceed.

    Chernoff's bound on the tail of a Poisson distribution.
    """
    if count <= mean:
        return 1.0
    return math.exp(count - mean + count * math.log(mean / count)) if mean else 0.0


@lru_cache
def half_units(used):
    """Return the largest rounding error of a number that ends at each decimal, from 0 on.

    It is half a unit of the first precision in use that has this decimal. A printed 0 ends
    at none: it may be rounded to the coarsest.

    >>> half_units((1, 5))[:4].tolist()
    [0.05, 0.05, 5e-06, 5e-06]
    """
    at_least = [next((p for p in used if p >= place), place) for place in range(MOST + 1)]
    return 0.5 / 10.0 ** np.array(at_least)


def rescale(values, places, power):
    """Multiply printed numbers by 10^power, giving the nearest float to the exact decimal.

    >>> rescale(np.array([139551038.0123, 0.7]), np.array([4, 1]), 3).tolist()
    [139551038012.3, 700.0]
    >>> rescale(np.array([27.39984]), np.array([5]), -2).tolist()
    [0.2739984]
    """
    digits = np.rint(values * _POWERS[places])
    left = places - power
    # Dividing a whole number by a power of ten rounds once; multiplying by 0.001 rounds twice.
    return np.where(left > 0, digits / _POWERS[left], digits * _POWERS[-left])
