"""Change one thing in the Kyrgyz, the Uzbek or a generated table, and see whether it is noticed.

    python tests/slips.py [--each 200] [--tables 400] [--seed 1]

prints the tables of docs/round-trip.md: of numbers, and of names, words, rows and columns. What
a printed figure can reveal of a number is told by the checks that it is in: a change beyond
what rounding lets any of them hide. For all else, `seen` says by which rule it is decided.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from corruption import NUMBERS, Book, name_changes, with_cells
from layouts import differences, random_case
from openpyxl.utils.cell import coordinate_to_tuple
from rendering.saving import save
from rendering.wording import PHRASES

from traderank import load_sources, partners
from traderank.reading import Given, read_grids
from traderank.reading.arithmetic import Arithmetic
from traderank.reading.cells import read_unit
from traderank.reading.files import open_workbook
from traderank.reading.grid import cell_name
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


# ── which printed figures know a number ──────────────────────────────────────────────────


def panels_of(book):
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
    changes = {(sheet, row["cell"]): (new if new.__class__ is float else 0.0) - old}
    if other:
        changes[sheet, other] = old - new
    # A group without a number is a heading, and one of nothing may be said of any row.
    heading = row["kind"] != "country" and kind in (DOTS, "emptied", "a dash", "set to 0")
    seen = not heading and could_be_seen(checks, changes)
    changed = [
        replace(grid, rows=with_cells(grid.rows, cells)) if grid.sheet == sheet else grid
        for grid in book.grids
    ]
    what, _ = outcome(book, changed)
    if what == "missed" and seen:
        print(kind, sheet, row["cell"], old, new, other, file=sys.stderr)
    return what, seen


DOTS = "dots (not reported)"


def _place(cell):
    row, column = coordinate_to_tuple(cell)
    return row - 1, column - 1


def _same(place):
    return place


def outcome(book, grids, moved=_same):
    """Return what became of a change, and the table that was read; `moved` tells where cells go."""
    known = [
        entry | {"cell": cell_name(*to)}
        for entry in book.given.known_errors
        if (to := moved(_place(entry["cell"])))
    ]
    try:
        after = read_grids(grids, replace(book.given, known_errors=tuple(known)))
    except Refused:
        return "refused", None
    before = book.reading
    there = {
        (sheet, cell_name(*to))
        for sheet, cell in before.proof.uncovered
        if (to := moved(_place(cell)))
    }
    told = Counter(map(_without_cells, after.proof.notes))
    told -= Counter(map(_without_cells, before.proof.notes))
    if told or set(after.proof.uncovered) - there or after.proof.word != before.proof.word:
        return "reported", after.table
    same = after.table[SAID].equals(before.table[SAID])
    return "no effect" if same else "missed", after.table


SAID = ["partner", "flow", "period", "currency", "value"]


def _without_cells(note):
    """Leave out of a note where its cells stand: where a row was deleted, all move."""
    return re.sub(r"\b[A-Z]{1,3}\d+\b|\brows? \d+", "#", note)


# ── names, words, rows and columns ───────────────────────────────────────────────────────


class Slip(NamedTuple):
    """One thing changed: the sheets after it, where cells go, and whether something tells.

    `seen` is asked of the table that was read, where the change is missed: whatever has been
    left out, a number in another place than before is a wrong one.
    """

    kind: str
    what: object
    grids: list
    seen: object
    moved: object = _same


def _with(book, sheet, cells):
    return [
        replace(grid, rows=with_cells(grid.rows, cells)) if grid.sheet == sheet else grid
        for grid in book.grids
    ]


def _lines(panel, row):
    """Return column → the place in the file of a row's number, where the table has one."""
    there = (panel.column_of[row] >= 0).nonzero()[0].tolist()
    return {at: _place(panel.cell(row, at)) for at in there}


def _across(panel):
    """Return along which way of the file a partner's numbers do not lie: 0 its rows."""
    return int(panel.grid.is_turned)


