"""Long tables: a row says of itself of which flow, when and in what unit its numbers are.

Such rows are spread: one panel for each reporter and product, in it a row for each partner
and a column for each series.
"""

from __future__ import annotations

import numpy as np

from traderank.reading import limits
from traderank.reading.context import Context
from traderank.reading.dimensions import PART, own_of
from traderank.reading.heads import over as texts_over
from traderank.reading.meaning import column_of
from traderank.reading.panel import Panel, marks_in, numbers_in


def long_panels(walked, found, data, way, style):
    """Spread a long table: one panel for each reporter and product, a column each series."""
    cells, notes, meanings = {}, [], {}
    for number, block in enumerate(walked.blocks):
        context = Context(walked.grid, block.titles, walked.notes, walked.given)
        over = texts_over(walked.grid, block, walked.data, way)
        for row, partner, name in zip(block.rows, block.partners, block.names, strict=True):
            own = own_of(walked, found, row)
            if own is PART:
                notes.append(f"row {row + 1} repeats part of a total: not used")
                continue
            for index in data:
                key = (number, index, own)
                if key not in meanings:
                    meanings[key] = column_of(index, over[index], own, context)
                column = meanings[key]
                if column.__class__ is str:
                    continue
                _put(walked, cells, column, partner, name, row, index)
    unused = {(i, word) for (_, i, _), word in meanings.items() if word.__class__ is str}
    notes += [f"{walked.grid.line(i)} is not used: {word}" for i, word in sorted(unused)]
    return [
        _long_panel(walked, columns, _shortened(notes) if place == 0 else [], style)
        for place, columns in enumerate(cells.values())
    ]


def _shortened(notes):
    """Say once what is true of many rows."""
    parts = [note for note in notes if note.endswith("repeats part of a total: not used")]
    rest = [note for note in notes if not note.endswith("repeats part of a total: not used")]
    return rest + ([f"{len(parts)} rows repeat part of a total: not used"] if parts else [])


def _put(walked, cells, column, partner, name, row, index):
    panel = cells.setdefault((column.reporter, column.product), {})
    limits.refuse_more(len(cells), limits.PANELS, "products and reporters", walked.grid.file)
    series = panel.setdefault(column, {})
    if partner in series and walked.grid.columns[index][row] != "":
        other = series[partner][1]
        raise walked.grid.refuse(
            f"«{name.strip()}», {column.flow} {column.period}, is in row {other + 1} too",
            "keep one of the rows; if a column tells them apart, keep the rows of its total",
            row=row,
            column=index,
        )
    series.setdefault(partner, (name, row, index))


def _long_panel(walked, columns, notes, style):
    grid, named = walked.grid, {}
    for series in columns.values():
        for partner, (name, row, _) in series.items():
            named.setdefault(partner, (row, name))
    order = sorted(named, key=lambda partner: named[partner][0])
    place = {partner: at for at, partner in enumerate(order)}
    shape = len(order), len(columns)
    limits.refuse_more(len(order) * len(columns), limits.CELLS, "cells", grid.file)
    values = np.full(shape, np.nan)
    row_of, column_at = np.full(shape, -1), np.full(shape, -1)
    marks = np.zeros(shape, dtype=bool)
    for at, series in enumerate(columns.values()):
        rows = [row for _, row, _ in series.values()]
        where = [place[partner] for partner in series]
        indexes = [index for *_, index in series.values()]
        for index in set(indexes):
            mine = [i for i, other in enumerate(indexes) if other == index]
            chosen = [rows[i] for i in mine]
            there = [where[i] for i in mine]
            values[there, at] = numbers_in(grid, chosen, index, style, notes)
            marks[there, at] = marks_in(grid, chosen, index)
        row_of[where, at], column_at[where, at] = rows, indexes
    names = [named[partner][1] for partner in order]
    return Panel(
        grid,
        walked.labels.columns[0],
        order,
        names,
        list(columns),
        values,
        row_of,
        column_at,
        notes,
        marks,
    )
