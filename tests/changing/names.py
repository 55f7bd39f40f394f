"""Change a country's name, or exchange two."""

from collections import defaultdict

import numpy as np
from corruption import name_changes

from changing.became import Slip, across, changed, lines_of
from changing.books import panels_of
from traderank import partners


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
        yield Slip(kind, new, changed(book, grid.sheet, cells), lambda _, seen=seen: seen)


def _labels(grid, panel, row):
    """Return the cells of a row's line that name its partner, by name or by code."""
    way = across(panel)
    line = next(iter(lines_of(panel, row).values()))[way]
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
    way = across(panel)
    line = next(iter(labels))[way]
    return [at for at, place in lines_of(panel, row).items() if place[way] == line]


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
    """Whether ten countries or more, under each heading, stood in an order and now in none.

    Where names and codes give the same order, what keeps one of them tells nothing.
    """
    before = list(zip(panel.codes, map(partners.normalise, panel.names), strict=True))
    after = list(before)
    for row, name in new.items():
        after[row] = _code(partners.find(name)), partners.normalise(name)
    ordered = (any(_ordered(panel, keys, by) for by in (0, 1)) for keys in (before, after))
    return list(ordered) == [True, False]


def _ordered(panel, keys, by):
    runs, pairs = [[]], 0
    for key, kind in zip(keys, panel.kinds, strict=True):
        if kind == "country":
            runs[-1].append(key[by])
        elif kind == "aggregate":
            runs.append([])
    pairs = sum(len(run) - 1 for run in runs if run)
    return pairs >= 10 and all(run == sorted(run) for run in runs)