def name_slips(book, checks, rng):
    """Change a country's name: in the one cell that the reader takes, or in all that name it."""
    panel = rng.choice(panels_of(book))
    grid = next(grid for grid in book.grids if grid.sheet == panel.grid.sheet)
    rows = [
        row
        for row, partner in enumerate(panel.partners)
        if partner.kind == "country" and partners.find(panel.names[row]) == partner
    ]
    labels = {row: _labels(grid, panel, row) for row in rows}
    rows = [row for row in rows if labels[row]]
    if len(rows) < 2:
        return
    names = [[panel.names[row]] for row in rows]
    made = defaultdict(list)
    for kind, cells in name_changes(names, range(len(names)), rng):
        if any(names[at] != [name] for (at, _), name in cells.items()):
            made[kind].append({rows[at]: name for (at, _), name in cells.items()})
    everywhere = rng.random() < 0.5
    for kind, some in made.items():
        new = rng.choice(some)
        cells = {
            place: name
            for row, name in new.items()
            for place, text in labels[row].items()
            if text == panel.names[row] or (everywhere and partners.find(text))
        }
        left = any(labels[row].keys() - cells.keys() for row in new)
        held = [at for row in new for at in _held(panel, row, labels[row])]
        seen = left or _name_is_told(kind, panel, new, held)
        yield Slip(kind, new, _with(book, grid.sheet, cells), lambda _, seen=seen: seen)


def _labels(grid, panel, row):
    """Return the cells of a row's line that name its partner, by name or by code."""
    way = _across(panel)
    line = next(iter(_lines(panel, row).values()))[way]
    cells = (
        {(line, at): text for at, text in enumerate(grid.rows[line])}
        if way == 0
        else {(at, line): values[line] for at, values in enumerate(grid.rows)}
    )
    code = panel.codes[row]
    found = {
        place: text
        for place, text in cells.items()
        if text.__class__ is str
        and (
            text == panel.names[row]
            or _code(partners.find(text)) == code
            or _code(partners.find_code(text)) == code
        )
    }
    return found if panel.names[row] in found.values() else {}


def _held(panel, row, labels):
    """Return the columns whose numbers stand in a name's line: not all, in a long table."""
    way = _across(panel)
    line = next(iter(labels))[way]
    return [at for at, place in _lines(panel, row).items() if place[way] == line]


def _code(partner):
    return partner and partner.code


def _name_is_told(kind, panel, new, held):
    """Whether something printed contradicts names: one that is none, one twice, an order."""
    if kind in ("a word that is no partner", "name emptied", "a number for the name"):
        # Without a number such a row is a heading, or none.
        return bool(np.nan_to_num(panel.numbers[np.ix_(list(new), held)]).any())
    if "exchanged" not in kind:
        # The numbers of two names that are exchanged stand where they stood, as every sum does.
        codes = {_code(partners.find(name)) for name in new.values()}
        twice = [row for row, code in enumerate(panel.codes) if code in codes]
        if np.nan_to_num(panel.numbers[np.ix_(twice, held)]).any():
            return True
    return _breaks_order(panel, new)


def _breaks_order(panel, new):
    """Whether ten countries or more, under each heading, stood in an order and do no longer."""
    before = list(zip(panel.codes, map(partners.normalise, panel.names), strict=True))
    after = list(before)
    for row, name in new.items():
        after[row] = _code(partners.find(name)), partners.normalise(name)
    return any(_ordered(panel, before, by) and not _ordered(panel, after, by) for by in (0, 1))


def _ordered(panel, keys, by):
    runs, pairs = [[]], 0
    for key, kind in zip(keys, panel.kinds, strict=True):
        if kind == "country":
            runs[-1].append(key[by])
        elif kind == "aggregate":
            runs.append([])
    pairs = sum(len(run) - 1 for run in runs if run)
    return pairs >= 10 and all(run == sorted(run) for run in runs)


def _values(panel, row):
    """Return (sheet, cell) → value for the values of one row, a blank as 0."""
    return {
        at: ((panel.grid.sheet, panel.cell(row, at)), float(np.nan_to_num(panel.numbers[row, at])))
        for at, column in enumerate(panel.columns)
        if column.measure == "value" and panel.column_of[row, at] >= 0
    }


def _rows_are_told(panel, one, other, checks):
    """Whether a sum is broken where two rows exchange their numbers: all else goes with them."""
    here, there = _values(panel, one), _values(panel, other)
    changes = {}
    for at, (place, value) in here.items():
        if at not in there:
            continue
        place2, value2 = there[at]
        changes |= {place: value2 - value, place2: value - value2}
    return could_be_seen(checks, changes, ("sum",))


