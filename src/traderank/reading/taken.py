"""What the tables of a file were taken for, in a few lines that a person compares with the sheets.

Sums tell a wrong number, and the rest of a workbook a wrong year or flow. Nothing else that a
plain table prints contradicts its unit: so the cell is named that says it.
"""

from __future__ import annotations

from itertools import chain
from operator import itemgetter

import numpy as np

from traderank.reading.cells import Unit, says
from traderank.reading.grid import cell_name
from traderank.table import address

#: Lines, and words of one kind in a line, that are shown before the rest is only counted.
_LINES, _WORDS = 6, 4


def taken_for(panels):
    """Say whose, which flows, when and in what unit the numbers are.

    Columns that differ in one of these alone share a line: the flows of one year, the years of
    one flow, a sheet for each of thirty years.

    Returns
    -------
    list of str
    """
    lines = {}
    for panel in panels:
        for column in panel.columns:
            if column.measure == "value":
                told = column.reporter, column.product, column.flow, column.period, column.unit
                lines.setdefault(told, {})[id(panel)] = panel
    for at in (3, 2, 0, 1):
        lines = _joined(lines, at)
    shown = [_line(*told, [*tables.values()]) for told, tables in [*lines.items()][:_LINES]]
    more = len(lines) - _LINES
    return shown + ([f"others: {more} more lines like these"] if more > 0 else [])


def _joined(lines, at):
    """Join the lines that differ in one thing alone, which becomes several."""
    joined = {}
    for told, tables in lines.items():
        several, its = joined.setdefault(told[:at] + told[at + 1 :], ([], {}))
        several.append(told[at])
        its |= tables
    return {
        (*rest[:at], tuple(several), *rest[at:]): its for rest, (several, its) in joined.items()
    }


def _line(reporters, products, flows, periods, unit, tables):
    goods = "" if products == ("TOTAL",) else f", products {_few(products)}"
    countries = {
        code
        for table in tables
        for code, kind in zip(table.codes, table.kinds, strict=True)
        if kind == "country"
    }
    sheets = {id(table.grid): table for table in tables}.values()
    where = _few(list(chain.from_iterable(_places(table, unit) for table in sheets)))
    return (
        f"{_few(reporters)}{goods}: {', '.join(flows)}; {_spans(periods)}; "
        f"{unit} ({where or 'as given'}); {len(countries)} countries"
    )


def _few(words):
    """Join words by commas; of many, the first ones."""
    more = len(words) - _WORDS
    return ", ".join(words[:_WORDS]) + (f" and {more} more" if more > 0 else "")


def _spans(periods):
    """Write periods in the order of time, those that follow each other as one span."""
    spans = []
    for period in sorted(periods, key=lambda period: period.span):
        if spans and spans[-1][-1].span[1] == period.span[0]:
            spans[-1].append(period)
        else:
            spans.append([period])
    ends = [{str(span[0]): None, str(span[-1]): None} for span in spans]
    return _few(["–".join(span) for span in ends])


def _places(panel, unit):
    """Return the first cell of a sheet that says a unit, or those that say its two parts."""
    grid = panel.grid
    for wanted in ([lambda told: told.unit == unit], _parts(unit)):
        found = [_first(panel, says_it) for says_it in wanted]
        if None not in found:
            return [address(grid.sheet, cell) for cell in found]
    return []


def _parts(unit):
    return [
        lambda told: told.unit == Unit(1, unit.currency),
        lambda told: told.scale == unit.scale,
    ]


def _first(panel, says_it):
    return next((cell for cell, text in _texts(panel) if says_it(says(text))), None)


def _texts(panel):
    """Yield the texts of a sheet but the partners' names, each with its cell, from the top down."""
    grid, named = panel.grid, set(np.unique(panel.row_of).tolist())
    found = [
        (row, column, grid.name(row, column), text)
        for column, texts in enumerate(grid.texts)
        for row, text in texts
        if column != panel.label or row not in named
    ]
    # Those that were put aside when the sheet was turned are named as they stood.
    found += [
        (column, row, cell_name(row, column), text)
        for row, column, text in chain(grid.above, grid.below)
        if text.__class__ is str
    ]
    for _, _, cell, text in sorted(found, key=itemgetter(0, 1)):
        yield cell, text
