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
from traderank.reading.arithmetic import Arithmetic
from traderank.reading.doubts import find_doubts
from traderank.reading.identities import across
from traderank.reading.taken import taken_for
from traderank.table import Refused, address

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
    #: The tables as they were understood, for `taken_for`.
    panels: list = field(default_factory=list, repr=False)

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
        lines += [f"read as {line}" for line in taken_for(self.panels)]
        if self.blanks_as_zero:
            lines.append(f"{self.blanks_as_zero} blank cells are 0: the printed sums prove it")
        if self.uncovered:
            shown = ", ".join(address(*place) for place in self.uncovered[:12])
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
        whole.panels += proof.panels
    return whole


def prove(panels, known_errors=()):
    """Check the tables of a file, each alone and all together.

    Returns
    -------
    list of (Proof, ndarray, ndarray)
        For each panel its proof, its numbers with proved blanks as 0, and their decimals.

    Raises
    ------
    Refused
        If a check does not hold and ``known_errors`` does not declare it (an entry names
        ``sheet``, ``cell``, ``size`` in printed units and ``reason``). The message names
        the cell that the failing checks have in common.

    """
    works = [Arithmetic(panel) for panel in panels]
    for work in works:
        work.check_sums()
        work.check_columns()
        work.check_shares()
    across(works)
    return [
        _finish(
            work,
            _judge(work, [e for e in known_errors if e["sheet"] == work.panel.grid.sheet])
            + work.notes
            + find_doubts(work),
        )
        for work in works
    ]


class _Failure(NamedTuple):
    kind: str
    text: str
    place: tuple
    cells: list
    residual: float
    bound: float


def _judge(work, known):
    """Refuse, unless known errors or other sums explain each check that fails; say which."""
    left = [_failure(work, checks, i) for checks in work.checks for i in checks.failures()]
    for entry in known:
        off = [failure for failure in left if _explains(entry, failure, work.panel)]
        # Each check is off by the size within its rounding, one to the last digit of the size.
        last_digit = 0.5 * 10.0 ** -int(rounding.decimals(np.array(entry["size"])))
        if any(abs(abs(failure.residual) - abs(entry["size"])) <= last_digit for failure in off):
            left = [failure for failure in left if failure not in off]
            _hold(work, off)
        elif not left and not work.panel.is_joined(entry["cell"]):
            raise _absent(entry, work.panel)
    left, notes = _excuse(work, left)
    if left:
        raise _refusal(work.panel, left)
    return [
        f"{entry['cell']}: known error of {entry['size']:g}: {entry['reason']}"
        for entry in known
        if entry["size"]
    ] + notes


def _hold(work, failures):
    """Count the sums that a known error explains as sums that hold."""
    for failure in failures:
        rows, columns = zip(*failure.cells, strict=True)
        work.covered[rows, columns] = True
        if failure.kind == "sum":
            work.held[rows, columns] += 1


def _excuse(work, failures):
    """Part the sums that fail from those whose every number other sums prove.

    Where an office counts some members of a group apart, the group is not the sum of its
    rows; if the total still is that of the groups and that of the countries, both are
    proved. A sum that follows from those that hold has no such excuse. By how much it is off is
    told, lest a wrong number hide in it.
    """
    left, excused = [], {}
    for failure in failures:
        rows, columns = zip(*failure.cells, strict=True)
        covered = failure.kind == "sum" and (work.held[rows, columns] > 0).all()
        if covered and not _follows(work, failure):
            periods = excused.setdefault(failure.place[0], {})
            period = str(work.panel.columns[failure.place[1]].period)
            periods[f"{period} (by {failure.residual:.12g})"] = None
        else:
            left.append(failure)
    notes = [
        f"«{work.panel.name(row)}» is not the sum of its rows in {', '.join(periods)}: other sums "
        "prove it, and them"
        for row, periods in excused.items()
    ]
    return left, notes


