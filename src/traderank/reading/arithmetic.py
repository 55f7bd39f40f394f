"""The checks of one table: sums, turnover, shares, each with its own bound.

Every bound is what the rounding of the numbers in the check can add up to (see
``rounding``); none is chosen.
"""

from __future__ import annotations

import numpy as np

from traderank.reading import rounding
from traderank.reading.checks import SLACK, Checks
from traderank.reading.identities import WHOLE, identities
from traderank.reading.sums import Sums


class Arithmetic:
    """One table's numbers, how exactly they are printed, and what was checked of them."""

    def __init__(self, panel):
        self.panel, columns = panel, panel.columns
        self.values = [at for at, column in enumerate(columns) if column.measure == "value"]
        self.shares = [at for at, column in enumerate(columns) if column.measure == "share"]
        codes = panel.codes
        self.total = codes.index("WLD") if "WLD" in codes else None
        self.blank = np.isnan(panel.numbers)
        self.numbers = np.where(self.blank, 0.0, panel.numbers)
        self.places = rounding.decimals(self.numbers)
        self.half = self._halves()
        # In whole numbers of the finest decimal printed, sums of floats are exact.
        largest = np.ceil(np.log10(self.numbers[:, self.values].max(initial=1.0) + 1))
        fine = min(self.places[:, self.values].max(initial=0), 15 - largest)
        self.scale = 10.0 ** max(fine, 0)
        self.whole = np.rint(self.numbers * self.scale).astype(np.int64)
        self.error = self.half * self.scale
        self.covered = np.zeros(self.numbers.shape, dtype=bool)
        #: In how many sums that hold each number is.
        self.held = np.zeros(self.numbers.shape, dtype=int)
        self.checks, self.notes, self.children = [], [], {}

    def _halves(self):
        telling = self.numbers.copy()
        if self.total is not None:
            # The total's share is 100 by definition: its digits tell nothing of the others'.
            telling[self.total, self.shares] = 0.0
        self.used = {
            measure: rounding.in_use(telling[:, at], self.places[:, at])
            for measure, at in (("value", self.values), ("share", self.shares))
        }
        halves = {measure: rounding.half_units(tuple(used)) for measure, used in self.used.items()}
        table = np.array([halves[column.measure] for column in self.panel.columns])
        half = table[np.arange(len(table)), self.places]
        # A blank stands for 0 in the sums, and a dash for no trade: nothing was rounded to them.
        half[self.blank] = 0.0
        marks = self.panel.marks.copy()
        marks[:, self.shares] = False
        half[marks] = 0.0
        return half

    def series(self, measure):
        """Return for each series that has a column of such numbers its place."""
        return {c.series: at for at, c in enumerate(self.panel.columns) if c.measure == measure}

    # ── sums ────────────────────────────────────────────────────────────────────────────

    def check_sums(self):
        """Find the rows that sum others, and check them in every column of values."""
        at, panel = np.array(self.values), self.panel
        sums = Sums(
            panel.kinds,
            self.total,
            self.whole[:, at],
            self.error[:, at],
            partial=panel.partial,
        )
        found = sums.find()
        self.notes += sums.notes
        if not found:
            return
        meant, holds, residual, bound = (
            np.array(of)
            for of in zip(*((o.meant, o.holds, o.residual, o.bound) for o in found), strict=True)
        )
        which, where = meant.nonzero()
        heads = np.array([one.parent for one in found])
        parents, columns = heads[which], at[where]
        summed = [[one.parent, *one.children.tolist()] for one in found]
        inside = np.zeros((len(found), len(self.blank)))
        inside[np.repeat(np.arange(len(found)), list(map(len, summed))), np.concatenate(summed)] = 1
        # A blank sum over nothing but blanks holds, and says nothing.
        self.held[:, at] = inside.T @ (meant & holds & ~self.blank[heads][:, at])
        self.covered |= self.held > 0
        self._cover_blank_groups(heads, inside > 0, holds, at)
        for one in reversed(found):
            self.children[one.parent] = one.children.tolist()
        name, error, whole = panel.name, self.error, self.whole

        def text(i):
            parent, *children = summed[which[i]]
            place = "under it" if min(children) > parent else "that belong to it"
            return f"«{name(parent)}» is not the sum of the {len(children)} rows {place}"

        def digits(places):
            cells = [(summed[which[i]], columns[i]) for i in places]
            return np.array([_shared(whole[cell], error[cell]) for cell in cells])

        self._keep(
            "sum",
            parents,
            columns,
            residual[meant],
            bound[meant],
            lambda i: [(row, columns[i]) for row in summed[which[i]]],
            text,
            digits,
        )

    def _cover_blank_groups(self, heads, inside, holds, at):
        """Cover what sums to a blank that another sum proves to be 0: it is 0 as well."""
        zero = self.blank[heads][:, at] & holds & (heads != self.total)[:, None]
        before = -1
        while zero.any() and before != (before := np.count_nonzero(self.covered)):
            proved = zero & self.covered[heads][:, at]
            self.covered[:, at] |= (inside[:, :, None] & proved[:, None]).any(axis=0)

    def _keep(self, kind, rows, columns, residual, bound, members, text, digits):
        """Keep comparisons that were made in whole numbers of the finest decimal."""
        by = self.scale
        self.checks.append(
            Checks(
                *(kind, rows, columns, residual / by, bound / by, SLACK / by),
                *(members, text, digits),
            )
        )

    # ── columns ─────────────────────────────────────────────────────────────────────────

    def check_columns(self):
        """Check, row by row, the columns that sum others: turnover, years and their parts."""
        for kind, whole, parts in identities(self.series("value")):
            self._check_column(kind, whole, parts)

    def _check_column(self, kind, whole, parts):
        rows = (~self.blank[:, whole]).nonzero()[0]
        every = [whole, *parts]
        numbers, error = self.whole[rows][:, every], self.error[rows][:, every]
        residual = numbers[:, 0] - numbers[:, 1:].sum(axis=1)
        bound = error.sum(axis=1)
        # Where all parts but one are blank, the whole is that one: one number, rounded once.
        alone = self.blank[rows][:, parts].sum(axis=1) == len(parts) - 1
        bound[alone & (error[:, 0] == error[:, 1:].sum(axis=1))] = 0.0
        holds = abs(residual) <= bound + SLACK
        self.covered[rows[holds][:, None], every] = True
        name, what = self.panel.name, WHOLE[kind]
        if whole in self.panel.assumed:
            what += "; no header says what this column is"
        self._keep(
            kind,
            rows,
            np.full(len(rows), whole),
            residual,
            bound,
            lambda i: [(int(rows[i]), column) for column in every],
            lambda i: f"the {kind} of «{name(rows[i])}» is not {what}",
            lambda places: _shared(numbers[places].T, error[places].T),
        )
        if len(rows) < len(self.blank):
            self._note_blank(whole, self.numbers[:, parts].sum(axis=1), f"a {kind}")

    def _note_blank(self, column, computed, what):
        for row in (self.blank[:, column] & (computed > 0)).nonzero()[0]:
            cell = self.panel.cell(row, column)
            self.notes.append(f"{cell} is blank where {what} of {computed[row]:.5g} belongs")

    # ── shares ──────────────────────────────────────────────────────────────────────────

    def check_shares(self):
        """Check that each printed share is its value's share of the printed total."""
        values, total = self.series("value"), self.total
        pairs = [
            (value, share)
            for key, share in self.series("share").items()
            if (value := values.get(key)) is not None
            and total is not None
            and self.numbers[total, value] > self.half[total, value]
        ]
        if pairs:
            self._check_shares(*zip(*pairs, strict=True))

    def _check_shares(self, values, shares):
        numbers, half, total = self.numbers[:, values], self.half[:, values], self.total
        whole = self._everything(shares)
        computed = whole * numbers / numbers[total]
        error = whole * (numbers + half) / (numbers[total] - half[total]) - computed
        error[total] = 0.0
        rows, at = (~self.blank[:, shares]).nonzero()
        residual, bound = self.numbers[:, shares] - computed, self.half[:, shares] + error
        name = self.panel.name
        checks = Checks(
            "share",
            rows,
            np.take(shares, at),
            residual[rows, at],
            bound[rows, at],
            1e-9,
            lambda i: (
                [(int(rows[i]), cell) for cell in (shares[at[i]], values[at[i]])]
                + [(total, values[at[i]])]
            ),
            lambda i: f"the share of «{name(rows[i])}» is not its value's share of the total",
        )
        failures = checks.failures()
        self.covered[rows, checks.columns] = True
        self.covered[rows[failures], checks.columns[failures]] = False
        self.checks.append(checks)
        # A share too small to be printed is left blank; a larger one that is blank is odd.
        smallest = 0.5 / 10.0 ** self.used["share"][0]
        large = np.where(computed - error > smallest, computed, 0.0)
        for place, share in enumerate(shares):
            self._note_blank(share, large[:, place], "a share")

    def _everything(self, shares):
        """Return what the share of everything is printed as: 100 in per cent, 1 as a fraction."""
        return np.where(self.numbers[self.total, shares] == 1.0, 1.0, 100.0)


def _shared(numbers, errors):
    """Return the rounding error that a whole and its parts share, if two parts are there, or 0.

    The first row is the whole, the others its parts; each column, if there are any, is a sum.
    """
    alike = (errors[1:] == errors[0]) | (errors[1:] == 0)
    several = np.count_nonzero(numbers[1:], axis=0) > 1
    return np.where(alike.all(axis=0) & several, errors[0], 0.0)
