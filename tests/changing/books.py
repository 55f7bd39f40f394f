"""The tables that are changed, and which printed figures know each of their numbers."""

import random
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from corruption import Book
from layouts import differences, random_case
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


def generated(name):
    """Open the random table of a name, in one file; None where it is not read."""
    case = random_case(random.Random(name))
    if len(case.files) > 1:
        return None
    with tempfile.TemporaryDirectory() as folder:
        grids, _ = open_workbook(save(case.files[0], case.layout, Path(folder), "table"))
    told = dict(case.files[0].given)
    unit = told.pop("unit", None)
    given = Given(**told, unit=read_unit(unit) if unit else None, source=name)
    try:
        reading = read_grids(grids, given)
    except Refused:
        return None
    return None if differences(case, reading.table) else Book(grids, given, reading)


def panels_of(book):
    """Return the panels of a book, as they are before they are checked together."""
    return [
        panel
        for grid in book.grids
        for table in find_tables(grid, book.given)[0]
        for panel in table
    ]


def checks_of(book):
    """Return (sheet, cell) → the checks that it is in: name → (sign in the sum, bound)."""
    found = defaultdict(dict)
    for at, panel in enumerate(panels_of(book)):
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
                    if members == [total]:
                        # Its share is 100, whatever it is.
                        continue
                    bound *= work.numbers[total] / 100
                for place, cell in enumerate(members):
                    if panel.column_of[cell] < 0:
                        continue
                    name = at, checks.kind, i, len(members)
                    sign = -1 if place else 1
                    found[panel.grid.sheet, panel.cell(*cell)][name] = sign, bound
    return found


def could_be_seen(checks, changes, kinds=("sum", "turnover", "period", "share")):
    """Whether a check is off by more than any rounding that it allows: (sheet, cell) → change."""
    off, bounds = Counter(), {}
    for place, change in changes.items():
        for name, (sign, bound) in checks[place].items():
            off[name] += sign * change
            bounds[name] = bound
    return any(abs(off[n]) > 2 * bounds[n] + 1e-9 for n in off if n[1] in kinds)
