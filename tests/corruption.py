"""Change one thing in an office's workbook, and see whether the reader notices.

    python tests/corruption.py [--each 50] [--seed 1]

prints the table of docs/proof.md: every name, header cell and row of the four Kazakh editions
is changed in each of these ways, and EACH random numbers of every sheet in each of those. The
offices' own files are taken where they are beside the repository, our re-keyed ones where not.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from traderank import load_sources, partners
from traderank.reading import Given, read_grids
from traderank.reading.files import open_workbook
from traderank.reading.grid import cell_name
from traderank.sources import data_folder
from traderank.table import Refused

ORIGINALS = (Path(__file__).parents[1] / "../shared/data/kaz/originals").resolve()
EDITIONS = ("kaz-2019", "kaz-2020", "kaz-2021", "kaz-2023")
OUTCOMES = ("refused", "reported", "no effect", "missed")


@dataclass
class Book:
    """One edition: its sheets, what is given of it, and how it reads as the office printed it."""

    grids: list
    given: Given
    reading: object


class Change(NamedTuple):
    """One thing changed: how, where, and what makes the rows of the sheet after it."""

    kind: str
    sheet: str
    cell: str
    rows: Callable


def open_book(key, folder=None):
    """Open one edition: the office's own file in `folder`, or ours."""
    entry = load_sources()[key]
    path = folder / entry["original_name"] if folder else data_folder() / entry["file"]
    grids, _ = open_workbook(path)
    given = Given(reporter="KAZ", source=key, known_errors=tuple(entry["known_errors"]))
    return Book(grids, given, read_grids(grids, given))


# ── one number ───────────────────────────────────────────────────────────────────────────


def printed(number):
    """Write a number as a spreadsheet shows it, with a point."""
    return np.format_float_positional(float(f"{number:.15g}"), trim="-")


def one_digit(number, rng):
    text = list(printed(number))
    at = rng.choice([i for i, letter in enumerate(text) if letter.isdigit()])
    text[at] = rng.choice([digit for digit in "0123456789" if digit != text[at]])
    return float("".join(text))


def last_digit(number, rng):
    decimals = len(printed(number).partition(".")[2])
    return round(number + rng.choice([-1, 1]) * 10.0**-decimals, decimals)


def two_digits(number, rng):
    text = list(printed(number))
    pairs = [i for i in range(len(text) - 1) if (text[i] + text[i + 1]).isdigit()]
    if pairs:
        at = rng.choice(pairs)
        text[at], text[at + 1] = text[at + 1], text[at]
    return float("".join(text))


def times(factor):
    return lambda number, rng: float(f"{number * factor:.15g}")


def as_text(number, rng):
    whole, _, part = printed(number).partition(".")
    return f"{int(whole):,}".replace(",", " ") + (f",{part}" if part else "")


NUMBERS = {
    "one digit changed": one_digit,
    "last digit one up or down": last_digit,
    "two digits exchanged": two_digits,
    "sign turned": times(-1),
    "× 10": times(10),
    "÷ 10": times(0.1),
    "× 1,000": times(1000),
    "÷ 1,000": times(0.001),
    "set to 0": lambda number, rng: 0.0,
    "emptied": lambda number, rng: "",
    "a space": lambda number, rng: " ",
    "a dash": lambda number, rng: "-",
    "dots (not reported)": lambda number, rng: "...",
    "the same as text": as_text,
    "text with a letter": lambda number, rng: printed(number) + "x",
    "TRUE": lambda number, rng: True,
}


def number_changes(rows, body, each, rng):
    cells = [(row, column) for row in body for column in range(1, len(rows[0]))]
    full = [(row, column) for row, column in cells if rows[row][column] != ""]
    for kind, change in NUMBERS.items():
        for row, column in rng.sample(full, each):
            yield kind, {(row, column): change(rows[row][column], rng)}
    for row, column in rng.sample([cell for cell in cells if cell not in set(full)], each):
        other = rng.choice([cell for cell in full if cell[1] == column])
        yield "blank filled", {(row, column): rows[other[0]][other[1]]}
    for kind, down, right in (
        ("exchanged with the cell below", 1, 0),
        ("exchanged with its share", 0, 1),
        ("exchanged with the other flow", 0, 2),
    ):
        pairs = [(row, column, row + down, column + right) for row, column in cells]
        pairs = [pair for pair in pairs if pair[2:] in set(cells)]
        for row, column, row2, column2 in rng.sample(pairs, each):
            yield (
                kind,
                {
                    (row, column): rows[row2][column2],
                    (row2, column2): rows[row][column],
                },
            )


