"""The checks of one table: sums, turnover, shares, each with its own bound.

Every bound is what the rounding of the numbers in the check can add up to (see
``rounding``); none is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from traderank.reading import rounding
from traderank.reading.sums import SLACK, find_sums


@dataclass(slots=True)
class Checks:
    """Comparisons of one kind: what is left over of each printed number, and may be.

    ``residual`` and ``bound`` are arrays, in parts of which `scale` make one printed unit.
    ``members`` gives the cells (row, column) of one comparison, the printed number first;
    ``text`` says what it is; ``digits`` gives for some of them the rounding error that all
    numbers share, or 0. They hold nothing of their `Arithmetic`: a circle would keep both.
    """

    kind: str
    residual: np.ndarray
    bound: np.ndarray
    scale: float
    members: Callable
    text: Callable
    digits: Callable | None = None

    def __len__(self):
        return len(self.residual)

    def failures(self):
        """Return the places, in these arrays, of the comparisons that do not hold."""
        return (abs(self.residual) > self.bound + SLACK).nonzero()[0]

    def inexact(self):
        """Return the places of those that hold, and not to the last digit."""
        off = abs(self.residual)
        return ((off > 0) & (off <= self.bound + SLACK)).nonzero()[0]


class Arithmetic:
    """One table's numbers, how exactly they are printed, and what was checked of them."""

    def __init__(self, block):
        self.block, columns = block, block.columns
        self.values = [at for at, column in enumerate(columns) if column.measure == "value"]
        self.shares = [at for at, column in enumerate(columns) if column.measure == "share"]
        self.total = block.codes.index("WLD") if "WLD" in block.codes else None
        self.blank = np.isnan(block.numbers)
        self.numbers = np.where(self.blank, 0.0, block.numbers)
        self.places = rounding.decimals(self.numbers)
        self.half = self._halves()
        # In whole numbers of the finest decimal printed, sums of floats are exact.
        largest = np.ceil(np.log10(self.numbers[:, self.values].max(initial=1.0) + 1))
        fine = min(self.places[:, self.values].max(initial=0), 15 - largest)
        self.scale = 10.0 ** max(fine, 0)
        self.whole = np.rint(self.numbers[:, self.values] * self.scale).astype(np.int64)
        self.error = self.half[:, self.values] * self.scale
        self.covered = np.zeros(self.numbers.shape, dtype=bool)
        self.checks, self.notes, self.children, self.apart = [], [], {}, []

    def _halves(self):
        telling = self.numbers.copy()
        if self.total is not None:
            # The total's share is 100 by definition: its digits tell nothing of the others'.
            telling[self.total, self.shares] = 0.0
        self.used = {
            measure: rounding.in_use(telling[:, at], self.places[:, at])
            for measure, at in (("value", self.values), ("share", self.shares))
        }
        halves = {measure: rounding.half_units(used) for measure, used in self.used.items()}
        table = np.array([halves[column.measure] for column in self.block.columns])
        half = table[np.arange(len(table)), self.places]
        # A blank stands for 0 in the sums, and a dash for no trade: nothing was rounded to them.
        half[self.blank] = 0.0
        for row, at in self.block.marks:
            half[row, at] *= at in self.shares
        return half

    def _columns(self, measure):
        columns = enumerate(self.block.columns)
        return {(c.flow, c.period): at for at, c in columns if c.measure == measure}

    # ── sums ────────────────────────────────────────────────────────────────────────────

    def check_sums(self):
        """Find for each aggregate the rows printed under it that it sums, and check them."""
        at = self.values
        found, self.apart = find_sums(self.block.kinds, self.whole, self.error, self.total)
        if not found:
            return
        residual = np.array([sum.residual for sum in found])
        bound = np.array([sum.bound for sum in found])
        parents = [sum.parent for sum in found]
        # A blank sum over nothing but blanks holds, and says nothing.
        holds = (abs(residual) <= bound + SLACK) & ~self.blank[parents][:, at]
        summed = [[sum.parent, *sum.children] for sum in found]
        for rows, columns in zip(summed, holds, strict=True) if not holds.all() else ():
            self.covered[np.ix_(rows, np.compress(columns, at))] = True
        if holds.all():
            self.covered[np.ix_(sorted(set().union(*summed)), at)] = True
        self.children = {sum.parent: sum.children for sum in found}
        name, error, whole = self.block.name, self.error, self.whole

        def text(i):
            sum = found[i // len(at)]
            count = len(sum.children)
            return f"«{name(sum.parent)}» is not the sum of the {count} rows under it"

        def digits(places):
            cells = [(summed[i // len(at)], i % len(at)) for i in places]
            return np.array([_shared(whole[cell], error[cell]) for cell in cells])

        self.checks.append(
            Checks(
                "sum",
                residual.ravel(),
                bound.ravel(),
                self.scale,
                lambda i: [(row, at[i % len(at)]) for row in summed[i // len(at)]],
                text,
                digits,
            )
        )

    # ── turnover ────────────────────────────────────────────────────────────────────────

    def check_turnover(self):
        """Check that printed turnover is exports plus imports, row by row."""
        at = self._columns("value")
        for (flow, period), whole in at.items():
            parts = [at.get((part, period)) for part in ("export", "import")]
            if flow == "turnover" and None not in parts:
                self._check_turnover(whole, parts)

    def _check_turnover(self, whole, parts):
        rows, trio = (~self.blank[:, whole]).nonzero()[0], [whole, *parts]
        numbers, error = (
            [of[:, self.values.index(column)][rows] for column in trio]
            for of in (self.whole, self.error)
        )
        bound = error[0] + error[1] + error[2]
        # Where one flow is blank, turnover is the other: one number, rounded once.
        alone = (self.blank[:, parts[0]] ^ self.blank[:, parts[1]])[rows]
        bound[alone & (error[0] == error[1] + error[2])] = 0.0
        residual = numbers[0] - numbers[1] - numbers[2]
        self.covered[np.ix_(rows[abs(residual) <= bound + SLACK], trio)] = True
        name = self.block.name
        self.checks.append(
            Checks(
                "turnover",
                residual,
                bound,
                self.scale,
                lambda i: [(int(rows[i]), column) for column in trio],
                lambda i: f"the turnover of «{name(rows[i])}» is not its exports plus its imports",
                lambda places: _shared(np.array(numbers)[:, places], np.array(error)[:, places]),
            )
        )
        if len(rows) < len(self.blank):
            self._note_blank(whole, self.numbers[:, parts].sum(axis=1), "a turnover")

    def _note_blank(self, column, computed, what):
        for row in (self.blank[:, column] & (computed > 0)).nonzero()[0]:
            cell = self.block.cell(row, column)
            self.notes.append(f"{cell} is blank where {what} of {computed[row]:.5g} belongs")

    # ── shares ──────────────────────────────────────────────────────────────────────────

    def check_shares(self):
        """Check that each printed share is its value's share of the printed total."""
        values, total = self._columns("value"), self.total
        pairs = [
            (value, share)
            for key, share in self._columns("share").items()
            if (value := values.get(key)) is not None
            and total is not None
            and self.numbers[total, value] > self.half[total, value]
        ]
        if pairs:
            self._check_shares(*zip(*pairs, strict=True))

    def _check_shares(self, values, shares):
        numbers, half, total = self.numbers[:, values], self.half[:, values], self.total
        computed = 100 * numbers / numbers[total]
        error = 100 * (numbers + half) / (numbers[total] - half[total]) - computed
        error[total] = 0.0
        rows, at = (~self.blank[:, shares]).nonzero()
        name, share_of = self.block.name, np.array(shares)[at]
        residual, bound = self.numbers[:, shares] - computed, self.half[:, shares] + error
        # In millionths of a percent, of which a float's noise is far below one.
        checks = Checks(
            "share",
            residual[rows, at] * 1e6,
            bound[rows, at] * 1e6,
            1e6,
            lambda i: [
                (int(rows[i]), shares[at[i]]),
                *((row, values[at[i]]) for row in (int(rows[i]), total)),
            ],
            lambda i: f"the share of «{name(rows[i])}» is not its value's share of the total",
        )
        failures = checks.failures()
        self.covered[rows, share_of] = True
        self.covered[rows[failures], share_of[failures]] = False
        self.checks.append(checks)
        # A share too small to be printed is left blank; a larger one that is blank is odd.
        smallest = 0.5 / 10.0 ** self.used["share"][0]
        large = np.where(computed - error > smallest, computed, 0.0)
        for place, share in enumerate(shares):
            self._note_blank(share, large[:, place], "a share")


def _shared(numbers, errors):
    """Return the rounding error that a whole and its parts share, if two parts are there, or 0.

    The first row is the whole, the others its parts; each column, if there are any, is a sum.
    """
    alike = (errors[1:] == errors[0]) | (errors[1:] == 0)
    several = np.count_nonzero(numbers[1:], axis=0) > 1
    return np.where(alike.all(axis=0) & several, errors[0], 0.0)
