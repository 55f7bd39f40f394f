"""The checks of one table: sums, turnover, shares, each with its own bound.

Every bound is what the rounding of the numbers in the check can add up to (see
``rounding``); none is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from traderank.reading import rounding
from traderank.reading.sums import SLACK, Sums


@dataclass(slots=True)
class Checks:
    """Comparisons of one kind, as arrays: which printed number, what is left over, and may be.

    They hold nothing of their `Arithmetic`, lest a circle keep both in memory: ``members`` gives
    the cells (row, column) of one comparison, ``text`` says what it is;
    ``digits`` gives for some of them the rounding error that all numbers share, or 0.
    """

    kind: str
    rows: np.ndarray
    columns: np.ndarray
    residual: np.ndarray
    bound: np.ndarray
    slack: float
    members: Callable
    text: Callable
    digits: Callable | None = None

    def failures(self):
        """Return the places, in these arrays, of the comparisons that do not hold."""
        return (abs(self.residual) > self.bound + self.slack).nonzero()[0]

    def inexact(self):
        """Return the places of those that hold, and not to the last digit."""
        off = abs(self.residual)
        return ((off > 0) & (off <= self.bound + self.slack)).nonzero()[0]


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
        """What the share of everything is printed as: 100 in per cent, 1 as a fraction."""
        return np.where(self.numbers[self.total, shares] == 1.0, 1.0, 100.0)


WHOLE = {"turnover": "its exports plus its imports", "period": "the sum of its parts"}


def identities(values):
    """Yield the series of values that are sums of others: (kind, whole, parts).

    Parameters
    ----------
    values : dict
        Series (…, flow, period) to what is to be yielded for it.
    """
    starting = {}
    for *same, period in values:
        starting.setdefault(tuple(same), {}).setdefault(period.span[0], []).append(period)
    for series, whole in values.items():
        *same, flow, period = series
        parts = [values.get((*same, part, period)) for part in ("export", "import")]
        if flow == "turnover" and None not in parts:
            yield "turnover", whole, parts
        inside = _tiles(period, starting[series[:-1]])
        if inside:
            yield "period", whole, [values[(*same, flow, other)] for other in inside]


def _tiles(period, starting):
    """Return the fewest printed periods that make up a longer one without gap or overlap."""
    start, end = period.span
    tiles = []
    while start < end:
        here = starting.get(start, ())
        fitting = [other for other in here if other.span[1] <= end and other != period]
        if not fitting:
            return []
        tiles.append(max(fitting, key=lambda other: other.span[1]))
        start = tiles[-1].span[1]
    return tiles


def across(works):
    """Check turnover and years whose parts stand in other tables of the file."""
    where = {}
    for at, work in enumerate(works):
        for series, column in work.series("value").items():
            where.setdefault(series, (at, column))
    if len(works) > 1:
        for kind, whole, parts in identities(where):
            if len({at for at, _ in (whole, *parts)}) > 1:
                _check_across(kind, works, whole, parts)


def _check_across(kind, works, whole, parts):
    """Check a column of one table against the sum of columns of others, partner by partner."""
    at, column = whole
    work = works[at]
    place = {code: row for row, code in enumerate(work.panel.codes)}
    sums, bounds = np.zeros(len(place)), work.half[:, column].copy()
    added = []
    for other, there in ((works[other], there) for other, there in parts):
        pairs = [(place[code], row) for row, code in enumerate(other.panel.codes) if code in place]
        mine, theirs = (np.array(side, dtype=int) for side in zip(*pairs, strict=True))
        sums[mine] += other.numbers[theirs, there]
        bounds[mine] += other.half[theirs, there]
        added.append((other, there, mine, theirs))
    rows = np.flatnonzero(~work.blank[:, column])
    residual = work.numbers[rows, column] - sums[rows]
    holds = np.zeros(len(place), dtype=bool)
    holds[rows] = np.abs(residual) <= bounds[rows] + SLACK / work.scale
    work.covered[holds, column] = True
    for other, there, mine, theirs in added:
        other.covered[theirs[holds[mine]], there] = True
    name = work.panel.name
    work.checks.append(
        Checks(
            kind,
            rows,
            np.full(len(rows), column),
            residual,
            bounds[rows],
            SLACK / work.scale,
            lambda i: [(int(rows[i]), column)],
            lambda i: f"the {kind} of «{name(rows[i])}» is not {WHOLE[kind]}, in other tables",
        )
    )


def _shared(numbers, errors):
    """Return the rounding error that a whole and its parts share, if two parts are there, or 0.

    The first row is the whole, the others its parts; each column, if there are any, is a sum.
    """
    alike = (errors[1:] == errors[0]) | (errors[1:] == 0)
    several = np.count_nonzero(numbers[1:], axis=0) > 1
    return np.where(alike.all(axis=0) & several, errors[0], 0.0)