# ── names, headers, rows ─────────────────────────────────────────────────────────────────


def name_changes(rows, body, rng):
    there = {partners.find(rows[row][0]).code for row in body}
    listed = [(row["name"], row["kind"]) for row in partners._shipped("partners.csv")]
    absent = [(n, kind) for n, kind in listed if partners.find(n).code not in there]
    countries = [name for name, kind in absent if kind == "country"]
    residuals = [name for name, kind in listed if kind == "residual"]
    for place, row in enumerate(body):
        other = rng.choice([other for other in body if other != row])
        yield "another country, not in the sheet", {(row, 0): rng.choice(countries)}
        yield "“other countries”", {(row, 0): rng.choice(residuals)}
        yield "a partner of another row", {(row, 0): rows[other][0]}
        yield "a word that is no partner", {(row, 0): rows[row][0].strip() + "ы"}
        yield "name emptied", {(row, 0): ""}
        yield "a number for the name", {(row, 0): 5.0}
        yield "names of two rows exchanged", {(row, 0): rows[other][0], (other, 0): rows[row][0]}
        if place + 1 < len(body):
            below = body[place + 1]
            names = {(row, 0): rows[below][0], (below, 0): rows[row][0]}
            yield "names of two neighbours exchanged", names


HEADERS = {
    "header emptied": "",
    "another year": "2017 год",
    "half a year": "за январь-июнь 2019 года",
    "another unit": "млн. долларов США",
    "another currency": "тыс. тенге",
    "no money": "тонн",
    "another country in the title": "Внешняя торговля Кыргызской Республики",
    "export for any header": "Экспорт",
    "import for any header": "Импорт",
    "turnover for any header": "Товарооборот",
    "share for any header": "удельный вес, %",
    "growth for any header": "темп роста, %",
    "a word that says nothing": "абв",
    "a number for any header": 5.0,
}


def header_changes(rows, body):
    for row in range(body[0]):
        for column, value in enumerate(rows[row]):
            for kind, text in HEADERS.items() if value != "" else ():
                yield kind, {(row, column): text}


def row_changes(rows, body, each, rng):
    """Yield whole rows of the sheet, changed: (kind, row, rows)."""
    for row in range(len(rows)):
        what = "row" if row >= body[0] else "header row"
        yield f"{what} deleted", row, rows[:row] + rows[row + 1 :]
        yield f"{what} repeated", row, [*rows[:row], rows[row], *rows[row:]]
        if body[0] <= row < body[-1]:
            exchanged = [rows[row + 1], rows[row]]
            yield "two rows exchanged", row, rows[:row] + exchanged + rows[row + 2 :]
    for _ in range(each):
        column, (first, last) = rng.randrange(len(rows[0])), sorted(rng.sample(body, 2))
        part = [rows[row][column] for row in range(first, last + 1)]
        part = rng.choice([["", *part[:-1]], [*part[1:], ""]])
        cells = {(first + down, column): value for down, value in enumerate(part)}
        yield "part of a column moved", first, with_cells(rows, cells)


def with_cells(rows, cells):
    changed = {row: list(rows[row]) for row, _ in cells}
    for (row, column), value in cells.items():
        changed[row][column] = value
    return [changed.get(row, values) for row, values in enumerate(rows)]


def changes(book, each, rng):
    """Yield every change of a book."""
    for grid in book.grids:
        body = [i for i, row in enumerate(grid.rows) if i > 4 and partners.find(row[0])]
        if not body:
            continue
        for kind, cells in (
            *number_changes(grid.rows, body, each, rng),
            *name_changes(grid.rows, body, rng),
            *header_changes(grid.rows, body),
        ):
            row, column = next(iter(cells))
            if any(grid.rows[r][c] != value for (r, c), value in cells.items()):
                rows = partial(with_cells, grid.rows, cells)
                yield Change(kind, grid.sheet, cell_name(row, column), rows)
        for kind, row, rows in row_changes(grid.rows, body, each, rng):
            if rows != grid.rows:
                yield Change(kind, grid.sheet, cell_name(row, 0), partial(list, rows))


