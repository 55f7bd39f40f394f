"""Wide tables: a header says of its columns of which flow, when and in what unit they are.

Each block of records under one header becomes one panel.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from traderank import partners
from traderank.reading.context import Context
from traderank.reading.dimensions import Own
from traderank.reading.heads import over as texts_over
from traderank.reading.meaning import column_of
from traderank.reading.panel import Panel, marks_in, numbers_in
from traderank.spelling import is_mixed


def wide_panels(walked, data, way, style):
    """Return a panel for each block that has columns of use."""
    made = []
    for block in walked.blocks:
        notes, columns, used = [], [], []
        there = _there(walked, block)
        over = texts_over(walked.grid, block, there, way)
        data_here = [index for index in there if index in data]
        heads = [place for index in data_here for place in over[index]]
        parted = any(place.says.flow in ("export", "import") for place in heads)
        context = Context(walked.grid, block.titles, walked.notes, walked.given, parted)
        for index in data_here:
            column = column_of(index, over[index], Own(), context)
            if column.__class__ is str:
                notes.append(f"{walked.grid.line(index)} is not used: {column}")
            else:
                columns.append(column)
                used.append(index)
        if not columns and any(note.split(": in ")[1:] for note in notes):
            raise walked.grid.refuse(
                f"nothing here is in {walked.given.unit}: " + "; ".join(notes), "leave out --unit"
            )
        if columns:
            made.append(_wide_panel(walked, block, columns, used, notes, style))
            _check_order(made[-1])
    return made


def _there(walked, block):
    """Leave out the columns that hold nothing in this block, and are named in another."""
    if len(walked.blocks) == 1:
        return walked.data
    headed = {place.column for places in block.heads for place in places}
    columns = walked.grid.columns
    return [
        index
        for index in walked.data
        if index in headed or any(columns[index][row] != "" for row in block.rows)
    ]


def _check_order(panel):
    """Refuse years that do not follow each other; note a gap where all others are one."""
    series = {}
    for at, column in enumerate(panel.columns):
        if column.measure == "value":
            key = column.reporter, column.product, column.flow, column.period.months
            series.setdefault(key, []).append((column.period.span[0], at))
    for starts in series.values():
        steps = [later - start for (start, _), (later, _) in pairwise(starts)]
        backward = sum(step < 0 for step in steps)
        if 0 < backward < len(steps) and len(steps) - backward > 0:
            turn = next(i for i, step in enumerate(steps) if (step < 0) != (steps[0] < 0))
            raise panel.refuse(
                f"{panel.columns[starts[turn + 1][1]].period} stands here after "
                f"{panel.columns[starts[turn][1]].period}: the periods are not in order",
                "correct the year that is wrong, or put the columns in order",
                row=0,
                column=starts[turn + 1][1],
            )
        usual = max(set(steps), key=steps.count, default=0)
        if steps.count(usual) > 3 and steps.count(usual) >= len(steps) - 2:
            panel.notes += [
                f"the periods jump from {panel.columns[starts[i][1]].period} to "
                f"{panel.columns[starts[i + 1][1]].period}"
                for i, step in enumerate(steps)
                if step != usual
            ]


def _wide_panel(walked, block, columns, used, notes, style):
    notes += _oddities(walked, block, used)
    shape, rows = (len(block.rows), len(used)), np.array(block.rows)
    values, marks = np.empty(shape), np.zeros(shape, dtype=bool)
    for at, index in enumerate(used):
        values[:, at] = numbers_in(walked.grid, rows, index, style, notes)
        marks[:, at] = marks_in(walked.grid, rows, index)
    return Panel(
        walked.grid,
        walked.labels.columns[0],
        block.partners,
        block.names,
        columns,
        values,
        np.broadcast_to(rows[:, None], shape),
        np.broadcast_to(np.array(used), shape),
        notes,
        marks,
    )


def _oddities(walked, block, used):
    """Note what is hidden, and a reporter that stands among its own partners."""
    grid = walked.grid
    hidden = sorted(grid.hidden_rows.intersection(block.rows))
    notes = [f"row {row + 1} is hidden" for row in hidden]
    notes += [f"{grid.line(index)} is hidden" for index in used if index in grid.hidden_columns]
    reporter, extra = walked.given.reporter, walked.given.partners
    odd = [
        (at, ", the reporter, stands among its own partners")
        for at, partner in enumerate(block.partners)
        if partner.code == reporter
    ]
    odd += [
        (at, f" has letters that look alike: {letters[0]}")
        for at, name in enumerate(block.names)
        if is_mixed(name) and (letters := partners.lookalikes(name, extra))
    ]
    for at, what in odd:
        cell = grid.name(block.rows[at], walked.labels.columns[0])
        notes.append(f"{cell}: «{block.names[at].strip()}»{what}")
    return notes
