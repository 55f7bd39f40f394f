"""What no bound refuses and yet is odd: it is said, and the number is kept.

A number may be off by less than rounding explains and still be the only one that is; a
name may be wrong where no sum can tell. Where the rest of the table is too regular for
chance, what breaks its rule is named.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np

from traderank import partners
from traderank.reading.rounding import CHANCE

#: A sum of rounding errors is larger than this many standard deviations with a chance
#: under `CHANCE`: each error is uniform, hence sub-Gaussian, and so is their sum.
FAR = math.sqrt(2 * math.log(2 / CHANCE))


#: Partners stand in an order if fewer tables than this would break it as rarely by chance.
UNORDERED = 0.01


def find_doubts(work):
    """Return a note on each oddity of a table whose checks have been made."""
    notes = [_inexact(work), _unlikely(work), _left_out(work), _out_of_order(work.panel)]
    return [note for note in notes if note] + _not_members(work)


def _listed(work, places):
    cells = [work.panel.cell(row, column) for row, column in places]
    more = f" and {len(cells) - 12} more" if len(cells) > 12 else ""
    return ", ".join(cells[:12]) + more


def _inexact(work):
    """Name the sums that are off in their last digit where nearly no others are.

    If an office rounds turnover, exports and imports each by itself, one turnover in four
    is off by one in the last digit, and more than one sum in four. If far fewer are, the
    office adds up what it prints, and what is off was changed.
    """
    made = {}
    for checks in work.checks:
        if checks.digits:
            made.setdefault(checks.kind, []).append(checks)
    added = made.get("turnover") or made.get("sum") or ()
    inexact = [checks.inexact() for checks in added]
    if not _few(sum(map(len, inexact)), sum(len(checks.rows) for checks in added)):
        return None
    off = [
        (digit, checks.members(place)[0])
        for checks, places in zip(added, inexact, strict=True)
        if len(places)
        for place, digit in zip(places, checks.digits(places), strict=True)
    ]
    for digit in sorted({digit for digit, _ in off if digit}):
        odd = [place for shared, place in off if shared == digit]
        every = [checks.digits(range(len(checks.rows))) for checks in added]
        if _few(len(odd), sum(np.count_nonzero(some == digit) for some in every)):
            where = _listed(work, odd)
            return f"off in the last digit, where nearly all such sums are exact: {where}"
    return None


def _few(count, of):
    """Say whether one in four can hardly be so few."""
    chance = term = 0.75**of
    for k in range(count):
        term *= (of - k) / (k + 1) / 3
        chance += term
    return chance < CHANCE


def _unlikely(work):
    """Name the sums that rounding could just explain, and by chance hardly would."""
    places = []
    for checks in work.checks:
        for place in checks.inexact() if checks.kind == "sum" else ():
            members, off = checks.members(place), abs(float(checks.residual[place]))
            # Equal rounding errors deviate least; most sums need not be looked at more closely.
            if off > FAR * checks.bound[place] / math.sqrt(3 * len(members)):
                rows, columns = map(list, zip(*members, strict=True))
                deviation = math.sqrt((work.half[rows, columns] ** 2).sum() / 3)
                places += [members[0]] if off > FAR * deviation else []
    return f"off by more than rounding makes likely: {_listed(work, places)}" if places else None


# ── the rows under a heading ─────────────────────────────────────────────────────────────


def _left_out(work):
    """Name the rows that the published total does not sum, at whatever remove.

    A group among them that sums its own rows is said to; where no total is printed, the
    groups that are in no sum are named.
    """
    below = {row for rows in work.children.values() for row in rows}
    rows, kinds = range(len(work.panel.kinds)), work.panel.kinds
    if work.total in work.children:
        summed = below | {work.total}
        left = [row for row in rows if row not in summed]
        text = f"«{work.panel.name(work.total)}» does not sum"
    else:
        summed = below | work.children.keys()
        left = [row for row in rows if kinds[row] == "aggregate" and row not in summed]
        text = "groups that are in no sum:"
    own = {row: " (which sums its own rows)" for row in work.children}
    names = ", ".join(f"«{work.panel.name(row)}»{own.get(row, '')}" for row in left[:12])
    return f"{text} {names}" if left else None


def _not_members(work):
    """Say where a bloc's rows are not its members of the time, by our dated list.

    The bloc is proved as it is printed: an office may count otherwise, and that is told.
    """
    panel, notes = work.panel, []
    day = f"{panel.columns[0].period.year}-12-31"
    for parent in work.children:
        members = partners.members(panel.codes[parent], day)
        inside = _leaves(work, parent) if members else ()
        countries = [row for row in inside if panel.kinds[row] == "country"]
        strangers = [row for row in countries if panel.codes[row] not in members]
        if strangers:
            names = ", ".join(f"«{work.panel.name(row)}»" for row in strangers[:12])
            notes.append(f"«{work.panel.name(parent)}» holds {names}, no member on {day}")
    return notes


def _leaves(work, parent):
    for row in work.children[parent]:
        if row in work.children:
            yield from _leaves(work, row)
        else:
            yield row


# ── the order of the rows ────────────────────────────────────────────────────────────────


def _out_of_order(panel):
    """Name the rows that break an order in which all the others stand.

    Partners are in an order if by chance one table in a hundred would break it as rarely, and
    at most one in ten neighbours break it, or two: so often do two names exchanged. Where the
    table prints no headings, an order may begin anew; a row that alone stands out of it is
    still named.
    """
    heads = [row for row, kind in enumerate(panel.kinds) if kind == "aggregate"]
    runs = list(pairwise([-1, *heads, len(panel.partners)]))
    breaks, pairs = {}, len(panel.partners) - len(heads)
    for order, key in _ORDERS.items():
        keys = key(panel)
        off = [row for run in runs for row in descents(keys, *run)]
        if not off:
            return None
        alone = [row for row in off if len(heads) > 1 or _alone(keys, row)]
        if 0 < len(alone) <= max(2, pairs / 10) and _by_chance(runs, len(off)) < UNORDERED:
            breaks[order] = alone
    if not breaks:
        return None
    order = min(breaks, key=lambda order: len(breaks[order]))
    cells = ", ".join(
        f"«{panel.names[row].strip()}» (row {panel.row_of[row, 0] + 1}) before "
        f"«{panel.names[row + 1].strip()}»"
        for row in breaks[order]
    )
    return f"partners stand in the order of their {order}, but not {cells}: is a name wrong?"


def _by_chance(runs, count):
    """Return the chance that rows in a random order have at most so many descents."""
    chances = np.ones(1)
    for before, end in runs:
        chances = np.convolve(chances, _descending(end - before - 1))
    return chances[: count + 1].sum()


@cache
def _descending(count):
    """Return the chance of 0, 1, … descents among so many rows: Euler's numbers over all orders.

    >>> (_descending(3) * 6).tolist()
    [1.0, 4.0, 1.0]
    """
    chances = np.ones(1)
    for rows in range(2, count + 1):
        at = np.arange(rows)
        before = np.pad(chances, 1)
        chances = ((at + 1) * before[1:] + (rows - at) * before[:-1]) / rows
    return chances


@cache
def _alpha2(code):
    # What is no country stands last.
    return partners.alpha2(code) or "~"


_ORDERS = {
    "two-letter codes": lambda panel: list(map(_alpha2, panel.codes)),
    "three-letter codes": lambda panel: panel.codes,
    "names": lambda panel: list(map(partners.normalise, panel.names)),
}


def descents(keys, before, end):
    """Return the rows between two headings whose next one should stand before them."""
    run = keys[before + 1 : end]
    if run == sorted(run):
        return []
    return [before + 1 + i for i, (this, after) in enumerate(pairwise(run)) if this > after]


def _alone(keys, row):
    """Say whether one of two neighbours out of order, taken out, leaves the rest in order."""
    before, after = keys[max(row - 1, 0)], keys[min(row + 2, len(keys) - 1)]
    return before <= keys[row + 1] or keys[row] <= after