# ── what the reader says ─────────────────────────────────────────────────────────────────


def outcome(book, change):
    """Return what became of a change, and why if it was missed.

    It is reported if the proof ends in another word, or has a note or a cell without a check
    that it had not before. It has no effect if every row of the tidy table says the same.
    """
    grids = [
        replace(grid, rows=change.rows()) if grid.sheet == change.sheet else grid
        for grid in book.grids
    ]
    try:
        reading = read_grids(grids, book.given)
    except Refused as refused:
        return "refused", str(refused)
    before, after = book.reading.proof, reading.proof
    said = [note for note in after.notes if note not in before.notes]
    said += [cell for cell in after.uncovered if cell not in before.uncovered]
    if said or before.word != after.word:
        return "reported", "; ".join(map(str, said)) or after.word
    before, after = tidy(book.reading.table), tidy(reading.table)
    return (
        ("no effect", "")
        if before.equals(after)
        else ("missed", reason(book, change, before, after))
    )


def tidy(table):
    """Return what a table says, without where it stands."""
    keys = ["year", "flow", "partner", "kind"]
    return table.set_index(keys)[["value", "share_published", "currency", "months"]].sort_index()


#: The coarsest print of these editions has one decimal.
HALF = 0.05


def reason(book, change, before, after):
    """Say why no printed figure can reveal a change that was missed; empty if one could."""
    value = before["value"]
    off = (value - after["value"].reindex(value.index).fillna(0)).abs()
    size = off.max() / 1000
    if "name" in change.kind or "country" in change.kind:
        partners_off = value[off > 0].groupby(["year", "partner"]).sum()
        small = partners_off.max() <= value.groupby(["year", "partner"]).sum().median()
        return "a small partner's name, for one that keeps the order of the rows" if small else ""
    if size == 0 and len(after) == len(before):
        return "a share of 0 for a blank one, or the other way"
    if change.kind in ("row deleted", "exchanged with the other flow"):
        small = size <= sums_may_hide(book, change.sheet)
        return "a row smaller than the rounding of the sums" if small else ""
    # Turnover may be off either way by the rounding of its three numbers.
    return "smaller than the rounding of its row" if size <= 6 * HALF + 1e-9 else ""


def sums_may_hide(book, sheet):
    """Return the largest rounding that any sum of a sheet may have, in printed units."""
    table = book.reading.proof.table()
    return table[(table["sheet"] == sheet) & (table["kind"] == "sum")]["bound"].max()


# ── the command ──────────────────────────────────────────────────────────────────────────


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--each", type=int, default=50, help="numbers of each sheet in each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every change that was missed")
    given = parser.parse_args()
    rng, folder = random.Random(given.seed), ORIGINALS if ORIGINALS.is_dir() else None
    counts, reasons = {}, Counter()
    for key in EDITIONS:
        book = open_book(key, folder)
        for change in changes(book, given.each, rng):
            what, why = outcome(book, change)
            counts.setdefault(change.kind, Counter())[what] += 1
            if what == "missed":
                reasons[why or "not explained"] += 1
                if given.show:
                    print(
                        key, change.sheet, change.cell, change.kind, why, sep=" | ", file=sys.stderr
                    )
    table = pd.DataFrame(counts).T.reindex(columns=OUTCOMES).fillna(0).astype(int)
    table.loc["all"] = table.sum()
    print("| what was changed | tried | " + " | ".join(OUTCOMES) + " |")
    print("|---|" + "--:|" * (1 + len(OUTCOMES)))
    for kind, row in table.iterrows():
        print(f"| {kind} | {row.sum():,} | " + " | ".join(f"{n:,}" for n in row) + " |")
    for why, count in reasons.most_common():
        print(f"missed, {count}: {why}")


if __name__ == "__main__":
    main()
