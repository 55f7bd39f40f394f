"""Prove what was read by the arithmetic that the office itself printed.

Countries sum to their printed groups and to the total; turnover is exports plus imports;
a printed share is the value's share. Every bound is the sum of the rounding errors of the
numbers in the check (see ``rounding``), none is chosen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from traderank.reading import rounding

WORDS = ("unproved", "consistent", "proved")


class Check(NamedTuple):
    """One comparison of a printed number with what other printed numbers make it."""

    kind: str
    sheet: str
    cell: str
    partner_name: str
    flow: str
    period: str
    printed: float
    computed: float
    bound: float
    cells: int


class _Failure(NamedTuple):
    text: str
    cells: frozenset
    residual: float
    bound: float


@dataclass
class Proof:
    """How a reading ended: a word, what was checked, and what no check covers.

    ``word`` is ``proved`` (every number is in a check, and all hold), ``consistent`` (all
    checks hold, some numbers are in none: ``uncovered``) or ``unproved`` (nothing to check
    against). A check that does not hold is not kept here: the reading is refused.
    """

    word: str = "unproved"
    checks: Counter = field(default_factory=Counter)
    cells: int = 0
    uncovered: list = field(default_factory=list)
    blanks_as_zero: int = 0
    notes: list = field(default_factory=list)
    details: list = field(default_factory=list, repr=False)

    @property
    def covered(self):
        """How many printed numbers are in at least one check."""
        return self.cells - len(self.uncovered)

    def __str__(self):
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.checks.items()))
        lines = [
            f"{self.word}: {sum(self.checks.values())} checks ({kinds or 'none'}) "
            f"cover {self.covered} of {self.cells} numbers"
        ]
        if self.blanks_as_zero:
            lines.append(f"{self.blanks_as_zero} blank cells are 0: the printed sums prove it")
        if self.uncovered:
            shown = ", ".join(f"{sheet}!{cell}" for sheet, cell in self.uncovered[:12])
            more = len(self.uncovered) - 12
            lines.append(f"no check covers {shown}" + (f" and {more} more" if more > 0 else ""))
        return "\n".join(lines + [f"note: {note}" for note in self.notes])

    def table(self):
        """Return the checks as a table: one row is one comparison, in printed units."""
        import pandas as pd

        rows = [row for detail in self.details for row in detail()]
        return pd.DataFrame(rows, columns=Check._fields)


def combine(proofs):
    """Join the proofs of a workbook's tables: the word is the weakest of theirs."""
    whole = Proof(word=min((proof.word for proof in proofs), key=WORDS.index))
    for proof in proofs:
        whole.checks += proof.checks
        whole.cells += proof.cells
        whole.blanks_as_zero += proof.blanks_as_zero
        whole.uncovered += proof.uncovered
        whole.notes += proof.notes
        whole.details += proof.details
    return whole


def prove(block, known_errors=()):
    """Check one table; return its proof, its numbers with proved blanks as 0, their decimals.

    Raises
    ------
    Refused
        If a check does not hold and ``known_errors`` does not declare it (an entry names
        ``sheet``, ``cell``, ``size`` in printed units and ``reason``). The message names
        the cell that the failing checks have in common.

    """
    _refuse_repeated_partners(block)
    work = _Work(block)
    work.check_sums()
    work.check_turnover()
    work.check_shares()
    work.raise_failures(known_errors)
    return work.finish()


def _refuse_repeated_partners(block):
    if len(set(block.partners)) == len(block.partners):
        return
    seen = {}
    for row, partner in enumerate(block.partners):
        first = seen.setdefault(partner.code, row)
        if first != row:
            raise block.grid.refuse(
                f"«{block.names[row].strip()}» ({partner.code}) stands here and in row "
                f"{block.rows[first] + 1} («{block.names[first].strip()}»): a partner twice",
                "find out which row is right, and correct the other's name",
                row=block.rows[row],
                column=0,
            )