def row_slips(book, checks, rng):
    """Exchange two rows' numbers; delete a row, repeat one, delete a column."""
    panel = rng.choice(panels_of(book))
    grid = next(grid for grid in book.grids if grid.sheet == panel.grid.sheet)
    way, count = _across(panel), len(panel.partners)
    if count > 1:
        one, other = rng.sample(range(count), 2)
        here, there = _lines(panel, one), _lines(panel, other)
        pairs = [(here[at], there[at]) for at in here.keys() & there.keys()]
        cells = {a: grid.rows[b[0]][b[1]] for a, b in pairs}
        cells |= {b: grid.rows[a[0]][a[1]] for a, b in pairs}
        told = _rows_are_told(panel, one, other, checks)
        grids = _with(book, grid.sheet, cells)
        if any(grid.rows[r][c] != new for (r, c), new in cells.items()):
            yield Slip("two rows’ numbers exchanged", pairs[0], grids, lambda _: told)
    line = rng.choice(list(_lines(panel, rng.randrange(count)).values()))[way]
    grids, moved = _shifted(book, grid, way, line, -1)
    gone = _loss_is_told(grid, way, line, checks)
    yield Slip("row deleted", line, grids, lambda after: gone, moved)
    grids, moved = _shifted(book, grid, way, line, 1)
    yield Slip("row repeated", line, grids, lambda _: True, moved)
    line = rng.choice(list(_lines(panel, 0).values()))[1 - way]
    grids, moved = _shifted(book, grid, 1 - way, line, -1)
    wrong = partial(_tells_otherwise, book.reading.table)
    yield Slip("column deleted", line, grids, wrong, moved)


def _loss_is_told(grid, way, line, checks):
    """Whether a sum of several parts misses what a line held.

    The line of a sum itself may go: its parts then stand under what is above it.
    """
    here = {place for place in checks if place[0] == grid.sheet and _place(place[1])[way] == line}
    sums = {p: {n: s for n, (s, _) in checks[p].items() if n[1] == "sum"} for p in here}
    if any(sign > 0 for signs in sums.values() for sign in signs.values()):
        return False
    changes = {}
    for place in here:
        row, column = _place(place[1])
        value = grid.rows[row][column]
        if value.__class__ is float and all(name[3] > 2 for name in sums[place]):
            changes[place] = -value
    return could_be_seen(checks, changes, ("sum",))


def _tells_otherwise(before, after):
    """Whether a table says of anything what the other does not, and not only less."""
    keys = ["reporter", "partner", "flow", "period", "product"]
    before, after = (table.fillna({"value": -1.0}) for table in (before, after))
    both = after.merge(before[[*keys, "value", "currency"]], on=keys, how="left")
    same = (both["value_x"] == both["value_y"]) & (both["currency_x"] == both["currency_y"])
    return len(both) != len(after) or not same.all()


def _shifted(book, grid, way, at, by):
    """Delete a row of a sheet (`way` 0; 1 a column) or repeat it; and say where cells go."""

    def to(place):
        index = place[way]
        if by < 0 and index == at:
            return None
        index += by * (index > at)
        return (index, place[1]) if way == 0 else (place[0], index)

    def line(values):
        values = list(values)
        return values[:at] + ([] if by < 0 else [values[at]] * 2) + values[at + 1 :]

    merged = []
    for start, end in grid.merged:
        first, last = start[way] + by * (start[way] > at), end[way]
        last += by * (last >= at if by < 0 else last > at)
        if first <= last:
            ends = (
                ((first, start[1]), (last, end[1]))
                if way == 0
                else ((start[0], first), (end[0], last))
            )
            merged.append(ends)
    rows = line(grid.rows) if way == 0 else [line(values) for values in grid.rows]
    beneath = {new: what for place, what in grid.beneath.items() if (new := to(place))}
    changed = replace(grid, rows=rows, merged=merged, beneath=beneath)
    return [changed if other is grid else other for other in book.grids], to


# ── words of a title or a header ─────────────────────────────────────────────────────────


def _listed_pairs(one, other):
    """Return the words of one key, in all languages, each with a word of the other."""
    return {
        word.strip().casefold(): words[other][0].strip().casefold()
        for words in PHRASES.values()
        if other in words
        for word in words.get(one, ())
        if word.strip()
    }


SCALES = _listed_pairs("scale_3", "scale_6") | _listed_pairs("scale_6", "scale_3")
SCALES |= _listed_pairs("scale_9", "scale_6")
CURRENCIES = {
    word: new
    for code in ("KZT", "RUB", "CNY", "KGS", "UAH", "GBP", "AZN", "TRY", "EUR", "USD")
    for word, new in _listed_pairs(code, "USD" if code == "EUR" else "EUR").items()
}
FLOWS = _listed_pairs("export", "import") | _listed_pairs("import", "export")
YEAR = re.compile(r"(?<!\d)(19[89]|20[0-2])\d(?!\d)")


