"""Change one number of the Kyrgyz, the Uzbek or a generated table, and see whether it is noticed.

    python tests/slips.py [--each 200] [--tables 400] [--seed 1]

prints the second table of docs/round-trip.md. What a printed figure can reveal is told by the
checks that the number is in: a change beyond what rounding lets any of them hide.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from corruption import NUMBERS, Book, with_cells
from layouts import differences, random_case
from openpyxl.utils.cell import coordinate_to_tuple
from rendering.saving import save

from traderank import load_sources
from traderank.reading import Given, read_grids
from traderank.reading.arithmetic import Arithmetic
from traderank.reading.cells import read_unit
from traderank.reading.files import open_workbook
from traderank.reading.layout import find_tables
from traderank.sources import data_folder
from traderank.table import Refused

SHIPPED = ("kgz-exports-2023", "kgz-imports-2023", "uzb-exports-2023", "uzb-imports-2023")
EXCHANGED = "exchanged with another row"
#: These say that nothing was changed, or print the number in another form.
FORMS = ("the same as text", "text with a letter", "TRUE", "a space")
KINDS = [*(kind for kind in NUMBERS if kind not in FORMS), EXCHANGED]


def shipped(key):
    """Open one of our re-keyed workbooks, with what its file does not print."""
    entry = load_sources()[key]
    grids, _ = open_workbook(data_folder() / entry["file"])
    unit = entry.get("unit")
    given = Given(
        reporter=entry["reporter"],
        flow=entry.get("flow"),
        unit=read_unit(unit) if unit else None,
        known_errors=tuple(entry["known_errors"]),
        source=key,
    )
    return Book(grids, given, read_grids(grids, given))


def generated(rng):
    """Open a random table in a random layout of one file, or None where it is not read."""
    case = random_case(rng)
    if len(case.files) > 1:
        return None
    with tempfile.TemporaryDirectory() as folder:
        grids, _ = open_workbook(save(case.files[0], case.layout, Path(folder), "table"))
    told = dict(case.files[0].given)
    unit = told.pop("unit", None)
    given = Given(**told, unit=read_unit(unit) if unit else None, source="table")
    try:
        reading = read_grids(grids, given)
    except Refused:
        return None
    return None if differences(case, reading.table) else Book(grids, given, reading)


# ── which printed figures know a number ──────────────────────────────────────────────────


def checks_of(book):
    """Return (sheet, cell) → the checks that it is in, as pairs of a name and a bound."""
    found = defaultdict(dict)
    for grid in book.grids:
        tables, _ = find_tables(grid, book.given)
        for at, panel in enumerate(panel for table in tables for panel in table):
            work = Arithmetic(panel)
            work.check_sums()
            work.check_columns()
            work.check_shares()
            for checks in work.checks:
                for i in range(len(checks.rows)):
                    members, bound = checks.members(i), checks.bound[i]
                    if checks.kind == "share":
                        # Of a share in per cent, what its bound is of the value.
                        members, total = members[1:2], members[2]
                        bound *= work.numbers[total] / 100
                    for cell in members:
                        found[grid.sheet, panel.cell(*cell)][at, checks.kind, i] = bound
    return found


def could_be_seen(checks, one, other, size):
    """Whether a change is larger than any rounding that a check of it allows."""
    apart = set(checks[one]) ^ set(checks[other]) if other else set(checks[one])
    bounds = [(checks[one] | (checks[other] if other else {}))[name] for name in apart]
    return any(size > 2 * bound + 1e-9 for bound in bounds)


# ── changing, and what becomes of it ─────────────────────────────────────────────────────


def slip(book, checks, kind, rng):
    """Change one number in one way: return (outcome, why) or None where there is none."""
    grids = {grid.sheet: grid for grid in book.grids}
    rows = book.reading.table[book.reading.table["value"] > 0]
    row = rows.iloc[rng.randrange(len(rows))]
    sheet = row["sheet"] if isinstance(row["sheet"], str) else ""
    grid = grids[sheet]
    at, other = _place(row["cell"]), None
    old = grid.rows[at[0]][at[1]]
    if old.__class__ is not float:
        return None
    if kind == EXCHANGED:
        same = rows[(rows["flow"] == row["flow"]) & (rows["period"] == row["period"])]
        other = same.iloc[rng.randrange(len(same))]["cell"]
        second = _place(other)
        new = grid.rows[second[0]][second[1]]
        cells = {at: new, second: old}
    else:
        new = NUMBERS[kind](old, rng)
        cells = {at: new}
    if new == old or (new.__class__ is float) != (kind not in ("emptied", "a dash", DOTS)):
        return None
    size = abs(old - new) if new.__class__ is float else old
    # A group without a number is a heading, and one of nothing may be said of any row.
    heading = row["kind"] != "country" and kind in (DOTS, "emptied", "a dash", "set to 0")
    seen = not heading and could_be_seen(
        checks, (sheet, row["cell"]), other and (sheet, other), size
    )
    changed = [
        replace(grid, rows=with_cells(grid.rows, cells)) if grid.sheet == sheet else grid
        for grid in book.grids
    ]
    what = _outcome(book, changed)
    if what == "missed" and seen:
        print(kind, sheet, row["cell"], old, new, other, file=sys.stderr)
    return what, seen


DOTS = "dots (not reported)"


def _place(cell):
    row, column = coordinate_to_tuple(cell)
    return row - 1, column - 1


def _outcome(book, grids):
    try:
        after = read_grids(grids, book.given)
    except Refused:
        return "refused"
    before = book.reading
    told = set(after.proof.notes) - set(before.proof.notes)
    told |= set(after.proof.uncovered) - set(before.proof.uncovered)
    if told or after.proof.word != before.proof.word:
        return "reported"
    keys = ["partner", "flow", "period", "value"]
    same = after.table[keys].equals(before.table[keys])
    return "no effect" if same else "missed"


# ── the command ──────────────────────────────────────────────────────────────────────────


def count(book, kinds, rng, counts):
    checks = checks_of(book)
    for kind in kinds:
        found = slip(book, checks, kind, rng)
        if found is not None:
            what, seen = found
            counts[kind][what, seen] += 1


def table(name, counts):
    print(f"\n{name}\n")
    print(
        "| what was changed | tried | noticed | no effect | missed, and nothing printed tells |"
        " missed, though something does |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    total = sum(counts.values(), Counter())
    for kind, found in [*counts.items(), ("all", total)]:
        noticed = sum(n for (what, _), n in found.items() if what in ("refused", "reported"))
        no_effect = sum(n for (what, _), n in found.items() if what == "no effect")
        print(
            f"| {kind} | {found.total():,} | {noticed:,} | {no_effect:,} | "
            f"{found['missed', False]:,} | {found['missed', True]:,} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=200, help="numbers changed in each way")
    parser.add_argument("--tables", type=int, default=400, help="generated tables")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    for key in SHIPPED:
        counts = defaultdict(Counter)
        count(shipped(key), KINDS * given.each, rng, counts)
        table(key, counts)
    counts = defaultdict(Counter)
    for number in range(given.tables):
        book = generated(random.Random(f"{given.seed}/{number}"))
        if book is not None:
            count(book, KINDS, rng, counts)
    table("generated tables", counts)


if __name__ == "__main__":
    main()