class _Work:
    """The checks of one table as they are made: arrays of rows × columns of the block."""

    def __init__(self, block):
        self.block = block
        self.is_value = np.array([c.measure == "value" for c in block.columns])
        self.numbers = np.nan_to_num(block.numbers)
        self.places = places = rounding.decimals(block.numbers)
        self.half = np.empty_like(self.numbers)
        for mask in (self.is_value, ~self.is_value):
            if mask.any():
                self.half[:, mask] = rounding.half_units(self.numbers[:, mask], places[:, mask])
        # A blank stands for 0 in the sums, and for nothing else: it has no rounding error.
        self.half[np.isnan(block.numbers)] = 0.0
        largest = self.numbers[:, self.is_value].max(initial=1.0)
        fine = min(
            int(places[:, self.is_value].max(initial=0)), 15 - int(np.ceil(np.log10(largest + 1)))
        )
        self.unit = 10.0 ** -max(fine, 0)
        self.slack = self.unit * 1e-6
        self.covered = np.zeros(self.numbers.shape, dtype=bool)
        self.checks, self.failures, self.notes, self.details = Counter(), [], [], []
        self.total = next(
            (row for row, partner in enumerate(block.partners) if partner.code == "WLD"), None
        )

    def _columns(self, measure):
        return {
            (c.flow, c.period): i for i, c in enumerate(self.block.columns) if c.measure == measure
        }

    # ── sums ────────────────────────────────────────────────────────────────────────────

    def check_sums(self):
        """Find for each aggregate the rows printed under it that it sums, and check them."""
        at = np.flatnonzero(self.is_value)
        exact = np.rint(self.numbers[:, at] / self.unit)
        half = self.half[:, at] / self.unit
        for parent, children, residual, bound in _tree(
            self.block.partners, exact, half, self.total
        ):
            self._check_sum(parent, children, at, residual * self.unit, bound * self.unit)

    def _check_sum(self, parent, children, at, residual, bound):
        holds = np.abs(residual) <= bound + self.slack
        rows = np.append(children, parent)
        self.checks["sum"] += len(at)
        held = np.zeros(len(self.is_value), dtype=bool)
        held[at] = holds
        self.covered[rows] |= held
        self.details.append(
            lambda: [
                self._detail("sum", parent, column, residual[i], bound[i], len(rows))
                for i, column in enumerate(at)
            ]
        )
        for i in np.flatnonzero(~holds):
            self._fail(
                f"«{self._name(parent)}» is not the sum of the {len(children)} rows under it",
                parent,
                at[i],
                residual[i],
                bound[i],
                [(row, at[i]) for row in rows],
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
        rows = np.flatnonzero(~np.isnan(self.block.numbers[:, whole]))
        trio = [whole, *parts]
        residual = self.numbers[rows, whole] - self.numbers[rows][:, parts].sum(axis=1)
        bound = self.half[rows][:, trio].sum(axis=1)
        holds = np.abs(residual) <= bound + self.slack
        self.checks["turnover"] += len(rows)
        self.covered[np.ix_(rows[holds], trio)] = True
        self.details.append(
            lambda: [
                self._detail("turnover", row, whole, residual[i], bound[i], 3)
                for i, row in enumerate(rows)
            ]
        )
        for i in np.flatnonzero(~holds):
            row = rows[i]
            self._fail(
                f"the turnover of «{self._name(row)}» is not its exports plus its imports",
                row,
                whole,
                residual[i],
                bound[i],
                [(row, column) for column in trio],
            )

    # ── shares ──────────────────────────────────────────────────────────────────────────

    def check_shares(self):
        """Check that each printed share is its value's share of the printed total."""
        values = self._columns("value")
        for key, share in self._columns("share").items():
            value = values.get(key)
            if value is not None and self.total is not None and self.numbers[self.total, value] > 0:
                self._check_share(value, share)

    def _check_share(self, value, share):
        total, half_total = self.numbers[self.total, value], self.half[self.total, value]
        computed = 100 * self.numbers[:, value] / total
        error = 100 * (self.half[:, value] + self.numbers[:, value] * half_total / total) / total
        error[self.total] = 0.0
        residual = self.numbers[:, share] - computed
        bound = self.half[:, share] + error
        printed = ~np.isnan(self.block.numbers[:, share])
        holds = np.abs(residual) <= bound + 1e-9
        rows = np.flatnonzero(printed)
        self.checks["share"] += len(rows)
        self.covered[rows[holds[rows]], share] = True
        self.details.append(
            lambda: [
                self._detail("share", row, share, residual[row], bound[row], 3) for row in rows
            ]
        )
        for row in rows[~holds[rows]]:
            self._fail(
                f"the share of «{self._name(row)}» is not its value's share of the total",
                row,
                share,
                residual[row],
                bound[row],
                [(row, share), (row, value), (self.total, value)],
            )
        self._note_missing_shares(share, computed, printed)

    def _note_missing_shares(self, share, computed, printed):
        # A share too small to be printed is left blank; a larger one that is blank is odd.
        smallest = 2 * self.half[printed, share].max(initial=0.0)
        for row in np.flatnonzero(~printed & (computed >= smallest) & (smallest > 0)):
            cell = self.block.cell(row, share)
            self.notes.append(f"{cell} is blank where a share of {computed[row]:.5g} % belongs")

    # ── what came out ───────────────────────────────────────────────────────────────────

    def _name(self, row):
        return self.block.names[row].strip().replace("\n", " ")

    def _detail(self, kind, row, column, residual, bound, cells):
        where, block = self.block.columns[column], self.block
        printed = float(self.numbers[row, column])
        return Check(
            kind,
            block.grid.sheet,
            block.cell(row, column),
            self._name(row),
            where.flow,
            str(where.period),
            printed,
            printed - float(residual),
            float(bound),
            cells,
        )

    def _fail(self, text, row, column, residual, bound, cells):
        cell = self.block.cell(row, column)
        printed = self.numbers[row, column]
        text = (
            f"{text}: {cell} prints {printed:.10g}, the others make {printed - residual:.10g} "
            f"(rounding explains at most {bound:.2g})"
        )
        self.failures.append(_Failure(text, frozenset(cells), float(residual), float(bound)))

    def raise_failures(self, known_errors):
        """Refuse, unless an entry of ``known_errors`` declares each check that fails."""
        declared = {e["cell"]: e for e in known_errors if e["sheet"] == self.block.grid.sheet}
        left = [failure for failure in self.failures if not self._accepted(failure, declared)]
        if not left:
            return
        counts = Counter(cell for failure in left for cell in failure.cells)
        most = max(counts.values())
        common = sorted(cell for cell, count in counts.items() if count == most)
        row, column = common[0]
        finger = ""
        if len(common) == 1 and len(left) > 1:
            finger = f"; {len(left)} checks fail, and {self.block.cell(row, column)} is in "
            finger += "all of them" if most == len(left) else f"{most} of them"
        raise self.block.refuse(
            left[0].text + finger,
            "compare the cells with the office's own; if the office printed it so, declare the "
            "cell, the size and the reason as a known error in sources.toml",
            row=row,
            column=column,
        )

    def _accepted(self, failure, declared):
        for row, column in failure.cells:
            entry = declared.get(self.block.cell(row, column))
            if (
                entry
                and abs(abs(failure.residual) - abs(entry["size"])) <= failure.bound + self.slack
            ):
                note = f"{entry['cell']}: known error of {entry['size']:g}: {entry['reason']}"
                if note not in self.notes:
                    self.notes.append(note)
                return True
        return False

    def finish(self):
        block = self.block
        blank = np.isnan(block.numbers)
        zero = blank & self.covered & self.is_value
        bare = np.argwhere(~self.covered & ~blank)
        places = [(block.grid.sheet, block.cell(row, column)) for row, column in bare]
        word = "unproved" if not self.checks else "consistent" if places else "proved"
        proof = Proof(
            word,
            self.checks,
            int((~blank).sum()),
            places,
            int(zero.sum()),
            [f"{block.grid.sheet}: {note}" for note in block.notes + self.notes],
            self.details,
        )
        return proof, np.where(zero, 0.0, block.numbers), self.places


def _tree(partners, exact, half, total):
    """Yield each aggregate with the rows it sums, found by where they are printed.

    From the last aggregate up, an aggregate sums the rows under it as far as the prefix
    whose sums hold in most columns; those rows then count as one, under what stands above.
    An aggregate with nothing under it that adds up is left out of what stands above it.
    """
    order = _total_first(partners, total)
    top = np.empty(0, dtype=np.int64)
    end = len(order)
    for place in range(len(order) - 1, -1, -1):
        parent = order[place]
        if partners[parent].kind != "aggregate":
            continue
        leaves = end - place - 1
        below = np.concatenate([order[place + 1 : end], top])
        end = place
        if not len(below):
            continue
        # The rows right under an aggregate are its own, to the last, wherever that fits.
        residual = exact[parent] - exact[below[:leaves]].sum(axis=0)
        bound = half[parent] + half[below[:leaves]].sum(axis=0)
        count = leaves
        if not leaves or (np.abs(residual) > bound + 1e-6).any():
            residuals = exact[parent] - exact[below].cumsum(axis=0)
            bounds = half[parent] + half[below].cumsum(axis=0)
            count = _prefix(np.abs(residuals), bounds, leaves)
            residual, bound = residuals[count - 1], bounds[count - 1]
        if count:
            yield parent, below[:count], residual, bound
            top = np.concatenate([[parent], below[count:]])
        else:
            top = below


def _total_first(partners, total):
    """Return the rows with the published total first, whichever end it is printed at."""
    order = np.arange(len(partners))
    if total is None or total == 0:
        return order
    groups_above = any(p.kind == "aggregate" for p in partners[:total])
    if total == len(partners) - 1 and not groups_above:
        return np.append(total, order[:total])
    return order


def _prefix(off, bound, leaves):
    """Return how many of the rows below a parent it sums; 0 if it is not a sum of them."""
    score = (off <= bound + 1e-6).sum(axis=1)
    first = max(leaves, 1) - 1
    if score[first:].max() < score.max():
        first = 0
    most = score[first:].max()
    if most == 0:
        return leaves
    fitting = first + np.flatnonzero(score[first:] == most)
    return int(fitting[off[fitting].sum(axis=1).argmin()]) + 1
