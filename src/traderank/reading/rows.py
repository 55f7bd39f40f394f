"""Walk down a sheet: titles, headers, tables, notes, in the order in which they stand.

What a row is follows from what its cells say: a partner beside numbers is a record; texts
above columns are a header; a text alone is a title, and speaks for all that follows until
the next one that says otherwise. A header or a title below records begins another block.
"""

from __future__ import annotations

import numpy as np

from traderank.reading import limits
from traderank.reading.blocks import (
    Block,
    Walk,
    add_head,
    add_title,
    label_units,
    part_titles,
    place_of,
    turned_titles,
)
from traderank.reading.cells import of_header, says, total_in
from traderank.reading.dimensions import find_dimensions
from traderank.reading.grid import NUMBERS
from traderank.reading.numbers import stands_for_number
from traderank.reading.odd import cells_of, data_of, odd_row
from traderank.reading.records import find_records, is_time


def walk(grid, labels, given):
    """Walk down one table, and return what was met: blocks, notes, columns of numbers.

    Parameters
    ----------
    grid : Grid
        The sheet, its partners down.
    labels : Labels
        The columns that name the partners, and the columns that belong to them.
    given : Given
        What the caller says.
    """
    data, records = find_records(grid, labels)
    # Of a sheet of thousands of columns each cell is asked whether it stands in one of them.
    state = Walk(grid, labels, given, [Block([], [])], dict.fromkeys(data))
    state.titles = turned_titles(grid, labels)
    start = 0
    state.parts = _parts(state)
    for row in _telling_rows(grid, labels, records):
        _take(state, records, start, row)
        if records[row]:
            _total_of_flow(state, row)
        else:
            odd_row(state, row)
        start = row + (not records[row])
        count = max(len(state.blocks), len(state.titles))
        limits.refuse_more(count, limits.BLOCKS, "tables and titles in a sheet", grid.file)
    _take(state, records, start, len(grid.rows))
    # Titles that no record follows are notes.
    used = max((len(block.titles) for block in state.blocks if block.rows), default=0)
    state.notes = [place for run in state.titles[used:] for place in run]
    state.notes += [place_of(text) for text in grid.below if text[0] > labels.last]
    state.notes += label_units(state)
    state.blocks = [block for block in state.blocks if block.rows]
    part_titles(state)
    state.data = sorted({*state.data, *_announced(state)})
    if state.blocks:
        state.dimensions = find_dimensions(state)
    return state


def _parts(state):
    """Return what rows with numbers, but no partner, say of their numbers: «export», 2023."""
    found = set()
    nameless = [row for row, partner in enumerate(state.labels.partners) if partner is None]
    for row, values in ((row, state.grid.rows[row]) for row in nameless):
        if any(stands_for_number(value) and not is_time(value) for value in data_of(state, row)):
            cells = [(i, v) for i, v in enumerate(values) if v != "" and i not in state.data]
            found |= {(i, v) for i, v in cells if of_header(v).of_numbers}
    return found


def _announced(state):
    """Yield the columns without numbers that a header says are of a flow, or of a period.

    A column of a flow may be blank: nothing was traded. One of a period that is blank is
    not yet filled in. One that holds errors is yielded whatever it is, to be refused, unless its
    header says that it is of no use.
    """
    rows = [row for block in state.blocks for row in block.rows]
    beneath = _beneath(state, rows)
    heads = [place for block in state.blocks for places in block.heads for place in places]
    unused = {place.column for place in heads if place.says.measure}
    inside = set(range(state.labels.first, state.labels.last + 1))
    yield from inside & beneath - unused - set(state.labels.columns)
    for place in heads:
        said, index = place.says, place.column
        if index in state.data or index in state.labels.columns or said.measure:
            continue
        cells = [state.grid.columns[index][row] for row in rows]
        if any(cell.__class__ is str and says(cell).of_numbers for cell in set(cells)):
            continue  # it says, row by row, what the numbers are
        filled = any(cell != "" for cell in cells)
        if said.flow or (said.periods and filled):
            yield index


def _beneath(state, rows):
    rows = set(rows)
    return {column for row, column in state.grid.beneath if row in rows}


def _telling_rows(grid, labels, records):
    """List the rows that say something of others: those that are no records, and some totals."""
    odd = [row for row in np.flatnonzero(~records).tolist() if cells_of(grid, labels, row)]
    named = enumerate(labels.partners)
    totals = [row for row, partner in named if partner and partner.code == "WLD" and records[row]]
    return sorted(odd + [row for row in totals if total_in(labels.names[row])])


def _total_of_flow(state, row):
    """Let «Экспорт – всего» speak for the rows that follow, where no header says another flow."""
    name, column = state.labels.names[row], state.labels.columns[0]
    flow = says(name).flow
    headed = {p.says.flow for places in state.blocks[-1].heads for p in places} - {None}
    if headed and flow not in headed:
        raise state.grid.refuse(
            f"«{name.strip()}» stands here, and the header says {' and '.join(sorted(headed))}",
            "find out which is right and correct the other",
            row=row,
            column=column,
        )
    titled = [p.says.flow for run in reversed(state.titles) for p in run if p.says.flow]
    if not headed and titled[:1] != [flow]:
        add_title(state, row, [(column, name)])


def _take(state, records, start, stop):
    """Add the records between two odd rows to the block that is open."""
    rows = (np.flatnonzero(records[start:stop]) + start).tolist()
    if not rows:
        return
    block, labels = state.blocks[-1], state.labels
    if not block.rows:
        while rows and _is_period_row(state, rows[0]):
            add_head(state, rows.pop(0))
        if not rows:
            return
        block = state.blocks[-1]
    block.rows += rows
    block.partners += [labels.partners[row] for row in rows]
    block.names += [labels.names[row] for row in rows]
    block.titles = list(state.titles)
    state.partner = (labels.partners[rows[-1]], labels.names[rows[-1]])


def _is_period_row(state, row):
    """Tell whether a row whose corner says «countries of the world» is one of years."""
    found = [value for value in data_of(state, row) if value.__class__ in NUMBERS]
    return len(found) > 1 and all(map(is_time, found))
