"""Change one number of a table; whether a check could tell is reckoned from the table's own."""

import sys

from corruption import NUMBERS

from changing.became import changed, outcome, place_of
from changing.books import could_be_seen

DOTS = "dots (not reported)"
EXCHANGED = "exchanged with another row"
#: These say that nothing was changed, or print the number in another form.
FORMS = ("the same as text", "text with a letter", "TRUE", "a space")
KINDS = [*(kind for kind in NUMBERS if kind not in FORMS), EXCHANGED]


def slip(book, checks, kind, rng):
    """Change one number in one way: return (outcome, why) or None where there is none."""
    grids = {grid.sheet: grid for grid in book.grids}
    rows = book.reading.table[book.reading.table["value"] > 0]
    row = rows.iloc[rng.randrange(len(rows))]
    sheet = row["sheet"] if isinstance(row["sheet"], str) else ""
    grid = grids[sheet]
    at, other = place_of(row["cell"]), None
    old = grid.rows[at[0]][at[1]]
    if old.__class__ is not float:
        return None
    if kind == EXCHANGED:
        same = rows[(rows["flow"] == row["flow"]) & (rows["period"] == row["period"])]
        other = same.iloc[rng.randrange(len(same))]["cell"]
        second = place_of(other)
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
    what, _ = outcome(book, changed(book, sheet, cells))
    if what == "missed" and seen:
        print(kind, sheet, row["cell"], old, new, other, file=sys.stderr)
    return what, seen