def _follows(work, failure):
    """Tell whether a sum is one that the sums which hold in its column imply."""
    checks = next(checks for checks in work.checks if checks.kind == "sum")
    wrong = set(checks.failures().tolist())
    holding = [
        _equation(work, checks.members(i))
        for i in np.flatnonzero(checks.columns == failure.place[1])
        if i not in wrong
    ]
    rank = np.linalg.matrix_rank
    return rank(np.array([*holding, _equation(work, failure.cells)])) == rank(np.array(holding))


def _equation(work, cells):
    """Write a sum as an equation over the rows: the parent less its children is 0."""
    equation = np.zeros(len(work.panel.partners))
    (parent, _), *children = cells
    equation[[row for row, _ in children]] = -1
    equation[parent] = 1
    return equation


def _failure(work, checks, i):
    row, column = int(checks.rows[i]), int(checks.columns[i])
    printed, residual, bound = work.numbers[row, column], checks.residual[i], checks.bound[i]
    cells, panel = checks.members(i), work.panel
    marked = [panel.cell(*cell) for cell in cells[1:] if work.blank[cell] and panel.marks[cell]]
    text = (
        f"{checks.text(i)}: {panel.cell(row, column)} prints "
        f"{'no number' if work.blank[row, column] else format(printed, '.15g')}, the others make "
        f"{printed - residual:.{9 if checks.kind == 'share' else 15}g} "
        f"(rounding explains at most {bound:.2g})"
        + (f"; marked as not reported: {', '.join(marked[:3])}" if marked else "")
    )
    return _Failure(checks.kind, text, (row, column), cells, residual, bound)


def _explains(entry, failure, panel):
    close = abs(abs(failure.residual) - abs(entry["size"])) <= failure.bound
    return close and any(panel.cell(*cell) == entry["cell"] for cell in failure.cells)


def _absent(entry, panel):
    return Refused(
        f"an error of {entry['size']:g} is declared here, and there is none of that size",
        "correct or remove the known error in sources.toml",
        file=panel.grid.file,
        sheet=panel.grid.sheet,
        cell=entry["cell"],
    )


def _refusal(panel, failures):
    """Name the cell that the failing checks have in common, or else that of the first."""
    counts = Counter(cell for failure in failures for cell in failure.cells)
    (common, most), *others = counts.most_common(2)
    finger = ""
    if len(failures) == 1 or (others and others[0][1] == most):
        common = failures[0].place
    else:
        share = "all" if most == len(failures) else str(most)
        finger = f"; {len(failures)} checks fail, and {panel.cell(*common)} is in {share} of them"
    return panel.refuse(
        failures[0].text + finger,
        "compare the cells with the office's own; if the office printed it so, declare the "
        "cell, the size and the reason as a known error in sources.toml",
        row=common[0],
        column=common[1],
    )


def _finish(work, notes):
    panel, bare = work.panel, ~(work.covered | work.blank)
    zero = work.blank & work.covered
    zero[:, work.shares] = False
    zero[panel.marks] = False
    places = [(panel.grid.sheet, panel.cell(*place)) for place in zip(*bare.nonzero(), strict=True)]
    checks = Counter()
    for made in work.checks:
        checks[made.kind] += len(made.rows)
    word = "unproved" if not checks else "consistent" if places else "proved"
    proof = Proof(
        word,
        checks,
        int((~work.blank).sum()),
        places,
        int(zero.sum()),
        [panel.grid.remark(note) for note in panel.notes + notes],
        [lambda: _details(work)],
        [panel],
    )
    return proof, np.where(zero, 0.0, panel.numbers), work.places


def _details(work):
    for checks in work.checks:
        for i, (row, column) in enumerate(zip(checks.rows, checks.columns, strict=True)):
            where, printed = work.panel.columns[column], float(work.numbers[row, column])
            yield Check(
                checks.kind,
                work.panel.grid.sheet,
                work.panel.cell(row, column),
                work.panel.name(row),
                where.flow,
                str(where.period),
                printed,
                printed - float(checks.residual[i]),
                float(checks.bound[i]),
                len(checks.members(i)),
            )