def _exchanged(text, pairs):
    """Return a text with one listed word exchanged, and without any; None if it has none."""
    low = text.casefold()
    words = sorted((word for word in pairs if _begins(word, low)), key=len, reverse=True)
    if not words or (pairs is FLOWS and any(_begins(pairs[word], low) for word in words)):
        return None
    bare = low
    for word in words:
        bare = re.sub(_begin(word), "", bare)
    return re.sub(_begin(words[0]), pairs[words[0]].replace("\\", ""), low), bare


def _begin(word):
    return ("" if ord(word[0]) > 0x3400 else r"(?<!\w)") + re.escape(word)


def _begins(word, low):
    return re.search(_begin(word), low)


def _other_year(value, years):
    """Return what a text or number says with another year, and with none; None if it has none."""
    if value.__class__ is float:
        return (value + years, "") if 1990 <= value <= 2029 and value % 1 == 0 else None
    if value.__class__ is not str or not YEAR.search(value):
        return None
    new = YEAR.sub(lambda found: str(int(found[0]) + years), value, count=1)
    return new, YEAR.sub("", value)


WORDS = {
    "a year, one more": lambda value: _other_year(value, 1),
    "a year, ten less": lambda value: _other_year(value, -10),
    "a flow": lambda value: _exchanged(value, FLOWS) if value.__class__ is str else None,
    "a scale": lambda value: _exchanged(value, SCALES) if value.__class__ is str else None,
    "a currency": lambda value: _exchanged(value, CURRENCIES) if value.__class__ is str else None,
}


def word_slips(book, checks, rng):
    """Change what a title, a header or a column of words says, in one cell."""
    numbers = {
        (panel.grid.sheet, place)
        for panel in panels_of(book)
        for row in range(len(panel.partners))
        for place in _lines(panel, row).values()
    }
    sheets = {sheet for sheet, _ in numbers}
    for kind, change in WORDS.items():
        found = [
            (grid.sheet, (r, c), made)
            for grid in book.grids
            if grid.sheet in sheets
            for r, values in enumerate(grid.rows)
            for c, value in enumerate(values)
            if value != ""
            and (grid.sheet, (r, c)) not in numbers
            and not partners.find(value)
            and (made := change(value))
        ]
        if found:
            sheet, place, (new, bare) = rng.choice(found)
            told = partial(_said_twice, book, sheet, place, bare)
            yield Slip(kind, (place, new), _with(book, sheet, {place: new}), told)


def _said_twice(book, sheet, place, bare, after):
    """Whether a word is printed again: the table reads the same without it. Or rows collide.

    A blank below or behind the same word is said by that word, of another row or column.
    """
    if after.duplicated(["reporter", "partner", "flow", "period", "product"]).any():
        return True
    rows = next(grid.rows for grid in book.grids if grid.sheet == sheet)
    (row, column), said = place, rows[place[0]][place[1]]
    above = any(values[column] == said for values in rows[:row])
    if above or said in rows[row][:column]:
        return False
    return outcome(book, _with(book, sheet, {place: bare}))[0] == "no effect"


# ── the command ──────────────────────────────────────────────────────────────────────────


def count(book, kinds, rng, counts):
    checks = checks_of(book)
    for kind in kinds:
        found = slip(book, checks, kind, rng)
        if found is not None:
            what, seen = found
            counts[kind][what, seen] += 1


def count_others(book, rng, counts, each=1):
    """Change names, words, rows and columns, `each` times in every way."""
    checks = checks_of(book)
    for slips in (name_slips, word_slips, row_slips) * each:
        for made in slips(book, checks, rng):
            what, after = outcome(book, made.grids, made.moved)
            seen = what == "missed" and bool(made.seen(after))
            counts[made.kind][what, seen] += 1
            if seen:
                print(book.given.source, made.kind, made.what, file=sys.stderr)


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
    parser.add_argument("--others", type=int, default=1, help="times for names, words, rows")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    for key in SHIPPED:
        book, counts, others = shipped(key), defaultdict(Counter), defaultdict(Counter)
        count(book, KINDS * given.each, rng, counts)
        table(key, counts)
        count_others(book, rng, others, given.others)
        table(f"{key}: names, words, rows, columns", others)
    counts, others = defaultdict(Counter), defaultdict(Counter)
    for number in range(given.tables):
        book = generated(f"{given.seed}/{number}")
        if book is not None:
            count(book, KINDS, rng, counts)
            # Of its own, lest the numbers changed above depend on it.
            count_others(book, random.Random(number), others, given.others)
    table("generated tables", counts)
    table("generated tables: names, words, rows, columns", others)


if __name__ == "__main__":
    main()
