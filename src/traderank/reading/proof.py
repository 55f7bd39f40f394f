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
from traderank.table import Refused

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
    work = Arithmetic(block)
    work.check_sums()
    work.check_turnover()
    work.check_shares()
    known = [entry for entry in known_errors if entry["sheet"] == block.grid.sheet]
    notes = _judge(work, known) + work.notes + find_doubts(work)
    return _finish(work, notes)


def _refuse_repeated_partners(block):
    if len(set(block.codes)) == len(block.codes):
        return
    seen = {}
    for row, code in enumerate(block.codes):
        first = seen.setdefault(code, row)
        if first != row:
            raise block.grid.refuse(
                f"«{block.names[row].strip()}» ({code}) stands here and in row "
                f"{block.rows[first] + 1} («{block.names[first].strip()}»): a partner twice",
                "find out which row is right, and correct the other's name",
                row=block.rows[row],
                column=0,
            )


class _Failure(NamedTuple):
    text: str
    place: tuple
    cells: list
    residual: float
    bound: float


def _judge(work, known):
    """Refuse, unless a known error declares each check that fails; return the notes on those."""
    left = [_failure(work, checks, i) for checks in work.checks for i in checks.failures()]
    for entry in known:
        off = [failure for failure in left if _explains(entry, failure, work.block)]
        # Each check is off by the size within its rounding, one to the last digit of the size.
        last_digit = 0.5 * 10.0 ** -int(rounding.decimals(np.array(entry["size"])))
        if any(abs(abs(failure.residual) - abs(entry["size"])) <= last_digit for failure in off):
            left = [failure for failure in left if failure not in off]
        elif not left:
            raise _absent(entry, work.block)
    if left:
        raise _refusal(work.block, left)
    return [
        f"{entry['cell']}: known error of {entry['size']:g}: {entry['reason']}" for entry in known
    ]


def _failure(work, checks, i):
    members = checks.members(i)
    printed, cell = work.numbers[members[0]], work.block.cell(*members[0])
    residual, bound = (float(of[i]) / checks.scale for of in (checks.residual, checks.bound))
    text = (
        f"{checks.text(i)}: {cell} prints {printed:.15g}, the others make "
        f"{printed - residual:.{9 if checks.kind == 'share' else 15}g} "
        f"(rounding explains at most {bound:.2g})"
    )
    return _Failure(text, members[0], members, residual, bound)


def _explains(entry, failure, block):
    close = abs(abs(failure.residual) - abs(entry["size"])) <= failure.bound
    return close and any(block.cell(*cell) == entry["cell"] for cell in failure.cells)


def _absent(entry, block):
    return Refused(
        f"an error of {entry['size']:g} is declared here, and there is none of that size",
        "correct or remove the known error in sources.toml",
        file=block.grid.file,
        sheet=block.grid.sheet,
        cell=entry["cell"],
    )


def _refusal(block, failures):
    """Name the cell that the failing checks have in common, or else that of the first."""
    counts = Counter(cell for failure in failures for cell in failure.cells)
    (common, most), *others = counts.most_common(2)
    finger = ""
    if len(failures) == 1 or (others and others[0][1] == most):
        common = failures[0].place
    else:
        share = "all" if most == len(failures) else str(most)
        finger = f"; {len(failures)} checks fail, and {block.cell(*common)} is in {share} of them"
    return block.refuse(
        failures[0].text + finger,
        "compare the cells with the office's own; if the office printed it so, declare the "
        "cell, the size and the reason as a known error in sources.toml",
        row=common[0],
        column=common[1],
    )


def _finish(work, notes):
    block, bare = work.block, ~(work.covered | work.blank)
    zero = work.blank & work.covered
    zero[:, work.shares] = False
    for place in block.marks:
        zero[place] = False
    places = [(block.grid.sheet, block.cell(*place)) for place in zip(*bare.nonzero(), strict=True)]
    checks = Counter()
    for made in work.checks:
        checks[made.kind] += len(made)
    word = "unproved" if not checks else "consistent" if places else "proved"
    proof = Proof(
        word,
        checks,
        int((~work.blank).sum()),
        places,
        int(zero.sum()),
        [f"{block.grid.sheet}: {note}" for note in block.notes + notes],
        [lambda: _details(work)],
    )
    return proof, np.where(zero, 0.0, block.numbers), work.places


def _details(work):
    for checks in work.checks:
        for i in range(len(checks)):
            (row, column), *others = checks.members(i)
            where, printed = work.block.columns[column], float(work.numbers[row, column])
            yield Check(
                checks.kind,
                work.block.grid.sheet,
                work.block.cell(row, column),
                work.block.name(row),
                where.flow,
                str(where.period),
                printed,
                printed - float(checks.residual[i]) / checks.scale,
                float(checks.bound[i]) / checks.scale,
                1 + len(others),
            )
